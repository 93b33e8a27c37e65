//! Entries of a JWK Set that are not fit for use.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{Attack, Unfit, unfit};
use crate::{keys::TestKey, tables::cells};

/// Every entry, of all kinds.
#[must_use]
pub fn entries() -> Vec<Unfit> {
    [
        changes(),
        private_keys(),
        weak_and_broken_rsa_keys(),
        points_that_are_none(),
        ed25519_keys_of_another_length(),
        ed25519_keys_of_small_order(),
        short_secrets(),
        entries_that_are_no_jwk(),
    ]
    .concat()
}

const PRIVATE: &str = "is a private key, which must not be in a key set";
const ONE_BYTE: &str = "is the same byte again and again, which anyone can guess";
const NO_RSA: &str = "is not a valid RSA key";
const SMALL: &str = "is an RSA key of less than 2048 bits";
const LARGE: &str = "is an RSA key of more than 4096 bits";
const LACKS: &str = "lacks a member that its `kty` needs";
const BASE64: &str = "has a member that is not base64url";

/// Reasons, and below them their rows: the type of the key, and what is changed in its JWK.
const CHANGES: &str = r#"
    has a `use` other than `sig`
        ec {"use":"enc"} | secret {"use":"enc"} | ec {"use":""} | ec {"use":"SIG"} | ec {"use":"sig "}
        ec {"use":"sig\u0000"} | rsa {"use":"sig,enc"} | rsa {"use":"verify"} | ed {"use":"tls"}
        ec {"use":"enc","key_ops":["verify"]}
    has `key_ops` without `verify`
        ec {"use":"sig","key_ops":["sign"]} | rsa {"key_ops":[]} | ed {"key_ops":["Verify","encrypt","verify "]}
        secret {"key_ops":["sign"]} | rsa {"key_ops":["wrapKey","unwrapKey","deriveBits"]}
        ec {"key_ops":["sign,verify"]} | ec {"key_ops":[""]} | secret {"key_ops":["verify\u0000","ｖerify"]}
    has no `kty`
        ec {"kty":null}
    has an unknown `kty`
        ec {"kty":""} | ec {"kty":"ec"} | rsa {"kty":"rsa"} | rsa {"kty":"RSA "} | rsa {"kty":"RSA\u0000"}
        rsa {"kty":"none"} | secret {"kty":"OCT"} | secret {"kty":"Oct"} | ec {"kty":"AKP"} | ec {"kty":"EC2"}
    has an unknown `crv`
        ec {"kty":"OKP"} | ed {"kty":"EC"} | ec {"crv":"p-256"} | ec {"crv":"P256"} | ec {"crv":"secp256r1"}
        ec {"crv":"P-256 "} | ec {"crv":"P-521","alg":null} | ec {"crv":"P-224"} | ec {"crv":"secp256k1"}
        ec {"crv":"Ed25519"} | ed {"crv":"X25519"} | ed {"crv":"ed25519"} | ed {"crv":"P-256"} | ed {"crv":"Ed448"}
    has no `crv`
        ec {"crv":null} | ed {"crv":null}
    lacks a member that its `kty` needs
        ec {"kty":"RSA","alg":"RS256"} | ec {"kty":"oct","alg":"HS256"} | rsa {"kty":"oct","alg":"HS256"}
        secret {"kty":"RSA","alg":"RS256"} | secret {"kty":"EC","crv":"P-256","alg":"ES256"}
        secret {"kty":"OKP","crv":"Ed25519","alg":"EdDSA"} | rsa {"n":null} | rsa {"e":null}
    has no `alg`, which an RSA key needs
        rsa {"alg":null}
    has no `alg`, which a secret needs
        secret {"alg":null}
    has an unknown `alg`
        rsa {"alg":"none"} | rsa {"alg":"rs256"} | rsa {"alg":"RS256 "} | rsa {"alg":"RS1"} | rsa {"alg":""}
        rsa {"alg":"RSA-OAEP-256"} | ec {"alg":"none"} | ec {"alg":"ES512"} | ec {"alg":"ES256K"} | ec {"alg":"ECDH-ES"}
        ed {"alg":"Ed25519"} | ed {"alg":"none"} | secret {"alg":"dir"} | secret {"alg":"none"} | secret {"alg":"HS1"}
        secret {"alg":"HS256\u0000"}
    has an `alg` that does not fit its `crv`
        ec {"alg":"ES384"} | ec {"alg":"HS256"} | ec {"alg":"RS256"} | ec {"alg":"EdDSA"} | ed {"alg":"ES256"}
        ed {"alg":"HS256"}
    is not a key of the type that its algorithm takes
        rsa {"alg":"ES256"} | rsa {"alg":"HS256"} | rsa {"alg":"EdDSA"} | secret {"alg":"RS256"}
        secret {"alg":"ES256"} | secret {"alg":"EdDSA"}
    is an RSA key of less than 2048 bits
        rsa {"n":"AQ"} | rsa {"n":""}
    is not a valid RSA key
        rsa {"e":""} | rsa {"e":"AA"} | rsa {"e":"AQ"} | rsa {"e":"AAAB"} | rsa {"e":"Ag"} | rsa {"e":"BA"}
        rsa {"e":"AQAA"} | rsa {"e":"AQAC"} | rsa {"e":"0x010001"}
    has a member that is not base64url
        rsa {"e":"AQAB="} | rsa {"e":"AQAB\n"} | rsa {"e":" AQAB"} | rsa {"e":"AR"} | rsa {"e":"A"} | rsa {"e":"65537"}
        rsa {"e":"é"} | secret {"k":"your 256 bit secret"}
