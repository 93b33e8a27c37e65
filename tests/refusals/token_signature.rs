//! Tokens that the secret has not signed as they are.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha512};

use super::{
    Case, KID,
    Server::{Authorization, Bound, KeyWithId, Lenient, Secret, Unbound},
    make::{
        HEADER, MAX_LENGTH, OWN, USER, beside_bound, deep, encode, forged, good, header_with, hex, key_ids, lines,
        members, message_and_signature, payload, rest, secret, short, sign, sign_with, token_line, up_to, user,
        with_claim, with_kid, with_signature,
    },
    token_missing::{COMPANIONS, with_trailer},
};
use crate::{
    keys::{ALGORITHMS, CERTIFICATE, TestKey},
    tables::{named, pairs},
    token::{self, ARC, DEVICE_ID, OTHER_SECRET, SECRET, now},
};

pub(super) fn rows(case: Case) -> Case {
    let secrets = bytes().into_iter().chain(
        named(GUESSED, |secret| secret.as_bytes().to_vec())
            .into_iter()
            .map(|(name, secret)| (format!("{name:?}"), secret)),
    );
    let by = |(name, secret): (String, Vec<u8>)| (name, sign_with(&secret, &encode(HEADER), &encode(payload())));
    let case = case
        .kind("secret")
        .tokens(
            secrets
                .chain([DEVICE_ID, ARC].map(|id| (format!("{id:?}"), id.into())))
                .map(by),
        )
        .tokens(misread().map(|(name, secret)| (name.to_owned(), secret)).map(by))
        .kind("segments")
        .tokens(segments())
        .kind("size")
        .tokens([("as long as allowed, and a wrong signature", up_to(MAX_LENGTH, &good()))])
        .kind("bomb")
        .tokens(bombs())
        .kind("kid")
        .tokens(
            key_ids()
                .into_iter()
                .map(|(kid, own)| (short(&kid), with_kid(&own, &kid))),
        )
        .kind("offered key")
        .tokens(offered_keys())
        .kind("alg HS256 with")
        .tokens(of_other_algorithms())
        .kind("signature")
        .tokens(replaced())
        .kind("signature of")
        .tokens(of_something_else())
        .kind("signature kind")
        .tokens(of_another_kind())
        .kind("signature text")
        .tokens(as_text())
        .kind("signature altered")
        .tokens((0..32).map(altered))
        .kind("signature moved")
        .tokens(moved())
        .at([KeyWithId])
        .kind("kid for an id, of the key")
        .tokens(
            key_ids()
                .into_iter()
                .map(|(kid, own)| (short(&kid), with_kid(&own, KID))),
        );
    let members = r#"a kid that nobody has: "kid":"/dev/null" | an address that nobody asks: "jku":"http://127.0.0.1:9/"
        a long kid: "kid":"LONG""#;
    let with = |member: &str| sign(header_with(&member.replace("LONG", &"k".repeat(5000))), payload());
    requests(case)
        .passes()
        .at([Secret])
        .tokens(pairs(members, with))
        .tokens([
            ("the usual header", good()),
            ("another device", with_claim("did", "\"x\"")),
        ])
}

