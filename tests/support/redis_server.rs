//! A `redis-server` of a test's own, and things between it and its clients. Shared with the library's unit tests, so it
//! uses nothing but the standard library.

use std::{
    collections::HashSet,
    env,
    fmt::Write as _,
    fs,
    io::{self, BufReader, Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU16, AtomicU64, AtomicUsize, Ordering},
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
    command: Command,
    child: Child,
    folder: PathBuf,
    port: u16,
}

/// What Sentinels of tests call the master.
pub const MASTER: &str = "mymaster";

impl RedisServer {
    /// None, said aloud, where the environment does not name the binary. `options` as on the command line:
    /// `--maxmemory`, `1mb`.
    pub fn start(test: &str, options: &[&str]) -> Option<Self> {
        Self::start_with(test, "", options)
    }

    /// Half a second after its master has died it makes a replica the master, without asking another Sentinel.
    pub fn start_sentinel(test: &str, master: &Self, options: &[&str]) -> Option<Self> {
        let port = master.port.to_string();
        Self::start_sentinel_of(test, ("127.0.0.1", &port), &[], options)
    }

    /// The same for a master at this host and port, and with more settings.
    pub fn start_sentinel_of(
        test: &str,
        (host, port): (&str, &str),
        settings: &[&str],
        options: &[&str],
    ) -> Option<Self> {
        let mut configuration = String::new();
        for setting in settings {
            writeln!(configuration, "sentinel {setting}").unwrap();
        }
        let master = format!(
            "sentinel monitor {MASTER} {host} {port} 1
            sentinel down-after-milliseconds {MASTER} 500
            sentinel failover-timeout {MASTER} 2000\n"
        );
        configuration.push_str(&master);
        Self::start_with(test, &configuration, &[&["--sentinel"], options].concat())
    }

