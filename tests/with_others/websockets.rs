//! actix-ws: the handshake is a request like any other, and what comes after it belongs to who made it.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use actix_web::{Error, HttpRequest, HttpResponse, web};
use actix_ws::Message;
use approov_actix::{ApproovClaims, approov_protected};
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

/// The request of RFC 6455, section 1.2.
fn handshake(path: &str) -> Request {
    Request::get(path)
        .connection("Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
}

/// Opens a WebSocket, says a word in one frame (RFC 6455, section 5.2; its mask is of zeros), and returns the answer.
fn say(word: &str, server: SocketAddr, handshake: &Request) -> String {
    let mut stream = TcpStream::connect(server).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.write_all(&handshake.bytes()).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    assert!(head.starts_with("http/1.1 101 "), "{head}");

    let length = 0x80 | u8::try_from(word.len()).unwrap();
    stream.write_all(&[0x81, length, 0, 0, 0, 0]).unwrap();
    stream.write_all(word.as_bytes()).unwrap();
    let mut head = [0; 2];
    stream.read_exact(&mut head).unwrap();
    assert_eq!(head[0], 0x81, "a frame of text");
    let mut text = vec![0; head[1].into()];
    stream.read_exact(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// No protocol is changed for who is refused: the answer is the one of every refusal.
#[actix_web::test]
async fn without_a_token_there_is_no_handshake() {
    let site = Site::new(|app, approov| {
        let middleware = web::scope("/middleware").route("", web::get().to(talk));
        app.route("/guard", web::get().to(guarded))
            .route("/claims", web::get().to(talk))
            .service(middleware.wrap(approov.middleware()));
    });
    for path in WAYS {
        let handshake = handshake(path);
        // A frame that follows at once is heard by nobody.
        let with_frame = handshake.clone().body(&[0x81, 0x80, 0, 0, 0, 0]);
        site.0.refuses("no token", "token_missing", &with_frame);
        let forged = handshake.clone().token(&token::forged());
        site.0.refuses("a forged token", "token_signature", &forged);

        let answer = say("hello", site.0.address(), &handshake.token(&token::good()));
        assert_eq!(answer, format!("{}: hello", token::DEVICE_ID), "{path}");
        // What is no handshake is told so by actix-ws, and only to a genuine app.
        site.protects(&Request::get(path), 400);
    }
}
