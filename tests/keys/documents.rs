//! Texts that are no JWK Set, or one in which nothing can be used. The refusal is how the sentence of the error ends.

use serde_json::{Value, json};

use super::{Attack, changed};
use crate::{
    keys::{TestKey, jwks},
    tables::pairs,
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
    Keys: {"Keys":[JWK]} | keys with a NUL: {"keys\u0000":[JWK]} | a set in a set: {"jwks":{"keys":[JWK]}}
    keys twice: {"keys":[JWK],"keys":[JWK]} | keys and no keys: {"keys":[JWK],"keys":[]}
    keys in two spellings: {"keys":[JWK],"\u006beys":[]} | keys and null: {"keys":[JWK],"keys":null}
    another member twice: {"keys":[JWK],"a":1,"a":1}
    a page: <!DOCTYPE html><html><body>SET</body></html> | YAML: keys:␊  - kty: EC␊    crv: P-256␊
    an error: {"error":"not_found","keys":{}} | a comma behind the key: {"keys":[JWK,]}
    a comment in front: // keys␊SET | twice: SETSET | two lines: SET␊SET | a NUL behind: SET␀ | a NUL in front: ␀SET
    a word behind: SETx | a call: callback(SET); | a lone surrogate as a name: {"\ud800":1,"keys":[JWK]}"#;

fn no_sets() -> Vec<(String, String)> {
    let set = filled("SET");
    let deep = "[".repeat(100_000);
    let others = [
        ("a string of a set", json!(set).to_string()),
        ("PEM", TestKey::new("ES256").pem()),
        ("a private key", TestKey::new("RS256").private_pem()),
        ("a token", token::good()),
        ("a secret", token::SECRET.to_owned()),
        ("two byte order marks", format!("\u{feff}\u{feff}{set}")),
        ("a no-break space in front", format!("\u{a0}{set}")),
        ("NaN in a key", set.replacen("\"kty\"", "\"a\":NaN,\"kty\"", 1)),
        ("brackets", deep.clone()),
        ("brackets in keys", format!(r#"{{"keys":{deep}"#)),
        ("its first half", set[..set.len() / 2].to_owned()),
        ("all but its last byte", set[..set.len() - 1].to_owned()),
    ];
    let others = others.map(|(name, text)| (name.to_owned(), text));
    pairs(NO_SETS, filled).into_iter().chain(others).collect()
}

/// A file may have any bytes.
fn no_text() -> [Row; 6] {
    let set = filled("SET");
    let utf_16 = |mark: &[u8]| [mark, &set.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat();
    let with = |bytes: &[u8]| [br#"{"a":""#, bytes, br#"","#, &set.as_bytes()[1..]].concat();
    let large = (set.clone() + &" ".repeat(1 << 20)).into();
    [
        ("UTF-16", utf_16(b"\xff\xfe"), "is not text"),
        ("Latin-1", with(b"\xe9"), "is not text"),
        ("an overlong quote", with(b"\xc0\xa2"), "is not text"),
        (
            "a compressed file",
            b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec(),
            "is not text",
        ),
        ("UTF-16 without a mark", utf_16(b""), "is not a JWK Set"),
        ("a megabyte of white space", large, "is larger than 1 MiB"),
    ]
    .map(|(name, document, refusal)| (name.to_owned(), document, refusal))
}

fn nothing_usable() -> impl Iterator<Item = Row> {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let table = r#"no key: ∅ | nulls: null,null | a key without members: {} | a list in the list: [JWK]
        a set in the set: SET | lists in the list: DEEP | a deep member alone: {"a":DEEP} | a private key: PRIVATE
        an empty secret: {"alg":"HS256","k":"","kty":"oct"} | keys of an unknown type: UNKNOWN,UNKNOWN"#;
    let unknown = json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA" }).to_string();
    let private = changed(&TestKey::new("ES256"), &json!({ "d": "AQAB" })).to_string();
    let rows = pairs(table, |entry| {
        let entry = filled(entry).replace("DEEP", &deep).replace("PRIVATE", &private);
        format!(r#"{{"keys":[{}]}}"#, entry.replace("UNKNOWN", &unknown))
    });
    let rows = rows.into_iter();
    rows.map(|(name, text)| (name, text.into_bytes(), "has no usable key"))
}

/// Each forged token would cost so many verifications.
fn too_many() -> [Row; 2] {
    let secrets = (0..9).map(|i| TestKey::hmac("HS512", &[i, 250].repeat(32)).jwk(None));
    let with_ids = (0..9).map(|i: u32| TestKey::new("ES256").jwk(Some(&i.to_string())));
    let hs512 = "the key HS512 is one too many: there are already 8 with its algorithm";
    let es256 = "the key ES256 \"8\" is one too many: there are already 8 with its algorithm";
    let row = |name: &str, keys: Vec<Value>, refusal| (name.to_owned(), jwks(&keys).into_bytes(), refusal);
    [
        row("nine secrets", secrets.collect(), hs512),
        row("nine ids", with_ids.collect(), es256),
    ]
}
