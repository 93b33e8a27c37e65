//! The store that servers share fails while they are busy: a row for each way in which it can, and what becomes of
//! requests meanwhile and after.

use std::{
    collections::HashMap,
    iter, mem,
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use actix_web::web;
use approov_actix::{Claim, Enforcement, RedisStore, ReplayKey, SingleUse, SingleUseStore, approov_protected};
use futures_util::future::join_all;
use support::{
    client::{Answer, Request},
    log,
    redis_server::{Proxy, RedisServer},
    signing::{Message, Signature},
};

use super::{ONCE, REPLAYED, Served, once, serve, signed, transfer};
use crate::{
    http2::{connect, exchange},
    patient, signing,
};

/// Each has a request in flight all the time, at each server.
const CLIENTS: usize = 200;
/// What an answer may take beyond the store's deadline: clients and servers share a machine that may be slow and busy.
/// Alone on two cores they take less than a second.
const MARGIN: Duration = Duration::from_secs(15);
/// How long clients wait for what hangs.
const HANG: Duration = Duration::from_secs(60);
/// After so long a store that is back is used again.
const RECOVERY: Duration = Duration::from_secs(1);
const PASSWORD: &str = "s3cret";

/// A Redis, and a way to it that can be slow.
struct Shared {
    redis: RedisServer,
    proxy: Proxy,
}

struct Failure {
    name: &'static str,
    /// Of the Redis.
    options: &'static [&'static str],
    address: fn(&Shared) -> String,
    deadline: Duration,
    modes: &'static [Mode],
    /// Before there is a server that asks it.
    is_at_the_start: bool,
    begin: fn(&mut Shared),
    mend: fn(&mut Shared),
    /// Why requests cannot be claimed meanwhile. None if they can.
    reason: Option<&'static str>,
    /// What the log says of it.
    line: Option<&'static str>,
    /// Whether the Redis is empty when it is back.
    forgets: bool,
}

/// Nothing happens to it. Where time is not what fails, there is enough.
const NOTHING: Failure = Failure {
    name: "",
    options: &[],
    address: |shared| shared.redis.address(),
    deadline: Duration::from_secs(3),
    modes: &[Mode::Refuse, Mode::Admit],
    is_at_the_start: false,
    begin: |_| {},
    mend: |_| {},
    reason: None,
    line: None,
    forgets: false,
};

const TOO_LATE: Failure = Failure {
    deadline: Duration::from_secs(2),
    reason: Some("timed_out"),
    line: Some("single use fails: timed_out"),
    ..NOTHING
};

const GONE: Failure = Failure {
    begin: |shared| shared.redis.kill(),
    mend: |shared| shared.redis.start_again(),
    reason: Some("disconnected"),
    line: Some("single use fails: disconnected("),
    ..NOTHING
};

const REFUSING: Failure = Failure {
    reason: Some("refused"),
    ..NOTHING
};

