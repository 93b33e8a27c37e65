//! One connection, which any number of requests use at the same time.

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use futures_util::FutureExt as _;
use redis::{
    Arg, AsyncConnectionConfig, Cmd, FromRedisValue, Pipeline, RedisConnectionInfo, RedisResult,
    aio::MultiplexedConnection,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::{AbortHandle, yield_now},
    time::{Instant, timeout_at},
};

use super::{address::Place, cluster::Redirect, fault::Fault, tls};

pub(crate) struct Connection {
    multiplexed: MultiplexedConnection,
    place: Place,
    /// The task that reads and writes, in the runtime in which the connection was made.
    driver: AbortHandle,
    /// How many answers have come.
    answers: AtomicU64,
    /// Why no further request may use it.
    retired: OnceLock<Fault>,
}

pub(super) enum Reply<T> {
    Answer(T),
    Elsewhere(Redirect),
}

type Driver = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Connection {
    /// Needs a tokio runtime, like everything here.
    pub(super) async fn open(place: &Place, login: &RedisConnectionInfo) -> Result<Self, Fault> {
        let (multiplexed, driver) = match place {
            Place::Tcp {
                host,
                port,
                is_encrypted,
            } => {
                let stream = TcpStream::connect((host.as_str(), *port)).await?;
                stream.set_nodelay(true)?;
                if *is_encrypted {
                    log_in(login, tls::encrypted(stream, host).await?).await?
                } else {
                    log_in(login, stream).await?
                }
            }
            #[cfg(unix)]
            Place::Unix(path) => log_in(login, tokio::net::UnixStream::connect(path).await?).await?,
            #[cfg(not(unix))]
            Place::Unix(_) => return Err(Fault::Disconnected("no sockets of this kind on this system")),
        };
        Ok(Self {
            multiplexed,
            place: place.clone(),
            driver: tokio::spawn(driver).abort_handle(),
            answers: AtomicU64::new(0),
            retired: OnceLock::new(),
        })
    }

    pub(super) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Fault> {
        let answer = command.query_async(&mut self.multiplexed.clone()).await;
        self.heard(answer.map_err(Fault::from))
    }

    /// Asks a server that may not answer.
    pub(super) async fn ask_until<T: FromRedisValue>(
        &self,
        until: Instant,
        commands: &[Cmd],
        is_asking: bool,
    ) -> Result<Reply<T>, Fault> {
        let answers = self.answers();
        let asked = pin!(self.ask_all(commands, is_asking));
        within(until, asked).await.unwrap_or_else(|| {
            self.retire_if_silent(answers);
            Err(Fault::TimedOut)
        })
    }

    /// Sends the commands together. With `is_asking`, the server answers although the slot is still being moved to it.
    async fn ask_all<T: FromRedisValue>(&self, commands: &[Cmd], is_asking: bool) -> Result<Reply<T>, Fault> {
        let commands = pipeline(commands, is_asking);
        let answer: RedisResult<T> = commands.query_async(&mut self.multiplexed.clone()).await;
        self.heard(match answer {
            Ok(answer) => Ok(Reply::Answer(answer)),
            Err(error) => match Redirect::of(&error, &self.place) {
                Some(redirect) => Ok(Reply::Elsewhere(redirect)),
                None => Err(error.into()),
            },
        })
    }

    fn heard<T>(&self, answer: Result<T, Fault>) -> Result<T, Fault> {
        match answer {
            Err(fault) if fault.ends_connection() => self.retire(fault),
            _ => {
                self.answers.fetch_add(1, Ordering::Relaxed);
            }
        }
        answer
    }

    pub(crate) fn answers(&self) -> u64 {
        self.answers.load(Ordering::Relaxed)
    }

    /// Retires the connection if no answer has come since there were `answers` of them. It may be cut off silently, so
    /// the next request opens another one.
    pub(crate) fn retire_if_silent(&self, answers: u64) -> bool {
        let is_silent = self.answers() == answers;
        if is_silent {
            self.retire(Fault::TimedOut);
        }
        is_silent
    }

    fn retire(&self, fault: Fault) {
        // The first reason is kept.
        let _ = self.retired.set(fault);
    }

    /// None if it can be used.
    pub(super) fn fault(&self) -> Option<Fault> {
        let is_over = || self.driver.is_finished().then_some(Fault::BROKEN);
        self.retired.get().copied().or_else(is_over)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// None at the end of the time. An answer that has arrived by then is used, even if this thread was too busy to look at
/// it.
pub(crate) async fn within<F: Future + Unpin>(until: Instant, mut future: F) -> Option<F::Output> {
    if let Ok(output) = timeout_at(until, &mut future).await {
        return Some(output);
    }
    // At each yield, the runtime looks at what has arrived. One task reads it, the next one takes it.
    for _ in 0..2 {
        yield_now().await;
        if let Some(output) = (&mut future).now_or_never() {
            return Some(output);
        }
    }
    None
}

/// `ASKING` applies to the next command, or to the transaction that this command begins.
fn pipeline(commands: &[Cmd], is_asking: bool) -> Pipeline {
    let is_transaction = commands.first().and_then(|command| command.args_iter().next()) == Some(Arg::Simple(b"MULTI"));
    let mut pipeline = Pipeline::with_capacity(2 * commands.len());
    for (index, command) in commands.iter().enumerate() {
        if is_asking && (index == 0 || !is_transaction) {
            pipeline.cmd("ASKING").ignore();
        }
        pipeline.add_command(command.clone());
    }
    pipeline
}

async fn log_in<S>(login: &RedisConnectionInfo, stream: S) -> Result<(MultiplexedConnection, Driver), Fault>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    // Callers have deadlines of their own.
    let settings = AsyncConnectionConfig::new()
        .set_response_timeout(None)
        .set_connection_timeout(None);
    let (multiplexed, driver) = MultiplexedConnection::new_with_config(login, stream, settings).await?;
    Ok((multiplexed, Box::pin(driver)))
}
