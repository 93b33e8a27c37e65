//! Texts that are no JWK Set, or one in which nothing can be used. The refusal is how the sentence of the error ends.

use serde_json::{Value, json};

use super::Attack;
use crate::{
    keys::{CERTIFICATE, TestKey, jwks},
    tables::{hex, pairs},
    token,
};

/// Whole documents. Not all are text.
#[must_use]
pub fn documents() -> Vec<Attack> {
    let rows = no_sets()
        .into_iter()
        .map(|(name, text)| (name, text.into_bytes(), "is not a JWK Set"));
    let rows = rows.chain(no_text()).chain(nothing_usable()).chain(too_many());
    rows.map(|(name, document, refusal)| Attack::new(format!("document: {name}"), document, refusal))
        .collect()
}

type Row = (String, Vec<u8>, &'static str);

fn jwk() -> Value {
    TestKey::new("ES256").jwk(None)
}

/// `JWK` is a good key, and `SET` a set with it.
fn filled(text: &str) -> String {
    let text = text.replace("SET", &jwks(&[jwk()]));
    text.replace("JWK", &jwk().to_string())
}

const NO_SETS: &str = r#"empty: ∅ | white space: ␠␍␊⇥ | null: null | true: true | a number: 1 | an empty object: {}
    an empty list: [] | an empty string: "" | a key: JWK | a list with a key: [JWK] | a list with a set: [SET]
    keys:␠null: {"keys":null} | keys:␠a key: {"keys":JWK} | keys:␠an object with a key: {"keys":{"0":JWK}}
    keys:␠a number: {"keys":1} | keys:␠true: {"keys":true} | Keys: {"Keys":[JWK]} | key: {"key":[JWK]}
    keys with a space: {"keys ":[JWK]} | keys with a NUL: {"keys\u0000":[JWK]} | a set in a set: {"jwks":{"keys":[JWK]}}
    keys twice: {"keys":[JWK],"keys":[JWK]} | keys and no keys: {"keys":[JWK],"keys":[]}
    keys in two spellings: {"keys":[JWK],"\u006beys":[]} | keys and null: {"keys":[JWK],"keys":null}
    another member twice: {"keys":[JWK],"a":1,"a":1}
    another member in two spellings: {"a":1,"keys":[JWK],"\u0061":1}
    a page: <!DOCTYPE html><html><body>SET</body></html> | YAML: keys:␊  - kty: EC␊    crv: P-256␊
    XML: <?xml version="1.0"?><!DOCTYPE k [<!ENTITY a SYSTEM "file:///dev/null">]><k>&a;</k>
    a provider's metadata: {"issuer":"a","jwks_uri":"https://attacker.example/"}
    an error: {"error":"not_found","keys":{}}
    a comma behind the key: {"keys":[JWK,]} | a comma in front of the key: {"keys":[,JWK]}
    a comma behind the list: {"keys":[JWK],} | no comma between keys: {"keys":[JWK JWK]}
    a comment in front: // keys␊SET | a comment behind: SET # keys | twice: SETSET | two lines: SET␊SET
    a NUL behind: SET␀ | a NUL in front: ␀SET | a word behind: SETx | a guard in front: )]}',␊SET
    a call: callback(SET); | a lone surrogate as a name: {"\ud800":1,"keys":[JWK]}"#;

