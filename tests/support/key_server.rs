//! A server of key sets that behaves as badly as a test wants.

use std::{
    collections::HashMap,
    fmt::Write as _,
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{client::chunked, oct, wait_until};

/// A whole HTTP answer.
#[must_use]
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    is_chunked: bool,
}

impl Reply {
    /// With the length of its body announced.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
            is_chunked: false,
        }
    }

    /// A key set of these secrets.
    pub fn keys(kids: &[&str]) -> Self {
        Self::new(200, oct::key_set(kids)).header("Content-Type", "application/jwk-set+json")
    }

    pub fn redirect(status: u16, location: &str) -> Self {
        Self::new(status, "moved").header("Location", location)
    }

    /// One more header. With `ETag` or `Last-Modified`, the answer to a request with the same condition is 304.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without announcing the length.
    pub fn chunked(mut self) -> Self {
        self.is_chunked = true;
        self
    }

    /// What a well-behaved server answers: the entity tag decides, the date only where there is no tag (RFC 9110,
    /// section 13.2.2).
    fn to_request(&self, request: &Received) -> Self {
        let tag = request.header("if-none-match").map(|tag| ("ETag", tag));
        let date = request.header("if-modified-since").map(|date| ("Last-Modified", date));
        let has = |(name, value): (&str, &str)| self.headers.contains(&(name.to_owned(), value.to_owned()));
        let is_same = tag.or(date).is_some_and(has);
        let mut reply = self.clone();
        if self.status == 200 && is_same {
            (reply.status, reply.body, reply.is_chunked) = (304, Vec::new(), false);
        }
        reply
    }

    fn head(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Some Reason\r\nConnection: close\r\n", self.status);
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        match (self.status, self.is_chunked) {
            (304, _) => {}
            (_, true) => head += "Transfer-Encoding: chunked\r\n",
            (_, false) => write!(head, "Content-Length: {}\r\n", self.body.len()).unwrap(),
        }
        (head + "\r\n").into_bytes()
    }

    fn body(&self) -> Vec<u8> {
        if self.is_chunked {
            chunked(&self.body, 1000)
        } else {
            self.body.clone()
        }
    }
}

/// What a request gets.
#[derive(Debug, Clone)]
pub enum Behaviour {
    Answer(Reply),
    /// An answer whose body comes one byte per second.
    DripBody(Reply),
    /// An answer that comes one byte per second from its first byte on.
    DripHead(Reply),
    /// Nothing, on a connection that stays open.
    Hang,
    /// Nothing, on a connection that is closed.
    Close,
    /// These bytes, HTTP or not.
    Bytes(Vec<u8>),
}

impl From<Reply> for Behaviour {
    fn from(reply: Reply) -> Self {
        Self::Answer(reply)
    }
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Received {
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The status of the answer, if there is one.
    pub status: Option<u16>,
    /// When it was there.
    pub at: Instant,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(known, _)| known == name);
        header.map(|(_, value)| value.as_str())
    }

    /// Whether it asks only for what has changed.
    pub fn is_conditional(&self) -> bool {
        self.header("if-none-match").is_some() || self.header("if-modified-since").is_some()
    }

    /// None if the connection ends before, or is for something else.
    fn read(connection: &mut dyn Connection) -> Option<Self> {
        let mut bytes = Vec::new();
        let mut chunk = [0; 4096];
        loop {
            let length = connection.read(&mut chunk).ok().filter(|length| *length > 0)?;
            bytes.extend_from_slice(&chunk[..length]);
            let mut headers = [httparse::EMPTY_HEADER; 64];
            let mut head = httparse::Request::new(&mut headers);
            if head.parse(&bytes).ok()?.is_partial() {
                continue;
            }
            assert_eq!(head.method, Some("GET"));
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            let headers = head.headers.iter();
            return Some(Self {
                path: head.path.unwrap().to_owned(),
                headers: headers
                    .map(|header| (header.name.to_lowercase(), text(header.value)))
                    .collect(),
                status: None,
                at: Instant::now(),
            });
        }
    }
}

/// TCP, or something around it.
pub trait Connection: Read + Write + Send {}

impl<T: Read + Write + Send> Connection for T {}

type Wrap = dyn Fn(TcpStream) -> Box<dyn Connection> + Send;

