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
const TARGET: Option<&str> = Some("signature_target");

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
    // There is no request line, so the target is the path, whatever the pseudo-headers say of scheme and host.
    let get = Message::get("https://api.example.com/a?b");
    let to = |target| Signature::install(&get).line("\"@request-target\"", target);
    for (refusal, message, signature) in [
        (None, &order, Signature::install(&order)),
        (None, &crumbs, of_crumbs.clone()),
        (Some("digest_mismatch"), &altered, of_crumbs),
        (None, &get, to("/a?b")),
        (INVALID, &get, to("http://localhost/a?b")),
        (INVALID, &get, to("https://api.example.com/a?b")),
    ] {
        check(&server, refusal, message, &signature, "localhost").await;
    }
}

#[actix_web::test]
async fn the_authority_is_a_pseudo_header() {
    let without = serve(builder());
    let several = serve(signing_at(["https://a.example.com", "https://b.example.com"]));
    let get = |url| Message::get(&format!("{url}/x"));
    let two = get("https://a.example.com").header("Host", "b.example.com");
    for (server, message, authority, refusal) in [
        (&without, get("http://a.example.com:81"), "A.example.com:81", None),
        (&without, get("http://a.example.com"), "a.example.com:81", INVALID),
        (&several, get("https://a.example.com"), "a.example.com", None),
        (&several, get("https://a.example.com"), "b.example.com", INVALID),
        (&several, get("https://a.example.com"), "c.example.com", TARGET),
        (&several, two, "a.example.com", TARGET),
    ] {
        check(server, refusal, &message, &Signature::install(&message), authority).await;
    }
}

#[actix_web::test]
async fn a_body_of_unknown_length_is_a_body() {
    let strict = serve(signing_by(WITH_BODY));
    let covered = Message::order().without("Content-Length");
    let uncovered = covered.clone().without("Content-Digest");
    let mut none = uncovered.clone();
    none.body.clear();
    for (refusal, message) in [
        (None, covered),
        (Some("digest_missing"), uncovered),
        (None, none),
        // Only reading tells whether there is one, so an argument alone refuses where there must be none.
        (Some("body_unavailable"), Message::get(&format!("{ORIGIN}/claims"))),
    ] {
        check(&strict, refusal, &message, &Signature::install(&message), "localhost").await;
    }
}

#[actix_web::test]
async fn a_frame_without_data_is_no_body() {
    let server = serve(signing_by(WITH_BODY));
    let message = Message::new("POST", "https://api.example.com/").header("Approov-Token", &token(&json!({})));
    for (last, status, codes) in [("", 200, vec![]), ("a", 401, vec!["digest_missing"])] {
        let mut client = connect(server.address()).await;
        let head = head(&message.carrying(&Signature::install(&message)), "http://localhost/");
        let (response, mut body) = client.send_request(head, false).unwrap();
        for (frame, is_last) in [("", false), (last, true)] {
            // The server may have refused by now.
            let _ = body.send_data(Bytes::from_static(frame.as_bytes()), is_last);
        }
        let status_of_answer = response.await.unwrap().status().as_u16();
        assert_eq!((status_of_answer, server.codes()), (status, codes), "{last:?}");
    }
}
