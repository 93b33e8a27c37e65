//! How long bodies are waited for that come late or never.

use std::{
    io::Write as _,
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::json;
use support::{
    client::{Answer, Request},
    signing::{Message, Signature, token},
    token::now,
};

use super::{WITH_BODY, serve, signing, signing_by};

/// Everything but the last bytes.
pub(crate) fn send_without(request: &Request, last: usize, server: SocketAddr) -> TcpStream {
    let bytes = request.bytes();
    let mut stream = TcpStream::connect(server).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.write_all(&bytes[..bytes.len() - last]).unwrap();
    stream
}

#[actix_web::test]
async fn nobody_is_waited_for_longer_than_token_and_signature_are_valid() {
    let (server, strict) = (serve(signing()), serve(signing_by(WITH_BODY)));
    // A minute of skew is let through.
    let ending = format!(";created={};expires={}", now() - 60, now() - 58);
    let lasting = format!(";created={}", now());
    let order = Message::order();
    let chunks = Message::get("https://api.example.com/").header("Transfer-Encoding", "chunked");
    let soon = Message::order().replace("Approov-Token", &token(&json!({ "exp": now() + 2 })));
    for (server, message, parameters, last, code) in [
        (&server, &order, &ending, 1, "signature_expired"),
        (&strict, &chunks, &ending, 0, "signature_expired"),
        (&server, &soon, &lasting, 1, "token_expired"),
    ] {
        let signature = Signature::install(message).parameters(parameters);
        let stream = send_without(&message.request().signed(&[&signature]), last, server.address());
        let answer = Answer::read(stream).unwrap();
        assert_eq!((answer.status, server.codes()), (401, vec![code]));
    }
}