const FAILURES: [Failure; 12] = [
    Failure {
        name: "stopped",
        modes: &[Mode::Refuse, Mode::Admit, Mode::Report],
        begin: |shared| shared.redis.stop(),
        mend: |shared| shared.redis.go_on(),
        ..TOO_LATE
    },
    Failure {
        name: "slow-beyond-the-deadline",
        address: |shared| shared.proxy.address(),
        begin: |shared| shared.proxy.delay_answers(Duration::from_secs(5)),
        mend: |shared| shared.proxy.delay_answers(Duration::ZERO),
        ..TOO_LATE
    },
    Failure {
        name: "slow-within-the-deadline",
        address: |shared| shared.proxy.address(),
        begin: |shared| shared.proxy.delay_answers(Duration::from_millis(200)),
        mend: |shared| shared.proxy.delay_answers(Duration::ZERO),
        ..NOTHING
    },
    Failure {
        name: "cut-off",
        address: |shared| shared.proxy.address(),
        begin: |shared| {
            shared.proxy.lead_to(0);
            shared.proxy.silence_connections();
        },
        mend: |shared| shared.proxy.lead_to(shared.redis.port()),
        ..TOO_LATE
    },
    Failure {
        name: "killed-and-restarted",
        options: &["--appendonly", "yes", "--appendfsync", "always"],
        ..GONE
    },
    Failure {
        name: "killed-and-empty",
        forgets: true,
        ..GONE
    },
    Failure {
        name: "gone-at-the-start",
        is_at_the_start: true,
        ..GONE
    },
    Failure {
        name: "out-of-memory",
        begin: |shared| shared.configure("maxmemory", "1"),
        mend: |shared| shared.configure("maxmemory", "0"),
        line: Some("single use fails: refused(OOM)"),
        ..REFUSING
    },
    Failure {
        name: "read-only",
        // Nothing listens there, so it keeps what it has.
        begin: |shared| shared.ask(&["REPLICAOF", "127.0.0.1", "1"]),
        mend: |shared| shared.ask(&["REPLICAOF", "NO", "ONE"]),
        line: Some("single use fails: refused(READONLY)"),
        ..REFUSING
    },
    Failure {
        name: "password-set",
        begin: |shared| {
            shared.configure("requirepass", PASSWORD);
            shared
                .redis
                .ask_with_password(PASSWORD, &["CLIENT", "KILL", "TYPE", "normal"]);
        },
        mend: |shared| shared.configure_with_password(PASSWORD, "requirepass", ""),
        line: Some("single use fails: refused(NOAUTH)"),
        ..REFUSING
    },
    Failure {
        name: "wrong-password-at-the-start",
        options: &["--requirepass", "another"],
        address: |shared| format!("redis://:{PASSWORD}@127.0.0.1:{}", shared.redis.port()),
        is_at_the_start: true,
        mend: |shared| shared.configure_with_password("another", "requirepass", PASSWORD),
        line: Some("single use fails: refused(WRONGPASS)"),
        ..REFUSING
    },
    Failure {
        name: "evicting",
        begin: |shared| {
            shared.configure("maxmemory-policy", "volatile-lru");
            // It is looked at when a connection is made.
            shared.redis.ask(&["CLIENT", "KILL", "TYPE", "normal"]);
        },
        mend: |shared| shared.configure("maxmemory-policy", "noeviction"),
        line: Some("single use has the maxmemory-policy `volatile-lru`: WHEN ITS MEMORY IS FULL IT DROPS KEYS"),
        ..NOTHING
    },
];

impl Shared {
    fn ask(&self, command: &[&str]) {
        assert_eq!(self.redis.ask(command), "+OK");
    }

    fn configure(&self, name: &str, value: &str) {
        self.ask(&["CONFIG", "SET", name, value]);
    }

    fn configure_with_password(&self, password: &str, name: &str, value: &str) {
        let answer = self.redis.ask_with_password(password, &["CONFIG", "SET", name, value]);
        assert_eq!(answer, "+OK");
    }
}

/// What becomes of a request that cannot be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Refuse,
    Admit,
    Report,
}

impl Mode {
    /// Why requests could not be claimed, by their path: what the log says of those whose path begins with this.
    fn reasons(self, prefix: &str) -> HashMap<String, String> {
        let begin = match self {
            Self::Refuse => "INFO approov_actix REJECTED single_use_unavailable(",
            Self::Admit => "WARN approov_actix single_use_unavailable(",
            Self::Report => "INFO approov_actix WOULD REJECT single_use_unavailable(",
        };
        let lines = log::lines_with(prefix).into_iter();
        let parsed = lines.filter_map(|line| {
            let (reason, rest) = line.strip_prefix(begin)?.split_once(')')?;
            let path = &rest[rest.find(prefix)?..];
            let path = path.split([' ', ':']).next()?;
            Some((path.to_owned(), reason.to_owned()))
        });
        parsed.collect()
    }
}

