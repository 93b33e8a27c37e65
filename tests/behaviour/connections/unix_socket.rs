//! A Unix socket, as behind a proxy on the same machine: there is no address of a client, and HTTP/1.1 alone.

use std::{os::unix::net::UnixStream, path::Path};

use support::{client::TIMEOUT, log, signing::Message};
use tempfile::TempDir;

use super::{Exchange, Listen, Running, bound, bound_at_origin, check, signed};
use crate::{ORIGIN, ways::WAYS};

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
    let server = Running::start(bound_at_origin(), vec![Listen::Unix(socket.clone())]);
    let base = format!("{ORIGIN}/unix");
    check(&server, &base, async |message| send(&socket, message, "localhost")).await;
    for way in WAYS {
        for line in [
            format!("INFO approov_actix REJECTED token_missing GET /unix{way}"),
            format!("DEBUG approov_actix ACCEPTED GET /unix{way} arc="),
        ] {
            assert_eq!(log::wait_for_lines_with(&line).len(), 1, "{line}");
        }
    }
}

/// The scheme is then `http`, so nothing matches that was signed for a proxy's `https`; and whoever sends the request
/// chooses the host.
#[actix_web::test]
async fn without_a_public_origin() {
    let folder = TempDir::new().unwrap();
    let socket = folder.path().join("api.sock");
    let server = Running::start(bound(), vec![Listen::Unix(socket.clone())]);
    for host in ["localhost", "api.example.com"] {
        let base = format!("http://{host}/unix-host");
        check(&server, &base, async |message| send(&socket, message, host)).await;
    }
    let message = signed(&Message::get("http://localhost/unix-host/signed/guard"));
    for (host, code) in [("api.example.com", "signature_invalid"), ("", "signature_target")] {
        let (status, ..) = send(&socket, &message, host);
        assert_eq!((status, server.refusals()), (401, vec![(code, None)]), "{host}");
    }
}
