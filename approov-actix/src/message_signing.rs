//! The application's settings for message signatures, apart from its policies.

use std::{fmt, time::Duration};

use crate::{config::Setting, keys::Key};

/// How message signatures (RFC 9421) are verified in the whole application. Feature `message-signing`.
///
/// A route's [`Policy`](crate::Policy) defines what the route requires. By default no route requires a signature.
///
/// # Examples
///
/// ```
/// use approov_actix::{Approov, Key, MessageSigning, Policy, SignaturePolicy};
///
/// # fn main() -> Result<(), approov_actix::ConfigError> {
/// # let secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// let approov = Approov::builder()
///     .keys(Key::from_base64_secret(secret)?)
///     .message_signing(MessageSigning::new().public_origins("https://api.example.com"))
///     .policy(Policy::new().signature(SignaturePolicy::required()))
///     .build()?;
/// # Ok(())
/// # }
/// ```
///
/// # Security
///
/// Set [`public_origins`](Self::public_origins). Without them, signatures are checked against the host that the request
/// itself names.
#[derive(Default)]
#[must_use = "this does nothing until it is given to `ApproovBuilder::message_signing`"]
pub struct MessageSigning {
    pub(crate) public_origins: Option<Setting<Vec<String>>>,
    pub(crate) account_keys: Vec<Setting<Key>>,
    pub(crate) clock_skew: Option<Setting<Duration>>,
    pub(crate) require_created: Option<bool>,
    pub(crate) require_expires: Option<bool>,
    pub(crate) body_budget: Option<Setting<usize>>,
}

impl MessageSigning {
    /// These settings, and those of `before` for whatever is unset here. Account keys add up.
    pub(crate) fn over(mut self, mut before: Self) -> Self {
        before.account_keys.append(&mut self.account_keys);
        Self {
            public_origins: self.public_origins.or(before.public_origins),
            account_keys: before.account_keys,
            clock_skew: self.clock_skew.or(before.clock_skew),
            require_created: self.require_created.or(before.require_created),
            require_expires: self.require_expires.or(before.require_expires),
            body_budget: self.body_budget.or(before.body_budget),
        }
    }
}

impl fmt::Debug for MessageSigning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageSigning").finish_non_exhaustive()
    }
}
