//! The environment variables, each named in one place.

use std::{ffi::OsString, str::FromStr, time::Duration};

use crate::{
    approov::builder::ApproovBuilder, config::ConfigError, config::Setting, crypto::algorithm::Algorithm,
    logging::LOG_TARGET, policy::Enforcement,
};

impl ApproovBuilder {
    /// Reads the environment variables of the process.
    ///
    /// | variable | meaning | default |
    /// |---|---|---|
    /// | `APPROOV_BASE64_SECRET` or `APPROOV_BASE64URL_SECRET` | the account secret, in either base64 alphabet; at least 32 bytes; or several, comma-separated, newest first | – |
    /// | `APPROOV_PUBLIC_KEY_FILE` | a file with a public key in PEM | – |
    /// | `APPROOV_PUBLIC_KEY_ALGORITHM` | its algorithm, such as `RS256` | – |
    /// | `APPROOV_JWKS_FILE` | a file with a JWK Set | – |
    /// | `APPROOV_JWKS_URL` | the address of a JWK Set; feature `jwks-url` | – |
    /// | `APPROOV_JWKS_REFRESH_SECONDS` | how often the file or address is read again, from 1 to 86400 | 60 for files, 300 for addresses |
    /// | `APPROOV_JWKS_MAX_STALE_SECONDS` | after how long without a successful refresh its keys no longer count | never |
    /// | `APPROOV_LOGGING_ENABLED` | log Approov's decisions | `true` |
    /// | `APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN` | `false`: report only | `true` |
    /// | `APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN_BINDING` | `false`: report only | `true` |
    /// | `APPROOV_TOKEN_HEADER` | the header that carries the token | `Approov-Token` |
    /// | `APPROOV_TOKEN_BINDING_HEADER` | default binding header(s), comma-separated, in order | none |
    /// | `APPROOV_ALLOW_MISSING_BINDING_CLAIM` | accept a genuine token without `pay` | `false` |
    /// | `APPROOV_TOKEN_CACHE_CAPACITY` | how many verified tokens are remembered, at most 10000000; `0`: none | 10000 |
    ///
    /// With the feature `message-signing`:
    ///
    /// | variable | meaning | default |
    /// |---|---|---|
    /// | `APPROOV_ABORT_REQUEST_ON_INVALID_MESSAGE_SIGNATURE` | `false`: report only | `true` |
    /// | `APPROOV_PUBLIC_ORIGIN` | the origin(s) under which apps reach the server, comma-separated | as the connection has it |
    /// | `APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY` | the account's message signing key, in base64; or two, comma-separated | none |
    /// | `APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY_ID` | its id, or theirs: compared with the token's `mskid` | any |
    /// | `APPROOV_SIGNATURE_REQUIRE_CREATED` | refuse signatures without `created` | `true` |
    /// | `APPROOV_SIGNATURE_REQUIRE_EXPIRES` | refuse signatures without `expires` | `false` |
    /// | `APPROOV_SIGNATURE_MAX_AGE_SECONDS` | how long after `created` a signature is good | any time |
    /// | `APPROOV_SIGNATURE_CLOCK_SKEW_SECONDS` | how far a phone's clock may be off | 60 |
    /// | `APPROOV_SIGNATURE_BODY_LIMIT_BYTES` | up to which size a body is compared with its digest | 2097152 |
    /// | `APPROOV_SIGNATURE_REQUIRE_CONTENT_DIGEST` | refuse a body that is not covered by the signature | `false` |
    ///
    /// Booleans are `true`, `false`, `1` or `0`, in any case. A name that begins with `APPROOV_` and is none of these is warned
    /// about. No `.env` file is read: that is the application's business.
    ///
    /// # Errors
    ///
    /// If a variable is set to something else than the table says, or to nothing, or if more than one source of keys is set.
    ///
    /// # Security
    ///
    /// Where a check is only reported, a warning in the log says so at the start.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use approov_actix::{Approov, ConfigError};
    ///
    /// fn approov() -> Result<Approov, ConfigError> {
    ///     // What comes after `env` wins over the environment.
    ///     Approov::builder().env()?.audience("api.example.com").build()
    /// }
    /// ```
    pub fn env(self) -> Result<Self, ConfigError> {
        apply(self, std::env::vars_os())
    }
}

