//! The first reading of all sources of keys, and the threads that refresh them.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Receiver, sync_channel},
    },
    time::Duration,
};

use super::{
    address::JwksAddress,
    failure::Failure,
    key::Key,
    key_source::{KeySource, Kind, Place, RefreshedSource},
    moment::Moment,
    reader::{Format, Reader},
    refresh::{Outcome, Refresh, Schedule},
    ring::{KeyRing, Refresher, SourceKeys},
    set::{KeySet, NO_USABLE_KEY, Surplus, refuse},
};
use crate::{
    config::{ConfigError, ConfigErrorKind, Setting},
    crypto::algorithm::{Algorithm, KeyType},
    logging::LOG_TARGET,
};

impl KeyRing {
    /// Reads every source and starts the threads that refresh them.
    pub(crate) fn start(sources: Vec<KeySource>, name: Option<String>) -> Result<Arc<Self>, ConfigError> {
        let mut fixed = Vec::new();
        let mut refreshed = Vec::new();
        for KeySource(kind) in sources {
            match kind {
                Kind::Fixed(keys) => fixed.extend(keys),
                Kind::Refreshed(source) => refreshed.push(source),
            }
        }
        if fixed.is_empty() && refreshed.is_empty() {
            return Err(ConfigError::new(ConfigErrorKind::NoKeys, NO_KEYS));
        }
        let (_, surplus) = KeySet::gather(fixed.iter().cloned());
        refuse(
            &[Surplus::Repeated, Surplus::LongId],
            &surplus,
            "the keys given to `keys`",
        )?;
        // Check all settings before any source is read, because reading may take a while.
        let mut prepared = Vec::new();
        for source in &refreshed {
            let alike = prepared
                .iter()
                .filter(|other: &&Prepared<'_>| other.origin == source.origin())
                .count();
            prepared.push(Prepared::new(source, alike + 1, name.as_deref())?);
        }
        let mut parts = vec![SourceKeys::fixed(fixed)];
        let mut wakers = Vec::new();
        let mut started = Vec::new();
        for prepared in prepared {
            let (keys, waker, thread) = prepared.read()?;
            parts.push(keys);
            wakers.push(waker);
            started.push(thread);
        }
        let ring = Arc::new(Self::new(parts, wakers, name)?);
        for (index, refresh) in started.into_iter().enumerate() {
            spawn(&ring, index + 1, refresh)?;
        }
        Ok(ring)
    }
}

const NO_KEYS: &str = "no key to verify Approov tokens with: set APPROOV_BASE64_SECRET to the output of `approov secret -get base64`, \
                       or one of APPROOV_PUBLIC_KEY_FILE, APPROOV_JWKS_FILE and APPROOV_JWKS_URL";

type Started = (Reader, Receiver<()>, Schedule);

/// A source whose settings are valid, before it is read.
struct Prepared<'a> {
    place: &'a Place,
    /// The name of its setting in errors.
    origin: &'a str,
    reader: Reader,
    interval: Duration,
    max_stale: Option<Duration>,
}

impl<'a> Prepared<'a> {
    /// `number` distinguishes the sources with the same setting: in code there may be several, and no log line shows a
    /// path or an address.
    fn new(source: &'a RefreshedSource, number: usize, name: Option<&str>) -> Result<Self, ConfigError> {
        let (interval, max_stale) = source.times()?;
        let mut reader = reader(&source.place)?;
        reader.name = name.map(str::to_owned);
        if number > 1 {
            reader.origin = format!("{} (number {number})", reader.origin);
        }
        Ok(Self {
            place: &source.place,
            origin: source.origin(),
            reader,
            interval,
            max_stale,
        })
    }

    fn read(self) -> Result<(SourceKeys, Refresher, Started), ConfigError> {
        let Self {
            place,
            mut reader,
            interval,
            max_stale,
            ..
        } = self;
        let keys = first_keys(&mut reader, place)?;
        let schedule = Schedule::new(Moment::now(), interval, max_stale, Outcome::of(&keys));
        let (wake, woken) = sync_channel(1);
        let refresher = Refresher {
            origin: reader.origin.clone(),
            wake,
            on_unknown_kid: reader.is_address(),
        };
        let keys = SourceKeys::of_source(reader.origin.clone(), keys.unwrap_or_default(), max_stale, schedule.due);
        Ok((keys, refresher, (reader, woken, schedule)))
    }
}

fn reader(place: &Place) -> Result<Reader, ConfigError> {
    Ok(match place {
        Place::PemFile(path, algorithm) => {
            check_algorithm(path, *algorithm)?;
            Reader::file(path, Format::Pem(*algorithm))
        }
        Place::JwksFile(path) => Reader::file(path, Format::Jwks { allow_secrets: true }),
        Place::JwksUrl { url, allow_secrets, .. } => {
            Reader::address(url.origin.clone(), JwksAddress::new(url)?, *allow_secrets)
        }
    })
}

fn check_algorithm(path: &Setting<PathBuf>, algorithm: Algorithm) -> Result<(), ConfigError> {
    if !matches!(algorithm.key_type(), KeyType::Secret { .. }) {
        return Ok(());
    }
    let sentence = format!(
        "{} names a file with a public key, but the algorithm {algorithm} is an HMAC, which takes a secret",
        path.origin
    );
    Err(ConfigError::new(ConfigErrorKind::Conflict, sentence))
}

/// The inner error is a failure with which the application may start.
fn first_keys(reader: &mut Reader, place: &Place) -> Result<Result<Vec<Key>, Failure>, ConfigError> {
    let may_start_without = matches!(
        place,
        Place::JwksUrl {
            start_without_keys: true,
            ..
        }
    );
    let failure = match reader.load() {
        // A valid answer, but nobody starts a server to refuse everyone.
        Ok(keys) if keys.as_ref().is_none_or(Vec::is_empty) => {
            reader.forget();
            reader.sentence(NO_USABLE_KEY).into()
        }
        Ok(keys) => return Ok(Ok(keys.unwrap_or_default())),
        Err(failure) => failure,
    };
    if !may_start_without {
        return Err(ConfigError::new(ConfigErrorKind::KeySource, failure.fault));
    }
    log::error!(target: LOG_TARGET, "{}; the server starts without these keys{}", failure.fault, reader.log_name());
    Ok(Err(failure))
}

fn spawn(ring: &Arc<KeyRing>, part: usize, (reader, wake, schedule): Started) -> Result<(), ConfigError> {
    let origin = reader.origin.clone();
    let refresh = Refresh {
        reader,
        ring: Arc::downgrade(ring),
        part,
        wake,
        schedule,
    };
    refresh.spawn().map_err(|error| {
        ConfigError::new(
            ConfigErrorKind::KeySource,
            format!("{origin} needs a thread that refreshes it: {error}"),
        )
    })
}
