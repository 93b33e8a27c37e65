//! Copies of a request, in whatever form, and requests that are none.

use p256::ecdsa;
use support::{
    client::Request,
    signing::{self, Key, Message, Signature, text},
};

use super::{REPLAYED, Signatures, accepts, in_memory, later, serve, signed, transfer};

/// The same signature with `n - s` in place of `s`, which anyone can compute.
fn with_other_s(signature: &[u8]) -> String {
    let signature = ecdsa::Signature::from_slice(signature).unwrap();
    let (r, s) = signature.split_scalars();
    let other = ecdsa::Signature::from_scalars(r, -s).unwrap();
    assert_ne!(other, signature);
    signing::bytes(&other.to_bytes())
}

/// What anyone can make of a request with this signature: all of it is the same request.
pub(super) fn forms(message: &Message, signature: &Signature) -> Vec<(&'static str, Request)> {
    let signed = |signature: &Signature| message.request().signed(&[signature]);
    let more_headers = message
        .clone()
        .header("X-Not-Signed", "1")
        .header("User-Agent", "another");
    let (input, bytes) = signature.members();
    let (other_input, other_bytes) = signature.clone().label("other").members();
    let lines = |inputs: &[&str], signatures: &[&str]| {
        let request = inputs.iter().fold(message.request(), |request, line| {
            request.header("Signature-Input", line)
        });
        signatures
            .iter()
            .fold(request, |request, line| request.header("Signature", line))
    };
    let mut forms = vec![
        ("the same", signed(signature)),
        ("as a string", signed(&signature.clone().form(text))),
        ("more headers", more_headers.request().signed(&[signature])),
        (
            "with spaces",
            lines(&[&format!("  {input}  ")], &[&format!(" {bytes}")]),
        ),
        (
            "beside another label",
            lines(
                &[&format!("{other_input}, {input}")],
                &[&format!("{bytes}, {other_bytes}")],
            ),
        ),
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
        for label in ["install", "account"] {
            let message = transfer();
            let signature = Signatures::of(&message).labelled(label).clone();
            accepts(&server, label, &message.request().signed(&[&signature]));
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
    accepts(
        &server,
        "other s",
        &message.request().signed(&[&signature.clone().form(with_other_s)]),
    );
    server.refuses("as signed", REPLAYED, &message.request().signed(&[&signature]));
}

fn transfer_and_signatures() -> (Message, Signatures) {
    let message = transfer();
    let signatures = Signatures::of(&message);
    (message, signatures)
}

#[actix_web::test]
async fn stripping_one_of_two_signatures_makes_no_new_request() {
    const BOTH: &[&str] = &["install", "account"];
    const REVERSED: &[&str] = &["account", "install"];
    const INSTALL: &[&str] = &["install"];
    const ACCOUNT: &[&str] = &["account"];
    for builder in [in_memory, later] {
        let server = serve(builder());
        for sent in [BOTH, REVERSED] {
            let (message, signatures) = transfer_and_signatures();
            accepts(&server, "both", &signatures.on(&message, sent));
            for copy in [BOTH, REVERSED, INSTALL, ACCOUNT] {
                server.refuses(&format!("{sent:?} {copy:?}"), REPLAYED, &signatures.on(&message, copy));
            }
        }
        // Whoever comes first with one of the signatures is the one.
        for sent in [INSTALL, ACCOUNT] {
            let (message, signatures) = transfer_and_signatures();
            accepts(&server, "one", &signatures.on(&message, sent));
            server.refuses(&format!("{sent:?} both"), REPLAYED, &signatures.on(&message, BOTH));
        }
    }
}

#[actix_web::test]
async fn what_is_refused_uses_nothing_up() {
    let server = serve(in_memory().check(|request, _| {
        let is_blocked = request.headers().contains_key("X-Blocked");
        if is_blocked {
            Err(approov_actix::CheckFailed::new("blocked"))
        } else {
            Ok(())
        }
    }));
    let message = transfer();
    let signature = Signature::install(&message);
    let signed = |message: &Message| message.request().signed(&[&signature]);
    server.refuses("body", "digest_mismatch", &signed(&message.clone().alter_body()));
    server.refuses(
        "type",
        "signature_invalid",
        &signed(&message.clone().replace("Content-Type", "text/plain")),
    );
    server.refuses(
        "check",
        "application_check",
        &signed(&message.clone().header("X-Blocked", "1")),
    );
    let other = Signature::new(Key::install(2), &message);
    server.refuses("key", "signature_invalid", &message.request().signed(&[&other]));
    server.refuses("unsigned", "signature_missing", &message.request());
    accepts(&server, "the genuine one", &signed(&message));
}

/// ECDSA is random in Approov's clients, so theirs differ. An HMAC is always the same.
#[actix_web::test]
async fn requests_that_differ_are_different_requests() {
    let server = serve(in_memory());
    for _ in 0..3 {
        accepts(&server, "another target", &signed(&transfer(), &["install", "account"]));
    }
    let message = transfer();
    let at = |created: u64| {
        let parameters = format!(";created={created};expires={}", created + 15);
        let signature = Signature::account(&message).parameters(&parameters);
        message.request().signed(&[&signature])
    };
    let now = support::token::now();
    accepts(&server, "now", &at(now));
    accepts(&server, "a second before", &at(now - 1));
    server.refuses("now, again", REPLAYED, &at(now));
}
