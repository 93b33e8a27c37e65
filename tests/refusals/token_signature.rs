//! Tokens that the secret has not signed as they are.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    Case, KID,
    Server::{Authorization, Bound, KeyWithId, Lenient, Secret, Unbound},
    make::{
        HEADER, MAX_LENGTH, OWN, USER, beside_bound, deep, encode, forged, good, header_with, key_ids, lines, members,
        message_and_signature, of_good, payload, rest, secret, short, sign, sign_with, token_line, up_to, user,
        with_claim, with_kid, with_signature,
    },
    token_missing::{COMPANIONS, with_trailer},
};
use crate::{
    keys::{ALGORITHMS, CERTIFICATE, TestKey},
    tables::{filled, filled_text, named, pairs},
    token::{self, ARC, DEVICE_ID, OTHER_SECRET, SECRET, now},
};

pub(super) fn rows(case: Case) -> Case {
    let by = |secret: &[u8]| sign_with(secret, &encode(HEADER), &encode(payload()));
    let guessed = named(GUESSED, |secret| by(secret.as_bytes())).into_iter();
    let kids = key_ids().into_iter();
    let case = case
        .kind("secret")
        .tokens(guessed.map(|(name, token)| (format!("{name:?}"), token)))
        .tokens(secrets().into_iter().map(|(name, secret)| (name, by(&secret))))
        .tokens(pairs(MISREAD, |secret| by(&of_good(secret))))
        .kind("segments")
        .tokens(pairs(SEGMENTS, of_good))
        .kind("size")
        .tokens([("as long as allowed, and a wrong signature", up_to(MAX_LENGTH, &good()))])
        .kind("bomb")
        .tokens(bombs())
        .kind("kid")
        .tokens(kids.clone().map(|(kid, own)| (short(&kid), with_kid(&own, &kid))))
        .kind("offered key")
        .tokens(offered_keys())
        .kind("alg HS256 with")
        .tokens(of_other_algorithms())
        .kind("signature")
        .tokens(pairs(REPLACED, |signature| with_signature(of_good(signature))))
        .tokens((1..32).map(|length| {
            let first = of_good(&format!("{{mac ..{length}}}"));
            (format!("of its first {length} bytes"), with_signature(first))
        }))
        .kind("signature of")
        .tokens(pairs(SOMETHING_ELSE, |signed| {
            with_signature(mac("HS256", &secret(), &of_good(signed)))
        }))
        .kind("signature kind")
        .tokens(of_another_kind())
        .kind("signature text")
        .tokens(pairs(TEXTS, |signature| of_good(&format!("{{h}}.{{p}}.{signature}"))))
        .tokens([(
            "in another case",
            [of_good("{h}.{p}."), swap_case(&of_good("{s}"))].concat(),
        )])
        .kind("signature altered")
        .tokens((0..32).map(altered))
        .kind("signature moved")
        .tokens(moved())
        .at([KeyWithId])
        .kind("kid for an id, of the key")
        .tokens(kids.map(|(kid, own)| (short(&kid), with_kid(&own, KID))));
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
    let bearer = [user(format!("Bearer {}", token::forged())), token_line(&good).into()].concat();
    case.at([Secret])
        .kind("elsewhere, and a forged one in the header")
        .rest([
            ("query", rest(&format!("?Approov-Token={good}"), &forged)),
            (
                "Authorization",
                lines(format!("{forged}Authorization: Bearer {good}\r\n")),
            ),
            ("trailer", with_trailer(&forged, &token_line(&good))),
        ])
        .kind("company")
        .lines(named(COMPANIONS, |line| format!("{forged}{line}\r\n")))
        .at([Authorization])
        .kind("Authorization")
        .lines([("forged, and good under the default name", bearer)])
        .at([Bound, Lenient, Unbound])
        .kind("bound but forged")
        .lines(beside_bound(&bound))
}

