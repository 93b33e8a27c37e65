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
#[must_use]
#[derive(Clone)]
pub struct Request {
    start: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case, without `date`.
    pub headers: Vec<(String, String)>,
    /// As long as announced, or all that came until the server closed.
    pub body: String,
}

impl Request {
    pub fn new(method: &str, target: &str) -> Self {
        let bare = Self::bare(method, target);
        bare.header("Host", "localhost").header("Connection", "close")
    }

    /// Without any header.
    pub fn bare(method: &str, target: &str) -> Self {
        Self {
            start: format!("{method} {target} HTTP/1.1\r\n"),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    /// A `POST` with this body, whose length is announced.
    pub fn post(target: &str, content_type: &str, body: &str) -> Self {
        Self::new("POST", target)
            .header("Content-Type", content_type)
            .header("Content-Length", &body.len().to_string())
            .body(body.as_bytes())
    }

    /// With more of a body, of which no header tells.
    pub fn body(mut self, body: &[u8]) -> Self {
        self.body.extend_from_slice(body);
        self
    }

    pub fn host(mut self, host: Option<&str>) -> Self {
        self.headers.retain(|(name, _)| name != "Host");
        match host {
            Some(host) => self.header("Host", host),
            None => self,
        }
    }

    /// With another `Connection` than `close`.
    pub fn connection(mut self, connection: &str) -> Self {
        self.headers.retain(|(name, _)| name != "Connection");
        self.header("Connection", connection)
    }

    /// One more header line.
    pub fn header(self, name: &str, value: &str) -> Self {
        self.raw_header(name, value.as_bytes())
    }

    pub fn raw_header(mut self, name: &str, value: &[u8]) -> Self {
        self.headers.push((name.to_owned(), value.to_vec()));
        self
    }

    pub fn token(self, token: &str) -> Self {
        self.header("Approov-Token", token)
    }

    /// Sends it on a connection of its own and waits for the whole answer, but not for the server to close: that may
    /// wait for the rest of a body.
    pub fn send(&self, server: SocketAddr) -> Answer {
        send(&self.bytes(), server)
    }

    /// The same on a connection that is there, of whatever kind.
    pub fn send_over(&self, mut connection: impl Read + Write) -> Answer {
        connection.write_all(&self.bytes()).unwrap();
        Answer::read(connection).expect("an HTTP response")
    }

    /// As [`send`](Self::send), but says that nothing more will come. None if there is no answer.
    pub fn send_and_hang_up(&self, server: SocketAddr) -> Option<Answer> {
        let stream = write(&self.bytes(), server);
        stream.shutdown(Shutdown::Write).unwrap();
        Answer::read(stream)
    }

    /// What goes over the wire.
    pub fn bytes(&self) -> Vec<u8> {
        [self.head(), self.body.clone()].concat()
    }

    fn head(&self) -> Vec<u8> {
        let line = |(name, value): &(String, Vec<u8>)| [name.as_bytes(), b": ", value, b"\r\n"].concat();
        let lines: Vec<_> = self.headers.iter().map(line).collect();
        [self.start.as_bytes(), &lines.concat(), b"\r\n"].concat()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", String::from_utf8_lossy(&self.head()))
    }
}

/// Sends these bytes on a connection of their own and waits for the whole answer.
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
pub fn chunked(body: &[u8], size: usize) -> Vec<u8> {
    let chunk = |chunk: &[u8]| [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat();
    let chunks: Vec<_> = body.chunks(size).map(chunk).collect();
    [&*chunks.concat(), b"0\r\n\r\n"].concat()
}

impl Answer {
    /// Waits for the whole answer. None if there is none.
    pub fn read(mut stream: impl Read) -> Option<Self> {
        let mut received = Vec::new();
        let mut chunk = [0; 4096];
        loop {
            let answer = Self::first(&received).map(|(answer, _)| answer);
            if answer.as_ref().is_some_and(Self::is_complete) {
                return answer;
            }
            match stream.read(&mut chunk) {
                Ok(0) => return answer,
                Ok(length) => received.extend_from_slice(&chunk[..length]),
                // A child process of another test has ended.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => panic!("no whole answer: {error}"),
            }
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(known, _)| known == name);
        header.map(|(_, value)| value.as_str())
    }

    fn announced(&self) -> Option<usize> {
        self.header("content-length").map(|length| length.parse().unwrap())
    }

    /// Whether as much of the body is there as was announced.
    fn is_complete(&self) -> bool {
        self.announced().is_some_and(|length| self.body.len() >= length)
    }

    /// The first answer in what came back, as far as it is there, and what comes after it. None as long as its head is
    /// not complete.
    pub fn first(received: &[u8]) -> Option<(Self, &[u8])> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(length) = head.parse(received).unwrap() else {
            return None;
        };
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let headers = head.headers.iter();
        let headers = headers.map(|header| (header.name.to_lowercase(), text(header.value)));
        let mut answer = Self {
            status: head.code.unwrap(),
            headers: headers.filter(|(name, _)| name != "date").collect(),
            body: String::new(),
        };
        let rest = &received[length..];
        let length = if answer.status < 200 {
            Some(0)
        } else {
            answer.announced()
        };
        let (body, rest) = rest.split_at(length.unwrap_or(rest.len()).min(rest.len()));
        answer.body = text(body);
        Some((answer, rest))
    }
}
