//! The environment variables, each named in one place.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use super::{builder::ApproovBuilder, env_names::Stranger};
use crate::{
    config::{ConfigError, ConfigErrorKind, Setting, text_fault},
    crypto::algorithm::Algorithm,
    keys::{Key, KeySource, MAX_KID_BYTES, decode_secrets, of_message_signing_key, read_file},
    logging::LOG_TARGET,
    message_signing::MessageSigning,
    policy::{Enforcement, Policy, SignaturePolicy},
    single_use::{DEFAULT_CAPACITY, MemoryStore, SingleUse},
};

#[cfg(feature = "single-use-redis")]
use crate::single_use::RedisStore;

impl ApproovBuilder {
    /// Reads the environment variables of the process.
    ///
    /// | variable | meaning | default |
    /// |---|---|---|
    /// | `APPROOV_BASE64_SECRET` or `APPROOV_BASE64URL_SECRET` | the account secret, in either base64 alphabet; at least 32 bytes; or several, comma-separated, newest first | – |
    /// | `APPROOV_BASE64_SECRET_FILE` or `APPROOV_BASE64URL_SECRET_FILE` | a file with the same, such as a Docker or Kubernetes secret; read once, at the start | – |
    /// | `APPROOV_PUBLIC_KEY_FILE` | a file with a public key in PEM | – |
    /// | `APPROOV_PUBLIC_KEY_ALGORITHM` | its algorithm, such as `RS256` | – |
    /// | `APPROOV_JWKS_FILE` | a file with a JWK Set | – |
    /// | `APPROOV_JWKS_URL` | the address of a JWK Set; feature `jwks-url` | – |
    /// | `APPROOV_JWKS_REFRESH_SECONDS` | how often the file or address is read again, from 1 to 86400 | 60 for files, 300 for addresses |
    /// | `APPROOV_JWKS_MAX_STALE_SECONDS` | after how long without a successful refresh its keys expire | never |
    /// | `APPROOV_LOGGING_ENABLED` | log Approov's decisions | `true` |
    /// | `APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN` | `false`: report only | `true` |
    /// | `APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN_BINDING` | `false`: report only | `true` |
    /// | `APPROOV_ABORT_REQUEST_ON_FAILED_CHECK` | `false`: report only what [the application's own checks](ApproovBuilder::check) refuse | `true` |
    /// | `APPROOV_TOKEN_HEADER` | the header that carries the token | `Approov-Token` |
    /// | `APPROOV_TOKEN_BINDING_HEADER` | default binding header(s), comma-separated, in order | none |
    /// | `APPROOV_ALLOW_MISSING_BINDING_CLAIM` | accept a genuine token without `pay` | `false` |
    /// | `APPROOV_TOKEN_CACHE_CAPACITY` | how many verified tokens are cached, at most 10000000; `0`: none | 10000 |
    ///
    /// With the feature `message-signing`:
    ///
    /// | variable | meaning | default |
    /// |---|---|---|
    /// | `APPROOV_ABORT_REQUEST_ON_INVALID_MESSAGE_SIGNATURE` | `false`: report only | `true` |
    /// | `APPROOV_PUBLIC_ORIGIN` | the origin(s) under which apps reach the server, comma-separated, such as `https://api.example.com` | as the connection has it |
    /// | `APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY` | the account's message signing key, in base64; or two, comma-separated | none |
    /// | `APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY_FILE` | a file with the same; read once, at the start | none |
    /// | `APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY_ID` | its id, or theirs: compared with the token's `mskid` | any |
    /// | `APPROOV_SIGNATURE_REQUIRE_CREATED` | refuse signatures without `created` | `true` |
    /// | `APPROOV_SIGNATURE_REQUIRE_EXPIRES` | refuse signatures without `expires` | `false` |
    /// | `APPROOV_SIGNATURE_MAX_AGE_SECONDS` | how long after `created` a signature is good | any time |
    /// | `APPROOV_SIGNATURE_CLOCK_SKEW_SECONDS` | how far a phone's clock may be off | 60 |
    /// | `APPROOV_SIGNATURE_BODY_LIMIT_BYTES` | up to which size a body is compared with its digest; above it, 413 | 2097152 |
    /// | `APPROOV_SIGNATURE_BODY_BUDGET_BYTES` | how many bytes of bodies wait for their digests at once; above it, 503 | 134217728 |
    /// | `APPROOV_SIGNATURE_REQUIRE_CONTENT_DIGEST` | refuse a body that is not covered by the signature | `false` |
    /// | `APPROOV_SINGLE_USE_STORE` | where claims on requests of single use (`Policy::single_use`) are kept: `memory`, or the address of a Redis or Valkey, of its Sentinels or of a cluster: `redis://…`, `redis-sentinel://…` or `redis-cluster://…` (feature `single-use-redis`), and with `rediss` the same over TLS (feature `single-use-redis-rustls`) | none |
    /// | `APPROOV_SINGLE_USE_STORE_FILE` | a file with the same, as the address may have a password; read once, at the start | none |
    /// | `APPROOV_SINGLE_USE_PREFIX` | what keys in Redis begin with | `approov:single-use:` |
    /// | `APPROOV_SINGLE_USE_DEADLINE_MILLIS` | how long a claim in Redis may take, from 10 to 5000; after it, 503 | 250 |
    /// | `APPROOV_SINGLE_USE_CAPACITY` | how many claims memory keeps at once, at most 100000000; above it, 503 | 1000000 |
    /// | `APPROOV_SINGLE_USE_ADMIT_ON_FAILURE` | `true`: let requests in while the store cannot answer | `false` |
    /// | `APPROOV_ABORT_REQUEST_ON_REPLAY` | `false`: report only | `true` |
    ///
    /// Booleans are `true`, `false`, `1` or `0`, in upper or lower case. The library reads no `.env` file: that is up
    /// to the application.
    ///
    /// A name that is almost one of these, or a likely guess such as `APPROOV_TOKEN_BINDING`, is an error. Any other
    /// name that begins with `APPROOV_` may be a variable of your own, so it only causes a warning. There is no
    /// warning for the variables of the Approov CLI, `APPROOV_ROLE` and `APPROOV_MANAGEMENT_TOKEN`, or for those
    /// that Kubernetes sets for a Service whose name begins with `approov`.
    ///
    /// # Errors
    ///
    /// If a variable is empty or has a value that the table does not allow, if more than one source of keys is set, or
    /// if a name is almost that of a variable.
    ///
    /// # Security
    ///
    /// If a check is only reported, a warning in the log says so at the start.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use approov_actix::{Approov, ConfigError};
    ///
    /// fn approov() -> Result<Approov, ConfigError> {
    ///     // Calls after `env` override the environment.
    ///     Approov::builder().env()?.audience("api.example.com").build()
    /// }
    /// ```
    pub fn env(self) -> Result<Self, ConfigError> {
        apply(self, std::env::vars_os())
    }
}

