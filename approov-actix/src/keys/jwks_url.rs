//! [`JwksUrl`], as an application sees it.

use std::{fmt, time::Duration};

use super::key_source::{KeySource, Place, RefreshedSource};
use crate::config::Setting;

/// The address of a JWK Set (RFC 7517), as `approov keyset -kid KID -getJWKSURI` prints it. Feature `jwks-url`.
///
/// It is asked once at the start, within ten seconds, and again while the server runs, with conditional requests. It is also asked when a token
/// has a `kid` that no key has, at most once in ten seconds. No request waits for that. If it fails later, the keys that are in use
/// stay in use, see [`max_stale`](Self::max_stale). Redirects are followed within the same origin. See
/// [`KeySet::from_jwks`](crate::KeySet::from_jwks) for which keys are used.
///
/// # Security
///
/// Anyone who controls the address decides which tokens are good. It must be an `https` address, whose certificate is checked against the
/// authorities that the system trusts, or an `http` address of this machine (`127.0.0.0/8`, `::1`, `localhost`). `https` requests go
/// through the proxy of the environment variables `ALL_PROXY`, `HTTPS_PROXY` or `HTTP_PROXY`, the first that is set, unless `NO_PROXY` has
/// the host.
///
/// The HTTP client, `ureq`, has log lines of its own, which show the address at `debug` and the answers at `trace`. Keep the targets `ureq` and
/// `ureq_proto` at `warn` if these are not for everyone.
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
    /// This address. What is wrong with it is an error of [`build`](crate::ApproovBuilder::build).
    pub fn new(url: impl Into<String>) -> Self {
        let url = Setting::new("the address given to `JwksUrl::new`", url);
        Self(RefreshedSource::new(Place::jwks_url(url)))
    }

    /// How often the address is asked again, from one second to one day. Default: 300 seconds.
    ///
    /// # Security
    ///
    /// A key that you remove because it was stolen makes good tokens for this much longer.
    pub fn refresh_interval(mut self, interval: Duration) -> Self {
        self.0.refresh_interval = Some(Setting::new("the time given to `JwksUrl::refresh_interval`", interval));
        self
    }

    /// After which time without a successful answer the keys expire, so that their tokens are refused. At least twice the refresh
    /// interval. Default: never.
    ///
    /// # Security
    ///
    /// Without a limit, anyone who keeps this server from the address keeps a removed key alive. With a limit, that person locks all apps
    /// out in the end.
    pub fn max_stale(mut self, time: Duration) -> Self {
        self.0.max_stale = Some(Setting::new("the time given to `JwksUrl::max_stale`", time));
        self
    }

    /// Whether the server starts if the address gives no keys at that moment. Default: no, that is an error.
    ///
    /// Until it gives some, tokens that need its keys are refused: with `keys_unavailable` (503) while there is no other key.
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
    /// Anyone who has a secret can make tokens. Allow this only for an address that answers nobody but this server.
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
