//! Keeps a connection for each tokio runtime.
//!
//! Each worker of actix has a runtime of its own, so a worker that is busy holds up no other one's connection, an answer wakes no other thread, and what a runtime that has
//! ended leaves behind is never looked at again.

use std::{
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::FutureExt as _;
use redis::{Cmd, FromRedisValue, Pipeline, cmd};
use tokio::{
    runtime::{Handle, Id},
    sync::watch,
    task::yield_now,
    time::{Instant, timeout, timeout_at},
};

use super::{address::Address, complaints::Complaints, connection::Connection, fault::Fault};
use crate::logging::{LOG_TARGET, LogText};

/// Between the beginnings of two attempts to connect. Until then the last fault is the answer.
const ATTEMPT_INTERVAL: Duration = Duration::from_millis(100);
/// How long an attempt may take at least. Longer than most requests wait, so that a slow one succeeds for those after it.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(1);

pub(crate) struct SharedStore {
    address: Address,
    purpose: Purpose,
    lines: Mutex<Vec<(Id, Line)>>,
    complaints: Complaints,
    /// What the server was last found to do when its memory is full.
    policy: Mutex<Option<String>>,
}

/// What a server is asked for, in log lines.
#[derive(Clone, Copy)]
pub(crate) struct Purpose {
    pub(crate) name: &'static str,
    /// What happens where the server forgets something.
    pub(crate) without: &'static str,
}

/// The connection of one runtime, made or being made.
struct Line {
    attempt: watch::Receiver<Option<Opened>>,
    begun: Instant,
}

type Opened = Result<Arc<Connection>, Fault>;

impl SharedStore {
    pub(crate) fn new(address: Address, purpose: Purpose) -> Self {
        Self {
            address,
            purpose,
            lines: Mutex::default(),
            complaints: Complaints::new(purpose.name),
            policy: Mutex::default(),
        }
    }

    /// The connection of this runtime. Any number of requests wait for one attempt.
    pub(crate) async fn connection(self: &Arc<Self>, until: Instant) -> Opened {
        let Ok(runtime) = Handle::try_current() else {
            return Err(Fault::Disconnected("there is no tokio runtime"));
        };
        let mut attempt = self.attempt(&runtime, until)?;
        let opened = match timeout_at(until, attempt.wait_for(Option::is_some)).await {
            Ok(Ok(opened)) => (*opened).clone(),
            Ok(Err(_)) => Some(Err(Fault::BROKEN)),
            Err(_) => Some(Err(Fault::TimedOut)),
        };
        opened.unwrap_or(Err(Fault::TimedOut))
    }

    fn attempt(self: &Arc<Self>, runtime: &Handle, until: Instant) -> Result<watch::Receiver<Option<Opened>>, Fault> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let id = runtime.id();
        let known = lines.iter().position(|(other, _)| *other == id);
        if let Some((_, line)) = known.and_then(|index| lines.get(index)) {
            match line.fault() {
                None => return Ok(line.attempt.clone()),
                Some(fault) if line.begun.elapsed() < ATTEMPT_INTERVAL => return Err(fault),
                Some(_) => {}
            }
        }
        let line = self.begin(runtime, until);
        let attempt = line.attempt.clone();
        lines.retain(|(other, line)| *other != id && line.is_of_use());
        lines.push((id, line));
        Ok(attempt)
    }

    fn begin(self: &Arc<Self>, runtime: &Handle, until: Instant) -> Line {
        let (sender, attempt) = watch::channel(None);
        let store = Arc::clone(self);
        let begun = Instant::now();
        let limit = ATTEMPT_LIMIT.max(until.saturating_duration_since(begun));
        runtime.spawn(async move {
            let opened = timeout(limit, store.open()).await.unwrap_or(Err(Fault::TimedOut));
            if let Err(fault) = opened {
                store.failed(fault);
            }
            // Nobody may wait any more.
            let _ = sender.send(Some(opened));
        });
        Line { attempt, begun }
    }

    /// The first answer shows that the server is there, and that it takes the password.
    async fn open(&self) -> Opened {
        let connection = Connection::open(&self.address).await?;
        match policy_of(&connection).await {
            Ok(policy) => self.learned(policy),
            Err(Fault::Refused(code)) if code != "NOAUTH" => self.learned("unknown".to_owned()),
            Err(fault) => return Err(fault),
        }
        Ok(Arc::new(connection))
    }

    /// Speaks of it once, and again when it is another one.
    fn learned(&self, policy: String) {
        let mut known = self.policy.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_ref() == Some(&policy) {
            return;
        }
        let shown = known.insert(policy).clone();
        drop(known);
        let Purpose { name, without } = self.purpose;
        match shown.as_str() {
            "noeviction" => {}
            "unknown" => log::warn!(
                target: LOG_TARGET,
                "the Redis of {name} does not tell its maxmemory-policy: make sure that it is `noeviction`, as with any other {without}"
            ),
            _ => log::warn!(
                target: LOG_TARGET,
                "the Redis of {name} has the maxmemory-policy `{}`: WHEN ITS MEMORY IS FULL IT DROPS KEYS WITHOUT AN ERROR, and {without}; set it to `noeviction`",
                LogText(&shown)
            ),
        }
    }

    /// Asks once, within the time, of a connection that may turn out to be silent.
    pub(crate) async fn ask<T: FromRedisValue>(self: &Arc<Self>, command: &Cmd, until: Instant) -> Result<T, Fault> {
        let connection = self.connection(until).await?;
        let answers = connection.answers();
        within(until, pin!(connection.ask(command))).await.unwrap_or_else(|| {
            connection.retire_if_silent(answers);
            Err(Fault::TimedOut)
        })
    }

    /// The same for several commands.
    pub(crate) async fn ask_all<T: FromRedisValue>(
        self: &Arc<Self>,
        commands: &Pipeline,
        until: Instant,
    ) -> Result<T, Fault> {
        let connection = self.connection(until).await?;
        let answers = connection.answers();
        within(until, pin!(connection.ask_all(commands)))
            .await
            .unwrap_or_else(|| {
                connection.retire_if_silent(answers);
                Err(Fault::TimedOut)
            })
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

/// None at the end of the time. What has arrived by then counts, even if this thread was busy elsewhere and could not look at it.
pub(crate) async fn within<F: Future + Unpin>(until: Instant, mut future: F) -> Option<F::Output> {
    if let Ok(output) = timeout_at(until, &mut future).await {
        return Some(output);
    }
    // Each time the runtime looks what has arrived. One task reads it, the next takes it.
    for _ in 0..2 {
        yield_now().await;
        if let Some(output) = (&mut future).now_or_never() {
            return Some(output);
        }
    }
    None
}

impl Line {
    fn is_of_use(&self) -> bool {
        self.fault().is_none()
    }

    /// None if it has a good connection or is making one.
    fn fault(&self) -> Option<Fault> {
        match &*self.attempt.borrow() {
            Some(Ok(connection)) => connection.fault(),
            Some(Err(fault)) => Some(*fault),
            None => self.attempt.has_changed().is_err().then_some(Fault::BROKEN),
        }
    }
}

/// What the server does when its memory is full. `CONFIG` is often forbidden, by managed servers above all.
async fn policy_of(connection: &Connection) -> Result<String, Fault> {
    const NAME: &str = "maxmemory-policy";
    let pairs: Result<Vec<String>, _> = connection.ask(cmd("CONFIG").arg("GET").arg(NAME)).await;
    if let Ok([_, policy]) = pairs.as_deref() {
        return Ok(policy.clone());
    }
    let information: String = connection.ask(cmd("INFO").arg("memory")).await?;
    let policy = information
        .lines()
        .find_map(|line| line.strip_prefix("maxmemory_policy:"));
    Ok(policy.unwrap_or("unknown").trim().to_owned())
}
