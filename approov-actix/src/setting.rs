//! One setting, wherever it came from.

use crate::config_error::ConfigError;

/// A value, and what an error calls it. The value itself is never shown.
pub(crate) struct Setting<T = String> {
    pub(crate) origin: String,
    pub(crate) value: T,
}

impl<T> Setting<T> {
    pub(crate) fn new(origin: impl Into<String>, value: impl Into<T>) -> Self {
        Self {
            origin: origin.into(),
            value: value.into(),
        }
    }

    /// What is wrong with it: a sentence that begins with its name.
    pub(crate) fn error(&self, fault: impl std::fmt::Display) -> ConfigError {
        ConfigError::new(format!("{} {fault}", self.origin))
    }
}
