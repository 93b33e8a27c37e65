//! A `redis-server` of a test's own, and things between it and its clients. Shared with the library's unit tests, so it uses nothing but the standard library.

use std::{
    env, fs,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

static COUNT: AtomicUsize = AtomicUsize::new(0);
const VARIABLE: &str = "APPROOV_TEST_REDIS_SERVER";
/// For what never happens: a slow machine must not reach it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Has a folder and a port of its own, and ends when dropped.
#[derive(Debug)]
pub struct RedisServer {
    child: Child,
    folder: PathBuf,
    port: u16,
    options: Vec<String>,
}

impl RedisServer {
    /// None, said aloud, where the environment does not name the binary. `options` as on the command line: `--maxmemory`, `1mb`.
    pub fn start(test: &str, options: &[&str]) -> Option<Self> {
        let Some(binary) = env::var_os(VARIABLE) else {
            let _ = writeln!(
                io::stderr(),
                "SKIPPED {test}: set {VARIABLE} to the path of redis-server to run it"
            );
            return None;
        };
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("approov-redis-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let options: Vec<_> = options.iter().map(|option| (*option).to_owned()).collect();
        // Another program may take the port first.
        for _ in 0..20 {
            let port = free_port();
            let mut child = spawn(&binary, &folder, port, &options);
            if is_up(&mut child, port) {
                return Some(Self {
                    child,
                    folder,
                    port,
                    options,
                });
            }
        }
        panic!("redis-server does not start");
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn address(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Where its socket is, if an option asks for one of this name.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Answers nothing any more, and keeps its connections.
    pub fn stop(&self) {
        self.signal("STOP");
    }

    pub fn go_on(&self) {
        self.signal("CONT");
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// On the same port, with nothing in it.
    pub fn start_again(&mut self) {
        let binary = env::var_os(VARIABLE).unwrap();
        self.child = spawn(&binary, &self.folder, self.port, &self.options);
        assert!(is_up(&mut self.child, self.port), "the port was taken");
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let mut kill = Command::new("sh");
        assert!(kill.args(["-c", "kill -$0 $1", name, &id]).status().unwrap().success());
    }

    /// Its answer, in the form of the protocol: `+OK`, `-ERR …`, `:1`, or what a text holds. Of a list, the items on lines.
    pub fn ask(&self, command: &[&str]) -> String {
        let mut stream = self.tell(command);
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        read_reply(&mut BufReader::new(&mut stream)).unwrap()
    }

    /// The same without waiting for an answer.
    pub fn tell(&self, command: &[&str]) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let parts = command.iter().map(|part| format!("${}\r\n{part}\r\n", part.len()));
        let text = format!("*{}\r\n{}", command.len(), parts.collect::<String>());
        stream.write_all(text.as_bytes()).unwrap();
        stream
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn spawn(binary: &std::ffi::OsStr, folder: &PathBuf, port: u16, options: &[String]) -> Child {
    Command::new(binary)
        .current_dir(folder)
        .args(["--bind", "127.0.0.1", "--save", "", "--port"])
        .arg(port.to_string())
        .args(["--enable-debug-command", "yes"])
        .args(options)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until it answers. False if it has ended, for another program took the port.
fn is_up(child: &mut Child, port: u16) -> bool {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        if answers(port) {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("redis-server does not answer");
}

fn answers(port: u16) -> bool {
    let ping = || {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(b"PING\r\n")?;
        let mut first = [0];
        stream.read_exact(&mut first)
    };
    ping().is_ok()
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

fn read_reply(reader: &mut impl io::BufRead) -> io::Result<String> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let line = line.trim_end();
    let length = |text: &str| text.parse::<i64>().ok().and_then(|length| usize::try_from(length).ok());
    match line.split_at_checked(1) {
        Some(("$", text)) => {
            let Some(length) = length(text) else {
                return Ok("nil".to_owned());
            };
            let mut bytes = vec![0; length + 2];
            reader.read_exact(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes[..length]).into_owned())
        }
        Some(("*", text)) => {
            let items: io::Result<Vec<_>> = (0..length(text).unwrap_or(0)).map(|_| read_reply(reader)).collect();
            Ok(items?.join("\n"))
        }
        _ => Ok(line.to_owned()),
    }
}

/// What becomes of a connection that goes through a [`Proxy`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Open,
    /// The next answer does not arrive, and the connection ends.
    CutAtNextAnswer,
    /// No answer arrives any more, without a word.
    Silent,
}

/// Stands between a server and its clients.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    /// Where new connections go, if anywhere.
    server: Arc<AtomicU16>,
    cuts: Arc<AtomicBool>,
    /// Connections up to this number are silent.
    silent: Arc<AtomicUsize>,
    count: Arc<AtomicUsize>,
}

impl Proxy {
    /// To the server at this port; without one it accepts, and never answers.
    pub fn start(server: Option<u16>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let proxy = Self {
            port: listener.local_addr().unwrap().port(),
            server: Arc::new(server.unwrap_or(0).into()),
            cuts: Arc::default(),
            silent: Arc::default(),
            count: Arc::default(),
        };
        let (cuts, silent, count) = (proxy.cuts.clone(), proxy.silent.clone(), proxy.count.clone());
        let server = proxy.server.clone();
        thread::spawn(move || {
            let mut kept = Vec::new();
            for client in listener.incoming() {
                let client = client.unwrap();
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                let server = server.load(Ordering::SeqCst);
                if server == 0 {
                    kept.push(client);
                    continue;
                }
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else {
                    continue;
                };
                let (client_reads, server_reads) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                thread::spawn(move || forward(client_reads, server, || Way::Open));
                let (cuts, silent) = (cuts.clone(), silent.clone());
                let way = move || {
                    if silent.load(Ordering::SeqCst) >= number {
                        Way::Silent
                    } else if cuts.swap(false, Ordering::SeqCst) {
                        Way::CutAtNextAnswer
                    } else {
                        Way::Open
                    }
                };
                thread::spawn(move || forward(server_reads, client, way));
            }
        });
        proxy
    }

    pub fn address(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// From now on new connections go to the server at this port.
    pub fn lead_to(&self, server: u16) {
        self.server.store(server, Ordering::SeqCst);
    }

    pub fn cut_at_next_answer(&self) {
        self.cuts.store(true, Ordering::SeqCst);
    }

    /// Those that there are, not later ones.
    pub fn silence_connections(&self) {
        self.silent.store(self.connections(), Ordering::SeqCst);
    }

    /// How many there have been.
    pub fn connections(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }
}

fn forward(from: TcpStream, mut to: TcpStream, way: impl Fn() -> Way) {
    let mut reader = BufReader::new(from);
    loop {
        let length = match reader.fill_buf() {
            Ok(bytes) if !bytes.is_empty() => match way() {
                Way::Open if to.write_all(bytes).is_ok() => bytes.len(),
                Way::Silent => bytes.len(),
                Way::Open | Way::CutAtNextAnswer => break,
            },
            _ => break,
        };
        reader.consume(length);
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = reader.get_ref().shutdown(Shutdown::Both);
}
