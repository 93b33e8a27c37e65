//! Headers that name keys, certificates and extensions. Where a forger signs, it is with what the header would lead to.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{Attack, HEADER, KID, all, encode, payload, secret, sign, sign_with};
use crate::keys::{CERTIFICATE, TestKey};

/// What the forger has in place of the secret.
const OWN: &[u8] = &[0x77; 32];

pub(super) fn rows() -> Vec<Attack> {
    let ids = key_ids().into_iter().map(|(kid, secret)| {
        let token = sign_with(
            &secret,
            &encode(json!({ "alg": "HS256", "kid": kid }).to_string()),
            &encode(payload()),
        );
        Attack::new(format!("kid: {}", short(&kid)), token, "token_signature")
    });
    [
        ids.collect(),
        keys(),
        critical(),
        unsupported(),
        wrong_types(),
        without_algorithm(),
    ]
    .concat()
}

/// Whatever is signed, and however well: the id is not that of the key. With the key's id, it is the signature.
pub(super) fn rows_for_a_key_with_an_id() -> Vec<Attack> {
    let with = |secret: &[u8], kid: &str| {
        sign_with(
            secret,
            &encode(json!({ "alg": "HS256", "kid": kid }).to_string()),
            &encode(payload()),
        )
    };
    let mut rows = Vec::new();
    for (kid, own) in key_ids() {
        let name = short(&kid);
        rows.push(Attack::new(
            format!("kid for an id: {name}"),
            with(&own, &kid),
            "token_key_unknown",
        ));
        rows.push(Attack::new(
            format!("kid for an id, signed well: {name}"),
            with(&secret(), &kid),
            "token_key_unknown",
        ));
        rows.push(Attack::new(
            format!("kid for an id, of the key: {name}"),
            with(&own, KID),
            "token_signature",
        ));
    }
    for kid in near_misses() {
        rows.push(Attack::new(
            format!("kid for an id: {kid:?}"),
            with(&secret(), &kid),
            "token_key_unknown",
        ));
    }
    rows.extend(all(
        "kid for an id",
        "token_algorithm",
        [(
            "none",
            sign(json!({ "alg": "none", "kid": KID }).to_string(), payload()),
        )],
    ));
    rows
}

/// Distinct, and short enough to be read where a test fails.
fn short(kid: &str) -> String {
    format!("{kid:.60?} of {}", kid.len())
}

/// Almost the id of the key.
fn near_misses() -> Vec<String> {
    vec![
        KID.to_uppercase() + "X",
        format!("{KID} "),
        format!(" {KID}"),
        format!("{KID}\0"),
        format!("{KID}\n"),
        format!("\"{KID}\""),
        format!("{KID},{KID}"),
        format!("./{KID}"),
        format!("x/../{KID}"),
        format!("{KID}#"),
        format!("{KID}?"),
        format!("{KID}%00"),
        KID.replace('-', "%2D"),
        KID.replace('-', "\u{2010}"),
        KID.replace('1', "１"),
        KID.replace('-', ""),
        KID[1..].to_owned(),
        KID[..KID.len() - 1].to_owned(),
        KID.replace('2', "[2]"),
        "*".to_owned(),
        ".*".to_owned(),
        "%".to_owned(),
        "____-__".to_owned(),
        "0".to_owned(),
    ]
}

