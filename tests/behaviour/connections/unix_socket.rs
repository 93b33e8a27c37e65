//! A Unix socket, as behind a proxy on the same machine: there is no address of a client, and HTTP/1.1 alone.

use std::{io::Write as _, os::unix::net::UnixStream, path::Path};

use approov_actix::ApproovBuilder;
use support::{
    client::{Answer, TIMEOUT},
    log,
    signing::Message,
};
use tempfile::TempDir;

use super::{Exchange, Listen, Running, bound, bound_at, check, configure, signed};
use crate::ORIGIN;

fn start(builder: ApproovBuilder, socket: &Path) -> Running {
    Running::start(builder, vec![Listen::Unix(socket.to_owned())], configure)
}

fn connect(socket: &Path) -> UnixStream {
    let stream = UnixStream::connect(socket).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    stream
}

fn send(socket: &Path, message: &Message, host: &str) -> Exchange {
    let answer = message.request().host(Some(host)).send_over(connect(socket));
    (answer.status, answer.body, None)
}

/// The hook is told that there is no address, and the log has the same lines as ever.
#[actix_web::test]
async fn every_way_to_protect_over_a_unix_socket() {
    log::capture();
    let folder = TempDir::new().unwrap();
    let socket = folder.path().join("api.sock");
    let server = start(bound_at(ORIGIN), &socket);
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
    let server = start(bound(), &socket);
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

/// HTTP/1.0 needs no `Host`. With one public origin nothing is lost. The file of the first server is in nobody's way.
#[actix_web::test]
async fn without_a_host_and_at_the_same_path_again() {
    let folder = TempDir::new().unwrap();
    let socket = folder.path().join("api.sock");
    for (builder, origin, expected, code) in [
        (bound(), "http://localhost", 401, Some("signature_target")),
        (bound_at(ORIGIN), ORIGIN, 200, None),
    ] {
        let server = start(builder, &socket);
        let request = signed(&Message::get(&format!("{origin}/unix-none/signed/guard"))).request();
        let request = String::from_utf8(request.host(None).bytes()).unwrap();
        let mut stream = connect(&socket);
        let request = request.replacen("HTTP/1.1", "HTTP/1.0", 1);
        stream.write_all(request.as_bytes()).unwrap();
        let status = Answer::read(stream).unwrap().status;
        let refusals: Vec<_> = code.map(|code| (code, None)).into_iter().collect();
        assert_eq!((status, server.refusals()), (expected, refusals), "{origin}");
        server.stop_at_once();
        assert!(socket.exists());
    }
}