/// HMAC fills a key with zeros: the empty one is the same as up to 64 of them.
fn secrets() -> Vec<(String, Vec<u8>)> {
    let mut rows = vec![
        (String::new(), Vec::new()),
        ("counted to 32".to_owned(), (0..32).collect()),
        ("counted to 64".to_owned(), (0..64).collect()),
        ("another secret".to_owned(), STANDARD.decode(OTHER_SECRET).unwrap()),
        ("the device".to_owned(), DEVICE_ID.into()),
        ("arc".to_owned(), ARC.into()),
    ];
    for byte in [0x00, 0x01, 0x20, 0x30, 0x41, 0x61, 0xa5, 0xff] {
        for length in [1, 16, 31, 32, 48, 64] {
            rows.push((format!("{length} times {byte:#04x}"), vec![byte; length]));
        }
    }
    let secret = secret();
    let letters: String = SECRET.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut swapped = secret.clone();
    swapped.chunks_mut(4).for_each(<[u8]>::reverse);
    let misread = [
        (
            "bytes without + and /",
            STANDARD_NO_PAD.decode(&letters[..letters.len() / 4 * 4]).unwrap(),
        ),
        ("text without + and /", letters.into()),
        (
            "text as UTF-16",
            SECRET.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
        ("broken UTF-8", String::from_utf8_lossy(&secret).into_owned().into()),
        (
            "bytes up to a zero",
            secret.split(|byte| *byte == 0).next().unwrap().into(),
        ),
        ("JWK", TestKey::hmac("HS256", &secret).jwk(None).to_string().into()),
        ("words swapped", swapped),
    ];
    rows.extend(misread.map(|(name, secret)| (format!("its {name}"), secret)));
    rows
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
    and a line end: {secret}␊ | its SHA-256: {secret sha256} | its SHA-512: {secret sha512}
"#;

/// Whoever has only the form right has no signature.
const SEGMENTS: &str = "header alone with its dots: {h}.. | header, no payload, signature: {h}..{s}
    header, payload, nothing: {h}.{p}. | header twice: {h}.{h}.{s}";

/// Much work for a careless parser. Forged ones do not get as far as to their payload.
fn bombs() -> [(&'static str, String); 6] {
    let claims = |more: &str| forged(HEADER, &format!(r#"{{"exp":4102444800{more}}}"#));
    let header = |more: &str| forged(&format!(r#"{{"alg":"HS256"{more}}}"#), &payload());
    [
        ("32 members in a forged header", header(&members(31))),
        (
            "a deep member in a forged header",
            header(&format!(r#","x":{}"#, deep(1500))),
        ),
        (
            "a long kid in a forged header",
            header(&format!(r#","kid":"{}""#, "k".repeat(5000))),
        ),
        (
            "a deep claim in a forged payload",
            claims(&format!(r#","x":{}"#, deep(2500))),
        ),
        ("many claims in a forged payload", claims(&members(600))),
        ("nonsense in a forged payload", forged(HEADER, &"[".repeat(5000))),
    ]
}

/// RFC 7515, sections 4.1.2 to 4.1.8: the header brings the key of the forger, or leads to it.
const OFFERED_KEYS: &str = r#"
    jwk {jwk} | jwk {"kty":"oct","k":""} | jwk {"kty":"none"} | jwk {"keys":[{jwk_of_kid}]} | jwk {jwk_as_text}
    jwks {"keys":[{jwk}]} | keys [{jwk}] | JWK {jwk} | k "{own base64url}" | key "{own base64}"
    secret "{own base64}" | jku {jwk_as_data} | jku ["http://127.0.0.1:9/"] | x5c ["{certificate}"]
    x5c "{certificate}" | pem {pem} | epk {"kty":"EC"} | verify false | __proto__ {"alg":"none"}
    constructor {"prototype":{"alg":"none"}}
    jku "http://127.0.0.1:9/jwks.json" | jku "https://attacker.example/jwks.json"
    jku "https://approov.io@attacker.example/jwks.json" | jku "file:///dev/null" | jku "" | jku null | x5c []
    jku "https://approov.io/redirect?to=https://attacker.example/jwks.json"
    x5u "http://127.0.0.1:9/certificate.pem" | x5u "file:///dev/null" | x5t "AAAAAAAAAAAAAAAAAAAAAAAAAAA"
    x5t#S256 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" | iss "https://attacker.example" | ppt "shaken"
    url "http://127.0.0.1:9/" | nonce "a" | enc "A256GCM" | zip "DEF" | cty "JWT"
"#;

fn offered_keys() -> Vec<(String, String)> {
    let jwk = TestKey::hmac("HS256", OWN).jwk(None);
    let values = [
        ("jwk", &*jwk.to_string()),
        ("jwk_of_kid", &TestKey::hmac("HS256", OWN).jwk(Some(KID)).to_string()),
        ("jwk_as_text", &json!(jwk.to_string()).to_string()),
        (
            "jwk_as_data",
            &json!(format!("data:application/json,{}", json!({ "keys": [jwk] }))).to_string(),
        ),
        ("own", str::from_utf8(OWN).unwrap()),
        (
            "certificate",
            &CERTIFICATE
                .lines()
                .filter(|line| !line.starts_with('-'))
                .collect::<String>(),
        ),
        ("pem", &json!(TestKey::new("RS256").pem()).to_string()),
    ];
    named(OFFERED_KEYS, |cell| {
        let (member, value) = cell.split_once(' ').unwrap();
        let value: Value = serde_json::from_str(&filled_text(value, &values)).unwrap();
        let header = json!({ "alg": "HS256", member: value }).to_string();
        sign_with(OWN, &encode(header), &encode(payload()))
    })
}

fn of_other_algorithms() -> Vec<(String, String)> {
    let mut rows = Vec::new();
    for alg in ALGORITHMS.into_iter().filter(|alg| *alg != "HS256") {
        let theirs = TestKey::other(alg).sign(HEADER, &payload());
        rows.push((format!("a signature of {alg}"), theirs));
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

const REPLACED: &str = "
    empty: ∅ | of zeros: {0x00 ×32} | of ones: {0xff ×32} | of 64 zeros: {0x00 ×64} | of 4096 zeros: {0x00 ×4096}
    reversed: {mac reversed} | with its halves swapped: {mac 16..}{mac ..16} | inverted: {mac inverted}
    shifted: {mac 1..}{mac ..1} | twice: {mac ×2} | with a zero behind: {mac +00} | with a zero in front: {0x00}{mac}
    with a byte behind: {mac +41} | with a line break: {mac}␊ | with zeros in its second half: {mac ..16}{0x00 ×16}
    with zeros in its first half: {0x00 ×16}{mac 16..} | all zeros but the first: {mac ..1}{0x00 ×31}
    of its last byte: {mac 31..} | of its last 8 bytes: {mac 24..} | of its last 16 bytes: {mac 16..}
    of its last 24 bytes: {mac 8..} | of its last 31 bytes: {mac 1..}
";

/// Made with the secret, but not of `header.payload` as they are there.
const SOMETHING_ELSE: &str = "
    nothing: ∅ | the header: {h} | the payload: {p} | header and payload without dot: {h}{p}
    header and payload with a dot more: {h}.{p}. | payload and header: {p}.{h} | the whole token: {h}.{p}.{s}
    the value of the header: Bearer {h}.{p}.{s} | padded segments: {h}=.{p}= | another message: {h}.e30
    the message with a line break: {h}.{p}␊ | the message with a NUL: {h}.{p}␀ | the payload decoded: {payload}
    the segments decoded: {header}.{payload} | the message in capitals: {h upper}.{p upper}
";

/// Of the right message, but no HMAC with SHA-256 of it, or not with the secret alone.
fn of_another_kind() -> Vec<(String, String)> {
    let (message, good) = message_and_signature();
    let (message, secret) = (message.as_bytes(), secret());
    let values: [(_, &[u8]); 10] = [
        ("message", message),
        ("secret,message", &[&secret, message].concat()),
        ("message,secret", &[message, &secret].concat()),
        ("swapped", &mac("HS256", message, &secret)),
        ("twice", &mac("HS256", &secret, &good)),
        ("of_hash", &mac("HS256", &secret, &Sha256::digest(message))),
        ("mac", &good),
        ("HS384", &mac("HS384", &secret, message)),
        ("HS512", &mac("HS512", &secret, message)),
        ("secret", &secret),
    ];
    let table = "{message sha256} | {secret,message sha256} | {message,secret sha256} | {swapped} | {twice} | {of_hash}
        {mac sha256} | {HS384} | {HS512} | {HS384 ..32} | {HS512 ..32} | {secret} | {secret ..32} | {message}";
    named(table, |signature| with_signature(filled(signature, &values)))
}

/// The good signature, in another spelling.
const TEXTS: &str = "hex: {mac hex} | hex in capitals: {mac hex upper} | hex, encoded: {mac hex base64url}
    base64url, encoded: {mac base64url base64url} | null: null | True: True";

/// The last letter stays: not every one can be there.
fn swap_case(text: &[u8]) -> Vec<u8> {
    let (last, start) = text.split_last().unwrap();
    let swapped = |byte: &u8| if byte.is_ascii_alphabetic() { byte ^ 0x20 } else { *byte };
    start.iter().map(swapped).chain([*last]).collect()
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
    let (device, expired) = (claims(json!({ "did": "x" })), claims(json!({ "exp": now() - 60 })));
    let (p, spaced) = (payload(), payload() + " ");
    let (kid_a, kid_b) = (header_with(r#""kid":"a""#), header_with(r#""kid":"b""#));
    [
        ("an expired token", (HEADER, &later), (HEADER, &expired)),
        ("another device", (HEADER, &device), (HEADER, &p)),
        ("an unbound token", (HEADER, &bound), (HEADER, &p)),
        ("a bound token", (HEADER, &later), (HEADER, &bound)),
        ("another header", (r#"{"alg":"HS256"}"#, &p), (HEADER, &p)),
        (
            "a header with less white space",
            (&format!("{HEADER} "), &p),
            (HEADER, &p),
        ),
        ("a payload with less white space", (HEADER, &spaced), (HEADER, &p)),
        ("another kid", (&kid_a, &p), (&kid_b, &p)),
        ("an unsigned token", (HEADER, &p), (r#"{"alg":"none"}"#, &p)),
    ]
    .map(|(name, (header, payload), from)| {
        let signed = sign(from.0, from.1);
        let (_, signature) = signed.rsplit_once('.').unwrap();
        (name, format!("{}.{}.{signature}", encode(header), encode(payload)))
    })
}
