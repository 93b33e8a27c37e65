//! Copies of a request, in whatever form, and requests that are none.

use approov_actix::CheckFailed;
use support::{
    client::Request,
    signing::{self, Key, Message, Signature},
    token::now,
};

use crate::behaviour::single_use::{
    ACCOUNT, BOTH, INSTALL, REPLAYED, REVERSED, Signed, accepts, in_memory, later, serve, transfer,
};

/// What anyone can make of a request with this signature: all of it is the same request.
pub(crate) fn forms(message: &Message, signature: &Signature) -> Vec<(&'static str, Request)> {
    let lines = |inputs: &[&str], signatures: &[&str]| {
        let inputs = inputs.iter().map(|line| ("Signature-Input", line));
        let lines = inputs.chain(signatures.iter().map(|line| ("Signature", line)));
        lines.fold(message.request(), |request, (name, line)| request.header(name, line))
    };
    let signed = |form| message.carrying(&signature.clone().form(form)).request();
    let ((input, bytes), (other, others)) = (signature.members(), signature.clone().label("other").members());
    let (inputs, both) = (format!("{other}, {input}"), format!("{bytes}, {others}"));
    let mut forms = vec![
        ("the same", signed(signing::bytes)),
        ("as a string", signed(signing::text)),
        ("more headers", signed(signing::bytes).header("X-Not-Signed", "1")),
        (
            "with spaces",
            lines(&[&format!("  {input}  ")], &[&format!(" {bytes}")]),
        ),
        ("beside another label", lines(&[&inputs], &[&both])),
        ("in lines of their own", lines(&[&other, &input], &[&bytes, &others])),
        ("with a parameter", lines(&[&input], &[&format!("{bytes};a=1")])),
    ];
    if signature.label == "install" {
        forms.push(("the other s", signed(signing::other_s)));
    }
    forms
}

#[actix_web::test]
async fn a_copy_is_refused_however_it_is_written() {
    for builder in [in_memory(), later()] {
        let server = serve(builder);
        // Whichever form comes first uses the request up.
        for (label, first) in [("install", 0), ("account", 0), ("install", 7)] {
            let message = transfer();
            let forms = forms(&message, Signed::new(message.clone()).labelled(label));
            accepts(&server, label, &forms[first].1);
            for (case, copy) in &forms {
                let answer = server.refuses(case, REPLAYED, copy);
                assert_eq!(answer.header("www-authenticate"), None, "{case}");
            }
        }
        // So does whoever comes first with one of two signatures.
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
    let signed = message.carrying(&Signature::install(&message));
    let by_another = message.carrying(&Signature::new(Key::install(2), &message));
    for (code, message) in [
        ("digest_mismatch", signed.clone().alter_body()),
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
    let (message, now) = (transfer(), now());
    let at = |created: u64| {
        let parameters = format!(";created={created};expires={}", created + 15);
        let signature = Signature::account(&message).parameters(&parameters);
        message.carrying(&signature).request()
    };
    accepts(&server, "now", &at(now));
    accepts(&server, "a second before", &at(now - 1));
    server.refuses("now, again", REPLAYED, &at(now));
}
