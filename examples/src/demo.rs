//! The demo mode: a server without a key makes one up, and tokens for it.
//!
//! This exists only in the examples. A real server never makes tokens: Approov does.

use std::{error::Error, time::Duration};

use approov_actix::{
    ConfigError, Key,
    testing::{InstallationKey, RequestSigner, TokenBuilder},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::StartError;

const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// The demo mode, with the secret of this run.
pub(crate) struct Demo {
    base64_secret: String,
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
    /// What is signed, if anything.
    pub signed: Option<Signed>,
}

/// What is signed.
#[derive(Debug, Clone, Copy)]
pub enum Signed {
    /// A request without a body.
    Get,
    /// A request with this body.
    Post(&'static str),
}

impl Call {
    /// A call that anyone can make.
    pub const OPEN: Self = Self {
        title: "",
        path: "",
        args: "",
        token: None,
        signed: None,
    };
}

impl Demo {
    /// The demo mode, for a server that has no key.
    pub(crate) fn new(is_loopback: bool) -> Result<Self, Box<dyn Error>> {
        if !is_loopback {
            return Err(StartError::from(
                "HTTP_HOST is not a loopback address, and the demo mode is for this machine only: set APPROOV_BASE64_SECRET",
            )
            .into());
        }
        let mut secret = [0; 64];
        getrandom::fill(&mut secret)?;
        let base64_secret = STANDARD.encode(secret);
        Ok(Self { base64_secret })
    }

    pub(crate) fn key(&self) -> Result<Key, ConfigError> {
        Key::from_base64_secret(&self.base64_secret)
    }

    /// Prints how to call the server.
    #[allow(clippy::print_stdout, reason = "for the person who started it, beside the log")]
    pub(crate) fn announce(&self, url: &str, calls: &[Call]) {
        log::warn!("DEMO MODE: no variable names a key, so this run has a random secret and offers tokens for it");
        println!("\nPaste these into another terminal. The tokens are valid for an hour, and only for this run.");
        for call in calls {
            let Call { title, path, args, .. } = call;
            let headers = self
                .headers(url, call)
                .into_iter()
                .fold(String::new(), |line, (name, value)| {
                    line + " -H '" + &name + ": " + &value + "'"
                });
            // Some shells treat these as patterns of file names.
            let quote = if path.contains(['?', '[']) { "'" } else { "" };
            println!("\n# {title}\ncurl -i{args}{headers} {quote}{url}{path}{quote}");
        }
        println!("\nCtrl+C stops the server.\n");
    }

    /// The token and, if the call is signed, the signature.
    fn headers(&self, url: &str, call: &Call) -> Vec<(String, String)> {
        let Some(bound) = call.token else {
            return Vec::new();
        };
        let key = InstallationKey::new();
        let token = self.token(bound).installation_key(&key).build();
        let mut headers = vec![("Approov-Token".to_owned(), token.clone())];
        if let Some(signed) = call.signed {
            let (method, body) = match signed {
                Signed::Get => ("GET", None),
                Signed::Post(body) => ("POST", Some(body.as_bytes())),
            };
            let signer = RequestSigner::install(&key).expires_in(LIFETIME);
            let url = format!("{url}{}", call.path);
            headers.extend(signer.sign(method, &url, &[("Approov-Token", &token)], body));
        }
        headers
    }

    /// A token as the Approov service makes it for a genuine app.
    pub(crate) fn token(&self, bound_values: &[&str]) -> TokenBuilder {
        #[allow(clippy::expect_used, reason = "64 bytes that we encoded ourselves")]
        let token = TokenBuilder::with_base64_secret(&self.base64_secret).expect("a good secret");
        let token = token.expires_in(LIFETIME).claim("arc", "IXPSB7TRK26LXE3M");
        bound_values.iter().fold(token, TokenBuilder::bind)
    }
}

impl std::fmt::Debug for Demo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Demo").finish_non_exhaustive()
    }
}
