//! Where an application gets its keys from.

use std::{fmt, path::PathBuf, time::Duration};

use super::{key::Key, set::KeySet};
use crate::{
    config::{ConfigError, Setting},
    crypto::algorithm::Algorithm,
};

const MIN_INTERVAL: Duration = Duration::from_secs(1);
const MAX_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// Keys for [`ApproovBuilder::keys`](crate::ApproovBuilder::keys): a [`Key`], a [`KeySet`], a [`KeyFile`], or a
/// `JwksUrl` (feature `jwks-url`).
///
/// # Examples
///
/// ```no_run
/// use approov_actix::{Algorithm, Approov, Key, KeyFile};
///
/// # fn main() -> Result<(), approov_actix::ConfigError> {
/// # let previous = "";
/// let approov = Approov::builder()
///     .keys(KeyFile::pem(Algorithm::ES256, "approov.pem"))
///     .keys(Key::from_base64_secret(previous)?)
///     .build()?;
/// # Ok(())
/// # }
/// ```
///
/// # Security
///
/// Anyone who can write the file or controls the address decides which tokens are valid. `Debug` shows nothing of the
/// source.
pub struct KeySource(pub(super) Kind);

pub(super) enum Kind {
    /// Keys that are not refreshed.
    Fixed(Vec<Key>),
    /// Keys that are read at the start and again while the server runs.
    Refreshed(RefreshedSource),
}

/// A file or an address.
pub(super) struct RefreshedSource {
    pub(super) place: Place,
    pub(super) refresh_interval: Option<Setting<Duration>>,
    pub(super) max_stale: Option<Setting<Duration>>,
}

pub(super) enum Place {
    PemFile(Setting<PathBuf>, Algorithm),
    JwksFile(Setting<PathBuf>),
    JwksUrl {
        url: Setting,
        start_without_keys: bool,
        allow_secrets: bool,
    },
}

impl KeySource {
    pub(crate) fn pem_file(path: Setting<PathBuf>, algorithm: Algorithm) -> Self {
        RefreshedSource::new(Place::PemFile(path, algorithm)).into()
    }

    pub(crate) fn jwks_file(path: Setting<PathBuf>) -> Self {
        RefreshedSource::new(Place::JwksFile(path)).into()
    }

    pub(crate) fn jwks_url(url: Setting) -> Self {
        RefreshedSource::new(Place::jwks_url(url)).into()
    }

    pub(crate) fn fixed(keys: Vec<Key>) -> Self {
        Self(Kind::Fixed(keys))
    }

    /// The source with these settings, and those of them that have no effect on it.
    ///
    /// A wrong setting is an error even if it has no effect.
    pub(crate) fn refreshed(
        mut self,
        interval: Option<Setting<Duration>>,
        max_stale: Option<Setting<Duration>>,
    ) -> Result<(Self, Vec<Setting<Duration>>), ConfigError> {
        times(interval.as_ref(), max_stale.as_ref(), MIN_INTERVAL)?;
        Ok(match &mut self.0 {
            Kind::Refreshed(source) => {
                source.refresh_interval = interval;
                source.max_stale = max_stale;
                (self, Vec::new())
            }
            Kind::Fixed(_) => (self, interval.into_iter().chain(max_stale).collect()),
        })
    }
}

impl From<RefreshedSource> for KeySource {
    fn from(source: RefreshedSource) -> Self {
        Self(Kind::Refreshed(source))
    }
}

impl From<Key> for KeySource {
    fn from(key: Key) -> Self {
        Self::fixed(vec![key])
    }
}

impl From<KeySet> for KeySource {
    fn from(keys: KeySet) -> Self {
        Self::fixed(keys.iter().cloned().collect())
    }
}

impl From<KeyFile> for KeySource {
    fn from(file: KeyFile) -> Self {
        file.0.into()
    }
}

impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySource").finish_non_exhaustive()
    }
}

impl RefreshedSource {
    pub(super) fn new(place: Place) -> Self {
        Self {
            place,
            refresh_interval: None,
            max_stale: None,
        }
    }

    /// The name of its setting in errors.
    pub(super) fn origin(&self) -> &str {
        match &self.place {
            Place::PemFile(path, _) | Place::JwksFile(path) => &path.origin,
            Place::JwksUrl { url, .. } => &url.origin,
        }
    }

