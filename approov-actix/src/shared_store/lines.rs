//! Keeps a connection for each tokio runtime and server.
//!
//! Each actix worker has its own runtime. So a busy worker holds up no other worker's connection, an answer wakes no
//! other thread, and nothing that an ended runtime leaves behind is ever used.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use redis::{Cmd, FromRedisValue, cmd};
use tokio::{
    runtime::{Handle, Id},
    sync::watch,
    time::{Instant, timeout, timeout_at},
};

use super::{
    address::{Address, Server, Servers},
    cluster::{Redirect, Slots},
    complaints::Complaints,
    connection::{Connection, Reply},
    fault::Fault,
    sentinel,
};
use crate::logging::{LOG_TARGET, LogText};

/// The time between the beginnings of two attempts to connect. Meanwhile, the last fault is the answer.
const ATTEMPT_INTERVAL: Duration = Duration::from_millis(100);
/// The least time that an attempt gets: longer than most requests wait, so that a slow attempt succeeds for later
/// requests.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(1);
/// How many redirects are followed in a cluster before one server must answer.
const MOST_REDIRECTS: usize = 5;
/// After this time without an answer, an attempt connects again: what was sent while the server was cut off may be
/// lost.
const ATTEMPT_REPETITION: Duration = Duration::from_millis(500);

pub(crate) struct SharedStore {
    address: Address,
    purpose: Purpose,
    lines: Mutex<Vec<Line>>,
    slots: Slots,
    complaints: Complaints,
    /// The last known `maxmemory-policy` of each server.
    policies: Mutex<Vec<(Server, String)>>,
}

/// What a server is used for, in log lines.
#[derive(Clone, Copy)]
pub(crate) struct Purpose {
    pub(crate) name: &'static str,
    /// What happens if the server forgets something.
    pub(crate) without: &'static str,
}

/// The connection of one runtime to one server, made or being made.
struct Line {
    runtime: Id,
    server: Server,
    attempt: watch::Receiver<Option<Opened>>,
    begun: Instant,
}

/// The state of a connection. Earlier ones are likelier to answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Open,
    Unknown,
    BeingMade,
    Failed,
}

type Opened = Result<Arc<Connection>, Fault>;

impl SharedStore {
    pub(crate) fn new(address: Address, purpose: Purpose) -> Self {
        Self {
            address,
            purpose,
            lines: Mutex::default(),
            slots: Slots::default(),
            complaints: Complaints::new(purpose.name),
            policies: Mutex::default(),
        }
    }

    /// A connection to the server that has this key, as far as is known.
    pub(crate) async fn connection(self: &Arc<Self>, key: &str, until: Instant) -> Opened {
        let named = match &self.address.servers {
            Servers::Alone(server) => return self.connection_to(server, until).await,
            Servers::Cluster(named) => named,
        };
        let mut opened = Err(Fault::BROKEN);
        if let Some(owner) = self.slots.owner(key)
            && self.state(&owner) != State::Failed
        {
            opened = self.connection_to(&owner, until).await;
            if opened.is_ok() {
                return opened;
            }
        }
        // Any server knows which one has the key.
        for server in self.likeliest(named) {
            if Instant::now() >= until {
                break;
            }
            opened = self.connection_to(&server, until).await;
            if opened.is_ok() {
                break;
            }
        }
        opened
    }

    /// The servers of a cluster, the likeliest to answer first.
    fn likeliest(&self, named: &[Server]) -> Vec<Server> {
        let lines = self.lines();
        let known = lines.iter().map(|line| &line.server);
        let mut servers: Vec<Server> = named.iter().chain(known).cloned().collect();
        drop(lines);
        servers.sort_by_key(|server| self.state(server));
        servers
    }

    fn state(&self, server: &Server) -> State {
        let Ok(runtime) = Handle::try_current() else {
            return State::Failed;
        };
        let lines = self.lines();
        let own = lines.iter().find(|line| line.is_of(runtime.id(), server));
        own.map_or(State::Unknown, Line::state)
    }

    /// This runtime's connection. Any number of requests share one attempt.
    async fn connection_to(self: &Arc<Self>, server: &Server, until: Instant) -> Opened {
        let Ok(runtime) = Handle::try_current() else {
            return Err(Fault::Disconnected("there is no tokio runtime"));
        };
        let mut attempt = self.attempt(&runtime, server, until)?;
        let opened = match timeout_at(until, attempt.wait_for(Option::is_some)).await {
            Ok(Ok(opened)) => (*opened).clone(),
            Ok(Err(_)) => Some(Err(Fault::BROKEN)),
            Err(_) => Some(Err(Fault::TimedOut)),
        };
        opened.unwrap_or(Err(Fault::TimedOut))
    }

    fn attempt(
        self: &Arc<Self>,
        runtime: &Handle,
        server: &Server,
        until: Instant,
    ) -> Result<watch::Receiver<Option<Opened>>, Fault> {
        let mut lines = self.lines();
        let id = runtime.id();
        if let Some(line) = lines.iter().find(|line| line.is_of(id, server)) {
            match line.fault() {
                None => return Ok(line.attempt.clone()),
                Some(fault) if line.is_recent() => return Err(fault),
                Some(_) => {}
            }
        }
        let line = self.begin(runtime, server, until);
        let attempt = line.attempt.clone();
        lines.retain(|line| !line.is_of(id, server) && (line.is_recent() || line.fault().is_none()));
        lines.push(line);
        Ok(attempt)
    }

