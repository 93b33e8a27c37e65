//! Tokens and signed requests for the tests of your own handlers. Feature `testing`.
//!
//! Turn on the feature for your tests only:
//!
//! ```toml
//! [dependencies]
//! approov-actix = "0.1"
//! [dev-dependencies]
//! approov-actix = { version = "0.1", features = ["testing"] }
//! ```
//!
//! ```
//! use actix_web::test::TestRequest;
//! use approov_actix::testing::{self, ApproovTestRequest as _, TokenBuilder};
//!
//! let approov = testing::approov(); // for `.app_data(approov)` or `.wrap(approov.middleware())`
//! let good = TestRequest::get().uri("/orders").approov_token(TokenBuilder::new().bind("Bearer user-1"));
//! let expired = TestRequest::get().uri("/orders").approov_token(TokenBuilder::new().expired());
//! let forged = TestRequest::get().uri("/orders").approov_token(TokenBuilder::new().forged());
//! let no_network = TestRequest::get().uri("/orders").approov_token_text("NO_NETWORK");
//! ```
//!
//! With the feature `message-signing` as well, `approov_signature` signs such a request as the app would.
//!
//! For complete tests, see [the guide](crate::guide::testing).
//!
//! # Security
//!
//! Anyone who can make tokens can pose as any app. [`approov`] and [`builder`] use a secret that is random and new in
//! each process, so a server that you build with this feature by mistake is not open to anyone. Nothing outside this
//! module makes tokens.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use actix_web::test::TestRequest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    Algorithm, Approov, ApproovBuilder, ConfigError, Key, approov::DEFAULT_TOKEN_HEADER, crypto, keys::decode_secrets,
    token::trim,
};

mod process_secret;
#[cfg(feature = "message-signing")]
mod signing;

use self::process_secret::process_secret;

#[cfg(feature = "message-signing")]
pub use self::signing::{InstallationKey, RequestSigner};

/// How long a token lives by default: as long as a real one.
const LIFETIME: Duration = Duration::from_secs(5 * 60);

/// A configuration that accepts the tokens of [`TokenBuilder::new`]. Its secret is random and new in each process.
///
/// # Examples
///
/// ```
/// use approov_actix::testing::{self, TokenBuilder};
///
/// assert!(testing::approov().verify_token(&TokenBuilder::new().build()).is_ok());
/// ```
#[allow(clippy::missing_panics_doc, reason = "the secret is a good one")]
pub fn approov() -> Approov {
    #[allow(clippy::expect_used, reason = "for tests, where a panic is a failed test")]
    builder().build().expect("the secret is a good one")
}

/// A builder for the configuration of [`approov`], for tests of other settings. Does not read the environment.
///
/// # Examples
///
/// ```
/// use approov_actix::testing;
///
/// let approov = testing::builder().binding("Authorization").build()?;
/// # Ok::<(), approov_actix::ConfigError>(())
/// ```
pub fn builder() -> ApproovBuilder {
    Approov::builder().keys(process_key())
}

#[allow(clippy::expect_used, reason = "for tests, where a panic is a failed test")]
fn process_key() -> Key {
    Key::from_secret(Algorithm::HS256, process_secret()).expect("a secret that is long enough")
}

/// Makes tokens like those of the Approov service.
///
/// By default, the token is valid for [`approov`]. It expires in five minutes and has a device id.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use approov_actix::{Rejection, testing::{self, TokenBuilder}};
///
/// let token = TokenBuilder::new()
///     .expires_in(Duration::from_secs(60))
///     .claim("aud", "api.example.com")
///     .bind("Bearer user-1")
///     .build();
/// let claims = testing::approov().verify_token(&token).unwrap();
/// assert!(claims.is_bound_to(["Bearer user-1"]));
///
/// let expired = TokenBuilder::new().expired().build();
/// assert_eq!(testing::approov().verify_token(&expired).unwrap_err(), Rejection::TokenExpired);
/// ```
///
/// # Security
///
/// Anyone who has a server's secret can pose as any app: do not put the secret of a real server on a development
/// machine unless you mean to. `Debug` shows nothing.
#[derive(Clone)]
#[must_use = "call `build` for the token, or give it to `approov_token`"]
pub struct TokenBuilder {
    secret: Vec<u8>,
    claims: Map<String, Value>,
    bound: Vec<u8>,
    tampered: bool,
}

impl TokenBuilder {
    /// Starts with a valid token for [`approov`].
    pub fn new() -> Self {
        Self::signed_by(process_secret().to_vec())
    }

    /// Starts with a valid token for an account secret, as `approov secret -get base64` prints it. For development, and
    /// for tests against a server of your own.
    ///
    /// If you give several secrets, separated by commas, the token is for the first one, which is the newest.
    ///
    /// # Errors
    ///
    /// If the secret is not base64, or is shorter than 32 bytes.
    ///
    /// # Security
    ///
    /// Read the secret from the environment, as the server does: a secret in the code of a test stays in the
    /// repository's history.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::testing::TokenBuilder;
    ///
    /// let token = TokenBuilder::with_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?.build();
    /// # Ok::<(), approov_actix::ConfigError>(())
    /// ```
    pub fn with_base64_secret(secret: &str) -> Result<Self, ConfigError> {
        decode_secrets(secret)
            .map(|mut secrets| Self::signed_by(secrets.swap_remove(0)))
            .map_err(|fault| ConfigError::invalid(format!("the secret given to `with_base64_secret` {fault}")))
    }

