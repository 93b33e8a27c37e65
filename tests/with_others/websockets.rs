//! actix-ws: the handshake is a request like any other, and what comes after it belongs to who made it.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use actix_web::{App, Error, HttpRequest, HttpResponse, web};
use actix_ws::Message;
use approov_actix::{ApproovClaims, approov_protected};
use support::{client::Request, token};

use super::Site;
use crate::patient;

/// Says back what it hears, with the name of the device.
fn talk(request: &HttpRequest, body: web::Payload, name: String) -> Result<HttpResponse, Error> {
    let (response, mut session, mut messages) = actix_ws::handle(request, body)?;
    actix_web::rt::spawn(async move {
        while let Some(Ok(Message::Text(text))) = messages.recv().await {
            let _ = session.text(format!("{name}: {text}")).await;
        }
        let _ = session.close(None).await;
    });
    Ok(response)
}

async fn open(request: HttpRequest, body: web::Payload) -> Result<HttpResponse, Error> {
    talk(&request, body, "someone".to_owned())
}

#[approov_protected]
async fn guarded(request: HttpRequest, body: web::Payload) -> Result<HttpResponse, Error> {
    talk(&request, body, "someone".to_owned())
}

/// The claims go into the task, which lives longer than the request.
async fn claims(claims: ApproovClaims, request: HttpRequest, body: web::Payload) -> Result<HttpResponse, Error> {
    talk(&request, body, claims.device_id().unwrap().to_owned())
}

#[approov_protected(binding = "Sec-WebSocket-Protocol")]
async fn bound(claims: ApproovClaims, request: HttpRequest, body: web::Payload) -> Result<HttpResponse, Error> {
    talk(&request, body, claims.device_id().unwrap().to_owned())
}

fn site() -> Site {
    Site::new(|approov| {
        actix_test::start_with(patient(), move || {
            App::new()
                .app_data(approov.clone())
                .route("/guard", web::get().to(guarded))
                .route("/claims", web::get().to(claims))
                .route("/bound", web::get().to(bound))
                .service(
                    web::scope("/middleware")
                        .route("", web::get().to(open))
                        .wrap(approov.middleware()),
                )
        })
    })
}

/// The request of RFC 6455, section 1.2.
fn handshake(path: &str) -> Request {
    Request::get(path)
        .connection("Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
}

/// A WebSocket after its handshake.
struct WebSocket(TcpStream);

impl WebSocket {
    fn connect(server: SocketAddr, handshake: &Request) -> Self {
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
        assert!(
            head.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="),
            "{head}"
        );
        Self(stream)
    }

    /// One short frame of text: RFC 6455, section 5.2. Its mask is of zeros.
    fn say(&mut self, text: &str) {
        let length = 0x80 | u8::try_from(text.len()).unwrap();
        let frame = [&[0x81, length, 0, 0, 0, 0], text.as_bytes()].concat();
        self.0.write_all(&frame).unwrap();
    }

    fn hear(&mut self) -> String {
        let mut head = [0; 2];
        self.0.read_exact(&mut head).unwrap();
        assert_eq!(head[0], 0x81, "a frame of text");
        let mut text = vec![0; head[1].into()];
        self.0.read_exact(&mut text).unwrap();
        String::from_utf8(text).unwrap()
    }
}

/// No protocol is changed for who is refused: the answer is the one of every refusal.
#[actix_web::test]
async fn without_a_token_there_is_no_handshake() {
    let site = site();
    for path in ["/guard", "/claims", "/bound", "/middleware"] {
        for (request, code) in [
            (handshake(path), "token_missing"),
            (handshake(path).token(&token::forged()), "token_signature"),
            (handshake(path).token(&token::expired()), "token_expired"),
            // A frame that follows at once is heard by nobody.
            (handshake(path).body(&[0x81, 0x80, 0, 0, 0, 0]), "token_missing"),
        ] {
            let refused = site.refuses(&request, code);
            let names: Vec<_> = refused.headers.iter().map(|(name, _)| name.as_str()).collect();
            assert!(
                !names.contains(&"upgrade") && !names.contains(&"sec-websocket-accept"),
                "{refused:?}"
            );
        }
    }
}

#[actix_web::test]
async fn with_a_token_both_sides_talk() {
    let site = site();
    for (path, name) in [
        ("/guard", "someone"),
        ("/middleware", "someone"),
        ("/claims", token::DEVICE_ID),
    ] {
        let mut socket = WebSocket::connect(site.address(), &handshake(path).token(&token::good()));
        for text in ["one", "two"] {
            socket.say(text);
            assert_eq!(socket.hear(), format!("{name}: {text}"), "{path}");
        }
    }
    // What is no handshake is told so by actix-ws, and only to a genuine app.
    for path in ["/guard", "/middleware", "/claims"] {
        site.protects_until(&Request::get(path), 400);
    }
}

/// The header that a browser's script can set as well is bound like any other.
#[actix_web::test]
async fn a_token_bound_to_a_header_of_the_handshake() {
    let site = site();
    let asking = |protocol: &str| handshake("/bound").header("Sec-WebSocket-Protocol", protocol);
    let bound = token::bound(&["user-1"]);
    site.refuses(&handshake("/bound").token(&bound), "binding_header_missing");
    site.refuses(&asking("user-2").token(&bound), "binding_mismatch");
    let mut socket = WebSocket::connect(site.address(), &asking("user-1").token(&bound));
    socket.say("one");
    assert_eq!(socket.hear(), format!("{}: one", token::DEVICE_ID));
}
