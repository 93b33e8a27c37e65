//! What is between a client and actix: requests that hide in others, paths that may be read in two ways, HTTP/2. Any
//! bytes over one TCP connection, and all that comes back.

mod http2;
mod paths;
mod smuggling;

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpStream},
    time::Duration,
};

use actix_test::TestServerConfig;
use support::client::Answer;

use crate::patient;

/// Longer than any server here takes, also where many tests run at once.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A server of one worker, which does not answer 408 because the machine is slow.
pub(super) fn config() -> TestServerConfig {
    patient().workers(1).h1()
}

/// Sends all of it, with what is to come `later` as soon as there is an answer; says that nothing more will come; and
/// reads until the server closes.
pub(super) fn exchange(server: SocketAddr, now: &[u8], later: Option<&[u8]>) -> Vec<u8> {
    let mut stream = TcpStream::connect(server).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    let mut received = Vec::new();
    // Who refuses may close early: then the rest has no reader.
    let _ = stream.write_all(now);
    if let Some(later) = later {
        while answers(&received).is_empty() && read(&mut stream, &mut received) {}
        let _ = stream.write_all(later);
    }
    let _ = stream.shutdown(Shutdown::Write);
    while read(&mut stream, &mut received) {}
    received
}

/// Reads what there is. False at the end.
fn read(stream: &mut TcpStream, received: &mut Vec<u8>) -> bool {
    let mut chunk = [0; 4096];
    match stream.read(&mut chunk) {
        Err(error) if error.kind() == ErrorKind::Interrupted => true,
        Err(error) if error.kind() == ErrorKind::ConnectionReset => false,
        result => {
            let length = result.expect("an answer, or the end");
            received.extend_from_slice(&chunk[..length]);
            length > 0
        }
    }
}

/// The answers in what came back, without those that only say `100 Continue`.
pub(super) fn answers(mut received: &[u8]) -> Vec<Answer> {
    let mut answers = Vec::new();
    while let Some((answer, rest)) = first(received) {
        received = rest;
        if answer.status != 100 {
            answers.push(answer);
        }
    }
    answers
}

/// The first answer, and what is after it.
fn first(received: &[u8]) -> Option<(Answer, &[u8])> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut head = httparse::Response::new(&mut headers);
    let Ok(httparse::Status::Complete(length)) = head.parse(received) else {
        return None;
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers = head.headers.iter();
    let mut answer = Answer {
        status: head.code?,
        headers: headers
            .map(|header| (header.name.to_lowercase(), text(header.value)))
            .collect(),
        body: String::new(),
    };
    let announced = answer
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    let rest = &received[length..];
    let (body, rest) = rest.split_at(rest.len().min(announced));
    answer.body = text(body);
    Some((answer, rest))
}