const PREFIX: &str = "APPROOV_";
const SECRET: &str = "APPROOV_BASE64_SECRET";
const URL_SAFE_SECRET: &str = "APPROOV_BASE64URL_SECRET";
const PUBLIC_KEY_FILE: &str = "APPROOV_PUBLIC_KEY_FILE";
const PUBLIC_KEY_ALGORITHM: &str = "APPROOV_PUBLIC_KEY_ALGORITHM";
const JWKS_FILE: &str = "APPROOV_JWKS_FILE";
const JWKS_URL: &str = "APPROOV_JWKS_URL";

/// The environment names one source of keys; a mixture is for code, where it can be seen.
const KEY_SOURCES: [&str; 5] = [SECRET, URL_SAFE_SECRET, PUBLIC_KEY_FILE, JWKS_FILE, JWKS_URL];

type Apply = fn(ApproovBuilder, name: &str, value: String) -> Result<ApproovBuilder, ConfigError>;

const SET_SECRET: Apply = |mut builder, name, value| {
    builder.key_config().secrets = Some(Setting::new(name, value));
    Ok(builder)
};

/// For variables that mean something only together: see [`public_key`].
const WITH_OTHERS: Apply = |builder, _, _| Ok(builder);

/// Every variable, and what it sets.
const VARIABLES: [(&str, Apply); 25] = [
    (SECRET, SET_SECRET),
    (URL_SAFE_SECRET, SET_SECRET),
    (PUBLIC_KEY_FILE, WITH_OTHERS),
    (PUBLIC_KEY_ALGORITHM, WITH_OTHERS),
    (JWKS_FILE, |mut builder, name, value| {
        builder.key_config().jwks_files.push(Setting::new(name, value.trim()));
        Ok(builder)
    }),
    (JWKS_URL, |mut builder, name, value| {
        builder.key_config().jwks_urls.push(Setting::new(name, value));
        Ok(builder)
    }),
    ("APPROOV_JWKS_REFRESH_SECONDS", |mut builder, name, value| {
        builder.key_config().refresh = Some(Setting::new(name, seconds(name, &value)?));
        Ok(builder)
    }),
    ("APPROOV_JWKS_MAX_STALE_SECONDS", |mut builder, name, value| {
        builder.key_config().max_stale = Some(Setting::new(name, seconds(name, &value)?));
        Ok(builder)
    }),
    ("APPROOV_LOGGING_ENABLED", |builder, name, value| {
        Ok(builder.logging(boolean(name, &value)?))
    }),
    ("APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN", |builder, name, value| {
        Ok(builder.token_enforcement(enforcement(name, &value)?))
    }),
    (
        "APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN_BINDING",
        |builder, name, value| Ok(builder.binding_enforcement(enforcement(name, &value)?)),
    ),
    ("APPROOV_TOKEN_HEADER", |mut builder, name, value| {
        builder.set_token_header(Setting::new(name, value));
        Ok(builder)
    }),
    ("APPROOV_TOKEN_BINDING_HEADER", |mut builder, name, value| {
        let names: Vec<_> = value.split(',').map(|name| name.trim().to_owned()).collect();
        builder.set_binding(Setting::new(name, names));
        Ok(builder)
    }),
    (
        "APPROOV_ABORT_REQUEST_ON_INVALID_MESSAGE_SIGNATURE",
        signing::ENFORCEMENT,
    ),
    ("APPROOV_PUBLIC_ORIGIN", signing::PUBLIC_ORIGIN),
    ("APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY", signing::ACCOUNT_KEY),
    ("APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY_ID", signing::ACCOUNT_KEY_ID),
    ("APPROOV_SIGNATURE_REQUIRE_CREATED", signing::REQUIRE_CREATED),
    ("APPROOV_SIGNATURE_REQUIRE_EXPIRES", signing::REQUIRE_EXPIRES),
    ("APPROOV_SIGNATURE_MAX_AGE_SECONDS", signing::MAX_AGE),
    ("APPROOV_SIGNATURE_CLOCK_SKEW_SECONDS", signing::CLOCK_SKEW),
    ("APPROOV_SIGNATURE_BODY_LIMIT_BYTES", signing::BODY_LIMIT),
    (
        "APPROOV_SIGNATURE_REQUIRE_CONTENT_DIGEST",
        signing::REQUIRE_CONTENT_DIGEST,
    ),
    ("APPROOV_ALLOW_MISSING_BINDING_CLAIM", |builder, name, value| {
        Ok(builder.allow_missing_binding_claim(boolean(name, &value)?))
    }),
    ("APPROOV_TOKEN_CACHE_CAPACITY", |mut builder, name, value| {
        builder.set_token_cache(Setting::new(name, whole_number::<usize>(name, &value, "tokens")?));
        Ok(builder)
    }),
];

