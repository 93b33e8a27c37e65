//! Attacks, each with the reason for which it must be refused. The tests send them all, and the fuzzers start from
//! them.

pub mod bindings;
pub mod headers;
pub mod key_sets;
pub mod message_signatures;
pub mod requests;
pub mod tokens;

/// In place of a refusal: HTTP cannot carry such a request, so the server answers 400 by itself and the library never
/// sees it.
pub const NOT_HTTP: &str = "400";

/// One attack on one place: the value of a header, or a document.
#[derive(Debug, Clone)]
pub struct Attack {
    /// What is tried.
    pub name: String,
    /// What is sent.
    pub value: Vec<u8>,
    /// The refusal, as the log shows it: its code, and its detail in brackets.
    pub refusal: &'static str,
}

impl Attack {
    /// An attack that must be refused for this reason.
    pub fn new(name: impl Into<String>, value: impl Into<Vec<u8>>, refusal: &'static str) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            refusal,
        }
    }
}
