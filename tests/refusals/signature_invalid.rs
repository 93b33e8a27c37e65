//! Signatures that the key of the token, or the account's, has not made of this request.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac as _};
use p256::ecdsa;
use serde_json::json;
use sha2::Sha256;

use super::{
    Case,
    Server::Signing,
    make::{account, created, each, install, order, signed, spelt, with_header},
};
use crate::{
    client::Request,
    signing::{Key, Message, OTHER_ACCOUNT_KEY, Signature, bytes, token},
    tables::{filled, hex, pairs},
};

pub(super) fn rows(case: Case) -> Case {
    let theirs = || Signature::new(Key::install(2), &order());
    let with = |signature: Signature, more: &str| signature.parameters(&(created() + more));
    let their_key = format!(";keyid=\"{}\"", Key::install(2).ipk());
    let bare = |signature: Signature| signature.parameters(&created());
    let (install_as_account, account_as_install) = (bare(install()).label("account"), bare(account()).label("install"));
    let account_key = with(account().label("install"), ";keyid=\"j3AWy6\"");
    let token = token(&json!({ "ipk": Key::install(2).ipk() }));
    case.at([Signing])
        .whole(each([
            ("a key in keyid", with(theirs(), &their_key)),
            ("the account in keyid", account_key),
            ("another's", theirs()),
            ("another account's", other_account()),
        ]))
        .whole([
            ("another key", with_header("Approov-Token", &token)),
            ("install as account", signed(&[&install_as_account])),
            ("account as install", signed(&[&account_as_install])),
            ("swapped", signed(&[&install_as_account, &account_as_install])),
            ("install as both", signed(&[&bare(install()), &install_as_account])),
            ("account as both", signed(&[&account_as_install, &bare(account())])),
        ])
        .whole(beside())
        .whole(pairs(INSTALL_FORMS, |form| altered(&install(), form)))
        .whole([("DER", spelt(&install(), der))])
        .whole(pairs(ACCOUNT_FORMS, |form| altered(&account(), form)))
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

fn other_account() -> Signature {
    Signature::new(Key::account(OTHER_ACCOUNT_KEY), &order())
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
        ("by another account", other_account(), install()),
    ];
    rows.into_iter().flat_map(|(name, bad, good)| {
        let name = format!("one {name} beside a good one");
        [(name.clone(), signed(&[&bad, &good])), (name, signed(&[&good, &bad]))]
    })
}

/// With its bytes altered.
fn altered(signature: &Signature, form: &str) -> Request {
    spelt(signature, |raw| {
        let (last, order) = (raw.len() - 1, hex(ORDER).concat());
        let altered = [&raw[..last], &[raw[last] ^ 1]].concat();
        bytes(&filled(form, &[("raw", raw), ("altered", &altered), ("n", &order)]))
    })
}

/// The order of P-256.
const ORDER: &str = "ffffffff00000000 ffffffffffffffff bce6faada7179e84 f3b9cac2fc632551";

/// Bytes that the key has not made, or has made otherwise.
const INSTALL_FORMS: &str = "
    63 bytes: {raw ..63} | 65 bytes: {raw +00} | a zero before: {0x00}{raw} | a recovery id before: {0x1b}{raw}
    twice: {raw ×2} | zeros: {0x00 ×64} | ones: {0xff ×64} | r = 0: {0x00 ×32}{raw 32..} | s = 0: {raw ..32}{0x00 ×32}
    r = n: {n}{raw 32..} | s = n: {raw ..32}{n} | r = s = n: {n ×2} | s and r: {raw 32..}{raw ..32}
    little endian: {raw reversed} | the last bit: {altered} | nothing: ∅ | base64 of base64: {raw base64}
";
const ACCOUNT_FORMS: &str = "16 bytes: {raw ..16} | 31 bytes: {raw ..31} | 33 bytes: {raw +00} | zeros: {0x00 ×32}
    the last bit: {altered} | nothing: ∅ | base64 of base64: {raw base64}";

fn der(raw: &[u8]) -> String {
    bytes(ecdsa::Signature::from_slice(raw).unwrap().to_der().as_bytes())
}

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