    fn signed_by(secret: Vec<u8>) -> Self {
        let token = Self {
            secret,
            claims: Map::new(),
            bound: Vec::new(),
            tampered: false,
        };
        token.expires_in(LIFETIME).device_id("ExampleApproovTokenDID==")
    }

    /// Expires this long from now.
    pub fn expires_in(self, duration: Duration) -> Self {
        self.expires_at(SystemTime::now() + duration)
    }

    /// Expires at this time: the claim `exp`, in whole seconds.
    pub fn expires_at(self, time: SystemTime) -> Self {
        let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        self.claim("exp", since_epoch.as_secs())
    }

    /// Expired a minute ago.
    pub fn expired(self) -> Self {
        self.expires_at(SystemTime::now() - Duration::from_secs(60))
    }

    /// Comes from this device: the claim `did`. Default: `ExampleApproovTokenDID==`.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::testing::{self, TokenBuilder};
    ///
    /// let token = TokenBuilder::new().device_id("device-1").build();
    /// let claims = testing::approov().verify_token(&token).unwrap();
    /// assert_eq!(claims.device_id(), Some("device-1"));
    /// ```
    pub fn device_id(self, id: impl Into<String>) -> Self {
        self.claim("did", id.into())
    }

    /// Has this claim, which replaces an earlier one of the same name. A JSON `null` stays in the token; to remove a
    /// claim, call [`without`](Self::without).
    ///
    /// # Panics
    ///
    /// If the value cannot be written as JSON.
    pub fn claim(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        #[allow(clippy::expect_used, reason = "for tests, where a panic is a failed test")]
        let value = serde_json::to_value(value).expect("a claim that can be written as JSON");
        self.claims.insert(name.into(), value);
        self
    }

    /// Does not have this claim.
    pub fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// Is bound to this value: the claim `pay`. Call it again, in order, to bind the token to several values.
    pub fn bind(mut self, value: impl AsRef<[u8]>) -> Self {
        self.bound.extend_from_slice(trim(value.as_ref()));
        let pay = crypto::sha256_base64([self.bound.as_slice()]);
        self.claim("pay", pay)
    }

    /// Has the public key of this installation: the claim `ipk`. Feature `message-signing`.
    #[cfg(feature = "message-signing")]
    pub fn installation_key(self, key: &InstallationKey) -> Self {
        self.claim("ipk", key.public_key())
    }

    /// Is signed with a wrong key, like the token of an app that failed attestation.
    pub fn forged(mut self) -> Self {
        for byte in &mut self.secret {
            *byte = !*byte;
        }
        self
    }

    /// Has claims that were changed after it was signed.
    pub fn tampered(mut self) -> Self {
        self.tampered = true;
        self
    }

    /// The token.
    #[must_use]
    pub fn build(&self) -> String {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
        let encode = |claims: &Map<String, Value>| {
            let json = Value::Object(claims.clone()).to_string();
            format!("{header}.{}", URL_SAFE_NO_PAD.encode(json))
        };
        let signed = encode(&self.claims);
        let signature = URL_SAFE_NO_PAD.encode(hs256(&self.secret, signed.as_bytes()));
        if self.tampered {
            let mut claims = self.claims.clone();
            claims.insert("tampered".to_owned(), Value::Bool(true));
            format!("{}.{signature}", encode(&claims))
        } else {
            format!("{signed}.{signature}")
        }
    }
}

fn hs256(secret: &[u8], message: &[u8]) -> Vec<u8> {
    #[allow(
        clippy::expect_used,
        reason = "for tests; HMAC takes keys and messages of any length"
    )]
    crypto::sign(Algorithm::HS256, &crypto::hs256_signing_key(secret), message).expect("a signature")
}

impl Default for TokenBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for TokenBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenBuilder").finish_non_exhaustive()
    }
}

/// Puts tokens into test requests, and signs them.
///
/// The token goes into the header `Approov-Token`. If you set another
/// [`token_header`](ApproovBuilder::token_header), call `insert_header((name, token.build()))` instead.
///
/// # Examples
///
/// ```
/// use actix_web::test::TestRequest;
/// use approov_actix::testing::{ApproovTestRequest as _, TokenBuilder};
///
/// let request = TestRequest::get().uri("/orders").approov_token(TokenBuilder::new()).to_http_request();
/// assert!(request.headers().contains_key("Approov-Token"));
/// ```
pub trait ApproovTestRequest: sealed::Sealed {
    /// Puts this token into the header `Approov-Token`.
    #[must_use]
    fn approov_token(self, token: TokenBuilder) -> Self;

    /// Puts this text into the header `Approov-Token`: a status word of the SDK, for example.
    #[must_use]
    fn approov_token_text(self, text: &str) -> Self;

