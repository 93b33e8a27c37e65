//! Entries of a JWK Set that are not fit for use.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{Attack, Unfit, unfit};
use crate::{keys::TestKey, tables::cells};

const PRIVATE: &str = "is a private key, which must not be in a key set";
const USE: &str = "has a `use` other than `sig`";
const OPERATIONS: &str = "has `key_ops` without `verify`";
const TYPE: &str = "has an unknown `kty`";
const CURVE: &str = "has an unknown `crv`";
const NO_CURVE: &str = "has no `crv`";
const ONE_BYTE: &str = "is the same byte again and again, which anyone can guess";
const LACKS: &str = "lacks a member that its `kty` needs";
const ALGORITHM: &str = "has an unknown `alg`";
const ALGORITHM_OF_CURVE: &str = "has an `alg` that does not fit its `crv`";
const ALGORITHM_OF_TYPE: &str = "is not a key of the type that its algorithm takes";
const BASE64: &str = "has a member that is not base64url";

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of a member.
fn bytes(key: &TestKey, member: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(key.jwk(None)[member].as_str().unwrap()).unwrap()
}

/// Keys of every type.
fn keys() -> [TestKey; 4] {
    ["RS256", "ES256", "EdDSA", "HS256"].map(TestKey::new)
}

/// Rows of one reason: the type of the key, and what is changed in its JWK.
fn table(reason: &'static str, table: &str) -> Vec<Unfit> {
    let keys = keys();
    let row = |cell: &String| {
        let (name, changes) = cell.split_once(' ').unwrap();
        let key = ["rsa", "ec", "ed", "secret"]
            .iter()
            .position(|known| *known == name)
            .unwrap();
        (&keys[key], serde_json::from_str(changes).unwrap(), reason)
    };
    unfit(cells(table).iter().map(row))
}

/// Whoever has these has the private key, or half of it.
#[must_use]
pub fn parts_of_private_keys() -> Vec<Unfit> {
    let rsa = &TestKey::new("RS256");
    let members = ["d", "p", "q", "dp", "dq", "qi", "oth"];
    let mut rows = unfit(members.map(|member| (rsa, json!({ member: "AQAB" }), PRIVATE)));
    rows.extend(unfit(members.map(|member| (rsa, json!({ member: [] }), PRIVATE))));
    rows
}

/// Nobody but the signer may have it, so it is not kept in memory either.
#[must_use]
pub fn private_keys() -> Vec<Unfit> {
    let keys = ["RS256", "ES256", "ES384", "EdDSA"].map(TestKey::new);
    let with = |d: Value| keys.each_ref().map(|key| (key, json!({ "d": d }), PRIVATE));
    let mut rows = unfit([with(json!("Ag")), with(json!("")), with(json!({})), with(json!(false))].concat());
    rows.extend(unfit(
        keys.each_ref()
            .map(|key| (key, json!({ "d": 1, "use": "sig" }), PRIVATE)),
    ));
    rows
}

#[must_use]
pub fn keys_for_something_else() -> Vec<Unfit> {
    [
        table(
            USE,
            r#"ec {"use":"enc"} | secret {"use":"enc"} | ec {"use":""} | ec {"use":"SIG"} | ec {"use":"sig "}
            ec {"use":"sig\u0000"} | rsa {"use":"sig,enc"} | rsa {"use":"verify"} | ed {"use":"tls"}
            ec {"use":"enc","key_ops":["verify"]}"#,
        ),
        table(
            OPERATIONS,
            r#"ec {"use":"sig","key_ops":["sign"]} | rsa {"key_ops":[]} | ed {"key_ops":["Verify","encrypt","verify "]}
            secret {"key_ops":["sign"]} | rsa {"key_ops":["wrapKey","unwrapKey","deriveBits"]}
            ec {"key_ops":["sign,verify"]} | ec {"key_ops":[""]} | secret {"key_ops":["verify\u0000","ｖerify"]}"#,
        ),
    ]
    .concat()
}