/// An HTTP server on a free port. Each connection has a thread, so one that hangs holds up no other.
#[derive(Debug)]
pub struct KeyServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Every other path is answered with 404.
    paths: Mutex<HashMap<String, Behaviour>>,
    requests: Mutex<Vec<Received>>,
    is_stopped: AtomicBool,
}

impl KeyServer {
    /// The path of its keys. What a query has in it may be secret.
    pub const PATH: &'static str = "/hidden-path/keys.json?account=hidden-query";

    /// A server that behaves like this for its keys.
    pub fn start(behaviour: impl Into<Behaviour>) -> Self {
        Self::start_at("127.0.0.1:0", behaviour).unwrap()
    }

    /// At this address, if this machine has it.
    pub fn start_at(address: &str, behaviour: impl Into<Behaviour>) -> io::Result<Self> {
        Self::start_with(address, behaviour, Box::new(|stream| Box::new(stream)))
    }

    /// Over something else than plain TCP.
    pub fn start_with(address: &str, behaviour: impl Into<Behaviour>, wrap: Box<Wrap>) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let shared = Arc::<Shared>::default();
        let of_thread = shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                if of_thread.is_stopped.load(Ordering::SeqCst) {
                    break;
                }
                let (shared, connection) = (of_thread.clone(), wrap(stream.unwrap()));
                thread::spawn(move || serve(&shared, connection));
            }
        });
        let server = Self { address, shared };
        server.set(behaviour);
        Ok(server)
    }

    pub fn url(&self) -> String {
        self.url_of("http", "127.0.0.1")
    }

    pub fn url_of(&self, scheme: &str, host: &str) -> String {
        format!("{scheme}://{host}:{}{}", self.address.port(), Self::PATH)
    }

    /// Behaves like this for its keys from now on.
    pub fn set(&self, behaviour: impl Into<Behaviour>) {
        self.set_path(Self::PATH, behaviour);
    }

    pub fn set_path(&self, path: &str, behaviour: impl Into<Behaviour>) {
        let mut paths = self.shared.paths.lock().unwrap();
        paths.insert(path.to_owned(), behaviour.into());
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Received> {
        self.shared.requests.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.requests().len()
    }

    /// Waits until so many more have come. When two have come from one client that makes one after the other, it is
    /// done with the first.
    pub fn wait_for_more(&self, more: usize) {
        let count = self.count() + more;
        wait_until("more requests to the key server", || self.count() >= count);
    }
}

impl Drop for KeyServer {
    fn drop(&mut self) {
        self.shared.is_stopped.store(true, Ordering::SeqCst);
        // Wakes the thread that listens.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(shared: &Shared, mut connection: Box<dyn Connection>) {
    let Some(mut request) = Received::read(&mut *connection) else {
        return;
    };
    let behaviour = shared.paths.lock().unwrap().get(&request.path).cloned();
    let mut behaviour = behaviour.unwrap_or_else(|| Reply::new(404, "not here").into());
    if let Behaviour::Answer(reply) | Behaviour::DripBody(reply) | Behaviour::DripHead(reply) = &mut behaviour {
        *reply = reply.to_request(&request);
        request.status = Some(reply.status);
    }
    shared.requests.lock().unwrap().push(request);
    // An error means that the client does not want the rest.
    let _ = answer(&mut *connection, &behaviour);
}

fn answer(connection: &mut dyn Connection, behaviour: &Behaviour) -> io::Result<()> {
    let (at_once, slowly) = match behaviour {
        Behaviour::Answer(reply) => ([reply.head(), reply.body()].concat(), Vec::new()),
        Behaviour::DripBody(reply) => (reply.head(), reply.body()),
        Behaviour::DripHead(reply) => (Vec::new(), [reply.head(), reply.body()].concat()),
        // Until the client closes.
        Behaviour::Hang => return connection.read_exact(&mut [0]),
        Behaviour::Close => (Vec::new(), Vec::new()),
        Behaviour::Bytes(bytes) => (bytes.clone(), Vec::new()),
    };
    connection.write_all(&at_once)?;
    connection.flush()?;
    for byte in slowly {
        connection.write_all(&[byte])?;
        connection.flush()?;
        thread::sleep(Duration::from_secs(1));
    }
    Ok(())
}
