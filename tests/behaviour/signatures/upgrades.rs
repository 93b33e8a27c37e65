//! Requests whose connection becomes something else: a WebSocket, a tunnel, and what only looks like them.

use support::{
    client::Request,
    signing::{Message, Signature, sha256},
};

use super::{
    ORIGIN, Served, WITH_BODY,
    bodies::{MULTIPART, WAYS, chunked, post, routes},
    serve, signing, signing_at, signing_by, with_signature_of,
};

fn upgrade(message: &Message, signature: &Signature) -> Request {
    let request = message.request().signed(&[signature]).connection("Upgrade");
    request
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
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
        let altered = with_signature_of(&message, &message.clone().alter_body());
        server.refuses(way, "digest_mismatch", &altered.connection("Upgrade"));
    }
}

/// What comes after the head of a WebSocket has no end, whatever else the head says of it.
#[actix_web::test]
async fn the_body_of_a_websocket_or_a_tunnel_cannot_be_compared() {
    let server = Served::new(signing(), routes);
    for path in WAYS.map(|way| format!("{way}/payload")) {
        let (message, body) = (
            Message::get(&format!("{ORIGIN}{path}")),
            post(&path, "text/plain", b"body"),
        );
        for (case, message) in [
            ("no length", message.clone().header("Content-Digest", &sha256(b""))),
            ("a length of nothing", message.clone().body(b"")),
            ("a length", body.clone()),
        ] {
            let request = upgrade(&message, &Signature::install(&message)).connection("close");
            server.refuses(case, "body_unavailable", &request);
        }
        // In chunks it does have an end.
        let chunks = chunked(body);
        server.accepts("chunks", &upgrade(&chunks, &Signature::install(&chunks)));
        // Nothing is covered, so nothing is looked at.
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
        let sent = |kind: &str| {
            post(
                &format!("{way}/{kind}"),
                "multipart/form-data; boundary=b",
                MULTIPART.as_bytes(),
            )
        };
        let uncovered = |kind| sent(kind).without("Content-Digest").without("Content-Length");
        // Whoever recorded a `GET` could make it a handshake, and send bytes that nobody signed.
        let handshake = Message::get(&format!("{ORIGIN}{way}/payload"));
        for (case, message) in [
            ("multipart", &uncovered("multipart")),
            ("payload", &uncovered("payload")),
            ("a handshake", &handshake),
        ] {
            let request = upgrade(message, &Signature::install(message));
            strict.refuses(case, "digest_missing", &request.connection("close"));
        }
        let covered = Signature::install(&handshake).line("\"upgrade\"", "websocket");
        let answer = upgrade(&handshake, &covered).send_and_hang_up(strict.address());
        let verdict = (answer.unwrap().status, strict.codes());
        assert_eq!(verdict, (200, vec![]), "a handshake has no body");
    }
}

fn to_no_path(method: &str) -> Message {
    Message {
        method: method.to_owned(),
        ..Message::get(ORIGIN)
    }
}

/// Neither a tunnel nor `OPTIONS *` has a path: RFC 9112, section 3.3, and RFC 9421, sections 2.2.2, 2.2.5 and 2.2.6.
#[actix_web::test]
async fn targets_without_a_path() {
    // The prefix of an origin is before a path, and here is none.
    for origin in [ORIGIN, "https://api.example.com/v1"] {
        let server = serve(signing_at(origin));
        for (method, target) in [("OPTIONS", "*"), ("CONNECT", "api.example.com:443")] {
            let message = to_no_path(method);
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
                let signature = Signature::install(&message)
                    .value("@target-uri", uri)
                    .line("\"@path\"", path)
                    .line("\"@request-target\"", request_target);
                let request = message.request_to(target).host(Some("api.example.com:443"));
                let answer = request.signed(&[&signature]).send_and_hang_up(server.address());
                let codes = server.codes();
                let case = format!("{origin} {method} {uri} {path} {request_target}");
                assert_eq!(codes.is_empty(), is_good, "{case}: {codes:?} {answer:?}");
            }
        }
    }
}

#[actix_web::test]
async fn a_tunnel_has_no_body_that_could_be_covered() {
    let server = serve(signing());
    let message = to_no_path("CONNECT").body(b"");
    let request = message.request_to("api.example.com:443");
    let request = request.host(Some("api.example.com:443"));
    let signed = request.signed(&[&Signature::install(&message)]);
    server.refuses("covered", "body_unavailable", &signed);
}
