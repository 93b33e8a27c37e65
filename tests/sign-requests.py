# Signs with PyPI's http-message-signatures (Apache-2.0). Run by tests/sign-requests.
import base64
import json
import sys
from types import SimpleNamespace

from http_message_signatures import ContentDigest, HTTPMessageSigner, PreparedSignature, algorithms
from http_message_signatures._components import _parse_component_ids


class Headers:
    """Lines in order, several of one name among them."""

    def __init__(self, lines):
        # The package wants bytes as Latin-1.
        self.lines = [(name, value.encode().decode("latin-1")) for name, value in lines]

    def items(self):
        return self.lines

    def __iter__(self):
        return iter(dict.fromkeys(name for name, _ in self.lines))

    def __contains__(self, name):
        return any(known.lower() == name.lower() for known, _ in self.lines)

    def __setitem__(self, name, value):
        self.lines.append((name, value))

    def __delitem__(self, name):
        self.lines = [line for line in self.lines if line[0].lower() != name.lower()]


class Sha512(ContentDigest):
    algorithm = "sha-512"


DIGESTS = {"sha-256": ContentDigest, "sha-512": Sha512}
ALGORITHMS = {"install": algorithms.ECDSA_P256_SHA256, "account": algorithms.HMAC_SHA256}


def sign(job, request):
    headers = Headers(request["headers"])
    body = base64.b64decode(request["body"])
    digests = [DIGESTS[name].create(body) for name in request["digests"]]
    if digests:
        for line in digests if request["digest_lines"] else [", ".join(digests)]:
            headers["Content-Digest"] = line
    message = SimpleNamespace(method=request["method"], url=request["url"], headers=headers)
    for signature in request["signatures"]:
        label = signature["label"]
        algorithm = ALGORITHMS[label]
        key = base64.b64decode(job["account_key"])
        if label == "install":
            key = job["installation_keys"][request["installation"]].encode()
        signer = HTTPMessageSigner(signature_algorithm=algorithm)
        # `sign` and `prepare` write the parameters in one fixed order, and always `keyid`: so build the base and `apply` it, as `sign` does.
        base, parameters, _ = signer._build_signature_base(
            message,
            covered_component_ids=_parse_component_ids(signature["components"]),
            signature_params=dict(signature["parameters"]),
        )
        prepared = PreparedSignature(base.encode(), str(parameters), label, algorithm.algorithm_id)
        signed = algorithm(private_key=key).sign(prepared.signature_base)
        signer.apply(message, prepared, signed, append_if_signature_exists=True)
    made = [line for line in headers.lines if line[0] in ("Content-Digest", "Signature-Input", "Signature")]
    return {"headers": made}


job = json.load(sys.stdin)
for number, request in enumerate(job["requests"]):
    try:
        print(json.dumps(sign(job, request)))
    except Exception as error:
        sys.exit(f"request {number} cannot be signed: {error!r}\n{json.dumps(request)}")