    /// Signs the request as it is now, and adds `Signature-Input`, `Signature` and, if there is a body,
    /// `Content-Digest`. Feature `message-signing`.
    ///
    /// Call it last: nothing that you change afterwards is signed. That is how you test what must be refused.
    ///
    /// `origin` is where the app finds the server, as in
    /// [`public_origins`](crate::MessageSigning::public_origins): the app signs this origin, followed by the path and
    /// query of [`TestRequest::uri`]. Like Approov's clients by default, the signature covers the method, that URL, the
    /// token header, the digest of the body, and the headers `Authorization`, `Content-Length`, `Content-Type`,
    /// `Approov-TraceID` and `Approov-Status` that the request has. To cover more, use
    /// [`RequestSigner::covering`]. An earlier signature is replaced.
    ///
    /// # Panics
    ///
    /// If the request lacks the token header, or a header that `covering` names; if `origin` is not an origin; or if
    /// the request has an [`Approov`] as app data. App data cannot be kept: call [`TestRequest::app_data`] afterwards.
    ///
    /// # Examples
    ///
    /// ```
    /// use actix_web::test::TestRequest;
    /// use approov_actix::testing::{ApproovTestRequest as _, InstallationKey, RequestSigner, TokenBuilder};
    ///
    /// let key = InstallationKey::new();
    /// let signer = RequestSigner::install(&key);
    /// let signed = || {
    ///     TestRequest::post()
    ///         .uri("/orders")
    ///         .set_payload("one book")
    ///         .approov_token(TokenBuilder::new().installation_key(&key))
    ///         .approov_signature(&signer, "https://api.example.com")
    /// };
    /// let good = signed().to_request();
    /// let tampered = signed().set_payload("two books").to_request();
    /// ```
    #[cfg(feature = "message-signing")]
    #[must_use]
    fn approov_signature(self, signer: &RequestSigner, origin: &str) -> Self;
}

impl ApproovTestRequest for TestRequest {
    fn approov_token(self, token: TokenBuilder) -> Self {
        self.approov_token_text(&token.build())
    }

    fn approov_token_text(self, text: &str) -> Self {
        self.insert_header((DEFAULT_TOKEN_HEADER, text))
    }

    #[cfg(feature = "message-signing")]
    #[track_caller]
    fn approov_signature(self, signer: &RequestSigner, origin: &str) -> Self {
        signer.sign_request(self, origin)
    }
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for actix_web::test::TestRequest {}
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::Rejection;

    fn verdict(token: &TokenBuilder) -> Result<(), Rejection> {
        approov().verify_token(&token.build()).map(drop)
    }

    #[test]
    fn each_kind_of_token() {
        assert_eq!(verdict(&TokenBuilder::new()), Ok(()));
        assert_eq!(
            verdict(&TokenBuilder::default().expires_in(Duration::ZERO)),
            Err(Rejection::TokenExpired)
        );
        assert_eq!(verdict(&TokenBuilder::new().expired()), Err(Rejection::TokenExpired));
        assert_eq!(verdict(&TokenBuilder::new().forged()), Err(Rejection::TokenSignature));
        assert_eq!(verdict(&TokenBuilder::new().tampered()), Err(Rejection::TokenSignature));
        assert_eq!(
            verdict(&TokenBuilder::new().without("exp")),
            Err(Rejection::TokenExpiryMissing)
        );
        assert_eq!(
            verdict(&TokenBuilder::new().claim("did", Value::Null)),
            Err(Rejection::TokenClaimInvalid { claim: "did" })
        );
    }

    #[test]
    fn the_device_id_is_the_last_that_was_given() {
        let device_id = |token: TokenBuilder| {
            let claims = approov().verify_token(&token.build()).unwrap();
            claims.device_id().map(str::to_owned)
        };
        let token = TokenBuilder::new();
        assert_eq!(device_id(token.clone()).as_deref(), Some("ExampleApproovTokenDID=="));
        let token = token.device_id("device-1").device_id(String::from("device-2"));
        assert_eq!(device_id(token.clone()).as_deref(), Some("device-2"));
        assert_eq!(device_id(token.without("did")), None);
    }

    #[test]
    fn bindings_follow_each_other() {
        let token = TokenBuilder::new()
            .bind(" Bearer myauth_token")
            .bind("my-device-id ")
            .build();
        let claims = approov().verify_token(&token).unwrap();
        assert_eq!(
            claims.token_binding(),
            Some("71tnS3rSq2lanEWrKz4MoexiOMtv7w0fspfM8BAQKNU=")
        );
    }

    #[test]
    fn secrets() {
        let secret = STANDARD.encode(crate::test_support::SECRET);
        let token = TokenBuilder::with_base64_secret(&secret).unwrap();
        assert_eq!(verdict(&token), Err(Rejection::TokenSignature));
        let own = Approov::builder()
            .keys(Key::from_base64_secret(&secret).unwrap())
            .build()
            .unwrap();
        assert!(own.verify_token(&token.build()).is_ok());
        let error = TokenBuilder::with_base64_secret("junk!").unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("the secret given to `with_base64_secret` is not base64")
        );
        assert_eq!(format!("{token:?}"), "TokenBuilder { .. }");
    }
}