/// A good token elsewhere, or a good binding, makes no bad one good.
fn requests(case: Case) -> Case {
    let (good, forged) = (token::good(), token_line(&token::forged()));
    let claims = token::claims(&json!({ "pay": token::binding(&[USER]) })).to_string();
    let bound = token::sign(OTHER_SECRET, r#"{"alg":"HS256"}"#, &claims);
    case.at([Secret])
        .kind("elsewhere")
        .rest([
            (
                "query, and a forged one in the header",
                rest(&format!("?Approov-Token={good}"), &forged),
            ),
            (
                "Authorization, and a forged one in the header",
                lines(format!("{forged}Authorization: Bearer {good}\r\n")),
            ),
        ])
        .kind("body")
        .rest([(
            "trailer, and a forged one in the header",
            with_trailer(&forged, &token_line(&good)),
        )])
        .kind("company")
        .lines(named(COMPANIONS, |line| format!("{forged}{line}\r\n")))
        .at([Authorization])
        .kind("Authorization")
        .lines([("forged, and good under the default name", {
            [user(format!("Bearer {}", token::forged())), token_line(&good).into()].concat()
        })])
        .at([Bound, Lenient, Unbound])
        .kind("bound but forged")
        .lines(beside_bound(&bound))
}

/// HMAC fills a key with zeros: the empty one is the same as up to 64 of them.
fn bytes() -> Vec<(String, Vec<u8>)> {
    let of =
        |byte: u8| [1, 16, 31, 32, 48, 64].map(|length| (format!("{length} times {byte:#04x}"), vec![byte; length]));
    let same = [0x00, 0x01, 0x20, 0x30, 0x41, 0x61, 0xa5, 0xff]
        .into_iter()
        .flat_map(of);
    let counted = [32, 64].map(|length| (format!("counted to {length}"), (0..length).collect()));
    let other = ("another secret".to_owned(), STANDARD.decode(OTHER_SECRET).unwrap());
    same.chain(counted)
        .chain([(String::new(), Vec::new()), other])
        .collect()
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
fn misread() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    let secret = secret();
    let hex = hex(&secret);
    let url_safe = URL_SAFE.encode(&secret);
    let letters: String = SECRET.chars().filter(char::is_ascii_alphanumeric).collect();
    let lenient = STANDARD_NO_PAD.decode(&letters[..letters.len() / 4 * 4]).unwrap();
    let mut swapped = secret.clone();
    swapped.chunks_mut(4).for_each(<[u8]>::reverse);
    let latin: String = secret.iter().map(|byte| char::from(*byte)).collect();
    let texts = [
        ("its text", SECRET.to_owned()),
        ("its text without padding", SECRET.trim_end_matches('=').to_owned()),
        ("its text with a line end", format!("{SECRET}\n")),
        ("its text in quotes", format!("\"{SECRET}\"")),
        ("its text in base64url", url_safe.clone()),
        ("its text in base64url without padding", url_safe.replace('=', "")),
        ("its text in lower case", SECRET.to_lowercase()),
        ("its text backwards", SECRET.chars().rev().collect()),
        ("its text without + and /", letters),
        ("its text in base64", STANDARD.encode(SECRET)),
        ("its variable", format!("APPROOV_BASE64_SECRET={SECRET}")),
        ("its hex text", hex.clone()),
        ("its hex text in capitals", hex.to_uppercase()),
        ("its bytes as Latin-1 in UTF-8", latin),
        (
            "its bytes as broken UTF-8",
            String::from_utf8_lossy(&secret).into_owned(),
        ),
        ("as a JWK", TestKey::hmac("HS256", &secret).jwk(None).to_string()),
        ("a list of it", json!([SECRET]).to_string()),
    ];
    let up_to_zero = secret.iter().copied().take_while(|byte| *byte != 0).collect();
    let bytes = [
        ("its bytes, read without + and /", lenient),
        (
            "its text as UTF-16",
            SECRET.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
        ("its bytes up to a zero", up_to_zero),
        ("backwards", secret.iter().rev().copied().collect()),
        ("with its words swapped", swapped),
        ("inverted", secret.iter().map(|byte| !byte).collect()),
        ("its first half", secret[..32].to_vec()),
        ("its second half", secret[32..].to_vec()),
        ("without its last byte", secret[..63].to_vec()),
        ("without its first byte", secret[1..].to_vec()),
        ("and a zero byte", [secret.as_slice(), &[0]].concat()),
        ("and a line end", [secret.as_slice(), b"\n"].concat()),
        ("twice", secret.repeat(2)),
        ("its SHA-256", Sha256::digest(&secret).to_vec()),
        ("its SHA-512", Sha512::digest(&secret).to_vec()),
    ];
    texts
        .map(|(name, text)| (name, text.into_bytes()))
        .into_iter()
        .chain(bytes)
}

/// Whoever has only the form right has no signature.
fn segments() -> Vec<(String, String)> {
    let (h, p, s) = (encode(HEADER), encode(payload()), encode(message_and_signature().1));
    pairs(
        "header alone with its dots: {h}.. | header, no payload, signature: {h}..{s}
        header, payload, nothing: {h}.{p}.
        header twice: {h}.{h}.{s}",
        |text| text.replace("{h}", &h).replace("{p}", &p).replace("{s}", &s),
    )
}

/// Much work for a careless parser. Forged ones do not get as far as to their payload.
fn bombs() -> [(&'static str, String); 6] {
    let claims = |more: &str| format!(r#"{{"exp":4102444800{more}}}"#);
    let kid = header_with(&format!(r#""kid":"{}""#, "k".repeat(5000)));
    let many = format!(r#"{{"alg":"HS256"{}}}"#, members(31));
    let list = header_with(&format!(r#""x":{}"#, deep(1500)));
    [
        ("32 members in a forged header", forged(&many, &payload())),
        ("a deep member in a forged header", forged(&list, &payload())),
        ("a long kid in a forged header", forged(&kid, &payload())),
        (
            "a deep claim in a forged payload",
            forged(HEADER, &claims(&format!(r#","x":{}"#, deep(2500)))),
        ),
        (
            "many claims in a forged payload",
            forged(HEADER, &claims(&members(600))),
        ),
        ("nonsense in a forged payload", forged(HEADER, &"[".repeat(5000))),
    ]
}

/// RFC 7515, sections 4.1.2 to 4.1.8: the header brings the key of the forger, or leads to it.
fn offered_keys() -> Vec<(String, String)> {
    let jwk = TestKey::hmac("HS256", OWN).jwk(None);
    let certificate: String = CERTIFICATE.lines().filter(|line| !line.starts_with('-')).collect();
    let members = [
        ("jwk", jwk.clone()),
        ("jwk", json!({ "kty": "oct", "k": "" })),
        ("jwk", json!({ "kty": "none" })),
        ("jwk", json!({ "keys": [TestKey::hmac("HS256", OWN).jwk(Some(KID))] })),
        ("jwk", json!(jwk.to_string())),
        ("jwks", json!({ "keys": [jwk] })),
        ("keys", json!([jwk])),
        ("JWK", jwk.clone()),
        ("k", json!(encode(OWN))),
        ("key", json!(STANDARD.encode(OWN))),
        ("secret", json!(STANDARD.encode(OWN))),
        (
            "jku",
            json!(format!("data:application/json,{}", json!({ "keys": [jwk] }))),
        ),
        ("jku", json!(["http://127.0.0.1:9/"])),
        ("x5c", json!([certificate])),
        ("x5c", json!(certificate)),
        ("pem", json!(TestKey::new("RS256").pem())),
        ("epk", json!({ "kty": "EC" })),
        ("verify", json!(false)),
        ("__proto__", json!({ "alg": "none" })),
        ("constructor", json!({ "prototype": { "alg": "none" } })),
    ];
    let texts = named(
        r#"jku "http://127.0.0.1:9/jwks.json" | jku "https://attacker.example/jwks.json"
        jku "https://approov.io@attacker.example/jwks.json" | jku "file:///dev/null" | jku "" | jku null | x5c []
        jku "https://approov.io/redirect?to=https://attacker.example/jwks.json"
        x5u "http://127.0.0.1:9/certificate.pem" | x5u "file:///dev/null" | x5t "AAAAAAAAAAAAAAAAAAAAAAAAAAA"
        x5t#S256 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" | iss "https://attacker.example" | ppt "shaken"
        url "http://127.0.0.1:9/" | nonce "a" | enc "A256GCM" | zip "DEF" | cty "JWT""#,
        |cell| {
            let (member, value) = cell.split_once(' ').unwrap();
            (member.to_owned(), serde_json::from_str(value).unwrap())
        },
    );
    let members = members.map(|(member, value)| (member.to_owned(), value));
    let all = members.into_iter().chain(texts.into_iter().map(|(_, member)| member));
    all.map(|(member, value): (String, Value)| {
        let name = format!("{member} {:.100}", value.to_string());
        let header = json!({ "alg": "HS256", member: value }).to_string();
        (name, sign_with(OWN, &encode(header), &encode(payload())))
    })
    .collect()
}

fn of_other_algorithms() -> Vec<(String, String)> {
    let mut rows = Vec::new();
    for alg in ALGORITHMS.into_iter().filter(|alg| *alg != "HS256") {
        rows.push((
            format!("a signature of {alg}"),
            TestKey::other(alg).sign(HEADER, &payload()),
        ));
        if alg.starts_with("HS") {
            let token = TestKey::hmac(alg, &secret()).sign(HEADER, &payload());
            rows.push((format!("the secret and the MAC of {alg}"), token));
        }
    }
    rows
}

fn mac(alg: &str, key: &[u8], message: &[u8]) -> Vec<u8> {
    TestKey::hmac(alg, key).signature(message)
}

fn replaced() -> impl Iterator<Item = (String, String)> {
    let (_, good) = message_and_signature();
    let whole = [
        ("empty", Vec::new()),
        ("of zeros", vec![0; 32]),
        ("of ones", vec![0xff; 32]),
        ("of 64 zeros", vec![0; 64]),
        ("of 4096 zeros", vec![0; 4096]),
        ("reversed", good.iter().rev().copied().collect()),
        ("with its halves swapped", [&good[16..], &good[..16]].concat()),
        ("inverted", good.iter().map(|byte| !byte).collect()),
        ("shifted", [&good[1..], &good[..1]].concat()),
        ("twice", good.repeat(2)),
        ("with a zero behind", [&good[..], &[0]].concat()),
        ("with a zero in front", [&[0], &good[..]].concat()),
        ("with a byte behind", [&good[..], &[0x41]].concat()),
        ("with a line break", [&good[..], b"\n"].concat()),
        ("with zeros in its second half", [&good[..16], &[0; 16]].concat()),
        ("with zeros in its first half", [&[0; 16], &good[16..]].concat()),
        ("with all bytes but the first as zeros", [&good[..1], &[0; 31]].concat()),
    ];
    let whole = whole.map(|(name, signature)| (name.to_owned(), signature));
    let first = (1..32).map(|length| (format!("of its first {length} bytes"), good[..length].to_vec()));
    let last = [1, 8, 16, 24, 31].map(|length| (format!("of its last {length} bytes"), good[32 - length..].to_vec()));
    let rows: Vec<_> = whole.into_iter().chain(first).chain(last).collect();
    rows.into_iter()
        .map(|(name, signature)| (name, with_signature(signature)))
}

/// Made with the secret, but not of `header.payload` as they are there.
fn of_something_else() -> Vec<(String, String)> {
    let (message, good) = message_and_signature();
    let (h, p) = message.split_once('.').unwrap();
    let templates = "nothing: ∅ | the header: {h} | the payload: {p} | header and payload without dot: {h}{p}
        header and payload with a dot more: {h}.{p}. | payload and header: {p}.{h} | the whole token: {h}.{p}.{s}
        the value of the header: Bearer {h}.{p}.{s} | padded segments: {h}=.{p}= | another message: {h}.e30
        the message with a line break: {h}.{p}␊ | the message with a NUL: {h}.{p}␀";
    let filled = |text: &str| text.replace("{h}", h).replace("{p}", p).replace("{s}", &encode(&good));
    let decoded = [
        ("the decoded segments", format!("{HEADER}.{}", payload())),
        ("the decoded payload", payload()),
        ("the message in capitals", message.to_uppercase()),
    ];
    let decoded = decoded.map(|(name, signed)| (name.to_owned(), signed));
    let rows = pairs(templates, filled).into_iter().chain(decoded);
    rows.map(|(name, signed)| (name, with_signature(mac("HS256", &secret(), signed.as_bytes()))))
        .collect()
}

/// Of the right message, but no HMAC with SHA-256 of it, or not with the secret alone.
fn of_another_kind() -> [(&'static str, String); 14] {
    let (message, good) = message_and_signature();
    let (message, secret) = (message.as_bytes(), secret());
    let long = |alg| mac(alg, &secret, message);
    [
        ("SHA-256 of the message", Sha256::digest(message).to_vec()),
        (
            "SHA-256 of secret and message",
            Sha256::digest([&secret, message].concat()).to_vec(),
        ),
        (
            "SHA-256 of message and secret",
            Sha256::digest([message, &secret].concat()).to_vec(),
        ),
        ("key and message swapped", mac("HS256", message, &secret)),
        ("the MAC of the MAC", mac("HS256", &secret, &good)),
        ("the MAC of the hash", mac("HS256", &secret, &Sha256::digest(message))),
        ("the hash of the MAC", Sha256::digest(&good).to_vec()),
        ("HS384", long("HS384")),
        ("HS512", long("HS512")),
        ("HS384, cut", long("HS384")[..32].to_vec()),
        ("HS512, cut", long("HS512")[..32].to_vec()),
        ("the secret", secret.clone()),
        ("half of the secret", secret[..32].to_vec()),
        ("the message", message.to_vec()),
    ]
    .map(|(name, signature)| (name, with_signature(signature)))
}

/// The good signature, in another spelling.
fn as_text() -> [(&'static str, String); 7] {
    let (message, good) = message_and_signature();
    let hex = hex(&good);
    let with = |signature: &str| format!("{message}.{signature}");
    [
        ("hex", with(&hex)),
        ("hex in capitals", with(&hex.to_uppercase())),
        ("hex, encoded", with_signature(&hex)),
        ("base64url, encoded", with_signature(encode(&good))),
        ("null", with("null")),
        ("True", with("True")),
        ("as it stands in another case", with(&swap_case(&encode(&good)))),
    ]
}

/// The last letter stays: not every one can be there.
fn swap_case(text: &str) -> String {
    let (start, last) = text.split_at(text.len() - 1);
    let swap = |letter: char| {
        if letter.is_ascii_lowercase() {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        }
    };
    start.chars().map(swap).chain(last.chars()).collect()
}

/// One bit in this byte.
fn altered(byte: usize) -> (String, String) {
    let (_, mut signature) = message_and_signature();
    signature[byte] ^= 1 << (byte % 8);
    (format!("bit {} of byte {byte}", byte % 8), with_signature(signature))
}

/// Good signatures under other claims or another header: of another good token, of an older one, of one that said less.
fn moved() -> [(&'static str, String); 9] {
    let claims = |more: Value| token::claims(&more).to_string();
    let later = claims(json!({ "exp": now() + 999_999 }));
    let bound = claims(json!({ "pay": token::binding(&["user"]) }));
    let expired = claims(json!({ "exp": now() - 60 }));
    let moved = |header: &str, payload: &str, from: &str| {
        let (_, signature) = from.rsplit_once('.').unwrap();
        format!("{}.{}.{signature}", encode(header), encode(payload))
    };
    let p = payload();
    let (kid_a, kid_b) = (header_with(r#""kid":"a""#), header_with(r#""kid":"b""#));
    [
        ("of an expired token", moved(HEADER, &later, &sign(HEADER, &expired))),
        (
            "of another device",
            moved(HEADER, &claims(json!({ "did": "x" })), &good()),
        ),
        ("of an unbound token", moved(HEADER, &bound, &good())),
        ("of a bound token", moved(HEADER, &later, &sign(HEADER, &bound))),
        (
            "of a token with another header",
            moved(r#"{"alg":"HS256"}"#, &p, &sign(HEADER, &p)),
        ),
        (
            "of a token with less white space",
            moved(&format!("{HEADER} "), &p, &sign(HEADER, &p)),
        ),
        (
            "of a payload with less white space",
            moved(HEADER, &format!("{p} "), &sign(HEADER, &p)),
        ),
        ("of a token with another kid", moved(&kid_a, &p, &sign(kid_b, &p))),
        (
            "of an unsigned token",
            moved(HEADER, &p, &sign(r#"{"alg":"none"}"#, &p)),
        ),
    ]
}
