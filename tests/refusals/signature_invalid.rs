//! Signatures that the key of the token, or the account's, has not made of this request.

use p256::ecdsa;

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let of_order = |key: Key| Signature::new(key, &order());
    let with = |signature: Signature, more: &str| signature.parameters(&(created() + more));
    let theirs = || of_order(Key::install(2));
    let other_account = || of_order(Key::account(signing::OTHER_ACCOUNT_KEY));
    let their_key = format!(";keyid=\"{}\"", Key::install(2).ipk());
    let other_key = signing::token(&json!({ "ipk": Key::install(2).ipk() }));
    let keys = [
        ("a key in keyid", with(theirs(), &their_key)),
        (
            "the account in keyid",
            with(account().label("install"), ";keyid=\"j3AWy6\""),
        ),
        ("another's", theirs()),
        ("another account's", other_account()),
    ];
    let (install_as_account, account_as_install) = (
        with(install(), "").label("account"),
        with(account(), "").label("install"),
    );
    let labels = [
        ("install as account", signed(&[&install_as_account])),
        ("account as install", signed(&[&account_as_install])),
        ("swapped", signed(&[&install_as_account, &account_as_install])),
        ("install as both", signed(&[&with(install(), ""), &install_as_account])),
        ("account as both", signed(&[&account_as_install, &with(account(), "")])),
    ];
    let elsewhere = Message {
        url: "https://api.example.com/".to_owned(),
        ..order()
    };
    let beside = [
        ("of another target", Signature::install(&elsewhere), account()),
        ("of another, by the account", Signature::account(&elsewhere), install()),
        ("by another installation", theirs(), account()),
        ("by another account", other_account(), install()),
    ];
    let first = beside.each_ref().map(|(name, bad, good)| (*name, signed(&[bad, good])));
    let last = beside.each_ref().map(|(name, bad, good)| (*name, signed(&[good, bad])));
    case.at([Signing])
        .signed("key", keys)
        .whole("key", [("of another token", replaced("Approov-Token", &other_key))])
        .whole("label", labels)
        .whole("in front of a good one", first)
        .whole("behind a good one", last)
        .whole("install", pairs(INSTALL_FORMS, |form| altered(&install(), form)))
        .whole("install", [("DER", spelt(&install(), der))])
        .whole("account", pairs(ACCOUNT_FORMS, |form| altered(&account(), form)))
        .signed("a MAC by", macs_with_what_is_public())
        .passes()
        .whole("good", [("both", signed(&[&install(), &account()]))])
        .signed("good", [("the account's", account())])
        .signed("good", [("-s", install().form(signing::other_s))])
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

/// A public key is no secret: whoever has the token has it too.
fn macs_with_what_is_public() -> impl Iterator<Item = (String, Signature)> {
    let public = Key::install(1).public();
    let secrets = [
        ("the key as the token has it", Key::install(1).ipk().into_bytes()),
        ("the key", public.clone()),
        ("the point", public[public.len() - 65..].to_vec()),
        ("x and y", public[public.len() - 64..].to_vec()),
        ("nothing", Vec::new()),
        ("the token", signing::token(&json!({})).into_bytes()),
        ("the secret of tokens", secret()),
    ];
    secrets.into_iter().flat_map(|(name, secret)| {
        let signature = Signature::new(Key::Account(secret), &order()).parameters(&created());
        ["install", "account"].map(|label| (format!("{name}, {label}"), signature.clone().label(label)))
    })
}