const SECRET: &str = "APPROOV_BASE64_SECRET";
const URL_SAFE_SECRET: &str = "APPROOV_BASE64URL_SECRET";
const SECRET_FILE: &str = "APPROOV_BASE64_SECRET_FILE";
const URL_SAFE_SECRET_FILE: &str = "APPROOV_BASE64URL_SECRET_FILE";
const PUBLIC_KEY_FILE: &str = "APPROOV_PUBLIC_KEY_FILE";
const PUBLIC_KEY_ALGORITHM: &str = "APPROOV_PUBLIC_KEY_ALGORITHM";
const JWKS_FILE: &str = "APPROOV_JWKS_FILE";
const JWKS_URL: &str = "APPROOV_JWKS_URL";
const JWKS_REFRESH: &str = "APPROOV_JWKS_REFRESH_SECONDS";
const JWKS_MAX_STALE: &str = "APPROOV_JWKS_MAX_STALE_SECONDS";
const ACCOUNT_KEY: &str = "APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY";
const ACCOUNT_KEY_FILE: &str = "APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY_FILE";
const ACCOUNT_KEY_ID: &str = "APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY_ID";
const SINGLE_USE_STORE: &str = "APPROOV_SINGLE_USE_STORE";
const SINGLE_USE_STORE_FILE: &str = "APPROOV_SINGLE_USE_STORE_FILE";
const SINGLE_USE_PREFIX: &str = "APPROOV_SINGLE_USE_PREFIX";
const SINGLE_USE_DEADLINE: &str = "APPROOV_SINGLE_USE_DEADLINE_MILLIS";
const NO_STORE: &str = "is neither `memory` nor an address of Redis";
const SINGLE_USE_CAPACITY: &str = "APPROOV_SINGLE_USE_CAPACITY";
const SINGLE_USE_ADMIT: &str = "APPROOV_SINGLE_USE_ADMIT_ON_FAILURE";

/// The environment may name only one source of keys. Only code may mix sources, because there the mixture is visible.
const KEY_SOURCES: [&str; 7] = [
    SECRET,
    URL_SAFE_SECRET,
    SECRET_FILE,
    URL_SAFE_SECRET_FILE,
    PUBLIC_KEY_FILE,
    JWKS_FILE,
    JWKS_URL,
];

type Apply = fn(ApproovBuilder, name: &str, value: &str) -> Result<ApproovBuilder, ConfigError>;

/// For variables that are only meaningful together: see [`keys`], [`account_keys`] and [`single_use`].
const WITH_OTHERS: Apply = |builder, _, _| Ok(builder);

/// Every variable, and what it sets.
const VARIABLES: [(&str, Apply); 18] = [
    (SECRET, WITH_OTHERS),
    (URL_SAFE_SECRET, WITH_OTHERS),
    (SECRET_FILE, WITH_OTHERS),
    (URL_SAFE_SECRET_FILE, WITH_OTHERS),
    (PUBLIC_KEY_FILE, WITH_OTHERS),
    (PUBLIC_KEY_ALGORITHM, WITH_OTHERS),
    (JWKS_FILE, WITH_OTHERS),
    (JWKS_URL, WITH_OTHERS),
    (JWKS_REFRESH, WITH_OTHERS),
    (JWKS_MAX_STALE, WITH_OTHERS),
    ("APPROOV_LOGGING_ENABLED", |builder, name, value| {
        Ok(builder.logging(boolean(name, value)?))
    }),
    ("APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN", |builder, name, value| {
        Ok(builder.policy(Policy::new().token_enforcement(enforcement(name, value)?)))
    }),
    (
        "APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN_BINDING",
        |builder, name, value| Ok(builder.policy(Policy::new().binding_enforcement(enforcement(name, value)?))),
    ),
    ("APPROOV_ABORT_REQUEST_ON_FAILED_CHECK", |builder, name, value| {
        Ok(builder.policy(Policy::new().check_enforcement(enforcement(name, value)?)))
    }),
    ("APPROOV_TOKEN_HEADER", |builder, name, value| {
        Ok(builder.set_token_header(Setting::new(name, value)))
    }),
    ("APPROOV_TOKEN_BINDING_HEADER", |builder, name, value| {
        Ok(builder.set_binding(Setting::new(name, list(value))))
    }),
    ("APPROOV_ALLOW_MISSING_BINDING_CLAIM", |builder, name, value| {
        Ok(builder.policy(Policy::new().allow_missing_binding_claim(boolean(name, value)?)))
    }),
    ("APPROOV_TOKEN_CACHE_CAPACITY", |builder, name, value| {
        Ok(builder.set_token_cache(Setting::new(name, whole_number::<usize>(name, value, "tokens")?)))
    }),
];

