//! Settings, and the errors that must stop an application from starting.

use std::fmt;

/// A setting is missing or wrong: the application must not start.
///
/// The message is one sentence that names the setting. `Debug` writes the same sentence, because `main() -> Result`
/// prints it.
///
/// # Security
///
/// The value of a setting is never part of the sentence.
///
/// # Examples
///
/// ```
/// use approov_actix::Key;
///
/// let error = Key::from_base64_secret("dG9vIHNob3J0").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the secret given to `Key::from_base64_secret` is too short: the decoded secret must have at least 32 bytes",
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigError {
    kind: ConfigErrorKind,
    sentence: String,
}

impl ConfigError {
    /// The kind of mistake, for a program that does something other than stop.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::{Approov, ConfigErrorKind};
    ///
    /// let error = Approov::builder().build().unwrap_err();
    /// assert_eq!(error.kind(), ConfigErrorKind::NoKeys);
    /// ```
    pub fn kind(&self) -> ConfigErrorKind {
        self.kind
    }

    pub(crate) fn new(kind: ConfigErrorKind, sentence: impl Into<String>) -> Self {
        Self {
            kind,
            sentence: sentence.into(),
        }
    }

    pub(crate) fn invalid(sentence: impl Into<String>) -> Self {
        Self::new(ConfigErrorKind::Invalid, sentence)
    }

    /// For a setting that needs a missing feature. Ignoring it would let the user believe that a check is on.
    pub(crate) fn feature_missing(origin: &str, feature: &str) -> Self {
        Self::new(
            ConfigErrorKind::FeatureMissing,
            format!("{origin} is set, but approov-actix was built without its feature `{feature}`"),
        )
    }
}

/// The kind of a [`ConfigError`].
///
/// # Security
///
/// Whatever the kind, do not serve protected routes without an `Approov`.
///
/// # Examples
///
/// ```
/// use approov_actix::{ConfigError, ConfigErrorKind};
///
/// /// Only a file or an address may become available later.
/// fn is_worth_another_attempt(error: &ConfigError) -> bool {
///     error.kind() == ConfigErrorKind::KeySource
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConfigErrorKind {
    /// No key is configured.
    NoKeys,
    /// A setting has an invalid value.
    Invalid,
    /// Two settings exclude each other, or a setting needs another one that is missing.
    Conflict,
    /// A file or an address of keys cannot be read, or has no usable key. A later attempt may succeed.
    KeySource,
    /// A setting belongs to a feature of this crate that is not compiled in.
    FeatureMissing,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ConfigError {}

/// The end of a sentence that begins with the setting. Never contains any part of the setting's value.
pub(crate) type Fault = &'static str;

/// What is wrong with a text that must equal a text from elsewhere, such as a key id. Leftovers of a shell or a file
/// would match nothing.
pub(crate) fn text_fault(text: &str) -> Option<Fault> {
    if text.is_empty() {
        Some("is empty")
    } else if text.trim() != text || text.contains(char::is_control) {
        Some("begins or ends with white space, or has a control character")
    } else if text.contains(['"', '\'', '`']) {
        Some("has a quote in it; quotes are not removed")
    } else if text.contains(['$', '{', '}']) {
        Some("has `$`, `{` or `}` in it, as if a variable was not replaced")
    } else {
        None
    }
}

/// A value, and its name in errors. Errors never show the value.
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

    /// An error whose sentence begins with the name of the setting.
    pub(crate) fn error(&self, fault: impl fmt::Display) -> ConfigError {
        ConfigError::invalid(format!("{} {fault}", self.origin))
    }
}

#[cfg(test)]
mod tests {
    use super::text_fault;

    #[test]
    fn texts_that_nobody_means() {
        for text in [
            "a",
            "key-1",
            "2026 11",
            "https://a.approov.io/x?y=z",
            "a+/=",
            "(a)",
            "é",
            "<a>",
        ] {
            assert_eq!(text_fault(text), None, "{text}");
        }
        for (text, fault) in [
            ("", "is empty"),
            (" a", "white space"),
            ("a\n", "white space"),
            ("a\0b", "control"),
            ("\"a\"", "quote"),
            ("'a", "quote"),
            ("a`", "quote"),
            ("$A", "not replaced"),
            ("${A}", "not replaced"),
            ("{{a}}", "not replaced"),
        ] {
            assert!(text_fault(text).is_some_and(|found| found.contains(fault)), "{text}");
        }
    }
}
