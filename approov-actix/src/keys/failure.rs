//! Why a source could not be read.

use std::time::Duration;

/// What is wrong, and how long to wait before the next attempt, if the source says so.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// The end of a sentence that begins with the source.
    pub(super) fault: String,
    pub(super) retry_after: Option<Duration>,
}

impl<T: Into<String>> From<T> for Failure {
    fn from(fault: T) -> Self {
        Self {
            fault: fault.into(),
            retry_after: None,
        }
    }
}