    /// How often the source is read again, and how long its keys stay valid without a successful reading.
    pub(super) fn times(&self) -> Result<(Duration, Option<Duration>), ConfigError> {
        let default = self.place.default_interval();
        times(self.refresh_interval.as_ref(), self.max_stale.as_ref(), default)
    }
}

fn times(
    interval: Option<&Setting<Duration>>,
    max_stale: Option<&Setting<Duration>>,
    default_interval: Duration,
) -> Result<(Duration, Option<Duration>), ConfigError> {
    let interval = match interval {
        None => default_interval,
        Some(setting) if (MIN_INTERVAL..=MAX_INTERVAL).contains(&setting.value) => setting.value,
        Some(setting) => return Err(setting.error("is not between one second and one day")),
    };
    match max_stale {
        Some(setting) if setting.value < interval * 2 => {
            Err(setting.error("is shorter than twice the time between refreshes, so that good keys could expire"))
        }
        max_stale => Ok((interval, max_stale.map(|setting| setting.value))),
    }
}

impl Place {
    pub(super) fn jwks_url(url: Setting) -> Self {
        Self::JwksUrl {
            url,
            start_without_keys: false,
            allow_secrets: false,
        }
    }

    fn default_interval(&self) -> Duration {
        let seconds = match self {
            Self::PemFile(..) | Self::JwksFile(_) => 60,
            Self::JwksUrl { .. } => 300,
        };
        Duration::from_secs(seconds)
    }
}

/// A file with keys. It is read at the start and again while the server runs.
///
/// New keys are used, and removed keys are no longer used, from the next reading on. An empty JWK Set removes all keys
/// of the file. If the file cannot be read, or all of its keys are faulty, the keys in use stay in use and an error is
/// logged. The next attempt comes after five seconds, or after the refresh interval if that is shorter. The wait
/// doubles with each further failure, up to a minute, or to the interval if that is longer.
///
/// # Security
///
/// Anyone who can write the file decides which tokens are valid.
///
/// # Examples
///
/// ```no_run
/// use std::time::Duration;
/// use approov_actix::{Approov, KeyFile};
///
/// # fn main() -> Result<(), approov_actix::ConfigError> {
/// let file = KeyFile::jwks("/etc/approov/keys.json").refresh_interval(Duration::from_secs(10));
/// let approov = Approov::builder().keys(file).build()?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a file of keys does nothing until it is given to `ApproovBuilder::keys`"]
pub struct KeyFile(RefreshedSource);

impl KeyFile {
    /// A public key in PEM, as `approov keyset -kid KID -getPEM` prints it.
    ///
    /// See [`Key::from_pem`] for what the file may hold.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use approov_actix::{Algorithm, Approov, KeyFile};
    ///
    /// # fn main() -> Result<(), approov_actix::ConfigError> {
    /// let approov = Approov::builder().keys(KeyFile::pem(Algorithm::RS256, "approov.pem")).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn pem(algorithm: Algorithm, path: impl Into<PathBuf>) -> Self {
        let path = Setting::new("the path given to `KeyFile::pem`", path);
        Self(RefreshedSource::new(Place::PemFile(path, algorithm)))
    }

    /// A JWK Set (RFC 7517).
    ///
    /// See [`KeySet::from_jwks`] for which of its keys are used.
    ///
    /// # Security
    ///
    /// Secrets (`oct`) in the file are used. Make a file with secrets readable by this server alone.
    pub fn jwks(path: impl Into<PathBuf>) -> Self {
        let path = Setting::new("the path given to `KeyFile::jwks`", path);
        Self(RefreshedSource::new(Place::JwksFile(path)))
    }

    /// How often the file is read again, from one second to one day. Default: 60 seconds.
    ///
    /// # Security
    ///
    /// A stolen key still makes valid tokens for this long after you remove it.
    pub fn refresh_interval(mut self, interval: Duration) -> Self {
        self.0.refresh_interval = Some(Setting::new("the time given to `KeyFile::refresh_interval`", interval));
        self
    }

    /// How long keys stay valid without a successful reading. After this time they expire, and their tokens are
    /// refused. At least twice the refresh interval. Default: no limit.
    ///
    /// # Security
    ///
    /// Without a limit, anyone who prevents this server from reading the file keeps a removed key valid. With a limit,
    /// they lock all apps out eventually.
    pub fn max_stale(mut self, time: Duration) -> Self {
        self.0.max_stale = Some(Setting::new("the time given to `KeyFile::max_stale`", time));
        self
    }
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyFile").finish_non_exhaustive()
    }
}
