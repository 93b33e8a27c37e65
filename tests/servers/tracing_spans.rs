//! `tracing-spans`, as its table promises.

use support::{
    client::Request,
    token::{self, DEVICE_ID, SECRET},
};

use crate::{
    TRACING_SPANS,
    process::{Process, wait_for},
};

/// The line of the log that the end of this request's span writes.
fn span(server: &Process, path: &str) -> String {
    let target = format!("http.target={path} ");
    wait_for(|| {
        let log = server.stderr();
        let line = log
            .lines()
            .find(|line| line.contains("close time.busy") && line.contains(&target));
        line.map(str::to_owned)
    })
}

#[test]
fn the_span_has_code_and_device() {
    let server = Process::serve(TRACING_SPANS, &[("APPROOV_BASE64_SECRET", SECRET)], None);
    let device = format!("approov.device_id=\"{DEVICE_ID}\"");
    let ask = |path: &str, token: &str| {
        let request = Request::get(path).token(token).header("Authorization", "user");
        (request.send(server.address()).status, span(&server, path))
    };

    let (status, accepted) = ask("/orders?1", &token::bound(&["user"]));
    assert_eq!(status, 200);
    assert!(
        accepted.contains("approov.verdict=\"accepted\"") && accepted.contains(&device),
        "{accepted}"
    );
    assert!(!accepted.contains("approov.code"), "{accepted}");

    let (status, unbound) = ask("/orders?2", &token::good());
    assert_eq!(status, 401);
    assert!(
        unbound.contains("approov.verdict=\"refused\" approov.code=\"binding_claim_missing\""),
        "{unbound}"
    );
    assert!(
        unbound.contains(&device) && unbound.contains("http.status_code=401"),
        "{unbound}"
    );

    for (path, token, code) in [
        ("/whoami?1", token::forged(), "token_signature"),
        ("/whoami?2", String::new(), "token_empty"),
    ] {
        let (status, refused) = ask(path, &token);
        assert_eq!(status, 401);
        assert!(
            refused.contains(&format!("approov.verdict=\"refused\" approov.code=\"{code}\"")),
            "{refused}"
        );
        assert!(!refused.contains("device_id"), "{refused}");
    }
    // What the library and the handler log is in the span.
    let log = server.stderr();
    for text in ["REJECTED token_signature", "looking for orders"] {
        let line = log.lines().find(|line| line.contains(text)).unwrap();
        assert!(line.contains("HTTP request{"), "{line}");
    }
    assert!(!log.contains(&token::forged()[..40]));
}

#[test]
fn a_report_is_told_from_a_refusal() {
    let vars = [
        ("APPROOV_BASE64_SECRET", SECRET),
        ("APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN_BINDING", "false"),
    ];
    let server = Process::serve(TRACING_SPANS, &vars, None);
    assert_eq!(
        Request::get("/orders")
            .header("Authorization", "user")
            .token(&token::good())
            .send(server.address())
            .status,
        200
    );
    let reported = span(&server, "/orders");
    assert!(
        reported.contains("approov.verdict=\"reported\" approov.code=\"binding_claim_missing\""),
        "{reported}"
    );
}