/// Ids that other servers took for a path, a query or a command, and the secret that this gave the forger.
fn key_ids() -> Vec<(String, Vec<u8>)> {
    let rows: [(&str, &[u8]); 36] = [
        ("", b""),
        ("/dev/null", b""),
        ("../../../../../../dev/null", b""),
        ("..\\..\\..\\NUL", b""),
        ("file:///dev/null", b""),
        ("%2e%2e%2f%2e%2e%2fdev%2fnull", b""),
        ("....//....//dev/null", b""),
        ("/dev/null\0.pem", b""),
        ("/dev/zero", &[0; 32]),
        ("/proc/sys/kernel/randomize_va_space", b"2\n"),
        ("/proc/sys/kernel/ngroups_max", b"65536\n"),
        ("/sys/class/net/lo/address", b"00:00:00:00:00:00\n"),
        ("/etc/hostname", b"localhost\n"),
        ("css/bootstrap.css", b"/*!"),
        ("file:///proc/self/environ", OWN),
        ("' UNION SELECT 'AAAA' -- ", b"AAAA"),
        ("x' UNION SELECT 'AAAA';--", b"AAAA"),
        ("\" UNION SELECT \"AAAA\" -- ", b"AAAA"),
        ("' OR 1=1 LIMIT 1 -- ", OWN),
        ("0 UNION SELECT NULL", b""),
        ("'; UPDATE keys SET k = ''; -- ", b""),
        ("{\"$ne\": null}", OWN),
        ("*)(kid=*", OWN),
        ("' or '1'='1", OWN),
        ("http://127.0.0.1:9/key", OWN),
        ("https://attacker.example/key.pem", OWN),
        ("data:,AAAA", b"AAAA"),
        ("| echo AAAA", b"AAAA\n"),
        ("; echo AAAA", b"AAAA\n"),
        ("$(echo AAAA)", b"AAAA\n"),
        ("`echo AAAA`", b"AAAA\n"),
        ("${jndi:ldap://127.0.0.1/a}", OWN),
        ("{{7*7}}", OWN),
        ("<!DOCTYPE x SYSTEM \"file:///dev/null\">", b""),
        ("__proto__", b"[object Object]"),
        ("a\r\nSet-Cookie: b=c", OWN),
    ];
    let long = ["k", "é", "\u{1f600}", "\0", "\"", "%"].map(|letter| (letter.repeat(700), OWN.to_vec()));
    let rows = rows.map(|(kid, secret)| (kid.to_owned(), secret.to_vec()));
    rows.into_iter().chain(long).collect()
}