    fn start_with(test: &str, configuration: &str, options: &[&str]) -> Option<Self> {
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
        fs::write(folder.join("server.conf"), configuration).unwrap();
        // Another program may take the port first.
        for _ in 0..20 {
            let port = free_port();
            let mut command = Command::new(&binary);
            command.current_dir(&folder).stdout(Stdio::null()).stderr(Stdio::null());
            command.args(["server.conf", "--bind", "127.0.0.1", "--port", &port.to_string()]);
            command
                .args(["--save", "", "--enable-debug-command", "yes"])
                .args(options);
            let mut child = command.spawn().unwrap();
            if is_up(&mut child, port) {
                return Some(Self {
                    command,
                    child,
                    folder,
                    port,
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

    /// On the same port, with nothing in it but what `--appendonly yes` has kept.
    pub fn start_again(&mut self) {
        self.child = self.command.spawn().unwrap();
        assert!(is_up(&mut self.child, self.port), "the port was taken");
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let mut kill = Command::new("sh");
        assert!(kill.args(["-c", "kill -$0 $1", name, &id]).status().unwrap().success());
    }

    /// Its answer, in the form of the protocol: `+OK`, `-ERR …`, `:1`, or what a text holds. Of a list, the items on
    /// lines.
    pub fn ask(&self, command: &[&str]) -> String {
        read_reply(&mut BufReader::new(self.tell(command))).unwrap()
    }

    /// The same, of what it answers with `OK`.
    pub fn must(&self, command: &[&str]) {
        let answer = self.ask(command);
        assert_eq!(answer, "+OK", "{command:?}");
    }

    /// Until the replica has as many keys. `WAIT` would only wait for what its own connection has written.
    pub fn wait_for_copy(&self, replica: &Self) {
        wait_until(|| self.ask(&["DBSIZE"]) == replica.ask(&["DBSIZE"]));
    }

    /// The same without waiting for an answer.
    pub fn tell(&self, command: &[&str]) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "*{}\r\n", command.len()).unwrap();
        for part in command {
            write!(stream, "${}\r\n{part}\r\n", part.len()).unwrap();
        }
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

/// Masters that share the slots in equal parts, by their numbers. As long as one of them lives, its slots are served.
#[derive(Debug)]
pub struct RedisCluster {
    pub masters: Vec<RedisServer>,
}

/// The first and the last slot of each master, and an epoch of its own.
const SHARES: [[&str; 3]; 3] = [["0", "5461", "1"], ["5462", "10923", "2"], ["10924", "16383", "3"]];

impl RedisCluster {
    pub fn start(test: &str, options: &[&str]) -> Option<Self> {
        let masters: Option<Vec<_>> = (0..3).map(|_| start_member(test, options)).collect();
        let cluster = Self { masters: masters? };
        for (member, [first, last, epoch]) in cluster.masters.iter().zip(SHARES) {
            member.must(&["CLUSTER", "ADDSLOTSRANGE", first, last]);
            member.must(&["CLUSTER", "SET-CONFIG-EPOCH", epoch]);
        }
        for member in &cluster.masters[1..] {
            cluster.invite(member);
        }
        for member in &cluster.masters {
            cluster.wait_for(member);
        }
        Some(cluster)
    }

    /// Another server joins as a replica of the master of this number.
    pub fn start_replica(&self, test: &str, options: &[&str], of: usize) -> Option<RedisServer> {
        let replica = start_member(test, options)?;
        self.invite(&replica);
        self.wait_for(&replica);
        replica.must(&["CLUSTER", "REPLICATE", &self.id(of)]);
        wait_until(|| replica.ask(&["ROLE"]).contains("connected"));
        let knows_it = |master: &RedisServer| master.ask(&["CLUSTER", "NODES"]).contains("slave");
        wait_until(|| self.masters.iter().all(knows_it));
        Some(replica)
    }

    fn invite(&self, member: &RedisServer) {
        let bus = member.ask(&["CONFIG", "GET", "cluster-port"]);
        let bus = bus.lines().last().unwrap();
        self.masters[0].must(&["CLUSTER", "MEET", "127.0.0.1", &member.port.to_string(), bus]);
    }

    /// Until it and the others know each other.
    fn wait_for(&self, member: &RedisServer) {
        wait_until(|| {
            let information = member.ask(&["CLUSTER", "INFO"]);
            information.contains("cluster_state:ok") && information.contains("cluster_slots_ok:16384")
        });
        let id = member.ask(&["CLUSTER", "MYID"]);
        let knows_it = |master: &RedisServer| {
            let nodes = master.ask(&["CLUSTER", "NODES"]);
            let mut own = nodes.lines().filter(|line| line.starts_with(&id));
            own.any(|line| !line.contains("handshake"))
        };
        wait_until(|| self.masters.iter().all(knows_it));
    }

    fn id(&self, master: usize) -> String {
        self.masters[master].ask(&["CLUSTER", "MYID"])
    }

    /// With the names of all masters, from the one of this number on.
    pub fn address(&self, login: &str, first: usize) -> String {
        let host = |master: &RedisServer| format!("127.0.0.1:{}", master.port);
        let mut hosts: Vec<_> = self.masters.iter().map(host).collect();
        hosts.rotate_left(first);
        format!("redis-cluster://{login}{}", hosts.join(","))
    }

    /// The slot of a key, and the number of the master that has had it from the start.
    pub fn slot(&self, key: &str) -> (String, usize) {
        let slot = self.masters[0].ask(&["CLUSTER", "KEYSLOT", key])[1..].to_owned();
        let number: usize = slot.parse().unwrap();
        (slot, number / 5462)
    }

    /// From now on the first one says `ASK` of keys that it does not have.
    pub fn begin_to_move(&self, slot: &str, from: usize, to: usize) {
        self.masters[to].must(&["CLUSTER", "SETSLOT", slot, "IMPORTING", &self.id(from)]);
        self.masters[from].must(&["CLUSTER", "SETSLOT", slot, "MIGRATING", &self.id(to)]);
    }

    /// Of the whole slot.
    pub fn move_keys(&self, slot: &str, from: usize, to: usize) {
        let keys = self.masters[from].ask(&["CLUSTER", "GETKEYSINSLOT", slot, "100"]);
        for key in keys.lines() {
            self.move_key(key, from, to);
        }
    }

    pub fn move_key(&self, key: &str, from: usize, to: usize) {
        let port = self.masters[to].port.to_string();
        self.masters[from].must(&["MIGRATE", "127.0.0.1", &port, key, "0", "5000"]);
    }

    /// From now on the first one says `MOVED`.
    pub fn end_move(&self, slot: &str, from: usize, to: usize) {
        self.move_keys(slot, from, to);
        let id = self.id(to);
        // The new owner first, as `redis-cli` does it.
        let others = (0..self.masters.len()).filter(|member| *member != to);
        for member in [to].into_iter().chain(others) {
            self.masters[member].must(&["CLUSTER", "SETSLOT", slot, "NODE", &id]);
        }
        // A server that has not heard of the latest epoch can lose a slot again that it gets next.
        let epoch = |member: &RedisServer| {
            let information = member.ask(&["CLUSTER", "INFO"]);
            let (_, epoch) = information.split_once("cluster_current_epoch:").unwrap();
            epoch.lines().next().map(str::to_owned)
        };
        wait_until(|| self.masters.iter().map(epoch).collect::<HashSet<_>>().len() == 1);
    }
}

fn start_member(test: &str, options: &[&str]) -> Option<RedisServer> {
    let bus = free_port();
    let own = format!(
        "--cluster-enabled yes --cluster-port {bus} --cluster-node-timeout 1000 --cluster-require-full-coverage no"
    );
    let own: Vec<_> = own.split(' ').collect();
    RedisServer::start(test, &[&own, options].concat())
}

fn wait_until(mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE);
        thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until it answers. False if it has ended, for another program took the port.
fn is_up(child: &mut Child, port: u16) -> bool {
    let mut has_ended = false;
    wait_until(|| {
        has_ended = child.try_wait().unwrap().is_some();
        has_ended || answers(port).is_ok()
    });
    !has_ended
}

fn answers(port: u16) -> io::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    stream.write_all(b"PING\r\n")?;
    stream.read_exact(&mut [0])
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

fn read_reply(reader: &mut impl io::BufRead) -> io::Result<String> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let line = line.trim_end();
    match (line.get(..1), line.get(1..).map(str::parse::<usize>)) {
        (Some("$"), Some(Ok(length))) => {
            let mut bytes = vec![0; length + 2];
            reader.read_exact(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes[..length]).into_owned())
        }
        // Of -1 bytes.
        (Some("$"), _) => Ok("nil".to_owned()),
        (Some("*"), Some(length)) => {
            let items: io::Result<Vec<_>> = (0..length.unwrap_or(0)).map(|_| read_reply(reader)).collect();
            Ok(items?.join("\n"))
        }
        _ => Ok(line.to_owned()),
    }
}

/// Stands between a server and its clients.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Where new connections go, if anywhere.
    server: AtomicU16,
    /// Whether the next answer does not arrive, and the connection ends.
    cuts: AtomicBool,
    /// On connections up to this number no answer arrives any more, without a word.
    silent: AtomicUsize,
    /// By how many milliseconds answers come later.
    delay: AtomicU64,
    connections: AtomicUsize,
}

impl Proxy {
    /// To the server at this port; without one it accepts, and never answers.
    pub fn start(server: Option<u16>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::<State>::default();
        let proxy = Self {
            port,
            state: Arc::clone(&state),
        };
        proxy.lead_to(server.unwrap_or(0));
        thread::spawn(move || {
            // Those that lead nowhere stay open.
            let mut kept = Vec::new();
            for client in listener.incoming().map(Result::unwrap) {
                let number = state.connections.fetch_add(1, Ordering::SeqCst) + 1;
                match state.server.load(Ordering::SeqCst) {
                    0 => kept.push(client),
                    port => connect(client, port, number, &state),
                }
            }
        });
        proxy
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn address(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// From now on new connections go to the server at this port.
    pub fn lead_to(&self, server: u16) {
        self.state.server.store(server, Ordering::SeqCst);
    }

    pub fn cut_at_next_answer(&self) {
        self.state.cuts.store(true, Ordering::SeqCst);
    }

    /// Those that there are, not later ones.
    pub fn silence_connections(&self) {
        self.state.silent.store(self.connections(), Ordering::SeqCst);
    }

    /// Until this is called again each answer, or what comes of several at once, is held back for so long.
    pub fn delay_answers(&self, time: Duration) {
        let milliseconds = u64::try_from(time.as_millis()).unwrap();
        self.state.delay.store(milliseconds, Ordering::SeqCst);
    }

    /// How many there have been.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }
}

fn connect(client: TcpStream, port: u16, number: usize, state: &Arc<State>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else {
        return;
    };
    let (client_reads, server_reads) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    thread::spawn(move || forward(client_reads, &server, |mut server, bytes| server.write_all(bytes)));
    let state = Arc::clone(state);
    let answer = move |mut client: &TcpStream, bytes: &[u8]| {
        let arrival = Instant::now();
        while arrival.elapsed() < Duration::from_millis(state.delay.load(Ordering::SeqCst)) {
            thread::sleep(Duration::from_millis(5));
        }
        if state.silent.load(Ordering::SeqCst) >= number {
            Ok(())
        } else if state.cuts.swap(false, Ordering::SeqCst) {
            Err(io::ErrorKind::ConnectionReset.into())
        } else {
            client.write_all(bytes)
        }
    };
    thread::spawn(move || forward(server_reads, &client, answer));
}

/// Until one of them ends, or the bytes cannot be passed on.
fn forward(mut from: TcpStream, to: &TcpStream, pass_on: impl Fn(&TcpStream, &[u8]) -> io::Result<()>) {
    let mut bytes = [0; 8192];
    while let Ok(length @ 1..) = from.read(&mut bytes) {
        if pass_on(to, &bytes[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}
