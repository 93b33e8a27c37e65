//! HTTP/2, where the host is a pseudo-header and a body needs no length.

use actix_web::{
    rt,
    rt::net::TcpStream,
    web::{self, Bytes},
};
use support::signing::{Message, Signature};

use super::{Served, guarded, signing};
use crate::{builder, patient};

/// Sends a message in HTTP/2, to this authority, in two frames if there is a body.
async fn ask(server: &Served, message: &Message, signature: &Signature, authority: &str) -> (u16, Vec<u8>) {
    let stream = TcpStream::connect(server.server.addr()).await.unwrap();
    let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
    rt::spawn(connection);
    let (input, bytes) = signature.members();
    let mut request = http::Request::builder()
        .method(message.method.as_str())
        .uri(format!("http://{authority}{}", message.target()))
        .version(http::Version::HTTP_2)
        .header("signature-input", input)
        .header("signature", bytes);
    for (name, value) in &message.headers {
        request = request.header(name.to_lowercase(), value);
    }
    let (response, mut body) = client
        .send_request(request.body(()).unwrap(), message.body.is_empty())
        .unwrap();
    if let Some((first, rest)) = message.body.split_first() {
        body.send_data(Bytes::copy_from_slice(&[*first]), false).unwrap();
        // The server may have refused by now.
        let _ = body.send_data(Bytes::copy_from_slice(rest), true);
    }
    let (head, mut body) = response.await.unwrap().into_parts();
    let mut whole = Vec::new();
    while let Some(chunk) = body.data().await {
        whole.extend_from_slice(&chunk.unwrap());
    }
    (head.status.as_u16(), whole)
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
    let several = serve(signing().public_origin("https://a.example.com,https://b.example.com"));
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
    let strict = serve(signing().signature_require_content_digest(true));
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
