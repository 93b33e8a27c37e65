//! Who made a signature, and how.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac as _};
use p256::ecdsa;
use serde_json::json;
use sha2::Sha256;

use super::{ALGORITHM, INVALID, MALFORMED, SignatureAttack, account, both, created, install};
use crate::signing::{Key, Message, OTHER_ACCOUNT_KEY, Signature, bytes, token};

/// What the request says of algorithm and key decides nothing.
pub(super) fn algorithms() -> Vec<SignatureAttack> {
    let order = Message::order();
    let theirs = Signature::new(Key::install(2), &order);
    let mac = Signature::new(Key::Account(Key::install(1).ipk().into()), &order).label("install");
    let with = |signature: &Signature, more: &str| signature.clone().parameters(&(created() + more));
    let their_key = format!(";keyid=\"{}\"", Key::install(2).ipk());
    SignatureAttack::each([
        (
            "no algorithm, no signature",
            ALGORITHM,
            with(&install(), ";alg=\"none\"").form(|_| "::".to_owned()),
        ),
        ("a MAC by the public key", ALGORITHM, mac),
        (
            "alg of RFC 9421 for another curve",
            ALGORITHM,
            with(&install(), ";alg=\"ecdsa-p384-sha384\""),
        ),
        ("alg of JWS", ALGORITHM, with(&install(), ";alg=\"ES256\"")),
        (
            "alg of another case",
            ALGORITHM,
            with(&account(), ";alg=\"HMAC-SHA256\""),
        ),
        ("alg as a flag", ALGORITHM, with(&install(), ";alg")),
        ("alg as a token", ALGORITHM, with(&install(), ";alg=ecdsa-p256-sha256")),
        (
            "alg twice",
            MALFORMED,
            with(&install(), ";alg=\"hmac-sha256\";alg=\"ecdsa-p256-sha256\""),
        ),
        ("a key in keyid", INVALID, with(&theirs, &their_key)),
        (
            "the account in keyid",
            INVALID,
            with(&account().label("install"), ";keyid=\"j3AWy6\""),
        ),
        ("another's", INVALID, theirs),
        (
            "another account's",
            INVALID,
            Signature::new(Key::account(OTHER_ACCOUNT_KEY), &order),
        ),
    ])
}

/// The order of P-256.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7,
    0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// How the bytes of a signature are written.
type Form = fn(&[u8]) -> String;

/// Bytes that the key has not made, or has made otherwise.
pub(super) fn byte_sequences() -> Vec<SignatureAttack> {
    let installs: [(&str, Form); 18] = [
        ("DER", |raw| {
            bytes(ecdsa::Signature::from_slice(raw).unwrap().to_der().as_bytes())
        }),
        ("63 bytes", |raw| bytes(&raw[..63])),
        ("65 bytes", |raw| bytes(&[raw, &[0]].concat())),
        ("a zero before", |raw| bytes(&[&[0], raw].concat())),
        ("a recovery id before", |raw| bytes(&[&[27], raw].concat())),
        ("twice", |raw| bytes(&[raw, raw].concat())),
        ("zeros", |_| bytes(&[0; 64])),
        ("ones", |_| bytes(&[255; 64])),
        ("r = 0", |raw| bytes(&[&[0; 32], &raw[32..]].concat())),
        ("s = 0", |raw| bytes(&[&raw[..32], &[0; 32]].concat())),
        ("r = n", |raw| bytes(&[&ORDER, &raw[32..]].concat())),
        ("s = n", |raw| bytes(&[&raw[..32], &ORDER].concat())),
        ("r = s = n", |_| bytes(&[ORDER, ORDER].concat())),
        ("s and r", |raw| bytes(&[&raw[32..], &raw[..32]].concat())),
        ("little endian", |raw| {
            bytes(&raw.iter().rev().copied().collect::<Vec<_>>())
        }),
        ("the last bit", |raw| bytes(&[&raw[..63], &[raw[63] ^ 1]].concat())),
        ("nothing", |_| bytes(&[])),
        ("base64 of base64", |raw| bytes(STANDARD.encode(raw).as_bytes())),
    ];
    let accounts: [(&str, Form); 7] = [
        ("16 bytes", |raw| bytes(&raw[..16])),
        ("31 bytes", |raw| bytes(&raw[..31])),
        ("33 bytes", |raw| bytes(&[raw, &[0]].concat())),
        ("zeros", |_| bytes(&[0; 32])),
        ("the last bit", |raw| bytes(&[&raw[..31], &[raw[31] ^ 1]].concat())),
        ("nothing", |_| bytes(&[])),
        ("base64 of base64", |raw| bytes(STANDARD.encode(raw).as_bytes())),
    ];
    let installs = installs
        .into_iter()
        .map(|(name, form)| (name, INVALID, install().form(form)));
    let accounts = accounts
        .into_iter()
        .map(|(name, form)| (name, INVALID, account().form(form)));
    SignatureAttack::each(installs.chain(accounts))
}