"#;

fn changes() -> Vec<Unfit> {
    let keys = ["RS256", "ES256", "EdDSA", "HS256"].map(TestKey::new);
    let mut reason = "";
    let mut rows = Vec::new();
    for line in CHANGES.lines() {
        if !line.starts_with("        ") {
            reason = line.trim();
            continue;
        }
        for cell in cells(line) {
            let (name, changes) = cell.split_once(' ').unwrap();
            let key = ["rsa", "ec", "ed", "secret"].iter().position(|known| *known == name);
            rows.push((&keys[key.unwrap()], serde_json::from_str(changes).unwrap(), reason));
        }
    }
    unfit(rows)
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of a member.
fn bytes(key: &TestKey, member: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(key.jwk(None)[member].as_str().unwrap()).unwrap()
}

/// Whoever has one of these members has the private key, or half of it. Nobody but the signer may have it, so it is not
/// kept in memory either.
fn private_keys() -> Vec<Unfit> {
    let rsa = &TestKey::new("RS256");
    let members = ["d", "p", "q", "dp", "dq", "qi", "oth"];
    let parts = [json!("AQAB"), json!([])].map(|value| members.map(|member| (rsa, json!({ member: value }), PRIVATE)));
    let keys = ["RS256", "ES256", "ES384", "EdDSA"].map(TestKey::new);
    let wholes = [json!("Ag"), json!(""), json!({}), json!(false)].map(|d| json!({ "d": d }));
    let wholes = [&wholes[..], &[json!({ "d": 1, "use": "sig" })]].concat();
    let of_key = |key| {
        wholes
            .iter()
            .map(move |changes: &Value| (key, changes.clone(), PRIVATE))
    };
    unfit(parts.into_iter().flatten().chain(keys.iter().flat_map(of_key)))
}

fn weak_and_broken_rsa_keys() -> Vec<Unfit> {
    let key = &TestKey::new("RS256");
    let n = bytes(key, "n");
    let modulus = |n: &[u8], reason| (key, json!({ "n": text(n) }), reason);
    unfit([
        (&TestKey::rsa_1024("RS256"), json!({}), SMALL),
        (&TestKey::rsa_1024("PS256"), json!({}), SMALL),
        modulus(&[&[0x7F], &n[1..]].concat(), SMALL),
        modulus(&[&[0; 256], [1].as_slice()].concat(), SMALL),
        modulus(&[&[0; 64], &n[..255]].concat(), SMALL),
        modulus(&[0; 256], SMALL),
        modulus(&[&[1], [0; 511].as_slice(), &[1]].concat(), LARGE),
        modulus(&n.repeat(4), LARGE),
        modulus(&n.repeat(400), LARGE),
        modulus(&[&n[..255], &[n[255] ^ 1]].concat(), NO_RSA),
        (key, json!({ "e": text(&[1, 0, 0, 0, 1]) }), NO_RSA),
        (key, json!({ "e": text(&n) }), NO_RSA),
        (key, json!({ "n": text(&n) + "==" }), BASE64),
        (key, json!({ "n": "+/".repeat(171) }), BASE64),
    ])
}

fn points_that_are_none() -> Vec<Unfit> {
    const LENGTH: &str = "has coordinates of the wrong length";
    const NONE: &str = "is not a valid key";
    let of_curve = |name: &str| {
        let key = &TestKey::new(name);
        let (x, y) = (bytes(key, "x"), bytes(key, "y"));
        let (zeros, ones) = (vec![0; x.len()], vec![0xFF; x.len()]);
        let off = [&y[..y.len() - 1], &[y[y.len() - 1] ^ 1]].concat();
        let other_y = bytes(&TestKey::other(name), "y");
        let points = [
            (x[1..].to_vec(), y.clone(), LENGTH),
            (x.clone(), y[..y.len() - 1].to_vec(), LENGTH),
            ([&[0], &x[..]].concat(), y.clone(), LENGTH),
            (x.clone(), [&y[..], &[0]].concat(), LENGTH),
            (vec![], y.clone(), LENGTH),
            (vec![], vec![], LENGTH),
            (vec![0], vec![0], LENGTH),
            ([&x[..], &y].concat(), vec![], LENGTH),
            (x[1..].to_vec(), [&[0], &y[..]].concat(), LENGTH),
            (x.clone(), off, NONE),
            (x.clone(), other_y, NONE),
            (y.clone(), x.clone(), NONE),
            (zeros.clone(), zeros.clone(), NONE),
            (ones.clone(), ones.clone(), NONE),
            (ones.clone(), y.clone(), NONE),
            (x.clone(), ones, NONE),
            (x.clone(), zeros, NONE),
        ];
        let texts = [
            (json!({ "x": null }), LACKS),
            (json!({ "y": null }), LACKS),
            (json!({ "x": text(&x) + "=" }), BASE64),
            (json!({ "y": text(&y) + "\n" }), BASE64),
        ];
        let points = points.map(|(x, y, reason)| (key, json!({ "x": text(&x), "y": text(&y) }), reason));
        unfit(
            points
                .into_iter()
                .chain(texts.map(|(changes, reason)| (key, changes, reason))),
        )
    };
    let (p256, p384) = (&TestKey::new("ES256"), &TestKey::new("ES384"));
    // The number of the field for zero, where the curve has the point (0, √b): a second spelling of a point.
    let not_reduced = json!({
        "x": "_____wAAAAEAAAAAAAAAAAAAAAD_______________8",
        "y": "ZkhceA4vg9ckM71dhKBrtlQcKvMdrocXKL-FahdPk_Q",
    });
    let of_other_curve = unfit([
        (p256, json!({ "crv": "P-384", "alg": "ES384" }), LENGTH),
        (p256, json!({ "crv": "P-384", "alg": null }), LENGTH),
        (p384, json!({ "crv": "P-256", "alg": "ES256" }), LENGTH),
        (p256, not_reduced, NONE),
    ]);
    [of_curve("ES256"), of_curve("ES384"), of_other_curve].concat()
}

fn ed25519_keys_of_another_length() -> Vec<Unfit> {
    const LENGTH: &str = "has an `x` of the wrong length";
    let ed = &TestKey::new("EdDSA");
    let x = bytes(ed, "x");
    unfit([
        (ed, json!({ "x": text(&x[1..]) }), LENGTH),
        (ed, json!({ "x": text(&x[..31]) }), LENGTH),
        (ed, json!({ "x": text(&[x.as_slice(), &[0]].concat()) }), LENGTH),
        (ed, json!({ "x": text(&x.repeat(2)) }), LENGTH),
        (ed, json!({ "x": "" }), LENGTH),
        (ed, json!({ "x": text(&ed.der()) }), LENGTH),
        (ed, json!({ "x": null }), LACKS),
        (ed, json!({ "x": text(&x) + "=" }), BASE64),
    ])
}

/// A server with such a key in its configuration, maybe as a placeholder, accepts tokens of everyone: nothing secret is
/// needed to sign for it. These are the points whose order divides eight, in all their encodings.
fn ed25519_keys_of_small_order() -> Vec<Unfit> {
    const REASON: &str = "is an Ed25519 key for which anyone can sign";
    let of_order_eight = [
        "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU",
        "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o",
    ];
    let of_order_eight = of_order_eight.map(|x| URL_SAFE_NO_PAD.decode(x).unwrap());
    let of_smaller_order = [0, 1].map(|y| [&[y], [0; 31].as_slice()].concat());
    // The same and minus one, without reduction by the prime.
    let not_reduced = [0xEC, 0xED, 0xEE].map(|y| [&[y], [0xFF; 30].as_slice(), &[0x7F]].concat());
    let key = TestKey::new("EdDSA");
    let points = of_order_eight.into_iter().chain(of_smaller_order).chain(not_reduced);
    let with_signs = points.flat_map(|x| [0, 0x80].map(|sign| [&x[..31], &[x[31] | sign]].concat()));
    unfit(with_signs.map(|x| (&key, json!({ "x": text(&x) }), REASON)))
}

/// RFC 7518, section 3.2: a secret has at least as many bytes as the hash.
fn short_secrets() -> Vec<Unfit> {
    let rows = [
        (
            "HS256",
            32,
            "is too short: a secret for HS256 must have at least 32 bytes",
        ),
        (
            "HS384",
            48,
            "is too short: a secret for HS384 must have at least 48 bytes",
        ),
        (
            "HS512",
            64,
            "is too short: a secret for HS512 must have at least 64 bytes",
        ),
    ];
    let of_algorithm = |(name, length, short)| {
        let key = &TestKey::new(name);
        let with = |secret: &[u8], reason| (key, json!({ "k": text(secret) }), reason);
        unfit([
            with(&vec![7; length - 1], short),
            with(&[7], short),
            with(&[], short),
            with(b"secret", short),
            with(&vec![0; length], ONE_BYTE),
            with(&vec![0xff; 2 * length], ONE_BYTE),
            (key, json!({ "k": null }), LACKS),
            (key, json!({ "k": "A".repeat(88) + "==" }), BASE64),
            (key, json!({ "k": "A".repeat(86) + "\n" }), BASE64),
        ])
    };
    rows.into_iter().flat_map(of_algorithm).collect()
}

/// What cannot be read as a JWK has no `kid` in the log either.
fn entries_that_are_no_jwk() -> Vec<Unfit> {
    let signer = TestKey::new("ES256");
    let row = |entry: String, reason| Unfit {
        entry: Attack::new(&entry, entry.as_str(), reason),
        kid: None,
        signer: signer.clone(),
    };
    let jwk = signer.jwk(None).to_string();
    let with = |members: &str| jwk.replacen('{', &format!("{{{members},"), 1);
    let no_objects = r#"null | 1 | true | [] | "key""#;
    let members = r#""kty":"EC" | "k\u0074y":"EC" | "kty":1 | "x":"AQAB" | "alg":"none" | "kid":"a","kid":"a"
        "kid":"a","\u006bid":"b" | "use":"enc","use":"sig" | "d":"a","d":"b" | "any":1,"any":2 | "kid":"\ud800"
        "\udc00":1"#;
    let others = [
        format!("[{jwk}]"),
        serde_json::to_string(&jwk).unwrap(),
        "[".repeat(1000) + &"]".repeat(1000),
    ];
    let no_jwks = cells(no_objects)
        .into_iter()
        .chain(cells(members).into_iter().map(|members| with(&members)));
    let mut rows: Vec<_> = no_jwks.chain(others).map(|entry| row(entry, "is not a JWK")).collect();
    for member in ["kty", "use", "alg", "kid", "crv", "n", "e", "x", "y", "k", "key_ops"] {
        for value in [json!(null), json!(1), json!(true), json!({}), json!([1]), json!([null])] {
            let mut jwk = signer.jwk(None);
            jwk[member] = value;
            rows.push(row(jwk.to_string(), "has a member of the wrong type"));
        }
    }
    rows.push(row(with(r#""key_ops":"verify""#), "has a member of the wrong type"));
    // Ids are in the log.
    let long = signer.jwk(Some(&"k".repeat(257))).to_string();
    rows.push(row(long, "has a `kid` of more than 256 bytes"));
    rows
}
