//! What a route requires of message signatures.

use std::time::Duration;

use super::enforcement::Enforcement;

/// Which of the two signatures that Approov's clients make is accepted.
///
/// If a request has both, the other one must be valid too, provided that there is a key for it.
///
/// # Examples
///
/// ```
/// use approov_actix::{Policy, SignatureLabel, SignaturePolicy};
///
/// static TRANSFERS: Policy = Policy::new().signature(SignaturePolicy::required().label(SignatureLabel::Install));
/// ```
///
/// # Security
///
/// All installations share the account's key: anyone who extracts it from one app can sign for all of them.
/// [`Install`](Self::Install) is the strict choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SignatureLabel {
    /// Either of the two.
    #[default]
    Either,
    /// `install`: made with the installation's own key, which never leaves the device. ECDSA P-256; the public key is
    /// the token's `ipk`.
    Install,
    /// `account`: made with a key that the account's apps share. HMAC-SHA256.
    Account,
}

/// What a route requires of message signatures: RFC 9421, as Approov's clients make them. Pass it to
/// [`Policy::signature`](crate::Policy::signature).
///
/// Start with [`required`](Self::required), [`if_able`](Self::if_able) or [`strict`](Self::strict). Every other setting
/// is optional: each one that you leave open is inherited from the application's default.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use approov_actix::{Policy, SignaturePolicy};
///
/// static ORDERS: Policy = Policy::new().signature(SignaturePolicy::if_able());
/// static TRANSFERS: Policy = Policy::new()
///     .binding(&["Authorization"])
///     .signature(SignaturePolicy::strict().max_age(Duration::from_secs(10)));
/// ```
///
/// # Security
///
/// Message signatures protect against stolen tokens. Each signature must cover method, target and token, whatever you
/// set here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct SignaturePolicy {
    pub(crate) requirement: Option<SignatureRequirement>,
    pub(crate) label: Option<SignatureLabel>,
    pub(crate) enforcement: Option<Enforcement>,
    pub(crate) max_age: Option<Duration>,
    pub(crate) body_limit: Option<usize>,
    pub(crate) require_content_digest: Option<bool>,
    pub(crate) covers: Option<&'static [&'static str]>,
}

impl Default for SignaturePolicy {
    fn default() -> Self {
        Self::UNSET
    }
}

impl SignaturePolicy {
    /// One that inherits everything.
    pub(crate) const UNSET: Self = Self {
        requirement: None,
        label: None,
        enforcement: None,
        max_age: None,
        body_limit: None,
        require_content_digest: None,
        covers: None,
    };

    /// What is set here, and `default` for the rest.
    pub(super) const fn or(self, default: Self) -> Self {
        Self {
            requirement: first(self.requirement, default.requirement),
            label: first(self.label, default.label),
            enforcement: first(self.enforcement, default.enforcement),
            max_age: first(self.max_age, default.max_age),
            body_limit: first(self.body_limit, default.body_limit),
            require_content_digest: first(self.require_content_digest, default.require_content_digest),
            covers: first(self.covers, default.covers),
        }
    }
}

/// Whether a request must carry a message signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum SignatureRequirement {
    /// Signatures are ignored.
    #[default]
    Off,
    /// Required if the token says that the app is able to sign.
    IfAble,
    Required,
}

/// `Option::or`, which is not `const`.
pub(super) const fn first<T: Copy>(one: Option<T>, other: Option<T>) -> Option<T> {
    match one {
        Some(_) => one,
        None => other,
    }
}