/// Values in `Signature` that are neither a byte sequence nor a string of base64.
pub(super) fn no_byte_sequences() -> Vec<SignatureAttack> {
    let forms: [(&str, Form); 13] = [
        ("no base64", |_| "\"not base64!\"".to_owned()),
        ("base64 of the URL alphabet", |_| "\"-_-_\"".to_owned()),
        ("a sequence of the URL alphabet", |_| ":-_-_:".to_owned()),
        ("bare base64", |raw| STANDARD.encode(raw)),
        ("a number", |_| "1".to_owned()),
        ("a flag", |_| "?1".to_owned()),
        ("a date", |_| "@1".to_owned()),
        ("a list", |raw| format!("({})", bytes(raw))),
        ("no end", |raw| format!(":{}", STANDARD.encode(raw))),
        ("no start", |raw| format!("{}:", STANDARD.encode(raw))),
        ("a blank within", |raw| bytes(raw).replacen(':', ": ", 1) + " "),
        ("a string without an end", |raw| format!("\"{}", STANDARD.encode(raw))),
        ("a comma at the end", |raw| bytes(raw) + ","),
    ];
    let mut attacks = Vec::new();
    for (name, form) in forms {
        for signature in both() {
            attacks.push(SignatureAttack::signed(name, MALFORMED, &[&signature.form(form)]));
        }
    }
    attacks
}

/// A public key is no secret: whoever has the token has it too.
pub(super) fn macs_with_what_is_public() -> Vec<SignatureAttack> {
    let public = Key::install(1).public();
    let secrets = [
        ("the key as the token has it", Key::install(1).ipk().into_bytes()),
        ("the key", public.clone()),
        ("the point", public[public.len() - 65..].to_vec()),
        ("x and y", public[public.len() - 64..].to_vec()),
        ("nothing", Vec::new()),
        ("the token", token(&json!({})).into_bytes()),
        ("the secret of tokens", STANDARD.decode(crate::token::SECRET).unwrap()),
    ];
    let mut derived = Hmac::<Sha256>::new_from_slice(b"account").unwrap();
    derived.update(&STANDARD.decode(OTHER_ACCOUNT_KEY).unwrap());
    let derived = ("a key derived from another", derived.finalize().into_bytes().to_vec());
    let mut attacks = Vec::new();
    for (name, secret) in secrets.into_iter().chain([derived]) {
        for label in ["install", "account"] {
            let signature = Signature::new(Key::Account(secret.clone()), &Message::order());
            let signature = signature.parameters(&created()).label(label);
            attacks.push(SignatureAttack::signed(
                &format!("a MAC by {name}"),
                INVALID,
                &[&signature],
            ));
        }
    }
    attacks
}

/// Tokens whose key did not sign, or is none. The other cases need other servers: `signatures/keys.rs`.
pub(super) fn keys() -> Vec<SignatureAttack> {
    let token = |claims: serde_json::Value| token(&claims);
    let attack = |(name, refusal, token): (&str, &'static str, String)| {
        SignatureAttack::with(name, refusal, "Approov-Token", &token)
    };
    [
        ("no key", "signature_key_missing", token(json!({ "ipk": null }))),
        ("no base64", "signature_key_invalid", token(json!({ "ipk": "junk!" }))),
        ("an empty key", "signature_key_invalid", token(json!({ "ipk": "" }))),
        ("another key", INVALID, token(json!({ "ipk": Key::install(2).ipk() }))),
    ]
    .into_iter()
    .map(attack)
    .collect()
}