fn no_sets() -> Vec<(String, String)> {
    let set = filled("SET");
    let before_kty = |member: &str| set.replacen("\"kty\"", &format!("{member},\"kty\""), 1);
    let deep = "[".repeat(100_000);
    let others = [
        ("a string of a set", json!(set).to_string()),
        ("keys: a string", json!({ "keys": set }).to_string()),
        ("PEM", TestKey::new("ES256").pem()),
        ("a certificate", CERTIFICATE.to_owned()),
        ("a private key", TestKey::new("RS256").private_pem()),
        ("a token", token::good()),
        ("a secret", token::SECRET.to_owned()),
        ("a comment", set.replacen(',', ", /* a */", 1)),
        ("single quotes", set.replace('"', "'")),
        ("names without quotes", set.replacen("\"keys\"", "keys", 1)),
        ("two byte order marks", format!("\u{feff}\u{feff}{set}")),
        ("a no-break space in front", format!("\u{a0}{set}")),
        ("NaN in a key", before_kty("\"a\":NaN")),
        ("a line break in a string", before_kty("\"a\":\"\n\"")),
        ("a bad escape in a key", before_kty("\"a\":\"\\x41\"")),
        ("a number with a zero in front", before_kty("\"a\":01")),
        ("brackets", deep.clone()),
        ("braces", "{\"keys\":".repeat(50_000)),
        ("brackets in keys", format!(r#"{{"keys":{deep}"#)),
        (
            "brackets in another member",
            format!(r#"{{"a":{deep},"keys":[{}]}}"#, jwk()),
        ),
    ];
    let others = others.map(|(name, text)| (name.to_owned(), text));
    let all = set.len();
    let lengths = [1, 2, 8, 9, 10, all / 2, all - 3, all - 2, all - 1];
    let cut = lengths.map(|length| (format!("its first {length} bytes"), set[..length].to_owned()));
    pairs(NO_SETS, filled).into_iter().chain(others).chain(cut).collect()
}

/// A file may have any bytes.
fn no_text() -> Vec<Row> {
    let set = filled("SET");
    let wide =
        |mark: &[u8], unit: fn(u16) -> [u8; 2]| [mark, &set.encode_utf16().flat_map(unit).collect::<Vec<_>>()].concat();
    let with = |bytes: &str| [br#"{"a":""#, hex(bytes)[0].as_slice(), br#"","#, &set.as_bytes()[1..]].concat();
    let no_text = "is not text";
    [
        ("UTF-16LE", wide(b"\xff\xfe", u16::to_le_bytes), no_text),
        ("UTF-16BE", wide(b"\xfe\xff", u16::to_be_bytes), no_text),
        ("a broken letter", with("ff"), no_text),
        ("Latin-1", with("e9"), no_text),
        ("an overlong quote", with("c0a2"), no_text),
        ("a surrogate", with("eda080"), no_text),
        ("half a letter", [set.as_bytes(), b"\xc3"].concat(), no_text),
        ("a compressed file", b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec(), no_text),
        (
            "UTF-16LE without a mark",
            wide(b"", u16::to_le_bytes),
            "is not a JWK Set",
        ),
        (
            "a megabyte of white space",
            (set.clone() + &" ".repeat(1 << 20)).into(),
            "is larger than 1 MiB",
        ),
    ]
    .map(|(name, document, refusal)| (name.to_owned(), document, refusal))
    .into()
}

fn nothing_usable() -> impl Iterator<Item = Row> {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let table = r#"no key: ∅ | a null: null | a key without members: {} | a list in the list: [JWK]
        a set in the set: SET
        lists in the list: DEEP | a deep member alone: {"a":DEEP} | an empty secret: {"alg":"HS256","k":"","kty":"oct"}
        a known secret: {"alg":"HS256","k":"c2VjcmV0","kty":"oct"} | an unknown type: UNKNOWN
        no algorithm: {"alg":"none","k":"86A","kty":"oct"}"#;
    let unknown = json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA" });
    let private = ["RS256", "ES256", "EdDSA"].map(|name| {
        let mut jwk = TestKey::new(name).jwk(None);
        jwk["d"] = "AQAB".into();
        jwk
    });
    let others = [
        (
            "no key and other members",
            r#"{"keys":[],"a":[{"kty":"oct"}]}"#.to_owned(),
        ),
        ("private keys", jwks(&private)),
        ("1000 of an unknown type", jwks(&vec![unknown.clone(); 1000])),
        ("1000 nulls", jwks(&vec![Value::Null; 1000])),
    ];
    let rows = pairs(table, |entry| {
        let entry = filled(entry).replace("DEEP", &deep).replace("86A", &"A".repeat(86));
        format!(r#"{{"keys":[{}]}}"#, entry.replace("UNKNOWN", &unknown.to_string()))
    });
    let rows = rows
        .into_iter()
        .chain(others.map(|(name, text)| (name.to_owned(), text)));
    rows.map(|(name, text)| (name, text.into_bytes(), "has no usable key"))
}

/// Each forged token would cost so many verifications.
fn too_many() -> [Row; 3] {
    let secrets = |count: u8| {
        let keys = (0..count).map(|i| TestKey::hmac("HS512", &[i, 250].repeat(32)).jwk(None));
        jwks(&keys.collect::<Vec<_>>())
    };
    let with_ids = (0..9).map(|i: u32| TestKey::new("ES256").jwk(Some(&i.to_string())));
    let hs512 = "the key HS512 is one too many: there are already 8 with its algorithm";
    let es256 = "the key ES256 \"8\" is one too many: there are already 8 with its algorithm";
    [
        ("nine secrets", secrets(9), hs512),
        ("250 secrets", secrets(250), hs512),
        ("nine ids", jwks(&with_ids.collect::<Vec<_>>()), es256),
    ]
    .map(|(name, text, refusal)| (name.to_owned(), text.into_bytes(), refusal))
}
