//! Texts that are no JWK Set, or one in which nothing can be used. The refusal is how the sentence of the error ends.

use serde_json::{Value, json};

use super::Attack;
use crate::keys::{TestKey, jwks};

/// Whole documents. Not all are text.
#[must_use]
pub fn documents() -> Vec<Attack> {
    [no_sets(), broken_json(), no_text(), nothing_usable(), too_many()].concat()
}

fn jwk() -> Value {
    TestKey::new("ES256").jwk(None)
}

/// With a good key in it.
fn set() -> String {
    jwks(&[jwk()])
}

fn all<V: Into<Vec<u8>>>(refusal: &'static str, rows: impl IntoIterator<Item = (impl AsRef<str>, V)>) -> Vec<Attack> {
    let row = |(name, document): (_, V)| {
        let name: &str = AsRef::as_ref(&name);
        Attack::new(format!("document: {name}"), document, refusal)
    };
    rows.into_iter().map(row).collect()
}

const NO_SET: &str = "is not a JWK Set";

fn no_sets() -> Vec<Attack> {
    let (jwk, set) = (jwk(), set());
    all(
        NO_SET,
        [
            ("empty", String::new()),
            ("white space", " \r\n\t".to_owned()),
            ("null", "null".to_owned()),
            ("true", "true".to_owned()),
            ("a number", "1".to_owned()),
            ("an empty object", "{}".to_owned()),
            ("an empty list", "[]".to_owned()),
            ("an empty string", "\"\"".to_owned()),
            ("a key", jwk.to_string()),
            ("a list with a key", format!("[{jwk}]")),
            ("a list with a set", format!("[{set}]")),
            ("a string of a set", json!(set).to_string()),
            ("keys: null", json!({ "keys": null }).to_string()),
            ("keys: a key", json!({ "keys": jwk }).to_string()),
            (
                "keys: an object with a key",
                json!({ "keys": { "0": jwk } }).to_string(),
            ),
            ("keys: a string", json!({ "keys": set }).to_string()),
            ("keys: a number", json!({ "keys": 1 }).to_string()),
            ("keys: true", json!({ "keys": true }).to_string()),
            ("Keys", json!({ "Keys": [jwk] }).to_string()),
            ("key", json!({ "key": [jwk] }).to_string()),
            ("keys with a space", json!({ "keys ": [jwk] }).to_string()),
            ("keys with a NUL", json!({ "keys\0": [jwk] }).to_string()),
            ("a set in a set", json!({ "jwks": { "keys": [jwk] } }).to_string()),
            ("keys twice", format!(r#"{{"keys":[{jwk}],"keys":[{jwk}]}}"#)),
            ("keys and no keys", format!(r#"{{"keys":[{jwk}],"keys":[]}}"#)),
            ("keys in two spellings", format!(r#"{{"keys":[{jwk}],"\u006beys":[]}}"#)),
            ("keys and null", format!(r#"{{"keys":[{jwk}],"keys":null}}"#)),
            ("another member twice", format!(r#"{{"keys":[{jwk}],"a":1,"a":1}}"#)),
            (
                "another member in two spellings",
                format!(r#"{{"a":1,"keys":[{jwk}],"\u0061":1}}"#),
            ),
            ("PEM", TestKey::new("ES256").pem()),
            ("a certificate", crate::keys::CERTIFICATE.to_owned()),
            ("a private key", TestKey::new("RS256").private_pems().remove(0)),
            ("a token", crate::token::good()),
            ("a secret", crate::token::SECRET.to_owned()),
            ("a page", format!("<!DOCTYPE html><html><body>{set}</body></html>")),
            (
                "XML",
                "<?xml version=\"1.0\"?><!DOCTYPE k [<!ENTITY a SYSTEM \"file:///dev/null\">]><k>&a;</k>".to_owned(),
            ),
            ("YAML", "keys:\n  - kty: EC\n    crv: P-256\n".to_owned()),
            (
                "a provider's metadata",
                json!({ "issuer": "a", "jwks_uri": "https://attacker.example/" }).to_string(),
            ),
            ("an error", json!({ "error": "not_found", "keys": {} }).to_string()),
        ],
    )
}

fn broken_json() -> Vec<Attack> {
    let (jwk, set) = (jwk(), set());
    let mut rows = all(
        NO_SET,
        [
            ("a comma behind the key", format!(r#"{{"keys":[{jwk},]}}"#)),
            ("a comma in front of the key", format!(r#"{{"keys":[,{jwk}]}}"#)),
            ("a comma behind the list", format!(r#"{{"keys":[{jwk}],}}"#)),
            ("no comma between keys", format!(r#"{{"keys":[{jwk} {jwk}]}}"#)),
            ("a comment", set.replacen(',', ", /* a */", 1)),
            ("a comment in front", format!("// keys\n{set}")),
            ("a comment behind", format!("{set} # keys")),
            ("single quotes", set.replace('"', "'")),
            ("names without quotes", set.replacen("\"keys\"", "keys", 1)),
            ("twice", format!("{set}{set}")),
            ("two lines", format!("{set}\n{set}")),
            ("a NUL behind", format!("{set}\0")),
            ("a NUL in front", format!("\0{set}")),
            ("a word behind", format!("{set}x")),
            ("two byte order marks", format!("\u{feff}\u{feff}{set}")),
            ("a no-break space in front", format!("\u{a0}{set}")),
            ("a guard in front", format!(")]}}',\n{set}")),
            ("a call", format!("callback({set});")),
            ("NaN in a key", set.replacen("\"kty\"", "\"a\":NaN,\"kty\"", 1)),
            (
                "a line break in a string",
                set.replacen("\"kty\"", "\"a\":\"\n\",\"kty\"", 1),
            ),
            (
                "a bad escape in a key",
                set.replacen("\"kty\"", "\"a\":\"\\x41\",\"kty\"", 1),
            ),
            (
                "a number with a zero in front",
                set.replacen("\"kty\"", "\"a\":01,\"kty\"", 1),
            ),
            (
                "a lone surrogate as a name",
                format!(r#"{{"\ud800":1,"keys":[{jwk}]}}"#),
            ),
            ("brackets", "[".repeat(100_000)),
            ("braces", "{\"keys\":".repeat(50_000)),
            ("brackets in keys", format!(r#"{{"keys":{}"#, "[".repeat(100_000))),
            (
                "brackets in another member",
                format!(r#"{{"a":{},"keys":[{jwk}]}}"#, "[".repeat(100_000)),
            ),
        ],
    );
    for length in [
        1,
        2,
        8,
        9,
        10,
        set.len() / 2,
        set.len() - 3,
        set.len() - 2,
        set.len() - 1,
    ] {
        rows.extend(all(NO_SET, [(format!("its first {length} bytes"), &set[..length])]));
    }
    rows
}

/// A file may have any bytes.
fn no_text() -> Vec<Attack> {
    let set = set();
    let wide =
        |mark: &[u8], unit: fn(u16) -> [u8; 2]| [mark, &set.encode_utf16().flat_map(unit).collect::<Vec<_>>()].concat();
    let with = |bytes: &[u8]| [br#"{"a":""#, bytes, br#"","#, &set.as_bytes()[1..]].concat();
    let mut rows = all(
        "is not text",
        [
            ("UTF-16LE", wide(b"\xff\xfe", u16::to_le_bytes)),
            ("UTF-16BE", wide(b"\xfe\xff", u16::to_be_bytes)),
            ("a broken letter", with(b"\xff")),
            ("Latin-1", with(b"\xe9")),
            ("an overlong quote", with(b"\xc0\xa2")),
            ("a surrogate", with(b"\xed\xa0\x80")),
            ("half a letter", [set.as_bytes(), b"\xc3"].concat()),
            ("a compressed file", b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec()),
        ],
    );
    rows.extend(all(NO_SET, [("UTF-16LE without a mark", wide(b"", u16::to_le_bytes))]));
    rows.extend(all(
        "is larger than 1 MiB",
        [("a megabyte of white space", set + &" ".repeat(1 << 20))],
    ));
    rows
}

fn nothing_usable() -> Vec<Attack> {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let private = |name: &str| {
        let mut jwk = TestKey::new(name).jwk(None);
        jwk["d"] = "AQAB".into();
        jwk
    };
    let unknown = json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA" });
    let all_of = |entry: &Value, count: usize| jwks(&vec![entry.clone(); count]);
    all(
        "has no usable key",
        [
            ("no key", r#"{"keys":[]}"#.to_owned()),
            (
                "no key and other members",
                r#"{"keys":[],"a":[{"kty":"oct"}]}"#.to_owned(),
            ),
            ("a null", jwks(&[Value::Null])),
            ("a key without members", jwks(&[json!({})])),
            ("a list in the list", jwks(&[json!([jwk()])])),
            ("a set in the set", jwks(&[json!({ "keys": [jwk()] })])),
            ("lists in the list", format!(r#"{{"keys":[{deep}]}}"#)),
            ("a deep member alone", format!(r#"{{"keys":[{{"a":{deep}}}]}}"#)),
            ("private keys", jwks(&["RS256", "ES256", "EdDSA"].map(private))),
            (
                "an empty secret",
                jwks(&[json!({ "kty": "oct", "alg": "HS256", "k": "" })]),
            ),
            (
                "a known secret",
                jwks(&[json!({ "kty": "oct", "alg": "HS256", "k": "c2VjcmV0" })]),
            ),
            ("an unknown type", jwks(std::slice::from_ref(&unknown))),
            ("1000 of an unknown type", all_of(&unknown, 1000)),
            ("1000 nulls", all_of(&Value::Null, 1000)),
            (
                "no algorithm",
                jwks(&[json!({ "kty": "oct", "alg": "none", "k": "A".repeat(86) })]),
            ),
        ],
    )
}

/// Each forged token would cost so many verifications.
fn too_many() -> Vec<Attack> {
    let numbered = |name: &str, count: u16| {
        let keys = (0..count).map(|i| TestKey::hmac(name, &[i.to_be_bytes().as_slice(), &[7; 62]].concat()).jwk(None));
        jwks(&keys.collect::<Vec<_>>())
    };
    let with_ids: Vec<_> = (0..9)
        .map(|i: u32| TestKey::new("ES256").jwk(Some(&i.to_string())))
        .collect();
    let mut rows = all(
        "the key HS256 is one too many: there are already 8 with its algorithm",
        [
            ("nine secrets", numbered("HS256", 9)),
            ("2000 secrets", numbered("HS256", 2000)),
        ],
    );
    rows.extend(all(
        "the key HS512 is one too many: there are already 8 with its algorithm",
        [("nine longer secrets", numbered("HS512", 9))],
    ));
    rows.extend(all(
        "the key ES256 \"8\" is one too many: there are already 8 with its algorithm",
        [("nine ids", jwks(&with_ids))],
    ));
    rows
}
