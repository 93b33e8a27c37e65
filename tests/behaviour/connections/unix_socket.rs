//! A Unix socket, as behind a proxy on the same machine: there is no address of a client, and HTTP/1.1 alone.

use std::{io::Write as _, os::unix::net::UnixStream, path::Path};

use support::{
    client::{Answer, TIMEOUT},
    log,
    signing::Message,
};
use tempfile::TempDir;

use super::{Exchange, Listen, Running, bound, bound_at, check, configure, signed};
use crate::ORIGIN;

fn send(socket: &Path, message: &Message, host: &str) -> Exchange {
    let stream = UnixStream::connect(socket).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    let answer = message.request().host(Some(host)).send_over(stream);
    (answer.status, answer.body, None)
}

/// The hook is told that there is no address, and the log has the same lines as ever.
#[actix_web::test]
async fn every_way_to_protect_over_a_unix_socket() {
    log::capture();
    let folder = TempDir::new().unwrap();
    let socket = folder.path().join("api.sock");
    let server = Running::start(bound_at(ORIGIN), vec![Listen::Unix(socket.clone())], configure);
    let base = format!("{ORIGIN}/unix");
    check(&server, &base, async |message| send(&socket, message, "localhost")).await;
    server.stop_at_once();
    for face in ["guard", "claims", "middleware"] {
        for line in [
            format!("INFO approov_actix REJECTED token_missing GET /unix/{face}"),
            format!("DEBUG approov_actix ACCEPTED GET /unix/{face} arc="),
        ] {
            assert_eq!(log::lines_with(&line).len(), 1, "{line}");
        }
    }
}

/// The scheme is then `http`, so nothing matches that was signed for a proxy's `https`; and whoever sends the request
/// chooses the host.
#[actix_web::test]
async fn without_a_public_origin() {
    let folder = TempDir::new().unwrap();
    let socket = folder.path().join("api.sock");
    let server = Running::start(bound(), vec![Listen::Unix(socket.clone())], configure);
    for host in ["localhost", "api.example.com"] {
        let base = format!("http://{host}/unix-host");
        check(&server, &base, async |message| send(&socket, message, host)).await;
    }
    let message = |origin: &str| signed(&Message::get(&format!("{origin}/unix-host/signed/guard")));
    for (origin, host, code) in [
        (ORIGIN, "api.example.com", "signature_invalid"),
        ("http://api.example.com", "localhost", "signature_invalid"),
        ("http://localhost", "", "signature_target"),
        ("http://localhost", "a b", "signature_target"),
    ] {
        let (status, ..) = send(&socket, &message(origin), host);
        assert_eq!(
            (status, server.refusals()),
            (401, vec![(code, None)]),
            "{origin} {host}"
        );
    }
    server.stop_at_once();
}

/// The file stays when a server stops, and is in nobody's way when the next one starts.
#[actix_web::test]
async fn at_the_same_path_again() {
    let folder = TempDir::new().unwrap();
    let socket = folder.path().join("api.sock");
    for _ in 0..2 {
        let server = Running::start(bound_at(ORIGIN), vec![Listen::Unix(socket.clone())], configure);
        let message = signed(&Message::get(&format!("{ORIGIN}/unix-again/signed/guard")));
        assert_eq!(send(&socket, &message, "localhost").0, 200);
        server.stop_at_once();
        assert!(socket.exists());
    }
}

/// HTTP/1.0 needs no `Host`. With one public origin nothing is lost.
#[actix_web::test]
async fn without_a_host() {
    for (builder, origin, expected, code) in [
        (bound(), "http://localhost", 401, Some("signature_target")),
        (bound_at(ORIGIN), ORIGIN, 200, None),
    ] {
        let folder = TempDir::new().unwrap();
        let socket = folder.path().join("api.sock");
        let server = Running::start(builder, vec![Listen::Unix(socket.clone())], configure);
        let request = signed(&Message::get(&format!("{origin}/unix-none/signed/guard"))).request();
        let request = String::from_utf8(request.host(None).bytes()).unwrap();
        let mut stream = UnixStream::connect(&socket).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        stream
            .write_all(request.replacen("HTTP/1.1", "HTTP/1.0", 1).as_bytes())
            .unwrap();
        let status = Answer::read(stream).unwrap().status;
        let refusals: Vec<_> = code.map(|code| (code, None)).into_iter().collect();
        assert_eq!((status, server.refusals()), (expected, refusals), "{origin}");
        server.stop_at_once();
    }
}

#[actix_web::test]
async fn of_several_origins_the_host_chooses() {
    let folder = TempDir::new().unwrap();
    let socket = folder.path().join("api.sock");
    let origins = ["https://a.example.com", "https://b.example.com:8443/b"];
    let server = Running::start(bound_at(origins), vec![Listen::Unix(socket.clone())], configure);
    let a = signed(&Message::get("https://a.example.com/unix-origins/signed/guard"));
    let mut b = signed(&Message::get("https://b.example.com:8443/b/unix-origins/signed/guard"));
    // What the proxy makes of it.
    b.url = b.url.replacen("/b/", "/", 1);
    for (message, host, code) in [
        (&a, "a.example.com", None),
        (&b, "b.example.com:8443", None),
        (&a, "b.example.com:8443", Some("signature_invalid")),
        (&b, "a.example.com", Some("signature_invalid")),
        (&b, "b.example.com", Some("signature_target")),
        (&a, "localhost", Some("signature_target")),
    ] {
        let (status, ..) = send(&socket, message, host);
        let refusals: Vec<_> = code.map(|code| (code, None)).into_iter().collect();
        let expected = if code.is_some() { 401 } else { 200 };
        assert_eq!(
            (status, server.refusals()),
            (expected, refusals),
            "{} {host}",
            message.url
        );
    }
    server.stop_at_once();
}