struct Server {
    mode: Mode,
    served: Served,
    requests: Requests,
}

/// Each like no other.
struct Requests {
    server: SocketAddr,
    /// With what their paths begin.
    path: String,
    message: Message,
    count: AtomicUsize,
}

impl Requests {
    /// The next one, and its path. The account's signature costs the least.
    fn next(&self) -> (String, Request) {
        let path = format!("{}{}", self.path, self.count.fetch_add(1, Ordering::Relaxed));
        let message = Message {
            url: format!("https://api.example.com{path}"),
            ..self.message.clone()
        };
        let request = message.request().signed(&[&Signature::account(&message)]);
        (path, request)
    }
}

impl Server {
    fn new(mode: Mode, failure: &Failure, shared: &Shared) -> Self {
        let store = RedisStore::new(&(failure.address)(shared)).unwrap();
        let single_use = SingleUse::new(store.deadline(failure.deadline).unwrap());
        let enforcement = match mode {
            Mode::Report => Enforcement::Report,
            Mode::Refuse | Mode::Admit => Enforcement::Enforce,
        };
        let builder = signing()
            .policy(ONCE.single_use_enforcement(enforcement))
            .single_use(single_use.admit_on_failure(mode == Mode::Admit));
        let served = serve(builder);
        let requests = Requests {
            server: served.address(),
            path: format!("/{}/{mode:?}/", failure.name),
            message: transfer(),
            count: AtomicUsize::new(0),
        };
        Self { mode, served, requests }
    }

    fn has_recovered(&self) -> bool {
        let (path, request) = self.requests.next();
        self.served.send(&request).status == 200 && self.mode.reasons(&path).is_empty()
    }

    /// Whether this copy of a request is let in, and if it is a replay that the server says so.
    fn accepts(&self, copy: &Request) -> bool {
        self.served.codes();
        let status = self.served.send(copy).status;
        let codes = self.served.codes();
        let refused = if self.mode == Mode::Report { 200 } else { 409 };
        match &codes[..] {
            [] if status == 200 => true,
            [REPLAYED] if status == refused => false,
            _ => panic!("{}: {status} {codes:?}", self.requests.path),
        }
    }
}

/// When anything may become of a request: before anything else, and while it begins to fail or is mended.
const CHANGING: usize = 0;
const BEFORE: usize = 1;
const MEANWHILE: usize = 2;
const AFTER: usize = 3;

/// Clients that send one request after another.
#[derive(Default)]
struct Load {
    clients: usize,
    phase: AtomicUsize,
    /// How many clients have sent a request and got the answer within each phase.
    answered: [AtomicUsize; 4],
    is_over: AtomicBool,
}

struct Sent {
    path: String,
    at: Instant,
    took: Duration,
    answer: Answer,
    /// None if it was sent in one and answered in another.
    phase: Option<usize>,
}

impl Load {
    fn keep_sending(&self, requests: &Requests) -> Vec<Sent> {
        let mut is_counted = [false; 4];
        let send = || {
            if self.is_over.load(Ordering::SeqCst) {
                return None;
            }
            let (path, request) = requests.next();
            let phase = self.phase.load(Ordering::SeqCst);
            let at = Instant::now();
            let connection = TcpStream::connect(requests.server).unwrap();
            connection.set_read_timeout(Some(HANG)).unwrap();
            let answer = request.send_over(connection);
            let took = at.elapsed();
            let phase = Some(phase).filter(|phase| *phase == self.phase.load(Ordering::SeqCst));
            if let Some(phase) = phase
                && !mem::replace(&mut is_counted[phase], true)
            {
                self.answered[phase].fetch_add(1, Ordering::SeqCst);
            }
            Some(Sent {
                path,
                at,
                took,
                answer,
                phase,
            })
        };
        iter::from_fn(send).collect()
    }

