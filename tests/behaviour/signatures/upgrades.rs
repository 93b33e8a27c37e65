//! Requests whose connection becomes something else: a WebSocket, a tunnel, and what only looks like them.

use support::{
    client::Request,
    signing::{Message, Signature, sha256},
};

use super::{
    Served, WITH_BODY,
    bodies::{MULTIPART, WAYS, chunked, post, routes},
    serve, signing, signing_at, signing_by,
};

const WEBSOCKET: [(&str, &str); 2] = [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")];

fn upgrade(message: &Message, signature: &Signature) -> Request {
    let request = message.request().signed(&[signature]).connection("Upgrade");
    WEBSOCKET
        .iter()
        .fold(request, |request, (name, value)| request.header(name, value))
}

#[actix_web::test]
async fn an_upgrade_is_only_what_names_a_protocol() {
    let server = Served::new(signing(), routes);
    let strict = Served::new(signing_by(WITH_BODY), routes);
    for way in WAYS {
        let message = post(&format!("{way}/bytes"), "text/plain", b"body");
        for request in [
            message.signed().connection("Upgrade"),
            message.signed().connection("Upgrade").header("Upgrade", "h2c"),
            message.signed().header("Upgrade", "h2c"),
        ] {
            for server in [&server, &strict] {
                assert_eq!(server.accepts(way, &request).body, "body");
            }
        }
        let altered = message
            .clone()
            .alter_body()
            .request()
            .signed(&[&Signature::install(&message)]);
        server.refuses(way, "digest_mismatch", &altered.connection("Upgrade"));
    }
}

/// What comes after the head of a WebSocket has no end, whatever else the head says of it.
#[actix_web::test]
async fn the_body_of_a_websocket_or_a_tunnel_cannot_be_compared() {
    let server = Served::new(signing(), routes);
    for way in WAYS {
        let url = format!("https://api.example.com{way}/payload");
        for (case, message) in [
            ("no length", Message::get(&url).header("Content-Digest", &sha256(b""))),
            ("a length of nothing", Message::get(&url).body(b"")),
            ("a length", post(&format!("{way}/payload"), "text/plain", b"body")),
        ] {
            let request = upgrade(&message, &Signature::install(&message)).connection("close");
            server.refuses(case, "body_unavailable", &request);
        }
        // In chunks it does have an end.
        let message = chunked(post(&format!("{way}/payload"), "text/plain", b"body"));
        server.accepts("chunks", &upgrade(&message, &Signature::install(&message)));
        // Nothing is covered, so nothing is looked at.
        let message = Message::get(&url);
        let answer = upgrade(&message, &Signature::install(&message)).send_and_hang_up(server.address());
        assert_eq!(answer.unwrap().body, "0 bytes, then broken");
    }
}

/// actix hands on whatever follows such a head, so it is a body like any other where the configuration wants bodies to
/// be covered.
#[actix_web::test]
async fn an_upgrade_is_no_way_around_the_digest() {
    let strict = Served::new(signing_by(WITH_BODY), routes);
    for way in WAYS {
        for kind in ["multipart", "payload"] {
            let message = post(
                &format!("{way}/{kind}"),
                "multipart/form-data; boundary=b",
                MULTIPART.as_bytes(),
            )
            .without("Content-Digest")
            .without("Content-Length");
            strict.refuses(
                kind,
                "digest_missing",
                &upgrade(&message, &Signature::install(&message)).connection("close"),
            );
        }
        // Whoever recorded a `GET` could make it a handshake, and send bytes that nobody signed.
        let handshake = Message::get(&format!("https://api.example.com{way}/payload"));
        let signature = Signature::install(&handshake);
        strict.refuses(
            "upgrade",
            "digest_missing",
            &upgrade(&handshake, &signature).connection("close"),
        );
        let covered = signature.line("\"upgrade\"", "websocket");
        let answer = upgrade(&handshake, &covered).send_and_hang_up(strict.address());
        assert_eq!(
            (answer.unwrap().status, strict.codes()),
            (200, vec![]),
            "a handshake has no body"
        );
    }
}

/// Neither a tunnel nor `OPTIONS *` has a path: RFC 9112, section 3.3, and RFC 9421, sections 2.2.2, 2.2.5 and 2.2.6.
#[actix_web::test]
async fn targets_without_a_path() {
    // The prefix of an origin is before a path, and here is none.
    for origin in ["https://api.example.com", "https://api.example.com/v1"] {
        let server = serve(signing_at(origin));
        for (method, target) in [("OPTIONS", "*"), ("CONNECT", "api.example.com:443")] {
            let message = Message {
                method: method.to_owned(),
                ..Message::get("https://api.example.com")
            };
            let signature = Signature::install(&message);
            for (uri, path, request_target, is_good) in [
                ("https://api.example.com", "/", target, true),
                ("https://api.example.com/", "/", target, false),
                ("https://api.example.com*", "/", target, false),
                ("https://api.example.com/v1", "/v1", "/v1", false),
                ("https://api.example.com", "*", target, false),
                ("https://api.example.com", "", target, false),
                ("https://api.example.com", "/", "/", false),
                ("https://api.example.com", "/", "", false),
            ] {
                let signature = signature
                    .clone()
                    .value("@target-uri", uri)
                    .line("\"@path\"", path)
                    .line("\"@request-target\"", request_target);
                let request = message
                    .request_to(target)
                    .host(Some("api.example.com:443"))
                    .signed(&[&signature]);
                let case = format!("{origin} {method} {uri} {path} {request_target}");
                let answer = request.send_and_hang_up(server.address());
                let codes = server.codes();
                assert_eq!(codes.is_empty(), is_good, "{case}: {codes:?} {answer:?}");
            }
        }
    }
}

#[actix_web::test]
async fn connect() {
    let server = serve(signing());
    let message = Message {
        method: "CONNECT".to_owned(),
        ..Message::get("https://api.example.com")
    };
    let request = |message: &Message| {
        let request = message
            .request_to("api.example.com:443")
            .host(Some("api.example.com:443"));
        request.signed(&[&Signature::install(message)])
    };
    let covered = message.clone().body(b"");
    server.refuses("covered", "body_unavailable", &request(&covered));
    let answer = request(&message).send_and_hang_up(server.address());
    assert!(server.codes().is_empty(), "{answer:?}");
}
