//! SIGTERM, which `systemctl stop` sends: what is under way is answered, and the process ends well whatever its sources
//! of keys do.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use support::{
    client::{Answer, TIMEOUT},
    ed25519::FIRST,
    key_server::{Behaviour, KeyServer, Reply},
    oct,
    signing::Message,
    token::SECRET,
    wait_until,
};

use crate::{QUICKSTART, process::Process};

#[test]
fn while_keys_are_fetched() {
    let keys = Reply::new(200, oct::set_of(&[FIRST.jwk()]));
    for behaviour in [Behaviour::Hang, Behaviour::DripBody(keys.clone())] {
        let source = KeyServer::start(keys.clone());
        let url = source.url();
        let vars = [("APPROOV_JWKS_URL", &*url), ("APPROOV_JWKS_REFRESH_SECONDS", "1")];
        let server = Process::serve(QUICKSTART, &vars, None);
        source.set(behaviour);
        source.wait_for_more(1);
        server.terminate();
        assert_eq!(server.exit_code(), Some(0));
    }
}

/// The guard waits for the body when the signal comes.
#[test]
fn while_a_signed_body_is_on_its_way() {
    let server = Process::serve(QUICKSTART, &[("APPROOV_BASE64_SECRET", SECRET)], None);
    let address = server.address();
    let message = Message {
        url: format!("http://{address}/message-signing"),
        ..Message::order()
    };
    let request = message.signed().host(Some(&address.to_string()));
    let bytes = request.header("Expect", "100-continue").bytes();
    let (head, body) = bytes.split_at(bytes.len() - message.body.len());
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    stream.write_all(head).unwrap();
    let mut go_on = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
    stream.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");

    server.terminate();
    wait_until("the end of listening", || TcpStream::connect(address).is_err());
    stream.write_all(body).unwrap();
    let answer = Answer::read(stream).unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"echo":{"item":1}}"#));
    assert_eq!(server.exit_code(), Some(0));
}
