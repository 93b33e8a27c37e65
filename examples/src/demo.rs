//! The demo mode: a server that has no key makes one up, and tokens for it.
//!
//! This exists in the examples alone. A real server never makes tokens: Approov does.

use std::{
    env,
    error::Error,
    time::{SystemTime, UNIX_EPOCH},
};

use approov_actix::{Approov, ApproovBuilder};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use hmac::{Hmac, Mac as _};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::{Settings, StartError};

const LIFETIME_SECONDS: u64 = 60 * 60;

/// A secret for this run, if the demo mode is on: when no variable that begins with `APPROOV_` is set.
#[derive(Debug)]
pub struct Demo {
    secret: Option<[u8; 64]>,
}

/// One request to show: `curl` arguments, and the headers that its token is bound to.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// What the server will do with it.
    pub title: &'static str,
    /// The path.
    pub path: &'static str,
    /// More arguments for `curl`.
    pub args: &'static str,
    /// The values that the token is bound to. None: no token is sent.
    pub token: Option<&'static [&'static str]>,
}

impl Demo {
    /// Finds out whether the demo mode is on.
    ///
    /// # Errors
    ///
    /// If it is on and others than this machine could reach the server.
    pub fn detect(settings: &Settings) -> Result<Self, Box<dyn Error>> {
        let is_configured = env::vars_os().any(|(name, _)| name.to_string_lossy().starts_with("APPROOV_"));
        if is_configured {
            return Ok(Self { secret: None });
        }
        if !settings.is_loopback() {
            return Err(StartError::from(
                "HTTP_HOST is not a loopback address, and the demo mode is for this machine only: set APPROOV_BASE64_SECRET",
            )
            .into());
        }
        let mut secret = [0; 64];
        getrandom::fill(&mut secret)?;
        Ok(Self { secret: Some(secret) })
    }

    /// Makes the `Approov`: from the environment, or with the secret of this run.
    ///
    /// # Errors
    ///
    /// If the environment is wrong.
    pub fn approov(&self, builder: ApproovBuilder) -> Result<Approov, Box<dyn Error>> {
        let builder = builder.env()?;
        let builder = match &self.secret {
            Some(secret) => builder.base64_secret(STANDARD.encode(secret)),
            None => builder,
        };
        Ok(builder.build()?)
    }

    /// In demo mode, prints how to call the server.
    #[allow(clippy::print_stdout, reason = "for the person who started it, beside the log")]
    pub fn announce(&self, settings: &Settings, calls: &[Call]) {
        let Some(secret) = &self.secret else { return };
        log::warn!("DEMO MODE: no APPROOV_ variable is set, so this run has a random secret and prints tokens for it");
        println!("\nPaste these into another terminal. The tokens are good for an hour, and for this run alone.");
        for Call {
            title,
            path,
            args,
            token,
        } in calls
        {
            let token = token.map(|bound| format!(" -H 'Approov-Token: {}'", mint(secret, bound)));
            let (url, token) = (settings.url(), token.unwrap_or_default());
            println!("\n# {title}\ncurl -i{args}{token} {url}{path}");
        }
        println!();
    }
}

/// A token as the Approov service makes it for a genuine app.
fn mint(secret: &[u8], bound_values: &[&str]) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |now| now.as_secs());
    let mut claims = json!({
        "exp": now + LIFETIME_SECONDS,
        "did": "ExampleApproovTokenDID==",
        "arc": "IXPSB7TRK26LXE3M",
    });
    if !bound_values.is_empty() {
        claims["pay"] = STANDARD.encode(Sha256::digest(bound_values.concat())).into();
    }
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    #[allow(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any length");
    mac.update(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}