/// What the variables of message signing set.
#[cfg(feature = "message-signing")]
mod signing {
    use super::{Apply, Setting, boolean, enforcement, seconds, whole_number};

    pub(super) const ENFORCEMENT: Apply =
        |builder, name, value| Ok(builder.signature_enforcement(enforcement(name, &value)?));
    pub(super) const PUBLIC_ORIGIN: Apply = |mut builder, name, value| {
        builder.signature_config().origins = Some(Setting::new(name, value));
        Ok(builder)
    };
    pub(super) const ACCOUNT_KEY: Apply = |mut builder, name, value| {
        builder.signature_config().account_keys = Some(Setting::new(name, value));
        Ok(builder)
    };
    pub(super) const ACCOUNT_KEY_ID: Apply = |mut builder, name, value| {
        builder.signature_config().account_key_ids = Some(Setting::new(name, value));
        Ok(builder)
    };
    pub(super) const REQUIRE_CREATED: Apply =
        |builder, name, value| Ok(builder.signature_require_created(boolean(name, &value)?));
    pub(super) const REQUIRE_EXPIRES: Apply =
        |builder, name, value| Ok(builder.signature_require_expires(boolean(name, &value)?));
    pub(super) const MAX_AGE: Apply = |builder, name, value| Ok(builder.signature_max_age(seconds(name, &value)?));
    pub(super) const CLOCK_SKEW: Apply =
        |builder, name, value| Ok(builder.signature_clock_skew(seconds(name, &value)?));
    pub(super) const BODY_LIMIT: Apply =
        |builder, name, value| Ok(builder.signature_body_limit(whole_number(name, &value, "bytes")?));
    pub(super) const REQUIRE_CONTENT_DIGEST: Apply =
        |builder, name, value| Ok(builder.signature_require_content_digest(boolean(name, &value)?));
}

/// Nobody may believe that a check is on when it is not.
#[cfg(not(feature = "message-signing"))]
mod signing {
    use super::{Apply, ConfigError};

    const MISSING: Apply = |_, name, _| {
        Err(ConfigError::new(format!(
            "{name} is set, but approov-actix was built without its feature `message-signing`"
        )))
    };
    pub(super) const ENFORCEMENT: Apply = MISSING;
    pub(super) const PUBLIC_ORIGIN: Apply = MISSING;
    pub(super) const ACCOUNT_KEY: Apply = MISSING;
    pub(super) const ACCOUNT_KEY_ID: Apply = MISSING;
    pub(super) const REQUIRE_CREATED: Apply = MISSING;
    pub(super) const REQUIRE_EXPIRES: Apply = MISSING;
    pub(super) const MAX_AGE: Apply = MISSING;
    pub(super) const CLOCK_SKEW: Apply = MISSING;
    pub(super) const BODY_LIMIT: Apply = MISSING;
    pub(super) const REQUIRE_CONTENT_DIGEST: Apply = MISSING;
}