/// The variables that need the feature `message-signing`.
const MESSAGE_SIGNING_VARIABLES: [(&str, Apply); 19] = [
    (ACCOUNT_KEY, WITH_OTHERS),
    (ACCOUNT_KEY_FILE, WITH_OTHERS),
    (ACCOUNT_KEY_ID, WITH_OTHERS),
    (SINGLE_USE_STORE, WITH_OTHERS),
    (SINGLE_USE_STORE_FILE, WITH_OTHERS),
    (SINGLE_USE_PREFIX, WITH_OTHERS),
    (SINGLE_USE_DEADLINE, WITH_OTHERS),
    (SINGLE_USE_CAPACITY, WITH_OTHERS),
    (SINGLE_USE_ADMIT, WITH_OTHERS),
    ("APPROOV_ABORT_REQUEST_ON_REPLAY", |builder, name, value| {
        Ok(builder.policy(Policy::new().with_single_use_enforcement(enforcement(name, value)?)))
    }),
    (
        "APPROOV_ABORT_REQUEST_ON_INVALID_MESSAGE_SIGNATURE",
        |builder, name, value| {
            Ok(builder.policy(Policy::new().with_signature(SignaturePolicy {
                enforcement: Some(enforcement(name, value)?),
                ..SignaturePolicy::UNSET
            })))
        },
    ),
    ("APPROOV_PUBLIC_ORIGIN", |builder, name, value| {
        Ok(builder.set_message_signing(MessageSigning {
            public_origins: Some(Setting::new(name, list(value))),
            ..MessageSigning::default()
        }))
    }),
    ("APPROOV_SIGNATURE_REQUIRE_CREATED", |builder, name, value| {
        Ok(builder.set_message_signing(MessageSigning {
            require_created: Some(boolean(name, value)?),
            ..MessageSigning::default()
        }))
    }),
    ("APPROOV_SIGNATURE_REQUIRE_EXPIRES", |builder, name, value| {
        Ok(builder.set_message_signing(MessageSigning {
            require_expires: Some(boolean(name, value)?),
            ..MessageSigning::default()
        }))
    }),
    ("APPROOV_SIGNATURE_MAX_AGE_SECONDS", |builder, name, value| {
        Ok(builder.policy(Policy::new().with_signature(SignaturePolicy {
            max_age: Some(seconds(name, value)?),
            ..SignaturePolicy::UNSET
        })))
    }),
    ("APPROOV_SIGNATURE_CLOCK_SKEW_SECONDS", |builder, name, value| {
        Ok(builder.set_message_signing(MessageSigning {
            clock_skew: Some(Setting::new(name, seconds(name, value)?)),
            ..MessageSigning::default()
        }))
    }),
    ("APPROOV_SIGNATURE_BODY_LIMIT_BYTES", |builder, name, value| {
        Ok(builder.policy(Policy::new().with_signature(SignaturePolicy {
            body_limit: Some(whole_number(name, value, "bytes")?),
            ..SignaturePolicy::UNSET
        })))
    }),
    ("APPROOV_SIGNATURE_BODY_BUDGET_BYTES", |builder, name, value| {
        Ok(builder.set_message_signing(MessageSigning {
            body_budget: Some(Setting::new(name, whole_number::<usize>(name, value, "bytes")?)),
            ..MessageSigning::default()
        }))
    }),
    ("APPROOV_SIGNATURE_REQUIRE_CONTENT_DIGEST", |builder, name, value| {
        Ok(builder.policy(Policy::new().with_signature(SignaturePolicy {
            require_content_digest: Some(boolean(name, value)?),
            ..SignaturePolicy::UNSET
        })))
    }),
];