    fn enter(&self, phase: usize) {
        self.phase.store(phase, Ordering::SeqCst);
    }

    /// Until each client has got an answer in this phase.
    fn stay_in(&self, phase: usize) {
        self.enter(phase);
        support::wait_until("every client is answered", || {
            self.answered[phase].load(Ordering::SeqCst) == self.clients
        });
    }
}

/// Also when a test fails: clients would go on for ever.
struct EndOf<'a>(&'a Load);

impl Drop for EndOf<'_> {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::SeqCst);
    }
}

/// What was sent to each server meanwhile.
fn under_load<T>(servers: &[Server], act: impl FnOnce(&Load) -> T) -> (Vec<Vec<Sent>>, T) {
    let load = &Load {
        clients: servers.len() * CLIENTS,
        ..Load::default()
    };
    thread::scope(|scope| {
        let end = EndOf(load);
        let clients: Vec<Vec<_>> = servers
            .iter()
            .map(|Server { requests, .. }| {
                let client = |_| scope.spawn(move || load.keep_sending(requests));
                (0..CLIENTS).map(client).collect()
            })
            .collect();
        let acted = act(load);
        drop(end);
        let sent = |client: thread::ScopedJoinHandle<'_, Vec<Sent>>| client.join().unwrap();
        let sent = clients
            .into_iter()
            .map(|clients| clients.into_iter().flat_map(sent).collect());
        (sent.collect(), acted)
    })
}

#[actix_web::test]
async fn whatever_fails_the_policy_is_honoured_and_nobody_waits() {
    log::capture();
    for failure in &FAILURES {
        let Some(redis) = RedisServer::start("single_use::failures::whatever_fails", failure.options) else {
            return;
        };
        let proxy = Proxy::start(Some(redis.port()));
        walk(failure, &mut Shared { redis, proxy });
    }
}

fn walk(failure: &Failure, shared: &mut Shared) {
    let lines = || failure.line.map(|line| log::lines_with(line).len());
    let lines_before = lines();
    if failure.is_at_the_start {
        (failure.begin)(shared);
    }
    let servers = failure.modes.iter().map(|mode| Server::new(*mode, failure, shared));
    let servers: Vec<_> = servers.collect();
    let (_, request) = servers[0].requests.next();
    assert!(failure.is_at_the_start || servers[0].accepts(&request));
    let (sent, mended) = under_load(&servers, |load| {
        if !failure.is_at_the_start {
            load.stay_in(BEFORE);
            load.enter(CHANGING);
            (failure.begin)(shared);
        }
        load.stay_in(MEANWHILE);
        support::wait_until("the log says why", || lines().is_none() || lines() > lines_before);
        let copy = servers[0].served.send(&request).status;
        assert_eq!(copy, if failure.reason.is_some() { 503 } else { 409 });
        load.enter(CHANGING);
        (failure.mend)(shared);
        let mended = Instant::now();
        support::wait_until("it is used again", || servers.iter().all(Server::has_recovered));
        load.stay_in(AFTER);
        mended
    });
    for (server, sent) in servers.iter().zip(&sent) {
        check(failure, server, sent, mended);
    }
    let mut is_new = failure.is_at_the_start || failure.forgets;
    for server in &servers {
        assert_eq!(
            server.accepts(&request),
            mem::take(&mut is_new),
            "{}",
            server.requests.path
        );
    }
}