/// Takes the settings from `vars` and leaves what they do not name as it is.
fn apply(
    mut builder: ApproovBuilder,
    vars: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<ApproovBuilder, ConfigError> {
    let settings = known_settings(vars)?;
    let mut sources = KEY_SOURCES.into_iter().filter(|name| value(&settings, name).is_some());
    if let (Some(one), Some(other)) = (sources.next(), sources.next()) {
        return Err(ConfigError::new(format!("{one} and {other} are both set; keep one")));
    }
    public_key(&mut builder, &settings)?;
    for (name, apply, value) in settings {
        builder = apply(builder, name, value)?;
    }
    Ok(builder)
}

type Settings = Vec<(&'static str, Apply, String)>;

/// The variables that mean something here. Warns of those that only look so.
fn known_settings(vars: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Settings, ConfigError> {
    let mut settings = Settings::new();
    for (name, value) in vars {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else {
            continue;
        };
        let Some((name, apply)) = VARIABLES.iter().find(|(known, _)| *known == name) else {
            warn_of_unknown(name);
            continue;
        };
        let value = value
            .into_string()
            .map_err(|_| ConfigError::new(format!("{name} is not text")))?;
        if value.trim().is_empty() {
            return Err(ConfigError::new(format!(
                "{name} is empty; set it to a value or remove it"
            )));
        }
        settings.push((*name, *apply, value));
    }
    Ok(settings)
}

fn value<'a>(settings: &'a Settings, name: &str) -> Option<&'a str> {
    let (_, _, value) = settings.iter().find(|(set, _, _)| *set == name)?;
    Some(value.trim())
}

fn public_key(builder: &mut ApproovBuilder, settings: &Settings) -> Result<(), ConfigError> {
    let (file, algorithm) = match (value(settings, PUBLIC_KEY_FILE), value(settings, PUBLIC_KEY_ALGORITHM)) {
        (None, None) => return Ok(()),
        (Some(file), Some(algorithm)) => (file, algorithm),
        (Some(_), None) => {
            return Err(ConfigError::new(format!(
                "{PUBLIC_KEY_ALGORITHM} is not set, and {PUBLIC_KEY_FILE} needs it"
            )));
        }
        (None, Some(_)) => {
            return Err(ConfigError::new(format!(
                "{PUBLIC_KEY_ALGORITHM} is set without {PUBLIC_KEY_FILE}"
            )));
        }
    };
    let algorithm = Algorithm::from_name(algorithm).ok_or_else(|| {
        ConfigError::new(format!(
            "{PUBLIC_KEY_ALGORITHM} is none of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 and EdDSA"
        ))
    })?;
    builder
        .key_config()
        .public_keys
        .push((Setting::new(PUBLIC_KEY_FILE, file), algorithm));
    Ok(())
}

fn seconds(name: &str, value: &str) -> Result<Duration, ConfigError> {
    whole_number(name, value, "seconds").map(Duration::from_secs)
}

fn whole_number<N: FromStr>(name: &str, value: &str, of: &str) -> Result<N, ConfigError> {
    let number = value.trim().parse();
    number.map_err(|_| ConfigError::new(format!("{name} is not a whole number of {of}")))
}

fn boolean(name: &str, value: &str) -> Result<bool, ConfigError> {
    match value.trim().to_ascii_lowercase().as_str() {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(ConfigError::new(format!(
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

fn warn_of_unknown(name: &str) {
    let meant = nearest_variable(name).map_or(String::new(), |nearest| format!("; the nearest is {nearest}"));
    log::warn!(target: LOG_TARGET, "{name:?} is no variable of approov-actix and has no effect{meant}");
}

/// The variable that was probably meant, if one is.
fn nearest_variable(name: &str) -> Option<&'static str> {
    const MAX_DISTANCE: usize = 5;
    let distances = VARIABLES
        .iter()
        .map(|(known, _)| (strsim::damerau_levenshtein(known, name), *known));
    let (distance, nearest) = distances.min()?;
    (distance <= MAX_DISTANCE).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Approov;

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
        assert_eq!(settings.token_header, "x-attest");
        assert_eq!(
            settings.default_policy.binding.iter().collect::<Vec<_>>(),
            ["authorization", "x-device-id"]
        );
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
            ("APPROOV_SIGNATURE_REQUIRE_CONTENT_DIGEST", "1"),
        ])
        .unwrap();
        let settings = approov.settings();
        assert_eq!(settings.default_policy.signature_enforcement, Enforcement::Report);
        let signature = &settings.signature;
        assert_eq!(signature.origins.len(), 2);
        assert_eq!(signature.account_keys(Some("key-1")).len(), 1);
        assert!(signature.account_keys(Some("key-2")).is_empty());
        assert!(signature.account_keys(None).is_empty());
        assert!(!signature.window.require_created && signature.window.require_expires);
        assert_eq!(signature.window.max_age, Some(Duration::from_secs(30)));
        assert_eq!(signature.window.skew, Duration::ZERO);
        assert_eq!((signature.body_limit, signature.require_digest), (1000, true));
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
                "APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY has more than two keys",
            ),
            (
                &[(KEY, "junk!")],
                "APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY is not base64; put in the output of `approov secret -messageSigningKey \
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
                &[("APPROOV_SIGNATURE_CLOCK_SKEW_SECONDS", "3601")],
                "the clock skew for signatures, APPROOV_SIGNATURE_CLOCK_SKEW_SECONDS, is longer than an hour",
            ),
            (
                &[("APPROOV_SIGNATURE_MAX_AGE_SECONDS", "1.5")],
                "APPROOV_SIGNATURE_MAX_AGE_SECONDS is not a whole number of seconds",
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
    }

    #[test]
    fn code_after_the_environment_wins() {
        let vars = [
            (SECRET.into(), "junk".into()),
            ("APPROOV_TOKEN_HEADER".into(), "a".into()),
        ];
        let builder = apply(Approov::builder().token_header("b"), vars).unwrap();
        let approov = builder.base64_secret(GOOD).build().unwrap();
        assert_eq!(approov.settings().token_header, "a");
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
            ("APPROOV_TOKEN_HEADER", "a header", "is not a valid HTTP header name"),
            (
                "APPROOV_TOKEN_BINDING_HEADER",
                "a header",
                "is not a valid HTTP header name",
            ),
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
        for (name, _) in VARIABLES {
            for value in ["", "  ", "\n"] {
                let mut vars = vec![(name, value)];
                if !KEY_SOURCES.contains(&name) {
                    vars.push((SECRET, GOOD));
                }
                assert_eq!(error(&vars), format!("{name} is empty; set it to a value or remove it"));
            }
        }
    }

    #[test]
    fn every_variable_is_documented() {
        for (name, _) in VARIABLES {
            assert!(include_str!("../../README.md").contains(&format!("`{name}`")), "{name}");
            assert!(include_str!("env.rs").contains(&format!("`{name}`")), "{name}");
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
    fn the_nearest_name_is_proposed() {
        assert_eq!(nearest_variable("APPROOV_BASE64_SECRT"), Some(SECRET));
        assert_eq!(
            nearest_variable("APPROOV_LOGING_ENABLED"),
            Some("APPROOV_LOGGING_ENABLED")
        );
        for of_others in ["APPROOV_ROLE", "APPROOV_LOGIN"] {
            assert_eq!(nearest_variable(of_others), None);
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
