//! Why there is no answer.

use std::{fmt, io};

use redis::{ErrorKind, RedisError};

/// Nothing in it comes from the server or the address, because it appears in log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    TimedOut,
    /// There is no connection, for this reason.
    Disconnected(&'static str),
    /// The server has answered with this error.
    Refused(&'static str),
    /// The operating system provides no random numbers.
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

    /// Whether another connection may succeed, for example to the server that has taken this one's place.
    pub(crate) fn ends_connection(self) -> bool {
        const REPLACED: [&str; 4] = ["CLUSTERDOWN", "MASTERDOWN", "NOREPLICAS", "READONLY"];
        match self {
            Self::Disconnected(_) => true,
            Self::Refused(code) => REPLACED.contains(&code),
            Self::TimedOut | Self::NoRandomness => false,
        }
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

/// The server errors that are named in the log. Any other text from a server could be anything.
const CODES: [&str; 17] = [
    "ASK",
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
    "TRYAGAIN",
    "WRONGPASS",
    "WRONGTYPE",
];

impl From<RedisError> for Fault {
    fn from(error: RedisError) -> Self {
        match error.kind() {
            ErrorKind::AuthenticationFailed => return Self::Refused("WRONGPASS"),
            ErrorKind::Io => return Self::BROKEN,
            _ => {}
        }
        // Of several commands, the first one that failed.
        let errors = error.into_server_errors();
        let Some((_, error)) = errors.as_deref().and_then(<[_]>::first) else {
            return Self::Disconnected("no answer that Redis would give");
        };
        // Redis 6 writes `ERR` without a code if no password is set.
        let named = CODES.iter().find(|code| error.code() == **code);
        Self::Refused(named.unwrap_or(&"another error"))
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
