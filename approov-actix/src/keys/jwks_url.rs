//! [`JwksUrl`], as an application sees it.

use std::{fmt, time::Duration};

use super::key_source::{KeySource, Place, RefreshedSource};
use crate::config::Setting;

/// The address of a JWK Set (RFC 7517), as `approov keyset -kid KID -getJWKSURI` prints it. Feature `jwks-url`.
///
/// The set is read at the start, within ten seconds, and again while the server runs, with conditional requests. It is
/// also read when a refused token has a `kid` that no key has, at most once in ten seconds. No request waits for a
/// reading. If a later reading fails, the keys in use stay in use: see [`max_stale`](Self::max_stale). Redirects are
/// followed within the same origin. For which keys are used, see [`KeySet::from_jwks`](crate::KeySet::from_jwks).
///
/// # Security
///
/// Anyone who controls the address decides which tokens are valid. It must be an `https` address, whose certificate is
/// checked against the authorities that the system trusts, or an `http` address of this machine (`127.0.0.0/8`, `::1`,
/// `localhost`). `https` requests use the proxy of the first environment variable that is set of `ALL_PROXY`,
/// `HTTPS_PROXY` and `HTTP_PROXY`, except for hosts in `NO_PROXY`.
///
/// The HTTP client, `ureq`, logs the address at `debug` and the answers at `trace`. If these are not for everyone, keep
/// the targets `ureq` and `ureq_proto` at `warn`.
///
/// # Examples
///
/// ```no_run
/// use approov_actix::{Approov, JwksUrl};
///
/// # fn main() -> Result<(), approov_actix::ConfigError> {
/// let approov = Approov::builder().keys(JwksUrl::new("https://keys.example.com/jwks.json")).build()?;
/// # Ok(())
/// # }
/// ```
#[must_use = "an address of keys does nothing until it is given to `ApproovBuilder::keys`"]
pub struct JwksUrl(RefreshedSource);

impl JwksUrl {
    /// An address to read keys from. A wrong address is an error of [`build`](crate::ApproovBuilder::build).
    pub fn new(url: impl Into<String>) -> Self {
        let url = Setting::new("the address given to `JwksUrl::new`", url);
        Self(RefreshedSource::new(Place::jwks_url(url)))
    }

    /// How often the address is read again, from one second to one day. Default: 300 seconds.
    ///
    /// # Security
    ///
    /// A stolen key still makes valid tokens for this long after you remove it.
    pub fn refresh_interval(mut self, interval: Duration) -> Self {
        self.0.refresh_interval = Some(Setting::new("the time given to `JwksUrl::refresh_interval`", interval));
        self
    }

    /// How long keys stay valid without a successful reading. After this time they expire, and their tokens are
    /// refused. At least twice the refresh interval. Default: no limit.
    ///
    /// # Security
    ///
    /// Without a limit, anyone who cuts this server off from the address keeps a removed key valid. With a limit, they
    /// lock all apps out eventually.
    pub fn max_stale(mut self, time: Duration) -> Self {
        self.0.max_stale = Some(Setting::new("the time given to `JwksUrl::max_stale`", time));
        self
    }

    /// Whether the server starts even if the address has no keys at that moment. Default: no, that is an error.
    ///
    /// Until the address has keys, tokens that need them are refused. If there is no other key either, the refusal is
    /// `keys_unavailable` (503).
    pub fn start_without_keys(mut self, start: bool) -> Self {
        if let Place::JwksUrl { start_without_keys, .. } = &mut self.0.place {
            *start_without_keys = start;
        }
        self
    }

    /// Whether secrets (JWKs of the type `oct`) are accepted from the address. Default: no.
    ///
    /// # Security
    ///
    /// Anyone who has a secret can make tokens. Allow this only for an address that answers this server alone.
    pub fn allow_secrets(mut self, allow: bool) -> Self {
        if let Place::JwksUrl { allow_secrets, .. } = &mut self.0.place {
            *allow_secrets = allow;
        }
        self
    }
}

impl From<JwksUrl> for KeySource {
    fn from(url: JwksUrl) -> Self {
        url.0.into()
    }
}

impl fmt::Debug for JwksUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwksUrl").finish_non_exhaustive()
    }
}