/// Applies the settings in `vars`. Settings that `vars` does not name stay as they are.
fn apply(
    mut builder: ApproovBuilder,
    vars: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<ApproovBuilder, ConfigError> {
    let settings = known_settings(vars)?;
    builder = builder.keys(keys(&settings)?);
    builder = account_keys(builder, &settings)?;
    builder = single_use(builder, &settings)?;
    for (name, apply, value) in settings {
        builder = apply(builder, name, &value)?;
    }
    Ok(builder)
}

type Settings = Vec<(&'static str, Apply, String)>;

/// The variables that the library knows.
fn known_settings(vars: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Settings, ConfigError> {
    let mut settings = Settings::new();
    for (name, value) in vars {
        let Some(name) = name.to_str() else {
            continue;
        };
        let Some((name, apply)) = variable(name)? else {
            refuse_mistaken(name, &value.to_string_lossy())?;
            continue;
        };
        let value = value
            .into_string()
            .map_err(|_| ConfigError::invalid(format!("{name} is not text")))?;
        if value.trim().is_empty() {
            return Err(ConfigError::invalid(format!(
                "{name} is empty; set it to a value or remove it"
            )));
        }
        settings.push((name, apply, value));
    }
    Ok(settings)
}

/// A typo in a name must not silently turn a check off. A name that is unlike any of the library's may be the user's
/// own, so its prefix `APPROOV_` must not stop the start.
fn refuse_mistaken(name: &str, value: &str) -> Result<(), ConfigError> {
    let known: Vec<&str> = all_variables().map(|(known, _)| *known).collect();
    match Stranger::new(name, value, &known) {
        Stranger::OfOthers | Stranger::Unrelated => {}
        Stranger::Unknown => {
            log::warn!(target: LOG_TARGET, "{name:?} is not a variable of approov-actix and has no effect");
        }
        Stranger::Meant(meant) => {
            let sentence =
                format!("{name:?} is not a variable of approov-actix; the nearest is {meant}: rename or remove it");
            return Err(ConfigError::invalid(sentence));
        }
    }
    Ok(())
}

fn variable(name: &str) -> Result<Option<(&'static str, Apply)>, ConfigError> {
    let is_meant = |(known, _): &&(&str, Apply)| *known == name;
    if let Some(signing) = MESSAGE_SIGNING_VARIABLES.iter().find(is_meant) {
        if !cfg!(feature = "message-signing") {
            return Err(ConfigError::feature_missing(name, "message-signing"));
        }
        return Ok(Some(*signing));
    }
    Ok(VARIABLES.iter().find(is_meant).copied())
}

fn setting(settings: &Settings, name: &str) -> Option<Setting> {
    let (name, _, value) = settings.iter().find(|(set, _, _)| *set == name)?;
    Some(Setting::new(*name, value.trim()))
}

/// The one of these that is set.
fn only(settings: &Settings, names: &[&str]) -> Result<Option<Setting>, ConfigError> {
    let mut set = names.iter().filter_map(|name| setting(settings, name));
    match (set.next(), set.next()) {
        (Some(one), Some(other)) => {
            let sentence = format!("{} and {} are both set; keep one", one.origin, other.origin);
            Err(conflict(sentence))
        }
        (one, _) => Ok(one),
    }
}

/// The one source of keys that the environment may name.
fn keys(settings: &Settings) -> Result<KeySource, ConfigError> {
    let source = only(settings, &KEY_SOURCES)?;
    let algorithm = setting(settings, PUBLIC_KEY_ALGORITHM);
    if algorithm.is_some() && source.as_ref().is_none_or(|source| source.origin != PUBLIC_KEY_FILE) {
        return Err(conflict(format!(
            "{PUBLIC_KEY_ALGORITHM} is set without {PUBLIC_KEY_FILE}"
        )));
    }
    let time = |name| {
        let setting = setting(settings, name);
        setting
            .map(|Setting { origin, value }| Ok(Setting::new(name, seconds(&origin, &value)?)))
            .transpose()
    };
    let (interval, max_stale) = (time(JWKS_REFRESH)?, time(JWKS_MAX_STALE)?);
    let source = match source {
        None => KeySource::fixed(Vec::new()),
        Some(source) if source.origin == PUBLIC_KEY_FILE => {
            KeySource::pem_file(path(&source), public_key_algorithm(algorithm)?)
        }
        Some(source) if source.origin == JWKS_FILE => KeySource::jwks_file(path(&source)),
        Some(source) if source.origin == JWKS_URL => KeySource::jwks_url(source),
        Some(secret) => KeySource::fixed(secret_keys(&content(secret)?, str::to_owned)?),
    };
    let (source, without_effect) = source.refreshed(interval, max_stale)?;
    for Setting { origin, .. } in without_effect {
        log::warn!(target: LOG_TARGET, "{origin} has no effect: no source of keys is refreshed");
    }
    Ok(source)
}

fn path(setting: &Setting) -> Setting<PathBuf> {
    Setting::new(&setting.origin, &setting.value)
}

fn public_key_algorithm(setting: Option<Setting>) -> Result<Algorithm, ConfigError> {
    let setting = setting.ok_or_else(|| {
        conflict(format!(
            "{PUBLIC_KEY_ALGORITHM} is not set, and {PUBLIC_KEY_FILE} needs it"
        ))
    })?;
    Algorithm::from_name(&setting.value)
        .ok_or_else(|| setting.error("is none of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 and EdDSA"))
}

/// The secret itself, read from its file if the setting names one.
fn content(setting: Setting) -> Result<Setting, ConfigError> {
    if !setting.origin.ends_with("_FILE") {
        return Ok(setting);
    }
    let content = read_file(Path::new(&setting.value));
    let origin = format!("{} names a file that", setting.origin);
    match content {
        Ok(content) => Ok(Setting::new(origin, content)),
        Err(fault) => Err(ConfigError::new(
            ConfigErrorKind::KeySource,
            format!("{origin} {fault}"),
        )),
    }
}

/// Keys for HS256. `name` adapts a fault to the kind of secret.
fn secret_keys(setting: &Setting, name: fn(&'static str) -> String) -> Result<Vec<Key>, ConfigError> {
    let secrets = decode_secrets(&setting.value).map_err(|fault| setting.error(name(fault)))?;
    let key = |secret: &Vec<u8>| Key::of_secret(Algorithm::HS256, secret, &setting.origin);
    secrets.iter().map(key).collect()
}

fn account_keys(builder: ApproovBuilder, settings: &Settings) -> Result<ApproovBuilder, ConfigError> {
    let ids = setting(settings, ACCOUNT_KEY_ID);
    let Some(setting) = only(settings, &[ACCOUNT_KEY, ACCOUNT_KEY_FILE])? else {
        return match ids {
            Some(ids) => Err(conflict(format!(
                "{} is set without an account message signing key",
                ids.origin
            ))),
            None => Ok(builder),
        };
    };
    let setting = content(setting)?;
    let keys = secret_keys(&setting, of_message_signing_key)?;
    let keys: Vec<_> = match ids {
        None => keys,
        Some(setting) => {
            let ids = list(&setting.value);
            if ids.len() != keys.len() || ids.iter().any(String::is_empty) {
                return Err(setting.error("does not have one id for each account message signing key"));
            }
            if let Some(fault) = ids.iter().find_map(|id| text_fault(id)) {
                return Err(setting.error(fault));
            }
            if ids.iter().any(|id| id.len() > MAX_KID_BYTES) {
                return Err(setting.error(format_args!("has an id of more than {MAX_KID_BYTES} bytes")));
            }
            if ids.len() == 2 && ids[0] == ids[1] {
                return Err(setting.error("names one id twice"));
            }
            keys.into_iter().zip(ids).map(|(key, id)| key.with_key_id(id)).collect()
        }
    };
    let account_keys = keys.into_iter().map(|value| Setting {
        origin: setting.origin.clone(),
        value,
    });
    Ok(builder.set_message_signing(MessageSigning {
        account_keys: account_keys.collect(),
        ..MessageSigning::default()
    }))
}

fn single_use(builder: ApproovBuilder, settings: &Settings) -> Result<ApproovBuilder, ConfigError> {
    let of_memory = [SINGLE_USE_CAPACITY];
    let of_redis = [SINGLE_USE_PREFIX, SINGLE_USE_DEADLINE];
    let set = |names: &[&str]| names.iter().find_map(|name| setting(settings, name));
    let Some(store) = only(settings, &[SINGLE_USE_STORE, SINGLE_USE_STORE_FILE])? else {
        return match set(&[&of_memory[..], &of_redis, &[SINGLE_USE_ADMIT]].concat()) {
            Some(Setting { origin, .. }) => Err(conflict(format!("{origin} is set without {SINGLE_USE_STORE}"))),
            None => Ok(builder),
        };
    };
    let mut store = content(store)?;
    store.value = store.value.trim().to_owned();
    let is_memory = store.value == "memory";
    if let Some(Setting { origin, .. }) = set(if is_memory { &of_redis } else { &of_memory }) {
        let place = if is_memory { "memory" } else { "Redis" };
        return Err(conflict(format!("{origin} is set, but claims are kept in {place}")));
    }
    let single_use = if is_memory {
        let capacity = set(&of_memory).map_or(Ok(DEFAULT_CAPACITY), |capacity| {
            whole_number(&capacity.origin, &capacity.value, "claims")
        });
        SingleUse::new(MemoryStore::with_capacity(&Setting::new(
            SINGLE_USE_CAPACITY,
            capacity?,
        ))?)
    } else {
        in_redis(&store, settings)?
    };
    let admit = setting(settings, SINGLE_USE_ADMIT).map_or(Ok(false), |admit| boolean(&admit.origin, &admit.value))?;
    Ok(builder.set_single_use(single_use.admit_on_failure(admit)))
}

#[cfg(feature = "single-use-redis")]
fn in_redis(store: &Setting, settings: &Settings) -> Result<SingleUse, ConfigError> {
    if !store.value.contains("://") {
        return Err(store.error(NO_STORE));
    }
    let mut store = RedisStore::from_setting(store)?;
    if let Some(prefix) = setting(settings, SINGLE_USE_PREFIX) {
        store = store.prefix_from(&prefix)?;
    }
    if let Some(Setting { origin, value }) = setting(settings, SINGLE_USE_DEADLINE) {
        let deadline = Duration::from_millis(whole_number(&origin, &value, "milliseconds")?);
        store = store.deadline_from(&Setting::new(origin, deadline))?;
    }
    Ok(SingleUse::new(store))
}

#[cfg(not(feature = "single-use-redis"))]
fn in_redis(store: &Setting, _: &Settings) -> Result<SingleUse, ConfigError> {
    if store.value.contains("://") {
        return Err(ConfigError::feature_missing(&store.origin, "single-use-redis"));
    }
    Err(store.error(NO_STORE))
}

fn conflict(sentence: String) -> ConfigError {
    ConfigError::new(ConfigErrorKind::Conflict, sentence)
}

fn list(value: &str) -> Vec<String> {
    value.split(',').map(|item| item.trim().to_owned()).collect()
}

fn seconds(name: &str, value: &str) -> Result<Duration, ConfigError> {
    whole_number(name, value, "seconds").map(Duration::from_secs)
}

fn whole_number<N: FromStr>(name: &str, value: &str, of: &str) -> Result<N, ConfigError> {
    let number = value.trim().parse();
    number.map_err(|_| ConfigError::invalid(format!("{name} is not a whole number of {of}")))
}

fn boolean(name: &str, value: &str) -> Result<bool, ConfigError> {
    match value.trim().to_ascii_lowercase().as_str() {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(ConfigError::invalid(format!(
            "{name} is none of `true`, `false`, `1` and `0`"
        ))),
    }
}

fn enforcement(name: &str, value: &str) -> Result<Enforcement, ConfigError> {
    Ok(if boolean(name, value)? {
        Enforcement::Enforce
    } else {
        Enforcement::Report
    })
}

fn all_variables() -> impl Iterator<Item = &'static (&'static str, Apply)> {
    VARIABLES.iter().chain(&MESSAGE_SIGNING_VARIABLES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Approov,
        approov::env_names::{GUESSES, PREFIX},
        policy::NO_HEADER_NAME,
    };

    const GOOD: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    fn build(vars: &[(&str, &str)]) -> Result<Approov, ConfigError> {
        let vars = vars.iter().map(|(name, value)| (name.into(), value.into()));
        apply(Approov::builder(), vars)?.build()
    }

    fn error(vars: &[(&str, &str)]) -> String {
        build(vars).unwrap_err().to_string()
    }

    #[test]
    fn each_variable_has_its_effect() {
        let approov = build(&[
            (SECRET, GOOD),
            ("APPROOV_LOGGING_ENABLED", "0"),
            ("APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN", "FALSE"),
            ("APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN_BINDING", "False"),
            ("APPROOV_ABORT_REQUEST_ON_FAILED_CHECK", "0"),
            ("APPROOV_TOKEN_HEADER", "X-Attest"),
            ("APPROOV_TOKEN_BINDING_HEADER", "Authorization, X-Device-Id"),
            ("APPROOV_ALLOW_MISSING_BINDING_CLAIM", "1"),
            ("APPROOV_TOKEN_CACHE_CAPACITY", " 100 "),
            ("PATH", "/bin"),
        ])
        .unwrap();
        let settings = approov.settings();
        assert!(!settings.listeners.logging);
        assert_eq!(settings.default_policy.token_enforcement, Enforcement::Report);
        assert_eq!(settings.default_policy.binding_enforcement, Enforcement::Report);
        assert_eq!(settings.default_policy.check_enforcement, Enforcement::Report);
        assert_eq!(settings.token_header, "x-attest");
        assert_eq!(settings.default_policy.binding, ["Authorization", "X-Device-Id"]);
        assert!(settings.default_policy.allow_missing_binding_claim);
        assert_eq!(settings.token_cache.capacity(), 96);
    }

    #[cfg(feature = "message-signing")]
    #[test]
    fn each_variable_of_message_signing_has_its_effect() {
        let approov = build(&[
            (SECRET, GOOD),
            ("APPROOV_ABORT_REQUEST_ON_INVALID_MESSAGE_SIGNATURE", "false"),
            ("APPROOV_PUBLIC_ORIGIN", "https://a.example, https://b.example:8443/v1"),
            ("APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY", GOOD),
            ("APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY_ID", "key-1"),
            ("APPROOV_SIGNATURE_REQUIRE_CREATED", "false"),
            ("APPROOV_SIGNATURE_REQUIRE_EXPIRES", "true"),
            ("APPROOV_SIGNATURE_MAX_AGE_SECONDS", "30"),
            ("APPROOV_SIGNATURE_CLOCK_SKEW_SECONDS", "0"),
            ("APPROOV_SIGNATURE_BODY_LIMIT_BYTES", "1000"),
            ("APPROOV_SIGNATURE_BODY_BUDGET_BYTES", "1000"),
            ("APPROOV_SIGNATURE_REQUIRE_CONTENT_DIGEST", "1"),
            ("APPROOV_SINGLE_USE_STORE", "memory"),
            ("APPROOV_SINGLE_USE_CAPACITY", "100"),
            ("APPROOV_SINGLE_USE_ADMIT_ON_FAILURE", "true"),
            ("APPROOV_ABORT_REQUEST_ON_REPLAY", "0"),
        ])
        .unwrap();
        let settings = approov.settings();
        let policy = &settings.default_policy.signature;
        assert_eq!(policy.enforcement, Enforcement::Report);
        let signature = &settings.signature;
        assert_eq!(signature.origins.len(), 2);
        assert_eq!(signature.account_keys(Some("key-1")).len(), 1);
        assert!(signature.account_keys(Some("key-2")).is_empty());
        assert!(signature.account_keys(None).is_empty());
        assert!(!signature.window.require_created && signature.window.require_expires);
        assert_eq!(policy.max_age, Some(Duration::from_secs(30)));
        assert_eq!(format!("{:?}", signature.window.skew), "ClockSkew(0ns)");
        assert_eq!((policy.body_limit, policy.require_content_digest), (1000, true));
        assert!(
            settings
                .single_use
                .as_ref()
                .is_some_and(|single_use| single_use.admit_on_failure)
        );
        assert_eq!(settings.default_policy.single_use_enforcement, Enforcement::Report);
        let mut held = settings.body_budget.hold();
        assert!(held.grow(1000) && !held.grow(1));
    }

    #[cfg(feature = "message-signing")]
    #[test]
    fn faults_of_message_signing() {
        const KEY: &str = "APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY";
        const ID: &str = "APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY_ID";
        const OTHER: &str = "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";
        let three = format!("{GOOD},{OTHER},ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=");
        for (vars, sentence) in [
            (
                &[("APPROOV_PUBLIC_ORIGIN", "api.example.com")][..],
                "APPROOV_PUBLIC_ORIGIN is not an origin such as https://api.example.com",
            ),
            (
                &[("APPROOV_PUBLIC_ORIGIN", "https://a/x, https://A:443")],
                "APPROOV_PUBLIC_ORIGIN names one host and port twice",
            ),
            (
                &[(KEY, &three)],
                "APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY is the third message signing key of the account; the maximum is two",
            ),
            (
                &[(KEY, "junk!")],
                "APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY is not base64; use the output of `approov secret -messageSigningKey \
                 get-base64url`, unchanged",
            ),
            (
                &[(ID, "a")],
                "APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY_ID is set without an account message signing key",
            ),
            (
                &[(KEY, GOOD), (ID, "a,b")],
                "APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY_ID does not have one id for each account message signing key",
            ),
            (
                &[(KEY, &format!("{GOOD},{OTHER}")), (ID, "a, a")],
                "APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY_ID names one id twice",
            ),
            (
                &[(KEY, GOOD), (ID, &"a".repeat(257))],
                "APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY_ID has an id of more than 256 bytes",
            ),
            (
                &[(KEY, GOOD), (ID, "\"a\"")],
                "APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY_ID has a quote in it; quotes are not removed",
            ),
            (
                &[("APPROOV_SIGNATURE_CLOCK_SKEW_SECONDS", "3601")],
                "APPROOV_SIGNATURE_CLOCK_SKEW_SECONDS is longer than an hour",
            ),
            (
                &[("APPROOV_SIGNATURE_MAX_AGE_SECONDS", "1.5")],
                "APPROOV_SIGNATURE_MAX_AGE_SECONDS is not a whole number of seconds",
            ),
            (
                &[(SINGLE_USE_STORE, "Memory")],
                "APPROOV_SINGLE_USE_STORE is neither `memory` nor an address of Redis",
            ),
            (
                &[(SINGLE_USE_STORE, "memory"), (SINGLE_USE_PREFIX, "x")],
                "APPROOV_SINGLE_USE_PREFIX is set, but claims are kept in memory",
            ),
            (
                &[(SINGLE_USE_STORE, "redis://a"), (SINGLE_USE_CAPACITY, "7")],
                "APPROOV_SINGLE_USE_CAPACITY is set, but claims are kept in Redis",
            ),
            (
                &[(SINGLE_USE_DEADLINE, "7")],
                "APPROOV_SINGLE_USE_DEADLINE_MILLIS is set without APPROOV_SINGLE_USE_STORE",
            ),
            (
                &[(SINGLE_USE_CAPACITY, "100")],
                "APPROOV_SINGLE_USE_CAPACITY is set without APPROOV_SINGLE_USE_STORE",
            ),
            (
                &[(SINGLE_USE_ADMIT, "true")],
                "APPROOV_SINGLE_USE_ADMIT_ON_FAILURE is set without APPROOV_SINGLE_USE_STORE",
            ),
            (
                &[(SINGLE_USE_STORE, "memory"), (SINGLE_USE_CAPACITY, "0")],
                "APPROOV_SINGLE_USE_CAPACITY is not between 1 and 100000000",
            ),
            (
                &[(SINGLE_USE_STORE, "memory"), (SINGLE_USE_CAPACITY, "1M")],
                "APPROOV_SINGLE_USE_CAPACITY is not a whole number of claims",
            ),
            (
                &[(SINGLE_USE_STORE, "memory"), (SINGLE_USE_ADMIT, "maybe")],
                "APPROOV_SINGLE_USE_ADMIT_ON_FAILURE is none of `true`, `false`, `1` and `0`",
            ),
            (
                &[("APPROOV_SIGNATURE_BODY_BUDGET_BYTES", "2097151")],
                "APPROOV_SIGNATURE_BODY_BUDGET_BYTES is less than the limit for a single body: 2097152",
            ),
            (
                &[("APPROOV_SIGNATURE_BODY_LIMIT_BYTES", "2M")],
                "APPROOV_SIGNATURE_BODY_LIMIT_BYTES is not a whole number of bytes",
            ),
        ] {
            assert_eq!(error(&[&[(SECRET, GOOD)], vars].concat()), sentence);
        }
        assert!(build(&[(SECRET, GOOD), ("APPROOV_SIGNATURE_CLOCK_SKEW_SECONDS", "3600")]).is_ok());
    }

    #[cfg(feature = "single-use-redis")]
    #[test]
    fn claims_in_redis() {
        let store = (SINGLE_USE_STORE, "redis://:hidden@redis.internal");
        let identity = |vars: &[(&str, &str)]| {
            let approov = build(&[&[(SECRET, GOOD)], vars].concat()).unwrap();
            approov.settings().single_use.as_ref().unwrap().store.identity()
        };
        assert_eq!(identity(&[store]), identity(&[store, (SINGLE_USE_DEADLINE, "100")]));
        assert_ne!(identity(&[store]), identity(&[store, (SINGLE_USE_PREFIX, "other:")]));
        for (vars, sentence) in [
            (
                &[store, (SINGLE_USE_DEADLINE, "9")],
                "APPROOV_SINGLE_USE_DEADLINE_MILLIS is not between 10 milliseconds and 5 seconds",
            ),
            (
                &[store, (SINGLE_USE_DEADLINE, "1s")],
                "APPROOV_SINGLE_USE_DEADLINE_MILLIS is not a whole number of milliseconds",
            ),
        ] {
            assert_eq!(error(&[&[(SECRET, GOOD)], &vars[..]].concat()), sentence);
        }
        for several in ["redis-sentinel://one,two/mymaster", "redis-cluster://one,two"] {
            let store = (SINGLE_USE_STORE, several);
            assert_eq!(identity(&[store]), identity(&[store, (SINGLE_USE_DEADLINE, "100")]));
        }
        for (name, value) in [
            (SINGLE_USE_PREFIX, "hidden $x"),
            (SINGLE_USE_STORE, "http://hidden"),
            (SINGLE_USE_STORE, "redis-sentinel://hidden"),
            (SINGLE_USE_STORE, "redis-cluster://:hidden@one,two/1"),
        ] {
            let vars = if name == SINGLE_USE_STORE {
                vec![(SECRET, GOOD), (name, value)]
            } else {
                vec![(SECRET, GOOD), store, (name, value)]
            };
            let sentence = error(&vars);
            assert!(sentence.starts_with(name) && !sentence.contains("hidden"), "{sentence}");
        }
    }

    #[cfg(all(feature = "message-signing", not(feature = "single-use-redis")))]
    #[test]
    fn redis_needs_its_feature() {
        let sentence =
            "APPROOV_SINGLE_USE_STORE is set, but approov-actix was built without its feature `single-use-redis`";
        assert_eq!(error(&[(SECRET, GOOD), (SINGLE_USE_STORE, "redis://a")]), sentence);
    }

    #[cfg(not(feature = "message-signing"))]
    #[test]
    fn variables_of_a_feature_that_is_not_there_stop_the_start() {
        let sentence =
            "APPROOV_PUBLIC_ORIGIN is set, but approov-actix was built without its feature `message-signing`";
        assert_eq!(
            error(&[(SECRET, GOOD), ("APPROOV_PUBLIC_ORIGIN", "https://a")]),
            sentence
        );
    }

    #[cfg(not(feature = "jwks-url"))]
    #[test]
    fn an_address_needs_its_feature() {
        let sentence = "APPROOV_JWKS_URL is set, but approov-actix was built without its feature `jwks-url`";
        assert_eq!(error(&[("APPROOV_JWKS_URL", "https://a")]), sentence);
    }

    #[test]
    fn defaults() {
        let approov = build(&[(URL_SAFE_SECRET, GOOD)]).unwrap();
        let settings = approov.settings();
        assert!(settings.listeners.logging);
        assert_eq!(settings.default_policy.token_enforcement, Enforcement::Enforce);
        assert_eq!(settings.default_policy.binding_enforcement, Enforcement::Enforce);
        assert_eq!(settings.token_header, "approov-token");
        assert!(settings.default_policy.binding.is_empty());
        assert!(!settings.default_policy.allow_missing_binding_claim);
        let mut held = settings.body_budget.hold();
        assert!(held.grow(128 * 1024 * 1024) && !held.grow(1));
    }

    #[test]
    fn code_after_the_environment_wins_but_for_keys_which_add_up() {
        let vars = [
            (SECRET.into(), GOOD.into()),
            ("APPROOV_TOKEN_HEADER".into(), "a".into()),
            ("APPROOV_TOKEN_BINDING_HEADER".into(), "x".into()),
        ];
        let builder = apply(Approov::builder().token_header("b"), vars).unwrap();
        let other = Key::from_secret(Algorithm::HS256, &crate::test_support::secret(9)).unwrap();
        let builder = builder.keys(other).policy(Policy::new().binding(&["y"]));
        let approov = builder.build().unwrap();
        let settings = approov.settings();
        assert_eq!(settings.token_header, "a");
        assert_eq!(settings.default_policy.binding, ["y"]);
        assert_eq!(approov.current_keys().count(), 2);
    }

    #[test]
    fn faults_name_the_variable_and_never_its_value() {
        let boolean = "is none of `true`, `false`, `1` and `0`";
        for (name, value, fault) in [
            (SECRET, "junk!junk", "is not base64"),
            (SECRET, "c2hvcnQ=", "at least 32 bytes"),
            (URL_SAFE_SECRET, "approov_base64url_secret_here", "placeholder"),
            ("APPROOV_LOGGING_ENABLED", "yes!yes", boolean),
            ("APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN", "nope", boolean),
            ("APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN_BINDING", "2", boolean),
            ("APPROOV_ALLOW_MISSING_BINDING_CLAIM", "truee", boolean),
            ("APPROOV_TOKEN_CACHE_CAPACITY", "10k", "is not a whole number of tokens"),
            ("APPROOV_TOKEN_CACHE_CAPACITY", "-17", "is not a whole number of tokens"),
            ("APPROOV_TOKEN_CACHE_CAPACITY", "17000000", "is more than 10000000"),
            ("APPROOV_TOKEN_HEADER", "two words", NO_HEADER_NAME),
            ("APPROOV_TOKEN_HEADER", "\"Approov-Token\"", NO_HEADER_NAME),
            ("APPROOV_TOKEN_HEADER", "$HDR", NO_HEADER_NAME),
            ("APPROOV_TOKEN_HEADER", "content-length", "is a header of HTTP itself"),
            ("APPROOV_TOKEN_HEADER", "Host", "is a header of HTTP itself"),
            ("APPROOV_TOKEN_BINDING_HEADER", "two words", NO_HEADER_NAME),
            ("APPROOV_TOKEN_BINDING_HEADER", "\"Authorization\"", NO_HEADER_NAME),
            ("APPROOV_TOKEN_BINDING_HEADER", "x, 'y'", NO_HEADER_NAME),
            ("APPROOV_TOKEN_BINDING_HEADER", "${HDR}", NO_HEADER_NAME),
            ("APPROOV_TOKEN_BINDING_HEADER", "xyz,", "has an empty name in its list"),
            ("APPROOV_TOKEN_BINDING_HEADER", "xyz, XYZ", "is named twice"),
            (
                "APPROOV_TOKEN_BINDING_HEADER",
                "approov-TOKEN",
                "is the header that carries the token",
            ),
        ] {
            let mut vars = vec![(name, value)];
            if name != SECRET && name != URL_SAFE_SECRET {
                vars.push((SECRET, GOOD));
            }
            let sentence = error(&vars);
            assert!(sentence.starts_with(name), "{sentence}");
            assert!(sentence.contains(fault), "{sentence}");
            assert!(!sentence.contains(value), "{sentence}");
        }
    }

    #[test]
    fn an_empty_value_is_a_mistake_and_never_a_default() {
        for &(name, _) in all_variables() {
            for value in ["", "  ", "\n"] {
                let mut vars = vec![(name, value)];
                if !KEY_SOURCES.contains(&name) {
                    vars.push((SECRET, GOOD));
                }
                let is_missing = !cfg!(feature = "message-signing")
                    && MESSAGE_SIGNING_VARIABLES.iter().any(|(signing, _)| *signing == name);
                let expected = if is_missing {
                    ConfigError::feature_missing(name, "message-signing").to_string()
                } else {
                    format!("{name} is empty; set it to a value or remove it")
                };
                assert_eq!(error(&vars), expected);
            }
        }
    }

    #[test]
    fn every_variable_is_documented() {
        for &(name, _) in all_variables() {
            assert!(
                include_str!("../../docs/configuration.md").contains(&format!("`{name}`")),
                "{name}"
            );
            assert!(include_str!("env.rs").contains(&format!("`{name}`")), "{name}");
        }
    }

    /// Even if no source is refreshed.
    #[test]
    fn wrong_refresh_times_stop_the_start() {
        for (name, value, fault) in [
            (JWKS_REFRESH, "0", "is not between one second and one day"),
            (JWKS_REFRESH, "86401", "is not between one second and one day"),
            (
                JWKS_MAX_STALE,
                "1",
                "is shorter than twice the time between refreshes, so that good keys could expire",
            ),
        ] {
            assert_eq!(error(&[(SECRET, GOOD), (name, value)]), format!("{name} {fault}"));
        }
        assert!(build(&[(SECRET, GOOD), (JWKS_REFRESH, "86400"), (JWKS_MAX_STALE, "172800")]).is_ok());
    }

    /// Docker and Kubernetes often hand over secrets with a trailing newline.
    #[test]
    fn secrets_from_files() {
        let file = |name: &str, content: &str| {
            let path = std::env::temp_dir().join(format!("approov-actix-env-{}-{name}", std::process::id()));
            std::fs::write(&path, content).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let good = file("good", &format!("{GOOD}\n"));
        let bad = file("bad", "junk!junk");
        let empty = file("empty", "\n");
        for name in [SECRET_FILE, URL_SAFE_SECRET_FILE] {
            assert_eq!(build(&[(name, &good)]).unwrap().current_keys().count(), 1);
            let faults = [
                (
                    bad.as_str(),
                    "is not base64; use the output of `approov secret -get base64`, unchanged",
                ),
                (&empty, "is empty"),
                ("/", "is not a regular file"),
            ];
            for (path, fault) in faults {
                assert_eq!(error(&[(name, path)]), format!("{name} names a file that {fault}"));
            }
            let missing = error(&[(name, "/hidden/path")]);
            assert!(
                missing.starts_with(&format!("{name} names a file that cannot be read: ")),
                "{missing}"
            );
            assert!(!missing.contains("hidden"), "{missing}");
            assert!(error(&[(name, &good), (SECRET, GOOD)]).ends_with("are both set; keep one"));
        }
        if cfg!(feature = "message-signing") {
            let account = |path: &str| build(&[(SECRET, GOOD), (ACCOUNT_KEY_FILE, path)]);
            assert!(account(&good).is_ok());
            assert_eq!(
                account(&bad).unwrap_err().to_string(),
                "APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY_FILE names a file that is not base64; use the output of `approov secret \
                 -messageSigningKey get-base64url`, unchanged"
            );
            let both = [(SECRET, GOOD), (ACCOUNT_KEY_FILE, &*good), (ACCOUNT_KEY, GOOD)];
            assert!(error(&both).ends_with("are both set; keep one"));
        }
        for path in [good, bad, empty] {
            std::fs::remove_file(path).unwrap();
        }
    }

    #[test]
    fn one_secret_and_one_spelling() {
        assert!(error(&[]).contains("set APPROOV_BASE64_SECRET"));
        assert_eq!(
            error(&[(SECRET, GOOD), (URL_SAFE_SECRET, GOOD)]),
            "APPROOV_BASE64_SECRET and APPROOV_BASE64URL_SECRET are both set; keep one"
        );
    }

    #[test]
    fn a_name_that_is_almost_right_stops_the_start() {
        for (name, meant) in [
            ("APPROOV_TOKEN_BINDING", "APPROOV_TOKEN_BINDING_HEADER"),
            ("APPROOV_BASE64_SECRT", SECRET),
            ("APPROOV_LOGING_ENABLED", "APPROOV_LOGGING_ENABLED"),
            (
                "APPROOV_ABORT_REQUEST_ON_INVALID_BINDING",
                "APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN_BINDING",
            ),
            ("approov_token_header", "APPROOV_TOKEN_HEADER"),
            ("APPROOV_MESSAGE_SIGNING_KEY", ACCOUNT_KEY),
        ] {
            let sentence =
                format!("{name:?} is not a variable of approov-actix; the nearest is {meant}: rename or remove it");
            assert_eq!(error(&[(SECRET, GOOD), (name, "xyz")]), sentence);
        }
        for name in [
            "APPROOV_ROLE",
            "APPROOV_API_SERVICE_HOST",
            "APPROOV_DEV_KEY",
            "APPROVED_BY",
        ] {
            assert!(build(&[(SECRET, GOOD), (name, "xyz")]).is_ok(), "{name}");
        }
    }

    #[test]
    fn guesses_mean_variables() {
        for (guess, meant) in GUESSES {
            assert!(all_variables().any(|(known, _)| *known == meant), "{meant}");
            assert!(
                !all_variables().any(|(known, _)| *known == format!("{PREFIX}_{guess}")),
                "{guess}"
            );
        }
        for (known, _) in all_variables() {
            assert!(known.starts_with(&format!("{PREFIX}_")), "{known}");
            for other in [known.to_lowercase(), format!("{known}S"), known.replacen("OO", "O", 1)] {
                assert!(
                    error(&[(SECRET, GOOD), (&other, "xyz")]).contains(&format!("the nearest is {known}:")),
                    "{other}"
                );
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_is_no_text() {
        use std::os::unix::ffi::OsStringExt as _;
        let vars = [(SECRET.into(), OsString::from_vec(vec![0xff, 0xfe]))];
        let error = apply(Approov::builder(), vars).unwrap_err();
        assert_eq!(error.to_string(), "APPROOV_BASE64_SECRET is not text");
    }
}