fn check(failure: &Failure, server: &Server, sent: &[Sent], mended: Instant) {
    let reasons = server.mode.reasons(&server.requests.path);
    let reason = |sent: &Sent| reasons.get(&sent.path).map(String::as_str);
    for sent in sent {
        let (case, reason) = (&sent.path, reason(sent));
        assert!(sent.took <= failure.deadline + MARGIN, "{case}: {:?}", sent.took);
        let is_refused = reason.is_some() && server.mode == Mode::Refuse;
        assert_eq!(sent.answer.status, if is_refused { 503 } else { 200 }, "{case}");
        assert_eq!(sent.answer.body == "{}", is_refused, "{case}");
        assert_eq!(sent.answer.header("retry-after"), None, "{case}");
        match sent.phase {
            Some(MEANWHILE) => assert_eq!(reason, failure.reason, "{case}"),
            Some(BEFORE | AFTER) => assert_eq!(reason, None, "{case}"),
            _ => {}
        }
    }
    let claimed = sent.iter().filter(|sent| reason(sent).is_none());
    let recovery = claimed.filter_map(|sent| sent.at.checked_duration_since(mended)).min();
    assert!(
        recovery.is_some_and(|recovery| recovery <= RECOVERY),
        "{}: {recovery:?}",
        server.requests.path
    );
}

/// Where all of them share a connection.
#[actix_web::test]
async fn over_http_2_as_well() {
    let Some(redis) = RedisServer::start("single_use::failures::over_http_2", &[]) else {
        return;
    };
    let store = RedisStore::new(&redis.address())
        .unwrap()
        .deadline(TOO_LATE.deadline)
        .unwrap();
    let server = Served::on(
        patient().workers(1).h2(),
        signing().single_use(SingleUse::new(store)),
        |app, _| {
            app.default_service(web::to(once));
        },
    );
    let client = connect(server.address()).await;
    let send = async |message: &Message| exchange(client.clone(), message, &message.url).await;
    let fresh = || {
        let message = transfer();
        message.carrying(&Signature::account(&message))
    };
    let messages: Vec<_> = iter::repeat_with(fresh).take(CLIENTS).collect();
    assert_eq!(send(&fresh()).await.0, 200);
    redis.stop();
    let stopped = Instant::now();
    let answers = join_all(messages.iter().map(&send)).await;
    let took = stopped.elapsed();
    assert!(took <= TOO_LATE.deadline + MARGIN, "{took:?}");
    let is_refusal = |answer: &(u16, Vec<u8>)| *answer == (503, b"{}".to_vec());
    assert!(answers.iter().all(is_refusal), "{answers:?}");
    redis.go_on();
    while send(&fresh()).await.0 != 200 {
        assert!(stopped.elapsed() <= HANG);
    }
}

/// Counts what a Redis is asked.
struct Counting {
    redis: RedisStore,
    claims: Arc<AtomicUsize>,
}

impl SingleUseStore for Counting {
    fn claim(&self, key: &ReplayKey, time_to_live: Duration) -> Claim {
        self.claims.fetch_add(1, Ordering::SeqCst);
        self.redis.claim(key, time_to_live)
    }
}

#[approov_protected(signature = "required")]
async fn often() -> &'static str {
    "in"
}

#[actix_web::test]
async fn routes_without_single_use_ask_no_store() {
    let Some(redis) = RedisServer::start("single_use::failures::routes_without_single_use", &[]) else {
        return;
    };
    let claims = Arc::default();
    let store = Counting {
        redis: RedisStore::new(&redis.address()).unwrap(),
        claims: Arc::clone(&claims),
    };
    let server = Served::new(signing().single_use(SingleUse::new(store)), |app, _| {
        app.route("/open", web::post().to(|| async { "in" }))
            .route("/signed", web::post().to(often))
            .default_service(web::to(once));
    });
    let to = |path: &str| {
        let mut message = transfer();
        message.url = message.url.replace("/transfer", path);
        signed(&message, &["account"])
    };
    redis.stop();
    for path in ["/open", "/signed"] {
        assert_eq!(server.send(&to(path)).status, 200, "{path}");
        assert_eq!(server.codes(), [""; 0], "{path}");
    }
    assert_eq!(claims.load(Ordering::SeqCst), 0);
    server.admissions();
    server.refuses("single use", "single_use_unavailable", &to("/transfer"));
    assert_eq!(claims.load(Ordering::SeqCst), 1);
}
