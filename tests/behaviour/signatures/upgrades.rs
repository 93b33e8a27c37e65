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
    for builder in [signing(), signing_by(WITH_BODY)] {
        let server = Served::new(builder, routes);
        for way in WAYS {
            let message = post(&format!("{way}/bytes"), "text/plain", b"body");
            for request in [
                message.signed().connection("Upgrade"),
                message.signed().connection("Upgrade").header("Upgrade", "h2c"),
                message.signed().header("Upgrade", "h2c"),
            ] {
                assert_eq!(server.accepts(way, &request).body, "body");
            }
            let altered = with_signature_of(&message, &message.clone().alter_body());
            server.refuses(way, "digest_mismatch", &altered.connection("Upgrade"));
        }
    }
}

/// What comes after the head of a WebSocket or a tunnel has no end, whatever else the head says of it.
#[actix_web::test]
async fn the_body_of_a_websocket_or_a_tunnel_cannot_be_compared() {
    let server = Served::new(signing(), routes);
    for path in WAYS.map(|way| format!("{way}/payload")) {
        let message = Message::get(&format!("{ORIGIN}{path}"));
        let body = post(&path, "text/plain", b"body");
        let no_length = message.clone().header("Content-Digest", &sha256(b""));
        for covered in [no_length, message.clone().body(b""), body.clone()] {
            let request = upgrade(&covered, &Signature::install(&covered)).connection("close");
            server.refuses(&path, "body_unavailable", &request);
        }
        // In chunks it does have an end.
        let chunks = chunked(body);
        server.accepts("chunks", &upgrade(&chunks, &Signature::install(&chunks)));
        // Nothing is covered, so nothing is looked at.
        let answer = upgrade(&message, &Signature::install(&message)).send_and_hang_up(server.address());
        assert_eq!(answer.unwrap().body, "0 bytes, then broken");
    }
    let tunnel = to_no_path("CONNECT").body(b"");
    let request = tunnel.request_to(TUNNEL).host(Some(TUNNEL));
    let signed = request.signed(&[&Signature::install(&tunnel)]);
    serve(signing()).refuses("a tunnel", "body_unavailable", &signed);
}

/// actix hands on whatever follows such a head, so it is a body like any other where the configuration wants bodies to
/// be covered.
#[actix_web::test]
async fn an_upgrade_is_no_way_around_the_digest() {
    let strict = Served::new(signing_by(WITH_BODY), routes);
    for way in WAYS {
        let uncovered = |kind: &str| {
            let (path, content_type) = (format!("{way}/{kind}"), "multipart/form-data; boundary=b");
            let message = post(&path, content_type, MULTIPART.as_bytes());
            message.without("Content-Digest").without("Content-Length")
        };
        // Whoever recorded a `GET` could make it a handshake, and send bytes that nobody signed.
        let handshake = Message::get(&format!("{ORIGIN}{way}/payload"));
        for message in [&uncovered("multipart"), &uncovered("payload"), &handshake] {
            let request = upgrade(message, &Signature::install(message));
            strict.refuses(way, "digest_missing", &request.connection("close"));
        }
        let covered = Signature::install(&handshake).line("\"upgrade\"", "websocket");
        let answer = upgrade(&handshake, &covered).send_and_hang_up(strict.address());
        let verdict = (answer.unwrap().status, strict.codes());
        assert_eq!(verdict, (200, vec![]), "a handshake has no body");
    }
}

const TUNNEL: &str = "api.example.com:443";

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
        for (method, target) in [("OPTIONS", "*"), ("CONNECT", TUNNEL)] {
            let message = to_no_path(method);
            for (uri, path, request_target, is_good) in [
                ("", "/", target, true),
                ("/", "/", target, false),
                ("*", "/", target, false),
                ("/v1", "/v1", "/v1", false),
                ("", "*", target, false),
                ("", "", target, false),
                ("", "/", "/", false),
            ] {
                let signature = Signature::install(&message)
                    .value("@target-uri", &format!("{ORIGIN}{uri}"))
                    .line("\"@path\"", path)
                    .line("\"@request-target\"", request_target);
                let request = message.request_to(target).host(Some(TUNNEL));
                let answer = request.signed(&[&signature]).send_and_hang_up(server.address());
                let codes = server.codes();
                let case = format!("{origin} {method} {uri} {path} {request_target}");
                assert_eq!(codes.is_empty(), is_good, "{case}: {codes:?} {answer:?}");
            }
        }
    }
}
