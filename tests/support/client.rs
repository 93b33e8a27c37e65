//! An HTTP client that sends exactly what it is told.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// Longer than any server here takes; a server that waits for a body that never comes fails the test.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A request, built line by line.
#[derive(Debug, Clone)]
pub struct Request {
    start: String,
    headers: Vec<u8>,
    body: Vec<u8>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Names in lower case, without `date`.
    pub headers: Vec<(String, String)>,
    /// As long as announced, or all that came until the server closed.
    pub body: String,
}

impl Request {
    /// Any method and target.
    #[must_use]
    pub fn new(method: &str, target: &str) -> Self {
        Self {
            start: format!("{method} {target} HTTP/1.1\r\n"),
            headers: b"Host: localhost\r\nConnection: close\r\n".to_vec(),
            body: Vec::new(),
        }
    }

    /// A `GET`.
    #[must_use]
    pub fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    /// A `POST` with this body, whose length is announced.
    #[must_use]
    pub fn post(target: &str, content_type: &str, body: &str) -> Self {
        let mut request = Self::new("POST", target)
            .header("Content-Type", content_type)
            .header("Content-Length", &body.len().to_string());
        request.body = body.as_bytes().to_vec();
        request
    }

    /// One more header line.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        self.raw_header(name, value.as_bytes())
    }

    /// One more header line of any bytes.
    #[must_use]
    pub fn raw_header(mut self, name: &str, value: &[u8]) -> Self {
        self.headers.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        self
    }

    /// With the token header.
    #[must_use]
    pub fn token(self, token: &str) -> Self {
        self.header("Approov-Token", token)
    }

    /// Sends it on a connection of its own and waits for the whole answer, but not for the server to close: that may wait for
    /// the rest of a body.
    #[must_use]
    pub fn send(&self, server: SocketAddr) -> Answer {
        let mut stream = TcpStream::connect(server).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        let request = [self.start.as_bytes(), &self.headers, b"\r\n", &self.body].concat();
        stream.write_all(&request).unwrap();
        let mut answer = Vec::new();
        let mut chunk = [0; 4096];
        while !Answer::is_complete(&answer) {
            match stream.read(&mut chunk) {
                Ok(0) => break,
                Ok(length) => answer.extend_from_slice(&chunk[..length]),
                Err(error) => panic!("no whole answer: {error}"),
            }
        }
        Answer::parse(&answer).expect("an HTTP response")
    }
}

impl Answer {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(known, _)| known == name);
        header.map(|(_, value)| value.as_str())
    }

    /// Whether as much of the body is there as was announced.
    fn is_complete(bytes: &[u8]) -> bool {
        Self::parse(bytes).is_some_and(|answer| {
            let length = answer.header("content-length").map(|length| length.parse().unwrap());
            length.is_some_and(|length: usize| answer.body.len() >= length)
        })
    }

    /// None as long as the head is not complete.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(length) = head.parse(bytes).unwrap() else {
            return None;
        };
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Some(Self {
            status: head.code.unwrap(),
            headers: head
                .headers
                .iter()
                .map(|header| (header.name.to_lowercase(), text(header.value)))
                .filter(|(name, _)| name != "date")
                .collect(),
            body: text(&bytes[length..]),
        })
    }
}
