//! Copies of a request, in whatever form, and requests that are none.

use approov_actix::CheckFailed;
use p256::ecdsa;
use support::{
    client::Request,
    signing::{self, Key, Message, Signature, text},
    token::now,
};

use crate::behaviour::single_use::{
    ACCOUNT, BOTH, INSTALL, REPLAYED, REVERSED, Signed, accepts, in_memory, later, serve, transfer,
};

/// The same signature with `n - s` in place of `s`, which anyone can compute.
fn with_other_s(signature: &[u8]) -> String {
    let signature = ecdsa::Signature::from_slice(signature).unwrap();
    let (r, s) = signature.split_scalars();
    let other = ecdsa::Signature::from_scalars(r, -s).unwrap();
    assert_ne!(other, signature);
    signing::bytes(&other.to_bytes())
}

/// What anyone can make of a request with this signature: all of it is the same request.
pub(crate) fn forms(message: &Message, signature: &Signature) -> Vec<(&'static str, Request)> {
    let signed = |signature: &Signature| message.request().signed(&[signature]);
    let lines = |inputs: &[&str], signatures: &[&str]| {
        let inputs = inputs.iter().map(|line| ("Signature-Input", line));
        let lines = inputs.chain(signatures.iter().map(|line| ("Signature", line)));
        lines.fold(message.request(), |request, (name, line)| request.header(name, line))
    };
    let (input, bytes) = signature.members();
    let (other_input, other_bytes) = signature.clone().label("other").members();
    let inputs = format!("{other_input}, {input}");
    let both = format!("{bytes}, {other_bytes}");
    let mut forms = vec![
        ("the same", signed(signature)),
        ("as a string", signed(&signature.clone().form(text))),
        ("more headers", signed(signature).header("X-Not-Signed", "1")),
        (
            "with spaces",
            lines(&[&format!("  {input}  ")], &[&format!(" {bytes}")]),
        ),
        ("beside another label", lines(&[&inputs], &[&both])),
        (
            "in lines of their own",
            lines(&[&other_input, &input], &[&bytes, &other_bytes]),
        ),
        (
            "with a parameter of the signature",
            lines(&[&input], &[&format!("{bytes};a=1")]),
        ),
    ];
    if signature.label == "install" {
        forms.push(("the other s", signed(&signature.clone().form(with_other_s))));
    }
    forms
}

#[actix_web::test]
async fn a_copy_is_refused_however_it_is_written() {
    for builder in [in_memory(), later()] {
        let server = serve(builder);
        for label in BOTH {
            let message = transfer();
            let signature = Signed::new(message.clone()).labelled(label).clone();
            accepts(&server, label, &message.carrying(&signature).request());
            for (case, copy) in forms(&message, &signature) {
                let answer = server.refuses(case, REPLAYED, &copy);
                assert_eq!(answer.header("www-authenticate"), None, "{case}");
            }
        }
    }
}

#[actix_web::test]
async fn the_other_s_first_uses_the_request_up_as_well() {
    let server = serve(in_memory());
    let message = transfer();
    let signature = Signature::install(&message);
    let other = signature.clone().form(with_other_s);
    accepts(&server, "other s", &message.carrying(&other).request());
    server.refuses("as signed", REPLAYED, &message.carrying(&signature).request());
}

#[actix_web::test]
async fn stripping_one_of_two_signatures_makes_no_new_request() {
    for builder in [in_memory, later] {
        let server = serve(builder());
        // Whoever comes first with one of two signatures is the one.
        for (sent, copies) in [
            (BOTH, &[BOTH, REVERSED, INSTALL, ACCOUNT][..]),
            (REVERSED, &[BOTH, REVERSED, INSTALL, ACCOUNT]),
            (INSTALL, &[BOTH]),
            (ACCOUNT, &[BOTH]),
        ] {
            let signed = Signed::new(transfer());
            accepts(&server, "first", &signed.by(sent).request());
            for copy in copies {
                server.refuses(&format!("{sent:?} {copy:?}"), REPLAYED, &signed.by(copy).request());
            }
        }
    }
}

#[actix_web::test]
async fn what_is_refused_uses_nothing_up() {
    let server = serve(in_memory().check(|request, _| {
        let blocked = request.headers().get("X-Blocked");
        blocked.map_or(Ok(()), |_| Err(CheckFailed::new("blocked")))
    }));
    let message = transfer();
    let signature = Signature::install(&message);
    let signed = message.carrying(&signature);
    let by_another = message.carrying(&Signature::new(Key::install(2), &message));
    for (code, message) in [
        ("digest_mismatch", signed.clone().alter_body()),
        (
            "signature_invalid",
            signed.clone().replace("Content-Type", "text/plain"),
        ),
        ("application_check", signed.clone().header("X-Blocked", "1")),
        ("signature_invalid", by_another),
        ("signature_missing", message),
    ] {
        server.refuses(code, code, &message.request());
    }
    accepts(&server, "the genuine one", &signed.request());
}

/// ECDSA is random in Approov's clients, so theirs differ. An HMAC is always the same.
#[actix_web::test]
async fn requests_that_differ_are_different_requests() {
    let server = serve(in_memory());
    for _ in 0..3 {
        accepts(&server, "another target", &Signed::new(transfer()).by(BOTH).request());
    }
    let message = transfer();
    let at = |created: u64| {
        let parameters = format!(";created={created};expires={}", created + 15);
        message
            .carrying(&Signature::account(&message).parameters(&parameters))
            .request()
    };
    let now = now();
    accepts(&server, "now", &at(now));
    accepts(&server, "a second before", &at(now - 1));
    server.refuses("now, again", REPLAYED, &at(now));
}
