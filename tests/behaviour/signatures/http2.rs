//! HTTP/2, where the host is a pseudo-header and a body needs no length.

use actix_web::web::{self, Bytes};
use approov_actix::{ApproovBuilder, ApproovClaims};
use serde_json::json;
use support::signing::{Message, Signature, token};

use super::{ORIGIN, WITH_BODY, guarded, signing_at};
use crate::{
    builder,
    http2::{connect, exchange, head},
    patient,
    served::Served,
    signing, signing_by,
};

const INVALID: Option<&str> = Some("signature_invalid");

fn serve(builder: ApproovBuilder) -> Served {
    Served::on(patient().workers(1).h2(), builder, |app, _| {
        app.route("/claims", web::to(async |_: ApproovClaims| "in"))
            .default_service(web::to(guarded));
    })
}

/// Sends a message with this signature to this authority. It is refused for this reason, or its body comes back.
async fn check(server: &Served, refusal: Option<&str>, message: &Message, signature: &Signature, authority: &str) {
    let uri = format!("http://{authority}{}", message.target());
    let answer = exchange(connect(server.address()).await, &message.carrying(signature), &uri).await;
    let expected = match refusal {
        Some(_) => (401, b"{}".to_vec()),
        None => (200, message.body.clone()),
    };
    let codes: Vec<_> = refusal.into_iter().collect();
    assert_eq!((answer, server.codes()), (expected, codes), "{uri} {signature:?}");
}

#[actix_web::test]
async fn signatures_over_http_2() {
    let server = serve(signing());
    let order = Message::order();
    // Crumbs of cookies (RFC 9113, section 8.2.3) and no length.
    let crumbs = order.clone().without("Content-Length");
    let crumbs = crumbs.header("Cookie", "a=1").header("Cookie", "b=2");
    let of_crumbs = Signature::install(&crumbs).line("\"cookie\"", "a=1; b=2");
    let altered = crumbs.clone().alter_body();
    for (refusal, message, signature) in [
        (None, &order, &Signature::install(&order)),
        (None, &crumbs, &of_crumbs),
        (Some("digest_mismatch"), &altered, &of_crumbs),
    ] {
        check(&server, refusal, message, signature, "localhost").await;
    }
}

#[actix_web::test]
async fn the_authority_is_a_pseudo_header() {
    let without = serve(builder());
    let several = serve(signing_at(["https://a.example.com", "https://b.example.com"]));
    for (server, url, authority, refusal) in [
        (&without, "http://a.example.com:81/x", "A.example.com:81", None),
        (&without, "http://a.example.com/x", "a.example.com:81", INVALID),
        (&several, "https://a.example.com/x", "a.example.com", None),
        (&several, "https://a.example.com/x", "b.example.com", INVALID),
        (
            &several,
            "https://a.example.com/x",
            "c.example.com",
            Some("signature_target"),
        ),
    ] {
        let message = Message::get(url);
        check(server, refusal, &message, &Signature::install(&message), authority).await;
    }
    let two = Message::get("https://a.example.com/x").header("Host", "b.example.com");
    let refusal = Some("signature_target");
    check(&several, refusal, &two, &Signature::install(&two), "a.example.com").await;
}

/// HTTP/2 has no request line, so the target is the path, whatever the pseudo-headers say of scheme and host.
#[actix_web::test]
async fn the_request_target_is_the_path() {
    let server = serve(signing());
    let message = Message::get("https://api.example.com/a?b");
    for (target, refusal) in [
        ("/a?b", None),
        ("http://localhost/a?b", INVALID),
        ("https://api.example.com/a?b", INVALID),
    ] {
        let signature = Signature::install(&message).line("\"@request-target\"", target);
        check(&server, refusal, &message, &signature, "localhost").await;
    }
}

#[actix_web::test]
async fn a_body_of_unknown_length_is_a_body() {
    let strict = serve(signing_by(WITH_BODY));
    let covered = Message::order().without("Content-Length");
    let uncovered = covered.clone().without("Content-Digest");
    let none = Message {
        body: Vec::new(),
        ..uncovered.clone()
    };
    for (refusal, message) in [(None, covered), (Some("digest_missing"), uncovered), (None, none)] {
        check(&strict, refusal, &message, &Signature::install(&message), "localhost").await;
    }
    // Only reading tells whether there is one, so an argument alone refuses where there must be none.
    for (path, refusal) in [("/guard", None), ("/claims", Some("body_unavailable"))] {
        let message = Message::get(&format!("{ORIGIN}{path}"));
        check(&strict, refusal, &message, &Signature::install(&message), "localhost").await;
    }
}

#[actix_web::test]
async fn a_frame_without_data_is_no_body() {
    let server = serve(signing_by(WITH_BODY));
    let message = Message::new("POST", "https://api.example.com/").header("Approov-Token", &token(&json!({})));
    for (frames, status, codes) in [(["", ""], 200, vec![]), (["", "a"], 401, vec!["digest_missing"])] {
        let mut client = connect(server.address()).await;
        let head = head(&message.carrying(&Signature::install(&message)), "http://localhost/");
        let (response, mut body) = client.send_request(head, false).unwrap();
        for (frame, is_last) in frames.into_iter().zip([false, true]) {
            // The server may have refused by now.
            let _ = body.send_data(Bytes::from_static(frame.as_bytes()), is_last);
        }
        let answer = (response.await.unwrap().status().as_u16(), server.codes());
        assert_eq!(answer, (status, codes), "{frames:?}");
    }
}
