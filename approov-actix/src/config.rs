//! Settings, and why an application may not start.

use std::fmt;

/// A setting is missing or wrong: the application must not start.
///
/// One sentence that names the setting. `Debug` writes the same sentence, because `main() -> Result` prints that.
///
/// # Security
///
/// The value of a setting is never part of the sentence.
///
/// # Examples
///
/// ```
/// use approov_actix::Approov;
///
/// let error = Approov::builder().base64_secret("too short").build().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the secret given to `base64_secret` is too short: the decoded secret must have at least 32 bytes",
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigError(String);

impl ConfigError {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ConfigError {}

/// The end of a sentence that begins with the setting. Never has a part of its value.
pub(crate) type Fault = &'static str;

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
    pub(crate) fn error(&self, fault: impl fmt::Display) -> ConfigError {
        ConfigError::new(format!("{} {fault}", self.origin))
    }
}
