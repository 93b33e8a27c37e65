//! Which keys an application wants, and the first reading of their sources.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Receiver, sync_channel},
    },
    time::{Duration, Instant},
};

#[cfg(feature = "jwks-url")]
use super::address::JwksAddress;
use super::{
    key::Key,
    refresh::{Refresh, Schedule},
    ring::{KeyRing, Refresher, SourceKeys},
    secret::{decode_secrets, is_published},
    set::{KeySet, Surplus, refuse},
    source::{Format, KeySource},
};
use crate::{
    config::ConfigError,
    config::Setting,
    crypto::KeyMaterial,
    crypto::algorithm::{Algorithm, KeyType},
    logging::LOG_TARGET,
};

const MIN_INTERVAL: Duration = Duration::from_secs(1);
const MAX_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// What was asked for. The sources add up.
#[derive(Default)]
pub(crate) struct KeyConfig {
    pub(crate) secrets: Option<Setting>,
    pub(crate) keys: Vec<Key>,
    /// Files with one public key each.
    pub(crate) public_keys: Vec<(Setting<PathBuf>, Algorithm)>,
    /// Files with a JWK Set each.
    pub(crate) jwks_files: Vec<Setting<PathBuf>>,
    /// Addresses of a JWK Set each.
    pub(crate) jwks_urls: Vec<Setting>,
    pub(crate) refresh: Option<Setting<Duration>>,
    pub(crate) max_stale: Option<Setting<Duration>>,
    pub(crate) start_without_keys: bool,
    #[cfg(feature = "jwks-url")]
    pub(crate) allow_secrets_from_url: bool,
}

impl KeyConfig {
    /// Reads every source and starts the threads that refresh them.
    pub(crate) fn build(self) -> Result<Arc<KeyRing>, ConfigError> {
        let mut parts = vec![SourceKeys::fixed(self.fixed_keys()?)];
        let mut started = Vec::new();
        let mut refreshers = Vec::new();
        // What is wrong stops the start even where it has no effect.
        self.times(MIN_INTERVAL)?;
        for mut source in self.sources()? {
            let (interval, max_stale) = self.times(source.default_interval())?;
            let keys = self.first_keys(&mut source)?;
            let schedule = Schedule::new(Instant::now(), interval, max_stale, keys.is_some());
            let (wake, woken) = sync_channel(1);
            refreshers.push(Refresher {
                origin: source.origin.clone(),
                wake,
                on_unknown_kid: source.is_address(),
            });
            parts.push(SourceKeys::of_source(source.origin.clone(), keys, max_stale));
            started.push((source, woken, schedule));
        }
        self.warn_of_no_effect(refreshers.is_empty());
        let ring = Arc::new(KeyRing::new(parts, refreshers)?);
        start(&ring, started)?;
        Ok(ring)
    }

    fn fixed_keys(&self) -> Result<Vec<Key>, ConfigError> {
        let mut keys = self.keys.clone();
        if let Some(setting) = &self.secrets {
            for secret in decode_secrets(&setting.value).map_err(|fault| setting.error(fault))? {
                if is_published(&secret) {
                    log::warn!(
                        target: LOG_TARGET,
                        "{} is the development secret that Approov publishes with its samples: ANYONE CAN FORGE TOKENS for this server",
                        setting.origin
                    );
                }
                let key = Key::new(Algorithm::HS256, KeyMaterial::Secret(&secret));
                keys.push(key.map_err(|fault| setting.error(fault))?);
            }
        }
        let (_, surplus) = KeySet::gather(keys.iter().cloned());
        refuse(Surplus::Repeated, &surplus)?;
        Ok(keys)
    }

    fn sources(&self) -> Result<Vec<KeySource>, ConfigError> {
        let mut sources = Vec::new();
        for (file, algorithm) in &self.public_keys {
            if let KeyType::Secret { .. } = algorithm.key_type() {
                return Err(file.error(format_args!(
                    "names a file with a public key, but the algorithm {algorithm} is an HMAC, which takes a secret"
                )));
            }
            sources.push(KeySource::file(file, Format::Pem(*algorithm)));
        }
        for file in &self.jwks_files {
            sources.push(KeySource::file(file, Format::Jwks { allow_secrets: true }));
        }
        for address in &self.jwks_urls {
            sources.push(self.address_source(address)?);
        }
        if sources.is_empty() && self.keys.is_empty() && self.secrets.is_none() {
            return Err(ConfigError::new(
                "no key to verify Approov tokens with: set APPROOV_BASE64_SECRET to the output of `approov secret -get base64`, \
                 or one of APPROOV_PUBLIC_KEY_FILE, APPROOV_JWKS_FILE and APPROOV_JWKS_URL",
            ));
        }
        Ok(sources)
    }

    #[cfg(feature = "jwks-url")]
    fn address_source(&self, setting: &Setting) -> Result<KeySource, ConfigError> {
        let address = JwksAddress::new(setting.value.trim()).map_err(|fault| setting.error(fault))?;
        let origin = setting.origin.clone();
        Ok(KeySource::address(origin, address, self.allow_secrets_from_url))
    }

    #[cfg(not(feature = "jwks-url"))]
    #[allow(clippy::unused_self, reason = "as with the feature")]
    fn address_source(&self, setting: &Setting) -> Result<KeySource, ConfigError> {
        Err(setting.error("is set, but approov-actix was built without its feature `jwks-url`"))
    }

    /// How often a source is read again, and after which time without success its keys no longer count.
    fn times(&self, default_interval: Duration) -> Result<(Duration, Option<Duration>), ConfigError> {
        let interval = match &self.refresh {
            None => default_interval,
            Some(setting) if (MIN_INTERVAL..=MAX_INTERVAL).contains(&setting.value) => setting.value,
            Some(setting) => return Err(setting.error("is not between one second and one day")),
        };
        match &self.max_stale {
            Some(setting) if setting.value < interval * 2 => {
                Err(setting.error("is shorter than twice the time between refreshes, so that good keys could expire"))
            }
            max_stale => Ok((interval, max_stale.as_ref().map(|setting| setting.value))),
        }
    }

    /// The first reading. None if it failed and the application may start without.
    fn first_keys(&self, source: &mut KeySource) -> Result<Option<Vec<Key>>, ConfigError> {
        match source.load() {
            Ok(keys) => Ok(Some(keys.unwrap_or_default())),
            Err(fault) if self.start_without_keys && source.is_address() => {
                log::error!(target: LOG_TARGET, "{fault}; the server starts without these keys");
                Ok(None)
            }
            Err(fault) => Err(ConfigError::new(fault)),
        }
    }

    fn warn_of_no_effect(&self, nothing_is_refreshed: bool) {
        for Setting { origin, .. } in self.refresh.iter().chain(&self.max_stale) {
            if nothing_is_refreshed {
                log::warn!(target: LOG_TARGET, "{origin} has no effect: no source of keys is refreshed");
            }
        }
    }
}

fn start(ring: &Arc<KeyRing>, sources: Vec<(KeySource, Receiver<()>, Schedule)>) -> Result<(), ConfigError> {
    for (index, (source, wake, schedule)) in sources.into_iter().enumerate() {
        let origin = source.origin.clone();
        let refresh = Refresh {
            source,
            ring: Arc::downgrade(ring),
            part: index + 1,
            wake,
            schedule,
        };
        refresh
            .spawn()
            .map_err(|error| ConfigError::new(format!("{origin} needs a thread that refreshes it: {error}")))?;
    }
    Ok(())
}
