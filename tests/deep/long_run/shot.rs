//! A request, and what its answer must be.

use std::{
    io,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::{
    connection::{Answer, Connection},
    keys::Keys,
};

/// Further from the second of its expiry than this, it is certain whether a token is good.
const MARGIN: Duration = Duration::from_millis(300);

/// A request to be sent.
pub(crate) struct Shot {
    /// Its place in the table of kinds.
    pub(crate) kind: usize,
    /// What goes over the wire.
    pub(crate) bytes: Vec<u8>,
    /// Whether it says that no other request follows.
    pub(crate) is_last: bool,
    /// What must come back.
    pub(crate) expected: Expected,
    /// What is as good once this no longer holds.
    pub(crate) unless: Option<(Premise, Expected)>,
}

/// What comes back.
#[derive(Debug, Clone)]
pub(crate) enum Expected {
    /// 200, JSON, and this body.
    LetIn(String),
    /// The one refusal.
    Refused,
    /// That of a body which nobody wants to read.
    TooLarge,
    /// The status with which actix answers by itself, or the handler's own arguments; the rest is their affair.
    Other(u16),
}

/// What must be so until the answer is there, for the answer to be certain.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Premise {
    /// A token with this key and this expiry is good.
    Alive { key: u64, expires: u64 },
    /// This key was never in the file.
    Unpublished { key: u64 },
}

/// How an answer was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// As it had to be.
    Right,
    /// One of two that were possible.
    Uncertain,
    /// Neither.
    Wrong,
}

impl Premise {
    /// Whether it holds, if that is certain.
    pub(crate) fn holds(self, keys: &Keys) -> Option<bool> {
        match self {
            Self::Unpublished { key } => keys.is_unpublished(key).then_some(true),
            Self::Alive { key, expires } => {
                let (now, expires) = (SystemTime::now(), UNIX_EPOCH + Duration::from_secs(expires));
                let is_early = now + MARGIN < expires;
                if now > expires + MARGIN {
                    return Some(false);
                }
                keys.is_known(key).filter(|is_known| is_early || !is_known)
            }
        }
    }
}

impl Shot {
    /// Sends all of it.
    pub(crate) fn send(&self, connection: &mut Connection) -> io::Result<()> {
        // The server waits a second for the rest of a body that it does not want, and then closes. Its answer must be
        // there all the same.
        match connection.send(&self.bytes) {
            Err(_) if self.is_refused_early() => Ok(()),
            sent => sent,
        }
    }

    /// The head, with the empty line at its end.
    pub(crate) fn head_length(&self) -> usize {
        let end = self.bytes.windows(4).position(|bytes| bytes == b"\r\n\r\n");
        end.map_or(self.bytes.len(), |end| end + 4)
    }

    /// Whether there is a body.
    pub(crate) fn has_body(&self) -> bool {
        self.bytes.len() > self.head_length()
    }

    /// Whether the server need not read all of it.
    pub(crate) fn is_refused_early(&self) -> bool {
        matches!(self.expected, Expected::Refused | Expected::TooLarge) && self.has_body()
    }

    /// Whether the server must leave the connection open or close it, if that is certain: actix may close where nobody
    /// reads the body.
    pub(crate) fn closes(&self) -> Option<bool> {
        match self.expected {
            _ if self.is_last => Some(true),
            Expected::LetIn(_) => Some(false),
            Expected::Refused => (!self.has_body()).then_some(false),
            Expected::TooLarge | Expected::Other(_) => None,
        }
    }

    /// Whether what is expected is no longer certain.
    pub(crate) fn is_uncertain(&self, keys: &Keys) -> bool {
        let premise = self.unless.as_ref().map(|(premise, _)| premise);
        premise.is_some_and(|premise| premise.holds(keys) != Some(true))
    }

    /// Compares the answer, which has just arrived.
    pub(crate) fn judge(&self, answer: &Answer, keys: &Keys) -> Outcome {
        if self.expected.is(answer) {
            return Outcome::Right;
        }
        match &self.unless {
            Some((_, other)) if self.is_uncertain(keys) && other.is(answer) => Outcome::Uncertain,
            _ => Outcome::Wrong,
        }
    }
}

impl Expected {
    fn is(&self, answer: &Answer) -> bool {
        let is_json = |length: usize| {
            answer.fixed_headers()
                == [
                    ("content-length", length.to_string().as_str()),
                    ("content-type", "application/json"),
                ]
        };
        match self {
            Self::LetIn(body) => answer.status == 200 && answer.body == *body && is_json(body.len()),
            Self::Refused => answer.status == 401 && answer.body == "{}" && is_json(2),
            Self::TooLarge => answer.status == 413 && answer.body == "{}" && is_json(2),
            Self::Other(status) => answer.status == *status,
        }
    }
}