#[must_use]
pub fn unknown_types_and_curves() -> Vec<Unfit> {
    [
        table("has no `kty`", r#"ec {"kty":null}"#),
        table(
            TYPE,
            r#"ec {"kty":""} | ec {"kty":"ec"} | rsa {"kty":"rsa"} | rsa {"kty":"RSA "} | rsa {"kty":"RSA\u0000"}
            rsa {"kty":"none"} | secret {"kty":"OCT"} | secret {"kty":"Oct"} | ec {"kty":"AKP"} | ec {"kty":"EC2"}"#,
        ),
        table(
            CURVE,
            r#"ec {"kty":"OKP"} | ed {"kty":"EC"} | ec {"crv":"p-256"} | ec {"crv":"P256"} | ec {"crv":"secp256r1"}
            ec {"crv":"P-256 "} | ec {"crv":"P-521","alg":null} | ec {"crv":"P-224"} | ec {"crv":"secp256k1"}
            ec {"crv":"Ed25519"} | ed {"crv":"X25519"} | ed {"crv":"ed25519"} | ed {"crv":"P-256"}
            ed {"crv":"Ed448"}"#,
        ),
        table(
            LACKS,
            r#"ec {"kty":"RSA","alg":"RS256"} | ec {"kty":"oct","alg":"HS256"} | rsa {"kty":"oct","alg":"HS256"}
            secret {"kty":"RSA","alg":"RS256"} | secret {"kty":"EC","crv":"P-256","alg":"ES256"}
            secret {"kty":"OKP","crv":"Ed25519","alg":"EdDSA"}"#,
        ),
        table(NO_CURVE, r#"ec {"crv":null} | ed {"crv":null}"#),
    ]
    .concat()
}

#[must_use]
pub fn unknown_algorithms_and_those_that_do_not_fit() -> Vec<Unfit> {
    [
        table("has no `alg`, which an RSA key needs", r#"rsa {"alg":null}"#),
        table("has no `alg`, which a secret needs", r#"secret {"alg":null}"#),
        table(
            ALGORITHM,
            r#"rsa {"alg":"none"} | rsa {"alg":"rs256"} | rsa {"alg":"RS256 "} | rsa {"alg":"RS1"}
            rsa {"alg":"RSA-OAEP-256"} | rsa {"alg":""} | ec {"alg":"none"} | ec {"alg":"ES512"} | ec {"alg":"ES256K"}
            ec {"alg":"ECDH-ES"} | ed {"alg":"Ed25519"} | ed {"alg":"none"} | secret {"alg":"dir"}
            secret {"alg":"none"} | secret {"alg":"HS1"} | secret {"alg":"HS256\u0000"}"#,
        ),
        table(
            ALGORITHM_OF_CURVE,
            r#"ec {"alg":"ES384"} | ec {"alg":"HS256"} | ec {"alg":"RS256"} | ec {"alg":"EdDSA"} | ed {"alg":"ES256"}
            ed {"alg":"HS256"}"#,
        ),
        table(
            ALGORITHM_OF_TYPE,
            r#"rsa {"alg":"ES256"} | rsa {"alg":"HS256"} | rsa {"alg":"EdDSA"} | secret {"alg":"RS256"}
            secret {"alg":"ES256"} | secret {"alg":"EdDSA"}"#,
        ),
    ]
    .concat()
}

#[must_use]
pub fn weak_and_broken_rsa_keys() -> Vec<Unfit> {
    const NUMBERS: &str = "is not a valid RSA key";
    const SMALL: &str = "is an RSA key of less than 2048 bits";
    const LARGE: &str = "is an RSA key of more than 4096 bits";
    let key = &TestKey::new("RS256");
    let n = bytes(key, "n");
    let even = [&n[..255], &[n[255] ^ 1]].concat();
    let short = [&[0x7F], &n[1..]].concat();
    let long = [&[1], [0; 511].as_slice(), &[1]].concat();
    let padded = key.jwk(None)["n"].as_str().unwrap().to_owned() + "==";
    let others = unfit([
        (&TestKey::rsa_1024("RS256"), json!({}), SMALL),
        (&TestKey::rsa_1024("PS256"), json!({}), SMALL),
        (key, json!({ "n": text(&short) }), SMALL),
        (key, json!({ "n": text(&[&[0; 256], [1].as_slice()].concat()) }), SMALL),
        (key, json!({ "n": text(&[&[0; 64], &n[..255]].concat()) }), SMALL),
        (key, json!({ "n": text(&[0; 256]) }), SMALL),
        (key, json!({ "n": text(&long) }), LARGE),
        (key, json!({ "n": text(&n.repeat(4)) }), LARGE),
        (key, json!({ "n": text(&n.repeat(400)) }), LARGE),
        (key, json!({ "n": text(&even) }), NUMBERS),
        (key, json!({ "e": text(&[1, 0, 0, 0, 1]) }), NUMBERS),
        (key, json!({ "e": text(&n) }), NUMBERS),
        (key, json!({ "n": padded }), BASE64),
        (key, json!({ "n": "+/".repeat(171) }), BASE64),
    ]);
    [
        table(SMALL, r#"rsa {"n":"AQ"} | rsa {"n":""}"#),
        table(
            NUMBERS,
            r#"rsa {"e":""} | rsa {"e":"AA"} | rsa {"e":"AQ"} | rsa {"e":"AAAB"} | rsa {"e":"Ag"} | rsa {"e":"BA"}
            rsa {"e":"AQAA"} | rsa {"e":"AQAC"} | rsa {"e":"0x010001"}"#,
        ),
        table(LACKS, r#"rsa {"n":null} | rsa {"e":null}"#),
        table(
            BASE64,
            r#"rsa {"e":"AQAB="} | rsa {"e":"AQAB\n"} | rsa {"e":" AQAB"} | rsa {"e":"AR"} | rsa {"e":"A"}
            rsa {"e":"65537"} | rsa {"e":"é"}"#,
        ),
        others,
    ]
    .concat()
}

#[must_use]
pub fn points_that_are_none() -> Vec<Unfit> {
    const LENGTH: &str = "has coordinates of the wrong length";
    let of_curve = |name: &str| {
        let key = &TestKey::new(name);
        let (x, y) = (bytes(key, "x"), bytes(key, "y"));
        let (zeros, ones) = (vec![0; x.len()], vec![0xFF; x.len()]);
        let off = [&y[..y.len() - 1], &[y[y.len() - 1] ^ 1]].concat();
        let other_y = bytes(&TestKey::other(name), "y");
        unfit([
            (key, json!({ "x": text(&x[1..]) }), LENGTH),
            (key, json!({ "y": text(&y[..y.len() - 1]) }), LENGTH),
            (key, json!({ "x": text(&[&[0], x.as_slice()].concat()) }), LENGTH),
            (key, json!({ "y": text(&[y.as_slice(), &[0]].concat()) }), LENGTH),
            (key, json!({ "x": "" }), LENGTH),
            (key, json!({ "x": "", "y": "" }), LENGTH),
            (key, json!({ "x": "AA", "y": "AA" }), LENGTH),
            (key, json!({ "x": text(&[x.as_slice(), &y].concat()), "y": "" }), LENGTH),
            (
                key,
                json!({ "x": text(&x[1..]), "y": text(&[&[0], y.as_slice()].concat()) }),
                LENGTH,
            ),
            (key, json!({ "x": null }), LACKS),
            (key, json!({ "y": null }), LACKS),
            (key, json!({ "x": text(&x) + "=" }), BASE64),
            (key, json!({ "y": text(&y) + "\n" }), BASE64),
            (key, json!({ "y": text(&off) }), "is not a valid key"),
            (key, json!({ "y": text(&other_y) }), "is not a valid key"),
            (key, json!({ "x": text(&y), "y": text(&x) }), "is not a valid key"),
            (
                key,
                json!({ "x": text(&zeros), "y": text(&zeros) }),
                "is not a valid key",
            ),
            (key, json!({ "x": text(&ones), "y": text(&ones) }), "is not a valid key"),
            (key, json!({ "x": text(&ones) }), "is not a valid key"),
            (key, json!({ "y": text(&ones) }), "is not a valid key"),
            (key, json!({ "y": text(&zeros) }), "is not a valid key"),
        ])
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
        (p256, not_reduced, "is not a valid key"),
    ]);
    [of_curve("ES256"), of_curve("ES384"), of_other_curve].concat()
}

#[must_use]
pub fn ed25519_keys_of_another_length() -> Vec<Unfit> {
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
#[must_use]
pub fn ed25519_keys_of_small_order() -> Vec<Unfit> {
    let of_order_eight = [
        "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU",
        "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o",
    ];
    let of_smaller_order = [0, 1].map(|y| [&[y], [0; 31].as_slice()].concat());
    // The same and minus one, without reduction by the prime.
    let not_reduced = [0xEC, 0xED, 0xEE].map(|y| [&[y], [0xFF; 30].as_slice(), &[0x7F]].concat());
    let decoded = of_order_eight.map(|x| URL_SAFE_NO_PAD.decode(x).unwrap());
    let key = TestKey::new("EdDSA");
    let mut rows = Vec::new();
    for point in decoded.iter().chain(&of_smaller_order).chain(&not_reduced) {
        for sign in [0, 0x80] {
            let mut x = point.clone();
            x[31] |= sign;
            rows.push((
                &key,
                json!({ "x": text(&x) }),
                "is an Ed25519 key for which anyone can sign",
            ));
        }
    }
    unfit(rows)
}

/// RFC 7518, section 3.2: a secret has at least as many bytes as the hash.
#[must_use]
pub fn short_secrets() -> Vec<Unfit> {
    let of = |name: &str, length: usize, reason: &'static str| {
        let key = &TestKey::new(name);
        let with = |secret: &[u8]| (key, json!({ "k": text(secret) }), reason);
        unfit([
            with(&vec![7; length - 1]),
            with(&[7]),
            with(&[]),
            with(b"secret"),
            (key, json!({ "k": text(&vec![0; length]) }), ONE_BYTE),
            (key, json!({ "k": text(&vec![0xff; 2 * length]) }), ONE_BYTE),
            (key, json!({ "k": null }), LACKS),
            (key, json!({ "k": "A".repeat(88) + "==" }), BASE64),
            (key, json!({ "k": "your 256 bit secret" }), BASE64),
            (key, json!({ "k": "A".repeat(86) + "\n" }), BASE64),
        ])
    };
    [
        of(
            "HS256",
            32,
            "is too short: a secret for HS256 must have at least 32 bytes",
        ),
        of(
            "HS384",
            48,
            "is too short: a secret for HS384 must have at least 48 bytes",
        ),
        of(
            "HS512",
            64,
            "is too short: a secret for HS512 must have at least 64 bytes",
        ),
    ]
    .concat()
}

/// What cannot be read as a JWK has no `kid` in the log either.
#[must_use]
pub fn entries_that_are_no_jwk() -> Vec<Unfit> {
    let signer = TestKey::new("ES256");
    let row = |entry: String, reason| Unfit {
        entry: Attack::new(&entry, entry.as_str(), reason),
        kid: None,
        signer: signer.clone(),
    };
    let jwk = signer.jwk(None).to_string();
    let with = |members: &str| jwk.replacen('{', &format!("{{{members},"), 1);
    let mut rows: Vec<_> = [
        "null".to_owned(),
        "1".to_owned(),
        "true".to_owned(),
        "[]".to_owned(),
        r#""key""#.to_owned(),
        format!("[{jwk}]"),
        serde_json::to_string(&jwk).unwrap(),
        with(r#""kty":"EC""#),
        with(r#""k\u0074y":"EC""#),
        with(r#""kty":1"#),
        with(r#""x":"AQAB""#),
        with(r#""alg":"none""#),
        with(r#""kid":"a","kid":"a""#),
        with(r#""kid":"a","\u006bid":"b""#),
        with(r#""use":"enc","use":"sig""#),
        with(r#""d":"a","d":"b""#),
        with(r#""any":1,"any":2"#),
        with(r#""kid":"\ud800""#),
        with(r#""\udc00":1"#),
        "[".repeat(1000) + &"]".repeat(1000),
    ]
    .map(|entry| row(entry, "is not a JWK"))
    .into();
    for member in ["kty", "use", "alg", "kid", "crv", "n", "e", "x", "y", "k", "key_ops"] {
        for value in [json!(null), json!(1), json!(true), json!({}), json!([1]), json!([null])] {
            let mut jwk = signer.jwk(None);
            jwk[member] = value;
            rows.push(row(jwk.to_string(), "has a member of the wrong type"));
        }
    }
    rows.push(row(with(r#""key_ops":"verify""#), "has a member of the wrong type"));
    rows
}
