//! Signatures that the key of the token, or the account's, has not made of this request.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac as _};
use p256::ecdsa;
use serde_json::json;
use sha2::Sha256;

use super::{
    Case,
    Server::Signing,
    make::{account, created, each, install, order, signed, with_header},
};
use crate::{
    client::Request,
    signing::{Key, Message, OTHER_ACCOUNT_KEY, Signature, bytes, token},
};

pub(super) fn rows(case: Case) -> Case {
    let theirs = || Signature::new(Key::install(2), &order());
    let with = |signature: Signature, more: &str| signature.parameters(&(created() + more));
    let their_key = format!(";keyid=\"{}\"", Key::install(2).ipk());
    let bare = |signature: Signature| signature.parameters(&created());
    let (install_as_account, account_as_install) = (bare(install()).label("account"), bare(account()).label("install"));
    case.at([Signing])
        .whole(each([
            ("a key in keyid", with(theirs(), &their_key)),
            (
                "the account in keyid",
                with(account().label("install"), ";keyid=\"j3AWy6\""),
            ),
            ("another's", theirs()),
            (
                "another account's",
                Signature::new(Key::account(OTHER_ACCOUNT_KEY), &order()),
            ),
        ]))
        .whole([
            (
                "another key",
                with_header("Approov-Token", &token(&json!({ "ipk": Key::install(2).ipk() }))),
            ),
            ("install as account", signed(&[&install_as_account])),
            ("account as install", signed(&[&account_as_install])),
            ("swapped", signed(&[&install_as_account, &account_as_install])),
            ("install as both", signed(&[&bare(install()), &install_as_account])),
            ("account as both", signed(&[&account_as_install, &bare(account())])),
        ])
        .whole(beside())
        .whole(each(INSTALL_FORMS.map(|(name, form)| (name, install().form(form)))))
        .whole(each(ACCOUNT_FORMS.map(|(name, form)| (name, account().form(form)))))
        .kind("a MAC by")
        .whole(macs_with_what_is_public())
        .passes()
        .whole([
            ("both", signed(&[&install(), &account()])),
            ("the account's", signed(&[&account()])),
        ])
        // To every signature there is another one that is as good, so nothing may be kept by it.
        .whole(each([("-s", install().form(other_s))]))
}

/// A bad signature beside a good one.
fn beside() -> impl Iterator<Item = (String, Request)> {
    let elsewhere = Message {
        url: "https://api.example.com/".to_owned(),
        ..order()
    };
    let rows = [
        ("of another target", Signature::install(&elsewhere), account()),
        ("of another target", Signature::account(&elsewhere), install()),
        (
            "by another installation",
            Signature::new(Key::install(2), &order()),
            account(),
        ),
        (
            "by another account",
            Signature::new(Key::account(OTHER_ACCOUNT_KEY), &order()),
            install(),
        ),
    ];
    rows.into_iter().flat_map(|(name, bad, good)| {
        let name = format!("one {name} beside a good one");
        [(name.clone(), signed(&[&bad, &good])), (name, signed(&[&good, &bad]))]
    })
}

/// How the bytes of a signature are written.
type Form = fn(&[u8]) -> String;

/// The order of P-256.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7,
    0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// Bytes that the key has not made, or has made otherwise.
const INSTALL_FORMS: [(&str, Form); 18] = [
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
const ACCOUNT_FORMS: [(&str, Form); 7] = [
    ("16 bytes", |raw| bytes(&raw[..16])),
    ("31 bytes", |raw| bytes(&raw[..31])),
    ("33 bytes", |raw| bytes(&[raw, &[0]].concat())),
    ("zeros", |_| bytes(&[0; 32])),
    ("the last bit", |raw| bytes(&[&raw[..31], &[raw[31] ^ 1]].concat())),
    ("nothing", |_| bytes(&[])),
    ("base64 of base64", |raw| bytes(STANDARD.encode(raw).as_bytes())),
];

fn other_s(raw: &[u8]) -> String {
    let signature = ecdsa::Signature::from_slice(raw).unwrap();
    let (r, s) = signature.split_scalars();
    let other = ecdsa::Signature::from_scalars(r, -s).unwrap();
    assert_ne!(other, signature);
    bytes(&other.to_bytes())
}

/// A public key is no secret: whoever has the token has it too.
fn macs_with_what_is_public() -> Vec<(&'static str, Request)> {
    let public = Key::install(1).public();
    let mut derived = Hmac::<Sha256>::new_from_slice(b"account").unwrap();
    derived.update(&STANDARD.decode(OTHER_ACCOUNT_KEY).unwrap());
    let secrets = [
        ("the key as the token has it", Key::install(1).ipk().into_bytes()),
        ("the key", public.clone()),
        ("the point", public[public.len() - 65..].to_vec()),
        ("x and y", public[public.len() - 64..].to_vec()),
        ("nothing", Vec::new()),
        ("the token", token(&json!({})).into_bytes()),
        ("the secret of tokens", STANDARD.decode(crate::token::SECRET).unwrap()),
        ("a key derived from another", derived.finalize().into_bytes().to_vec()),
    ];
    let of_both = |(name, secret): (&'static str, Vec<u8>)| {
        let signature = Signature::new(Key::Account(secret), &order()).parameters(&created());
        ["install", "account"].map(|label| (name, signature.clone().label(label)))
    };
    each(secrets.into_iter().flat_map(of_both))
}