    fn begin(self: &Arc<Self>, runtime: &Handle, server: &Server, until: Instant) -> Line {
        let (sender, attempt) = watch::channel(None);
        let begun = Instant::now();
        let limit = ATTEMPT_LIMIT.max(until.saturating_duration_since(begun));
        let (store, own_server) = (Arc::clone(self), server.clone());
        runtime.spawn(async move {
            let opened = timeout(limit, store.open_first(&own_server)).await;
            let opened = opened.unwrap_or(Err(Fault::TimedOut));
            if let Err(fault) = opened {
                store.slots.forget(&own_server);
                store.failed(fault);
            }
            // Perhaps nobody is waiting any more.
            let _ = sender.send(Some(opened));
        });
        Line {
            runtime: runtime.id(),
            server: server.clone(),
            attempt,
            begun,
        }
    }

    fn lines(&self) -> MutexGuard<'_, Vec<Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection that opens first.
    async fn open_first(&self, server: &Server) -> Opened {
        let mut openings = FuturesUnordered::new();
        loop {
            openings.push(self.open(server));
            if let Ok(Some(opened)) = timeout(ATTEMPT_REPETITION, openings.next()).await {
                return opened;
            }
        }
    }

    /// The first answer shows that the server is there, and that it accepts the password.
    async fn open(&self, server: &Server) -> Opened {
        let login = &self.address.login;
        let connection = match server {
            Server::At(place) => Connection::open(place, login).await?,
            Server::Master(sentinels) => sentinel::connect(sentinels, login).await?,
        };
        match policy_of(&connection).await {
            Ok(policy) => self.learned(server, &policy),
            Err(Fault::Refused(code)) if code != "NOAUTH" => self.learned(server, "unknown"),
            Err(fault) => return Err(fault),
        }
        Ok(Arc::new(connection))
    }

    /// Logs the policy once, and again when it changes.
    fn learned(&self, server: &Server, policy: &str) {
        let mut policies = self.policies.lock().unwrap_or_else(PoisonError::into_inner);
        let known = policies.iter().position(|(other, _)| other == server);
        match known.and_then(|index| policies.get_mut(index)) {
            Some((_, known)) if known == policy => return,
            Some((_, known)) => policy.clone_into(known),
            None => policies.push((server.clone(), policy.to_owned())),
        }
        drop(policies);
        let Purpose { name, without } = self.purpose;
        match policy {
            "noeviction" => {}
            "unknown" => log::warn!(
                target: LOG_TARGET,
                "the Redis of {name} does not report its maxmemory-policy: make sure that it is `noeviction`, because with any other policy {without}"
            ),
            _ => log::warn!(
                target: LOG_TARGET,
                "the Redis of {name} has the maxmemory-policy `{}`: WHEN ITS MEMORY IS FULL IT DROPS KEYS WITHOUT AN ERROR, and {without}; set it to `noeviction`",
                LogText(policy)
            ),
        }
    }

    /// Asks over this connection, and follows redirects, within the time.
    pub(crate) async fn follow<T: FromRedisValue>(
        self: &Arc<Self>,
        connection: &Connection,
        key: &str,
        commands: &[Cmd],
        until: Instant,
    ) -> Result<T, Fault> {
        let mut reply = connection.ask_until(until, commands, false).await?;
        let mut redirects = 0;
        loop {
            let Redirect { to, is_ask } = match reply {
                Reply::Answer(answer) => return Ok(answer),
                Reply::Elsewhere(redirect) => redirect,
            };
            if !self.address.is_of_cluster() || redirects == MOST_REDIRECTS {
                return Err(Fault::Refused(if is_ask { "ASK" } else { "MOVED" }));
            }
            redirects += 1;
            if !is_ask {
                self.slots.learn(key, &to);
            }
            let connection = self.connection_to(&to, until).await?;
            reply = connection.ask_until(until, commands, is_ask).await?;
        }
    }

    /// Asks once, within the time.
    pub(crate) async fn ask<T: FromRedisValue>(
        self: &Arc<Self>,
        key: &str,
        commands: &[Cmd],
        until: Instant,
    ) -> Result<T, Fault> {
        let connection = self.connection(key, until).await?;
        self.follow(&connection, key, commands, until).await
    }

    pub(crate) fn failed(&self, fault: Fault) {
        self.complaints.failed(fault);
    }

    pub(crate) fn answered(&self) {
        self.complaints.answered();
    }

    pub(crate) fn address(&self) -> &Address {
        &self.address
    }
}

impl Line {
    fn is_of(&self, runtime: Id, server: &Server) -> bool {
        self.runtime == runtime && self.server == *server
    }

    fn is_recent(&self) -> bool {
        self.begun.elapsed() < ATTEMPT_INTERVAL
    }

    fn state(&self) -> State {
        match self.fault() {
            Some(_) => State::Failed,
            None if self.attempt.borrow().is_some() => State::Open,
            None => State::BeingMade,
        }
    }

    /// None if it has a working connection or is opening one.
    fn fault(&self) -> Option<Fault> {
        match &*self.attempt.borrow() {
            Some(Ok(connection)) => connection.fault(),
            Some(Err(fault)) => Some(*fault),
            None => self.attempt.has_changed().is_err().then_some(Fault::BROKEN),
        }
    }
}

/// What the server does when its memory is full. `CONFIG` is often forbidden, especially by managed services.
async fn policy_of(connection: &Connection) -> Result<String, Fault> {
    const NAME: &str = "maxmemory-policy";
    let pairs: Result<Vec<String>, _> = connection.ask(cmd("CONFIG").arg("GET").arg(NAME)).await;
    if let Ok([_, policy]) = pairs.as_deref() {
        return Ok(policy.to_owned());
    }
    let information: String = connection.ask(cmd("INFO").arg("memory")).await?;
    let policy = information
        .lines()
        .find_map(|line| line.strip_prefix("maxmemory_policy:"));
    Ok(policy.unwrap_or("unknown").trim().to_owned())
}
