//! HTTP/2, where the host is a pseudo-header and a body needs no length.

use actix_web::web::{self, Bytes};
use approov_actix::ApproovClaims;
use serde_json::json;
use support::signing::{Message, Signature, token};

use super::{WITH_BODY, guarded, signing_at};
use crate::{
    builder,
    http2::{connect, exchange, head},
    patient,
    served::Served,
    signing, signing_by,
};

/// Signs a message like this, and sends it to this authority.
async fn ask(server: &Served, message: &Message, signature: &Signature, authority: &str) -> (u16, Vec<u8>) {
    let uri = format!("http://{authority}{}", message.target());
    exchange(connect(server.address()).await, &message.carrying(signature), &uri).await
}

/// As [`ask`], with these frames in place of the body. Returns the status.
async fn ask_in_frames(server: &Served, message: &Message, signature: &Signature, frames: &[&'static str]) -> u16 {
    let mut client = connect(server.address()).await;
    let head = head(
        &message.carrying(signature),
        &format!("http://localhost{}", message.target()),
    );
    let (response, mut body) = client.send_request(head, false).unwrap();
    for (index, frame) in frames.iter().enumerate() {
        let is_last = index + 1 == frames.len();
        // The server may have refused by now.
        let _ = body.send_data(Bytes::from_static(frame.as_bytes()), is_last);
    }
    response.await.unwrap().status().as_u16()
}

fn serve(builder: approov_actix::ApproovBuilder) -> Served {
    Served::on(patient().workers(1).h2(), builder, |app, _| {
        app.default_service(web::to(guarded));
    })
}

#[actix_web::test]
async fn signatures_over_http_2() {
    let server = serve(signing());
    let order = Message::order();
    let signed = Signature::install(&order);
    assert_eq!(
        ask(&server, &order, &signed, "localhost").await,
        (200, order.body.clone())
    );
    // Crumbs of cookies (RFC 9113, section 8.2.3) and no length.
    let crumbs = order
        .clone()
        .without("Content-Length")
        .header("Cookie", "a=1")
        .header("Cookie", "b=2");
    let signature = Signature::install(&crumbs).line("\"cookie\"", "a=1; b=2");
    assert_eq!(ask(&server, &crumbs, &signature, "localhost").await.0, 200);
    let altered = crumbs.clone().alter_body();
    assert_eq!(
        ask(&server, &altered, &signature, "localhost").await,
        (401, b"{}".to_vec())
    );
    assert_eq!(server.codes(), ["digest_mismatch"]);
    let target = Signature::install(&order).line("\"@request-target\"", "/orders?id=1&of=a%20b");
    assert_eq!(ask(&server, &order, &target, "localhost").await.0, 200);
}

#[actix_web::test]
async fn the_authority_is_a_pseudo_header() {
    let without = serve(builder());
    let several = serve(signing_at(["https://a.example.com", "https://b.example.com"]));
    for (server, url, authority, code) in [
        (&without, "http://a.example.com:81/x", "A.example.com:81", None),
        (
            &without,
            "http://a.example.com/x",
            "a.example.com:81",
            Some("signature_invalid"),
        ),
        (&several, "https://a.example.com/x", "a.example.com", None),
        (
            &several,
            "https://a.example.com/x",
            "b.example.com",
            Some("signature_invalid"),
        ),
        (
            &several,
            "https://a.example.com/x",
            "c.example.com",
            Some("signature_target"),
        ),
    ] {
        let message = Message::get(url);
        let signature = Signature::install(&message);
        let (status, _) = ask(server, &message, &signature, authority).await;
        let codes: Vec<_> = code.into_iter().collect();
        assert_eq!(
            (status, server.codes()),
            (if code.is_some() { 401 } else { 200 }, codes),
            "{url} {authority}"
        );
    }
    let message = Message::get("https://a.example.com/x").header("Host", "b.example.com");
    let signature = Signature::install(&message);
    let (status, _) = ask(&several, &message, &signature, "a.example.com").await;
    assert_eq!((status, several.codes()), (401, vec!["signature_target"]));
}

#[actix_web::test]
async fn a_body_of_unknown_length_is_a_body() {
    let strict = serve(signing_by(WITH_BODY));
    let body = Message::order().without("Content-Length").without("Content-Digest");
    let none = Message {
        body: Vec::new(),
        ..body.clone()
    };
    let signature = Signature::install(&body);
    assert_eq!(ask(&strict, &none, &signature, "localhost").await, (200, Vec::new()));
    assert_eq!(ask(&strict, &body, &signature, "localhost").await.0, 401);
    assert_eq!(strict.codes(), ["digest_missing"]);
    let covered = Message::order().without("Content-Length");
    assert_eq!(
        ask(&strict, &covered, &Signature::install(&covered), "localhost").await,
        (200, covered.body)
    );
}

/// HTTP/2 has no request line, so the target is the path, whatever the pseudo-headers say of scheme and host.
#[actix_web::test]
async fn the_request_target_is_the_path() {
    let server = serve(signing());
    let message = Message::get("https://api.example.com/a?b");
    for (target, status) in [
        ("/a?b", 200),
        ("http://localhost/a?b", 401),
        ("https://api.example.com/a?b", 401),
    ] {
        let signature = Signature::install(&message).line("\"@request-target\"", target);
        assert_eq!(
            ask(&server, &message, &signature, "localhost").await.0,
            status,
            "{target}"
        );
    }
}

/// Only reading tells whether a request of HTTP/2 has a body, so an argument alone refuses where there must be none.
#[actix_web::test]
async fn an_argument_alone_cannot_tell_whether_there_is_a_body() {
    async fn claims(_: ApproovClaims) -> &'static str {
        "in"
    }
    let server = Served::on(patient().workers(1).h2(), signing_by(WITH_BODY), |app, _| {
        app.route("/guard", web::to(guarded)).default_service(web::to(claims));
    });
    for (path, status, codes) in [("/guard", 200, &[][..]), ("/http2/alone", 401, &["body_unavailable"])] {
        let message = Message::get(&format!("https://api.example.com{path}"));
        let signature = Signature::install(&message);
        assert_eq!(
            ask(&server, &message, &signature, "localhost").await.0,
            status,
            "{path}"
        );
        assert_eq!(server.codes(), codes, "{path}");
    }
}

/// A frame without data is no body.
#[actix_web::test]
async fn an_empty_frame_is_no_body() {
    let server = serve(signing_by(WITH_BODY));
    let message = Message::new("POST", "https://api.example.com/").header("Approov-Token", &token(&json!({})));
    let signature = Signature::install(&message);
    for (frames, status) in [(&["", ""][..], 200), (&["", "a"], 401)] {
        assert_eq!(
            ask_in_frames(&server, &message, &signature, frames).await,
            status,
            "{frames:?}"
        );
    }
    assert_eq!(server.codes(), ["digest_missing"]);
}
