//! A handshake with actix-ws, and a request for server-sent events, are checked like any other request.

use std::{
    future::ready,
    io::{Read as _, Write as _},
    net::TcpStream,
};

use actix_web::{Error, HttpRequest, HttpResponse, web};
use actix_ws::Message;
use approov_actix::{ApproovClaims, approov_protected};
use futures_util::{StreamExt as _, stream};
use support::{client::Request, token};

use super::Site;
use crate::ways::WAYS;

/// Says back what it hears, with the name of the device. The claims go into the task, which lives longer than the
/// request.
async fn talk(claims: ApproovClaims, request: HttpRequest, body: web::Payload) -> Result<HttpResponse, Error> {
    let (response, mut session, mut messages) = actix_ws::handle(&request, body)?;
    actix_web::rt::spawn(async move {
        while let Some(Ok(Message::Text(text))) = messages.recv().await {
            let name = claims.device_id().unwrap();
            let _ = session.text(format!("{name}: {text}")).await;
        }
        let _ = session.close(None).await;
    });
    Ok(response)
}

#[approov_protected]
async fn guarded(claims: ApproovClaims, request: HttpRequest, body: web::Payload) -> Result<HttpResponse, Error> {
    talk(claims, request, body).await
}

fn read_until(end: &str, stream: &mut TcpStream) -> String {
    let mut text = String::new();
    while !text.contains(end) {
        let mut chunk = [0; 1024];
        let length = stream.read(&mut chunk).unwrap();
        assert_ne!(length, 0, "no {end:?}: {text}");
        text += &String::from_utf8_lossy(&chunk[..length]);
    }
    text
}

/// No protocol is changed for who is refused: the answer is the one of every refusal.
#[actix_web::test]
async fn without_a_token_there_is_no_web_socket() {
    let site = Site::new(|app, approov| {
        let middleware = web::scope("/middleware").route("", web::get().to(talk));
        app.route("/guard", web::get().to(guarded))
            .route("/claims", web::get().to(talk))
            .service(middleware.wrap(approov.middleware()));
    });
    for path in WAYS {
        // The request of RFC 6455, section 1.2.
        let handshake = Request::get(path).connection("Upgrade").header("Upgrade", "websocket");
        let handshake = handshake.header("Sec-WebSocket-Version", "13");
        let handshake = handshake.header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        // A frame that follows at once is heard by nobody.
        let with_frame = handshake.clone().body(&[0x81, 0x80, 0, 0, 0, 0]);
        site.0.refuses("no token", "token_missing", &with_frame);
        site.refuses(&handshake.clone().token(&token::forged()), "token_signature");
        let mut stream = site.open(&handshake.token(&token::good()));
        assert!(read_until("\r\n\r\n", &mut stream).starts_with("HTTP/1.1 101 "));
        // One frame of text: RFC 6455, section 5.2. Its mask is of zeros.
        stream.write_all(b"\x81\x85\0\0\0\0hello").unwrap();
        read_until(&format!("{}: hello", token::DEVICE_ID), &mut stream);
        // What is no handshake is told so by actix-ws, and only to a genuine app.
        site.protects(&Request::get(path), 400);
    }
}

#[actix_web::test]
async fn events_arrive_as_they_are_made() {
    // After the first one there never comes another, so whoever waits for more waits for ever.
    async fn events() -> HttpResponse {
        let first = ready(Ok::<_, Error>(web::Bytes::from_static(b"data: 1\n\n")));
        HttpResponse::Ok().streaming(stream::once(first).chain(stream::pending()))
    }
    let site = Site::new(|app, approov| {
        app.service(web::resource("/events").get(events).wrap(approov.middleware()));
    });
    site.refuses(&Request::get("/events"), "token_missing");
    let mut stream = site.open(&Request::get("/events").token(&token::good()));
    read_until("data: 1\n\n", &mut stream);
}
