//! A connection that is written to and read from as one likes.

use std::{
    io::{self, ErrorKind, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpStream},
    time::{Duration, Instant},
};

/// Longer than any answer takes, on a machine that is busy with other things.
const TIMEOUT: Duration = Duration::from_secs(30);

/// actix closes after five seconds without a request.
const IDLE_LIMIT: Duration = Duration::from_secs(3);

/// One connection.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    opened: Instant,
    used: Instant,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status code.
    pub(crate) status: u16,
    /// Names in lower case, sorted.
    headers: Vec<(String, String)>,
    /// As long as announced.
    pub(crate) body: String,
}

impl Connection {
    /// Opens one.
    pub(crate) fn open(server: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&server, TIMEOUT)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        let now = Instant::now();
        Ok(Self {
            stream,
            received: Vec::new(),
            opened: now,
            used: now,
        })
    }

    /// Whether the server may close it any moment because nobody used it.
    pub(crate) fn is_stale(&self) -> bool {
        self.used.elapsed() > IDLE_LIMIT
    }

    /// How long it is open.
    pub(crate) fn age(&self) -> Duration {
        self.opened.elapsed()
    }

    /// Sends bytes at once.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Says that nothing more will come.
    pub(crate) fn half_close(&self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)
    }

    /// Whether an answer begins within this time.
    pub(crate) fn is_answered_within(&mut self, time: Duration) -> io::Result<bool> {
        self.stream.set_read_timeout(Some(time))?;
        let received = self.receive();
        self.stream.set_read_timeout(Some(TIMEOUT))?;
        match received {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Ok(false),
            received => received,
        }
    }

    /// The next answer.
    pub(crate) fn answer(&mut self) -> io::Result<Answer> {
        loop {
            if let Some((answer, length)) = Answer::parse(&self.received)? {
                self.received.drain(..length);
                self.used = Instant::now();
                return Ok(answer);
            }
            if !self.receive()? {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Says that nothing more will come, so that the server need not wait for it, and waits until it closes.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        self.half_close()?;
        self.expect_end()
    }

    /// Waits until the server closes, which it must do without another byte.
    pub(crate) fn expect_end(&mut self) -> io::Result<()> {
        if !self.received.is_empty() || self.receive()? {
            return Err(io::Error::new(ErrorKind::InvalidData, "more bytes than answers"));
        }
        Ok(())
    }

    /// Takes what has come. False at the end.
    fn receive(&mut self) -> io::Result<bool> {
        let mut chunk = [0; 16 * 1024];
        loop {
            match self.stream.read(&mut chunk) {
                Ok(length) => {
                    self.received.extend_from_slice(&chunk[..length]);
                    return Ok(length > 0);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Answer {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(known, _)| known == name);
        header.map(|(_, value)| value.as_str())
    }

    /// Whether it is the last one of its connection.
    pub(crate) fn closes(&self) -> bool {
        self.header("connection") == Some("close")
    }

    /// All headers but those that depend on the time and the connection.
    pub(crate) fn fixed_headers(&self) -> Vec<(&str, &str)> {
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        headers
            .filter(|(name, _)| !matches!(*name, "connection" | "date"))
            .collect()
    }

    /// The first answer and its length, if it is complete.
    fn parse(bytes: &[u8]) -> io::Result<Option<(Self, usize)>> {
        let mut lines = [httparse::EMPTY_HEADER; 32];
        let mut head = httparse::Response::new(&mut lines);
        let malformed = |what: &str| io::Error::new(ErrorKind::InvalidData, what.to_owned());
        let parsed = head.parse(bytes).map_err(|error| malformed(&error.to_string()))?;
        let httparse::Status::Complete(start) = parsed else {
            return Ok(None);
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let header = |header: &httparse::Header<'_>| (header.name.to_lowercase(), text(header.value));
        let mut headers: Vec<_> = head.headers.iter().map(header).collect();
        headers.sort();
        let mut answer = Self {
            status: head.code.unwrap_or_default(),
            headers,
            body: String::new(),
        };
        let length = answer.header("content-length").and_then(|length| length.parse().ok());
        let length: usize = length.ok_or_else(|| malformed("an answer without a length"))?;
        let Some(body) = bytes.get(start..start + length) else {
            return Ok(None);
        };
        answer.body = text(body);
        Ok(Some((answer, start + length)))
    }
}
