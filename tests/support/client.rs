//! An HTTP client that sends exactly what it is told.

use std::{
    fmt,
    io::{ErrorKind, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    time::Duration,
};

/// Longer than any server here takes; a server that waits for a body that never comes fails the test.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// A request, built line by line.
#[derive(Clone)]
pub struct Request {
    start: String,
    host: Option<String>,
    connection: Option<String>,
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
            host: Some("localhost".to_owned()),
            connection: Some("close".to_owned()),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Without any header.
    #[must_use]
    pub fn bare(method: &str, target: &str) -> Self {
        Self {
            host: None,
            connection: None,
            ..Self::new(method, target)
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

    /// With more of a body, of which no header tells.
    #[must_use]
    pub fn body(mut self, body: &[u8]) -> Self {
        self.body.extend_from_slice(body);
        self
    }

    /// With another host, or none.
    #[must_use]
    pub fn host(mut self, host: Option<&str>) -> Self {
        self.host = host.map(str::to_owned);
        self
    }

    /// With another `Connection` than `close`.
    #[must_use]
    pub fn connection(mut self, connection: &str) -> Self {
        self.connection = Some(connection.to_owned());
        self
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

    /// Sends it on a connection of its own and waits for the whole answer, but not for the server to close: that may
    /// wait for the rest of a body.
    #[must_use]
    pub fn send(&self, server: SocketAddr) -> Answer {
        send(&self.bytes(), server)
    }

    /// The same on a connection that is there, of whatever kind.
    #[must_use]
    pub fn send_over(&self, mut connection: impl Read + Write) -> Answer {
        connection.write_all(&self.bytes()).unwrap();
        Answer::read(connection).expect("an HTTP response")
    }

    /// As [`send`](Self::send), but says that nothing more will come. None if there is no answer.
    #[must_use]
    pub fn send_and_hang_up(&self, server: SocketAddr) -> Option<Answer> {
        let stream = write(&self.bytes(), server);
        stream.shutdown(Shutdown::Write).unwrap();
        Answer::read(stream)
    }

    /// What goes over the wire.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        [self.head(), self.body.clone()].concat()
    }

    fn head(&self) -> Vec<u8> {
        let host = self
            .host
            .as_ref()
            .map_or(String::new(), |host| format!("Host: {host}\r\n"));
        let connection = self.connection.as_ref();
        let connection = connection.map_or(String::new(), |connection| format!("Connection: {connection}\r\n"));
        [
            self.start.as_bytes(),
            host.as_bytes(),
            connection.as_bytes(),
            &self.headers,
            b"\r\n",
        ]
        .concat()
    }
}

/// The head as it is sent.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", String::from_utf8_lossy(&self.head()))
    }
}

/// Sends these bytes on a connection of their own and waits for the whole answer.
#[must_use]
pub fn send(request: &[u8], server: SocketAddr) -> Answer {
    Answer::read(write(request, server)).expect("an HTTP response")
}

fn write(request: &[u8], server: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(server).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    stream.write_all(request).unwrap();
    stream
}

/// A body in chunks of this size, at most: RFC 9112, section 7.1.
#[must_use]
pub fn chunked(body: &[u8], size: usize) -> Vec<u8> {
    let mut chunked = Vec::new();
    for chunk in body.chunks(size) {
        chunked.extend(format!("{:x}\r\n", chunk.len()).bytes());
        chunked.extend(chunk);
        chunked.extend(b"\r\n");
    }
    chunked.extend(b"0\r\n\r\n");
    chunked
}

impl Answer {
    /// Waits for the whole answer. None if there is none.
    #[must_use]
    pub fn read(mut stream: impl Read) -> Option<Self> {
        let mut answer = Vec::new();
        let mut chunk = [0; 4096];
        while !Self::is_complete(&answer) {
            match stream.read(&mut chunk) {
                Ok(0) => break,
                Ok(length) => answer.extend_from_slice(&chunk[..length]),
                // A child process of another test has ended.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => panic!("no whole answer: {error}"),
            }
        }
        Self::parse(&answer)
    }

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
