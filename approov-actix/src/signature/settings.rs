//! What an application expects of message signatures, beside the policy of a route.

use std::{sync::Once, time::Duration};

use super::{public_origin::PublicOrigin, window::Window};
use crate::{
    config::ConfigError,
    config::Setting,
    crypto::algorithm::Algorithm,
    crypto::{KeyMaterial, PreparedKey},
    keys::decode_secrets,
    logging::LOG_TARGET,
};

const MAX_ACCOUNT_KEYS: usize = 2;
const MAX_SKEW: Duration = Duration::from_secs(60 * 60);

/// What was asked for.
#[derive(Default)]
pub(crate) struct SignatureConfig {
    pub(crate) origins: Option<Setting>,
    pub(crate) account_keys: Option<Setting>,
    pub(crate) account_key_ids: Option<Setting>,
    pub(crate) window: Window,
    pub(crate) body_limit: Option<usize>,
    pub(crate) require_digest: bool,
}

/// What the builder has checked.
#[derive(Debug)]
pub(crate) struct SignatureSettings {
    pub(crate) origins: Vec<PublicOrigin>,
    account_keys: Vec<(Option<String>, PreparedKey)>,
    pub(crate) window: Window,
    pub(crate) body_limit: usize,
    pub(crate) require_digest: bool,
    warned: Once,
}

impl SignatureSettings {
    /// Warns, once, that signatures are checked without a public origin.
    pub(crate) fn warn_without_origin(&self) {
        if !self.origins.is_empty() {
            return;
        }
        self.warned.call_once(|| {
            log::warn!(
                target: LOG_TARGET,
                "message signatures are checked without a public origin: behind a proxy that ends TLS none will match, and the host is not \
                 bound; set APPROOV_PUBLIC_ORIGIN"
            );
        });
    }

    /// The account keys that may have signed: those with the token's `mskid`, and those without an id.
    pub(crate) fn account_keys(&self, mskid: Option<&str>) -> Vec<&PreparedKey> {
        let matches = |id: &Option<String>| id.is_none() || id.as_deref() == mskid;
        self.account_keys
            .iter()
            .filter(|(id, _)| matches(id))
            .map(|(_, key)| key)
            .collect()
    }
}

impl SignatureConfig {
    pub(crate) fn build(self) -> Result<SignatureSettings, ConfigError> {
        let origins = self.origins.as_ref().map_or(Ok(Vec::new()), parse_origins)?;
        if self.window.skew > MAX_SKEW {
            return Err(ConfigError::new(
                "the clock skew for signatures, APPROOV_SIGNATURE_CLOCK_SKEW_SECONDS, is longer than an hour",
            ));
        }
        Ok(SignatureSettings {
            origins,
            account_keys: self.parse_account_keys()?,
            window: self.window,
            body_limit: self.body_limit.unwrap_or(2 * 1024 * 1024),
            require_digest: self.require_digest,
            warned: Once::new(),
        })
    }

    fn parse_account_keys(&self) -> Result<Vec<(Option<String>, PreparedKey)>, ConfigError> {
        let Some(setting) = &self.account_keys else {
            return match &self.account_key_ids {
                Some(ids) => Err(ids.error("is set without an account message signing key")),
                None => Ok(Vec::new()),
            };
        };
        let secrets = decode_secrets(&setting.value)
            .map_err(|fault| setting.error(fault.replace("-get base64", "-messageSigningKey get-base64url")))?;
        if secrets.len() > MAX_ACCOUNT_KEYS {
            return Err(setting.error("has more than two keys"));
        }
        let mut ids = vec![None; secrets.len()];
        if let Some(setting) = &self.account_key_ids {
            ids = setting.value.split(',').map(|id| Some(id.trim().to_owned())).collect();
            if ids.len() != secrets.len() || ids.iter().flatten().any(String::is_empty) {
                return Err(setting.error("does not have one id for each account message signing key"));
            }
        }
        let key = |secret: Vec<u8>| {
            PreparedKey::new(Algorithm::HS256, KeyMaterial::Secret(&secret))
                .ok_or_else(|| setting.error("is not a valid key"))
        };
        ids.into_iter()
            .zip(secrets)
            .map(|(id, secret)| Ok((id, key(secret)?)))
            .collect()
    }
}

fn parse_origins(setting: &Setting) -> Result<Vec<PublicOrigin>, ConfigError> {
    let mut origins: Vec<PublicOrigin> = Vec::new();
    for text in setting.value.split(',') {
        let origin = PublicOrigin::parse(text.trim()).map_err(|fault| setting.error(fault))?;
        if origins.iter().any(|other| other.is_of_host(&origin)) {
            return Err(setting.error("names one host and port twice"));
        }
        origins.push(origin);
    }
    Ok(origins)
}
