//! Tokens that the secret has not signed as they are.

use super::{
    prelude::*,
    token_missing::{COMPANIONS, with_trailer},
};
use crate::token::OTHER_SECRET;

pub(super) fn rows(case: Case) -> Case {
    let by = |secret: &[u8]| sign_with(secret, &encode(HEADER), &encode(payload()));
    let repeated = |byte: u8| {
        let name = move |length| format!("{length} times {byte:#04x}");
        [1, 16, 31, 32, 48, 64].map(|length| (name(length), by(&vec![byte; length])))
    };
    let repeated = [0x00, 0x01, 0x20, 0x30, 0x41, 0x61, 0xa5, 0xff].map(repeated).concat();
    let of_mac = |signature: &str| with_signature(&of_good(signature));
    let first_bytes = (1..32).map(|n| (n, of_mac(&format!("{{mac ..{n}}}"))));
    let of_other_message = |message: &str| {
        let mac = TestKey::hmac("HS256", &secret()).signature(&of_good(message));
        with_signature(&mac)
    };
    let altered = |byte: usize| {
        let (_, mut mac) = message_and_signature();
        mac[byte] ^= 1 << (byte % 8);
        (format!("in byte {byte}"), with_signature(&mac))
    };
    let as_text = |text: &str| of_good(&format!("{{h}}.{{p}}.{text}"));
    let good_ones = r#""kid":"/dev/null" | "jku":"http://127.0.0.1:9/""#;
    let case = case
        .tokens("secret", named(GUESSED, |secret| by(secret.as_bytes())))
        .tokens("secret", repeated)
        .tokens("secret", [("of another", token::forged())])
        .tokens("secret", pairs(MISREAD, |secret| by(&of_good(secret))))
        .tokens("segments", pairs(SEGMENTS, of_good))
        .tokens("forged", large())
        .tokens("kid", key_ids().map(|(kid, own)| (short(&kid), with_kid(own, &kid))))
        .tokens("offered key", offered_keys())
        .tokens("signature", pairs(REPLACED, of_mac))
        .tokens("signature of its first bytes", first_bytes)
        .tokens("signature of", pairs(SOMETHING_ELSE, of_other_message))
        .tokens("signature text", named(TEXTS, as_text))
        .tokens("signature altered", (0..32).map(altered))
        .tokens("signature moved from", moved())
        .at([KeyWithId])
        .tokens(
            "kid of the key",
            key_ids().map(|(kid, own)| (short(&kid), with_kid(own, KID))),
        );
    requests(case)
        .at([Secret])
        .passes()
        .tokens("header", [("the usual one", good())])
        .tokens("header", [("a long kid", with_kid(&secret(), &"k".repeat(5000)))])
        .tokens("header", named(good_ones, with_header))
}

/// With this signature in place of its own.
fn with_signature(signature: &[u8]) -> String {
    format!("{}.{}", message_and_signature().0, encode(signature))
}

