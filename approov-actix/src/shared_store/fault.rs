//! Why there is no answer.

use std::{fmt, io};

use redis::{ErrorKind, RedisError, ServerErrorKind};

/// Nothing in it comes from the server or the address: it is in log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    TimedOut,
    /// There is no connection, for this reason.
    Disconnected(&'static str),
    /// The server has answered with this error.
    Refused(&'static str),
    /// This machine has no random numbers.
    NoRandomness,
}

impl Fault {
    pub(super) const BROKEN: Self = Self::Disconnected("the connection has broken");

    /// A short code, for events and metrics.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::TimedOut => "timed_out",
            Self::Disconnected(_) => "disconnected",
            Self::Refused(_) => "refused",
            Self::NoRandomness => "no_randomness",
        }
    }

    /// Whether another connection may do better: to the server that has taken this one's place, for example.
    pub(crate) fn ends_connection(self) -> bool {
        matches!(self, Self::Disconnected(_) | Self::Refused("READONLY" | "MASTERDOWN"))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())?;
        match self {
            Self::Disconnected(detail) | Self::Refused(detail) => write!(f, "({detail})"),
            Self::TimedOut | Self::NoRandomness => Ok(()),
        }
    }
}

/// The errors of servers that are named. What else a server says could be anything.
const CODES: [&str; 15] = [
    "CLUSTERDOWN",
    "CROSSSLOT",
    "ERR",
    "EXECABORT",
    "LOADING",
    "MASTERDOWN",
    "MISCONF",
    "MOVED",
    "NOAUTH",
    "NOPERM",
    "NOREPLICAS",
    "OOM",
    "READONLY",
    "WRONGPASS",
    "WRONGTYPE",
];

impl From<RedisError> for Fault {
    fn from(error: RedisError) -> Self {
        match error.kind() {
            ErrorKind::AuthenticationFailed => Self::Refused("WRONGPASS"),
            // Redis 6 writes it without a code where a password is not even set.
            ErrorKind::Server(ServerErrorKind::ResponseError) => Self::Refused("ERR"),
            ErrorKind::Server(_) | ErrorKind::Extension => {
                let named = CODES.iter().find(|code| error.code() == Some(code));
                Self::Refused(named.unwrap_or(&"another error"))
            }
            ErrorKind::Io => Self::BROKEN,
            _ => Self::Disconnected("no answer that Redis would give"),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        let detail = match error.kind() {
            io::ErrorKind::ConnectionRefused => "connection refused",
            io::ErrorKind::NotFound => "there is no such socket",
            io::ErrorKind::PermissionDenied => "permission denied",
            io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe => {
                return Self::BROKEN;
            }
            _ => "cannot be reached",
        };
        Self::Disconnected(detail)
    }
}