/// RFC 7515, sections 4.1.2 to 4.1.8: the header brings the key of the forger, or leads to it.
fn keys() -> Vec<Attack> {
    let forger = TestKey::hmac("HS256", OWN);
    let certificate: String = CERTIFICATE.lines().filter(|line| !line.starts_with('-')).collect();
    let members = [
        ("jwk", forger.jwk(None)),
        ("jwk", json!({ "kty": "oct", "k": "" })),
        ("jwk", json!({ "kty": "none" })),
        ("jwk", json!({ "keys": [forger.jwk(Some(KID))] })),
        ("jwk", json!(forger.jwk(None).to_string())),
        ("jwks", json!({ "keys": [forger.jwk(None)] })),
        ("keys", json!([forger.jwk(None)])),
        ("JWK", forger.jwk(None)),
        ("k", json!(encode(OWN))),
        ("key", json!(STANDARD.encode(OWN))),
        ("secret", json!(STANDARD.encode(OWN))),
        ("jku", json!("http://127.0.0.1:9/jwks.json")),
        ("jku", json!("https://attacker.example/jwks.json")),
        ("jku", json!("https://approov.io@attacker.example/jwks.json")),
        (
            "jku",
            json!("https://approov.io/redirect?to=https://attacker.example/jwks.json"),
        ),
        ("jku", json!("file:///dev/null")),
        (
            "jku",
            json!(format!(
                "data:application/json,{}",
                json!({ "keys": [forger.jwk(None)] })
            )),
        ),
        ("jku", json!("")),
        ("jku", json!(null)),
        ("jku", json!(["http://127.0.0.1:9/"])),
        ("x5u", json!("http://127.0.0.1:9/certificate.pem")),
        ("x5u", json!("file:///dev/null")),
        ("x5c", json!([certificate])),
        ("x5c", json!(certificate)),
        ("x5c", json!([])),
        ("x5t", json!("AAAAAAAAAAAAAAAAAAAAAAAAAAA")),
        ("x5t#S256", json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
        ("pem", json!(TestKey::new("RS256").pem())),
        ("iss", json!("https://attacker.example")),
        ("ppt", json!("shaken")),
        ("url", json!("http://127.0.0.1:9/")),
        ("nonce", json!("a")),
        ("epk", json!({ "kty": "EC" })),
        ("enc", json!("A256GCM")),
        ("zip", json!("DEF")),
        ("cty", json!("JWT")),
        ("verify", json!(false)),
        ("__proto__", json!({ "alg": "none" })),
        ("constructor", json!({ "prototype": { "alg": "none" } })),
    ];
    let token = |(member, value): &(&str, Value)| {
        let header = json!({ "alg": "HS256", *member: value }).to_string();
        let name = format!("offered key: {member} {:.100}", value.to_string());
        Attack::new(
            name,
            sign_with(OWN, &encode(header), &encode(payload())),
            "token_signature",
        )
    };
    let mut rows: Vec<_> = members.iter().map(token).collect();
    for name in ["RS256", "ES256", "EdDSA"] {
        let forger = TestKey::other(name);
        let header = json!({ "alg": name, "jwk": forger.jwk(None) }).to_string();
        let token = forger.sign(&header, &payload());
        rows.push(Attack::new(
            format!("offered key: jwk for {name}"),
            token,
            "token_algorithm",
        ));
    }
    rows
}

/// RFC 7515, section 4.1.11, and RFC 7797. Well signed, and refused for what is asked.
fn critical() -> Vec<Attack> {
    let members = [
        r#""crit":["exp"]"#,
        r#""crit":["alg"]"#,
        r#""crit":["b64"]"#,
        r#""crit":["b64"],"b64":false"#,
        r#""crit":["b64"],"b64":true"#,
        r#""crit":["crit"]"#,
        r#""crit":["x"],"x":1"#,
        r#""crit":["http://openbanking.org.uk/iat"],"http://openbanking.org.uk/iat":1"#,
        r#""crit":[]"#,
        r#""crit":[""]"#,
        r#""crit":[null]"#,
        r#""crit":[[]]"#,
        r#""crit":["exp","exp"]"#,
        r#""crit":"exp""#,
        r#""crit":"""#,
        r#""crit":null"#,
        r#""crit":true"#,
        r#""crit":false"#,
        r#""crit":0"#,
        r#""crit":{}"#,
        r#""crit":{"exp":true}"#,
        r#""\u0063rit":["exp"]"#,
        r#""cr\u0069t":null"#,
        r#""b64":false"#,
        r#""b64":true"#,
        r#""b64":null"#,
        r#""b64":0"#,
        r#""b64":"false""#,
        r#""b64":[]"#,
        r#""b\u00364":false"#,
    ];
    let header = |member: &str| format!(r#"{{"alg":"HS256",{member}}}"#);
    let mut rows = all(
        "critical",
        "token_critical_header",
        members.map(|member| (member, sign(header(member), payload()))),
    );
    let none = |member: &str| {
        format!(
            "{}.{}.",
            encode(format!(r#"{{"alg":"none",{member}}}"#)),
            encode(payload())
        )
    };
    rows.extend(all(
        "critical, unsigned",
        "token_critical_header",
        members.map(|member| (member, none(member))),
    ));
    // RFC 7797: the payload as it is.
    let message = format!(
        "{}.{}",
        encode(header(r#""crit":["b64"],"b64":false"#)),
        payload().replace('.', "")
    );
    let signature = TestKey::hmac("HS256", &secret()).signature(message.as_bytes());
    rows.push(Attack::new(
        "critical: a payload that is not encoded",
        format!("{message}.{}", encode(signature)),
        "token_critical_header",
    ));
    rows
}

/// Well signed, and the payload is as the header says: nobody looks there.
fn unsupported() -> Vec<Attack> {
    let with = |member: &str, payload: &[u8]| sign(format!(r#"{{"alg":"HS256",{member}}}"#), payload);
    // `{}` with DEFLATE.
    let compressed = [0xab, 0xae, 0x05, 0x00];
    all(
        "not supported",
        "token_malformed",
        [
            ("a compressed payload", with(r#""zip":"DEF""#, &compressed)),
            ("an encrypted payload", with(r#""enc":"A256GCM""#, &[0x99; 40])),
            (
                "a payload in CBOR",
                with(r#""cty":"application/cbor""#, b"\xa1cexp\x1a\xf4\x86\x57\x00"),
            ),
            (
                "a payload of events",
                with(r#""typ":"secevent+jwt""#, b"[{\"exp\":4102444800}]"),
            ),
        ],
    )
}

fn wrong_types() -> Vec<Attack> {
    let values = [
        "null",
        "1",
        "0",
        "-1",
        "1.5",
        "true",
        "false",
        "[]",
        "{}",
        r#"["HS256"]"#,
        r#"[["HS256"]]"#,
        r#"{"HS256":1}"#,
        r#"{"$eq":"HS256"}"#,
    ];
    let mut rows = Vec::new();
    for name in ["alg", "typ", "cty", "kid"] {
        for value in values {
            let alg = if name == "alg" { "" } else { r#""alg":"HS256","# };
            let header = format!(r#"{{{alg}"{name}":{value}}}"#);
            rows.push(Attack::new(
                format!("header type: {header}"),
                sign(&header, payload()),
                "token_malformed",
            ));
        }
    }
    let twice = [
        r#"{"alg":"HS256","alg":"HS256"}"#,
        r#"{"alg":"HS256","alg":"none"}"#,
        r#"{"alg":"none","alg":"HS256"}"#,
        r#"{"alg":"HS256","\u0061lg":"none"}"#,
        r#"{"al\u0067":"none","alg":"HS256"}"#,
        r#"{"alg":"HS256","alg":null}"#,
        r#"{"alg":"HS256","typ":"JWT","typ":"JWT"}"#,
        r#"{"alg":"HS256","kid":"a","kid":"b"}"#,
        r#"{"alg":"HS256","\u006bid":"a","kid":"b"}"#,
        r#"{"alg":"HS256","crit":[],"crit":["exp"]}"#,
        r#"{"alg":"HS256","b64":true,"b64":false}"#,
        r#"{"alg":"HS256","jwk":{},"jwk":{}}"#,
        r#"{"alg":"HS256","kid":"\ud800"}"#,
        r#"{"alg":"HS256\udfff"}"#,
        r#"{"alg":"HS256","typ":"\ud83d\u0041"}"#,
    ];
    rows.extend(all(
        "header twice",
        "token_malformed",
        twice.map(|header| (header, sign(header, payload()))),
    ));
    rows
}

fn without_algorithm() -> Vec<Attack> {
    let headers = [
        "{}",
        r#"{"typ":"JWT"}"#,
        r#"{"ALG":"HS256"}"#,
        r#"{"Alg":"HS256"}"#,
        r#"{"alg ":"HS256"}"#,
        r#"{" alg":"HS256"}"#,
        r#"{"alg\u0000":"HS256"}"#,
        r#"{"\u0000alg":"HS256"}"#,
        r#"{"alg\n":"HS256"}"#,
        r#"{"аlg":"HS256"}"#,
        r#"{"algorithm":"HS256"}"#,
        r#"{"":"HS256"}"#,
        r#"{"header":{"alg":"HS256"}}"#,
        r#"{"x":{"alg":"HS256"}}"#,
        r#"{"x":"\"alg\":\"HS256\""}"#,
    ];
    let mut rows = all(
        "no alg",
        "token_algorithm",
        headers.map(|header| (header, sign(header, payload()))),
    );
    let unsigned = headers.map(|header| (header, format!("{}.{}.", encode(header), encode(payload()))));
    rows.extend(all("no alg, unsigned", "token_algorithm", unsigned));
    rows
}

pub(super) fn odd_but_good() -> Vec<(&'static str, String)> {
    let with = |header: &str| sign(header, payload());
    vec![
        ("another order", with(r#"{"typ":"JWT","alg":"HS256"}"#)),
        ("no typ", with(r#"{"alg":"HS256"}"#)),
        ("another typ", with(r#"{"alg":"HS256","typ":"at+jwt"}"#)),
        ("escapes", with(r#"{"\u0061lg":"HS\u003256"}"#)),
        ("white space", with(" {\t\"alg\" :\r\n\"HS256\" } \n")),
        ("a kid that nobody has", with(r#"{"alg":"HS256","kid":"/dev/null"}"#)),
        (
            "an address that nobody asks",
            with(r#"{"alg":"HS256","jku":"http://127.0.0.1:9/"}"#),
        ),
        (
            "members of the same name in another object",
            with(r#"{"alg":"HS256","x":{"alg":"none","alg":"none"}}"#),
        ),
        (
            "an extension that is not critical",
            with(r#"{"alg":"HS256","http://openbanking.org.uk/iat":1}"#),
        ),
        ("the usual header", with(HEADER)),
    ]
}