/// A good token elsewhere, or a good binding, makes no bad one good.
fn requests(case: Case) -> Case {
    let (good, forged) = (token::good(), token_line(&token::forged()));
    let claims = token::claims(&json!({ "pay": token::binding(&[USER]) })).to_string();
    let bound = token::sign(OTHER_SECRET, r#"{"alg":"HS256"}"#, &claims);
    let bearer = format!("Authorization: Bearer {}\r\n{}", token::forged(), token_line(&good));
    let elsewhere = [
        ("query", rest(&format!("?Approov-Token={good}"), &forged)),
        (
            "Authorization",
            lines(format!("{forged}Authorization: Bearer {good}\r\n")),
        ),
        ("trailer", with_trailer(&forged, &token_line(&good))),
    ];
    case.at([Secret])
        .rest("forged, and a good one elsewhere", elsewhere)
        .lines("company", named(COMPANIONS, |line| format!("{forged}{line}\r\n")))
        .at([Authorization])
        .lines("Authorization", [("forged, and good under the default name", bearer)])
        .at([Bound, Lenient])
        .lines("bound but forged", beside_bound(&bound))
}

/// Words of lists, of examples, and of Approov's own samples.
const GUESSED: &str = r#"
    secret | Secret | SECRET | secret1 | mysecret | my-secret | my_secret | supersecret | super-secret | topsecret
    secretkey | secret_key | secret-key | changeme | change-me | change_me | CHANGE_ME | password | Password1
    passw0rd | 123456 | 12345678 | 1234567890 | qwerty | letmein | admin | root | test | dev | development
    production | default | example | demo | key | private | token | jwt | jwt_secret | jwt-secret | JWT_SECRET
    shhhhh | hmac | hs256 | HS256 | your-256-bit-secret | your-384-bit-secret | your-512-bit-secret | your_jwt_secret
    a-string-secret-at-least-256-bits-long | a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long
    GeneratedSecretKeyThatIsAtLeast32Bytes | 0123456789abcdef0123456789abcdef
    AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow | null | undefined | None
    nil | false | [object Object] | {} | "" | approov | Approov | approov-token | Approov-Token
    approov_base64_secret_here | approov-base64-encoded-secret-here | __ADD_HERE_THE_APPROOV_BASE64_SECRET__
    approov_base64url_secret_here | APPROOV_BASE64_SECRET | APPROOV_TOKEN_SECRET
    h+CX0tOzdAAR9l15bWAqvq7w9olk66daIH+Xk+IAHhVVHszjDzeGobzNnqyRze3lw
"#;

/// The right secret, not read as the base64 that it is, or altered.
const MISREAD: &str = r#"
    its text: {text} | its text without padding: {text =→} | its text with a line end: {text}␊ | in quotes: "{text}"
    its text in base64url: {secret base64url=} | its text in base64url without padding: {secret base64url}
    its text in lower case: {text lower} | its text backwards: {text reversed} | its text in base64: {text base64}
    its variable: APPROOV_BASE64_SECRET={text} | hex: {secret hex} | hex in capitals: {secret hex upper}
    its bytes as Latin-1 in UTF-8: {secret latin1} | a list of it: ["{text}"] | backwards: {secret reversed}
    inverted: {secret inverted} | its first half: {secret ..32} | its second half: {secret 32..} | twice: {secret ×2}
    without its last byte: {secret ..63} | without its first byte: {secret 1..} | and a zero byte: {secret +00}
    and a line end: {secret}␊ | nothing: ∅ | its SHA-256: {secret sha256} | its SHA-512: {secret sha512}
"#;

/// Whoever has only the form right has no signature.
const SEGMENTS: &str = "header alone with its dots: {h}.. | header, no payload, signature: {h}..{s}
    header, payload, nothing: {h}.{p}. | header twice: {h}.{h}.{s}";

/// Much work for a careless parser. Forged ones do not get as far as to their payload.
fn large() -> [(&'static str, String); 5] {
    let header = |more: &str| forged(&format!(r#"{{"alg":"HS256"{more}}}"#), &payload());
    let good = good();
    [
        ("as long as allowed", format!("{good:A<MAX_LENGTH$}")),
        ("32 members in the header", header(&members(31))),
        (
            "a deep member in the header",
            header(&format!(r#","x":{}"#, deep(1500))),
        ),
        ("many claims", forged(HEADER, &format!("{{\"exp\":0{}}}", members(600)))),
        ("nonsense as payload", forged(HEADER, &"[".repeat(5000))),
    ]
}

/// RFC 7515, sections 4.1.2 to 4.1.8: the header brings the key of the forger, or leads to it.
const OFFERED_KEYS: &str = r#"
    jwk {jwk} | jwk {"kty":"oct","k":""} | jwk {"kty":"none"} | jwk {"keys":[{jwk}]} | jwks {"keys":[{jwk}]}
    keys [{jwk}] | JWK {jwk} | k "{own base64url}" | key "{own base64}" | secret "{own base64}"
    jku ["http://127.0.0.1:9/"] | x5c ["MIIB"] | x5c "MIIB" | pem "-----BEGIN PUBLIC KEY-----" | epk {"kty":"EC"}
    verify false | __proto__ {"alg":"none"} | constructor {"prototype":{"alg":"none"}} | jku "" | jku null | x5c []
    jku "data:application/json,{own base64}" | jku "http://127.0.0.1:9/jwks.json" | jku "file:///dev/null"
    jku "https://approov.io@attacker.example/jwks.json" | jku "https://attacker.example/jwks.json"
    jku "https://approov.io/redirect?to=https://attacker.example/jwks.json" | x5u "file:///dev/null"
    x5u "http://127.0.0.1:9/certificate.pem" | x5t "AAAAAAAAAAAAAAAAAAAAAAAAAAA" | iss "https://attacker.example"
    x5t#S256 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" | ppt "shaken" | url "http://127.0.0.1:9/" | nonce "a"
    enc "A256GCM" | zip "DEF" | cty "JWT"
"#;

fn offered_keys() -> Vec<(String, String)> {
    let jwk = TestKey::hmac("HS256", OWN).jwk(None).to_string();
    let values = [("jwk", &*jwk), ("own", str::from_utf8(OWN).unwrap())];
    named(OFFERED_KEYS, |cell| {
        let (member, value) = cell.split_once(' ').unwrap();
        let value = filled_text(value, &values);
        forged(&format!(r#"{{"alg":"HS256","{member}":{value}}}"#), &payload())
    })
}

const REPLACED: &str = "
    empty: ∅ | of zeros: {0x00 ×32} | of ones: {0xff ×32} | of 64 zeros: {0x00 ×64} | of 4096 zeros: {0x00 ×4096}
    reversed: {mac reversed} | with its halves swapped: {mac 16..}{mac ..16} | inverted: {mac inverted}
    shifted: {mac 1..}{mac ..1} | twice: {mac ×2} | with a zero behind: {mac +00} | with a zero in front: {0x00}{mac}
    with a byte behind: {mac +41} | with a line break: {mac}␊ | with zeros in its second half: {mac ..16}{0x00 ×16}
    with zeros in its first half: {0x00 ×16}{mac 16..} | all zeros but the first: {mac ..1}{0x00 ×31}
    of its last byte: {mac 31..} | of its last 16 bytes: {mac 16..} | of its last 31 bytes: {mac 1..}
    its hash: {mac sha256} | the secret: {secret} | half of the secret: {secret ..32} | the message: {h}.{p}
";

/// Made with the secret, but not of `header.payload` as they are there.
const SOMETHING_ELSE: &str = "
    nothing: ∅ | the header: {h} | the payload: {p} | header and payload without dot: {h}{p} | the MAC: {mac}
    header and payload with a dot more: {h}.{p}. | payload and header: {p}.{h} | the whole token: {h}.{p}.{s}
    the value of the header: Bearer {h}.{p}.{s} | padded segments: {h}=.{p}= | another message: {h}.e30
    the message with a line break: {h}.{p}␊ | the message with a NUL: {h}.{p}␀ | the payload decoded: {payload}
    the segments decoded: {header}.{payload} | the message in capitals: {h upper}.{p upper}
";

/// The good signature, in another spelling.
const TEXTS: &str = "{mac hex} | {mac hex upper} | {mac hex base64url} | {mac base64url base64url} | null | True";

/// Good signatures under other claims or another header: of another good token, of an older one, of one that said less.
fn moved() -> [(&'static str, String); 5] {
    let p = payload();
    let device = token::claims(&json!({ "did": "x" })).to_string();
    let expired = token::claims(&json!({ "exp": now() - 60 })).to_string();
    [
        ("an expired token", HEADER, &p, HEADER, &expired),
        ("another device", HEADER, &device, HEADER, &p),
        ("another header", r#"{"alg":"HS256"}"#, &p, HEADER, &p),
        (
            "a payload with less white space",
            HEADER,
            &(payload() + " "),
            HEADER,
            &p,
        ),
        ("an unsigned token", HEADER, &p, r#"{"alg":"none"}"#, &p),
    ]
    .map(|(name, header, payload, signed_header, signed_payload)| {
        let signed = sign(signed_header, signed_payload);
        let (_, signature) = signed.rsplit_once('.').unwrap();
        (name, format!("{}.{}.{signature}", encode(header), encode(payload)))
    })
}
