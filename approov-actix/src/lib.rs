//! Lets only genuine installations of a mobile app reach an [actix-web](https://actix.rs) backend.
//!
//! [Approov](https://approov.io) attests mobile apps: an untampered app gets a short-lived JWT, the *Approov token*,
//! and sends it with each request. This crate checks that token before your own code sees the request:
//!
//! | you want | write | guide |
//! |---|---|---|
//! | protect one handler | [`#[approov_protected]`](macro@approov_protected) | [handlers](guide::handlers) |
//! | protect an app, a scope or a resource | [`.wrap(approov.middleware())`](Approov::middleware) | [middleware](guide::middleware) |
//! | use the token's claims | [`ApproovClaims`] as the first argument, which protects the handler without an attribute | [claims](guide::claims) |
//! | serve other clients as well | the argument [`ApproovVerdict`] | [claims](guide::claims#to-serve-others-as-well) |
//!
//! **New to Approov?** Start with the [overview](guide::overview). All [guides](guide) are part of this documentation.
//!
//! ```no_run
//! use actix_web::{App, HttpServer, get};
//! use approov_actix::{Approov, ApproovClaims, approov_protected};
//!
//! #[get("/orders")]
//! #[approov_protected(binding = "Authorization")]
//! async fn orders(claims: ApproovClaims) -> String {
//!     format!("hello, device {}", claims.device_id().unwrap_or("unknown"))
//! }
//!
//! #[actix_web::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     env_logger::init(); // without a logger you see neither refusals nor warnings
//!     let approov = Approov::from_env()?; // APPROOV_BASE64_SECRET, …
//!     HttpServer::new(move || App::new().app_data(approov.clone()).service(orders))
//!         .bind(("127.0.0.1", 8002))?
//!         .run()
//!         .await?;
//!     Ok(())
//! }
//! ```
//!
//! # Try it
//!
//! ```toml
//! [dependencies]
//! approov-actix = "0.1"
//! actix-web = "4.18"
//! env_logger = "0.11"
//!
//! [dev-dependencies]
//! approov-actix = { version = "0.1", features = ["testing"] }
//! ```
//!
//! Save the program above as `src/main.rs`. The following one, `examples/token.rs`, makes tokens for it:
//!
//! ```
//! # #[cfg(feature = "testing")]
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     # if std::env::var_os("APPROOV_BASE64_SECRET").is_none() { return Ok(()) }
//!     let secret = std::env::var("APPROOV_BASE64_SECRET")?;
//!     let token = approov_actix::testing::TokenBuilder::with_base64_secret(&secret)?.bind("Bearer user-1");
//!     println!("{}", token.build());
//!     Ok(())
//! }
//! # #[cfg(not(feature = "testing"))] fn main() {}
//! ```
//!
//! ```sh
//! export APPROOV_BASE64_SECRET=$(openssl rand -base64 64 | tr -d '\n')
//! TOKEN=$(cargo run -q --example token)
//! RUST_LOG=info,approov_actix=debug cargo run &
//! curl -i -H 'Authorization: Bearer user-1' -H "Approov-Token: $TOKEN" localhost:8002/orders   # 200
//! curl -i -H 'Authorization: Bearer user-2' -H "Approov-Token: $TOKEN" localhost:8002/orders   # 401: binding_mismatch
//! curl -i localhost:8002/orders   # 401: token_missing
//! ```
//!
//! For real apps, get the secret from the Approov CLI: `approov secret -get base64`.
//!
//! # How a request is checked
//!
//! The checks run in this order and stop at the first refusal. No byte of the body is read before step 4:
//!
//! 1. **Token**: exactly one token header; a compact JWS of three strictly encoded segments; a configured key that may
//!    have signed it, used only with that key's own algorithm; the signature; the claims; `exp` and `nbf`. See
//!    [`Approov::verify_token`].
//! 2. **Binding**, if the policy requires one: each bound header is present once and not empty; the token has a `pay`
//!    claim; the two match. See [`Policy::binding`].
//! 3. **Message signature** (feature `message-signing`), if the policy requires one: RFC 9421, headers only.
//! 4. **Content digest**, if that signature covers one: the body, up to a limit; the handler gets it unchanged.
//! 5. **Your own checks**: see [`ApproovBuilder::check`].
//!
//! A *guard* is the check that [`#[approov_protected]`](macro@approov_protected) puts in front of a handler's
//! arguments. It has nothing to do with [`actix_web::guard`]. A request's token is verified once, however many
//! middlewares, guards and arguments check the request. If an app sends the same token again, its claims come from a
//! [cache](guide::performance#cached-tokens), and only `exp` and `nbf` are checked again. Each middleware, guard and
//! argument checks its own policy: a lax scope never satisfies a strict handler inside it, and a lax handler never
//! loosens a strict scope around it.
//!
//! # Keys
//!
//! [`ApproovBuilder::keys`] accepts keys from any source, and you can call it several times. A key is the [account
//! secret](Key::from_base64_secret) or, better, a public key, which cannot make tokens. A public key comes from a [PEM
//! file](KeyFile::pem), from a JWK Set in a [file](KeyFile::jwks) or at an address (`JwksUrl`, feature `jwks-url`), or
//! from [text](Key::from_pem). The server rereads files and addresses while it runs, each at [its own
//! interval](KeyFile::refresh_interval); you can [replace](Approov::replace_keys) other keys. [`KeySet`] describes
//! which keys are tried for a token.
//!
//! # Policy
//!
//! A [`Policy`] defines what a route requires: a binding, a message signature, and whether each kind of check is
//! [enforced or, during a roll-out, only reported](Enforcement). [`ApproovBuilder::policy`] sets the application's
//! default. Guards and middlewares can override it with their own policies, and do not inherit from each other.
//!
//! # When a request is refused
//!
//! The answer is usually 401, with the body `{}` whatever the reason; [`Rejection::default_status`] lists the other
//! statuses. The reason goes to the log (target `approov_actix`; you need a logger, such as `env_logger`) and to the
//! hook of [`on_rejection`](ApproovBuilder::on_rejection): [why was my request refused?](guide::refusals) Use
//! [`reject_with`](ApproovBuilder::reject_with) to build another answer, and
//! [`on_acceptance`](ApproovBuilder::on_acceptance) to learn of requests that pass. Log lines and events name the
//! [configuration](ApproovBuilder::name) and the [request](ApproovBuilder::request_id) if you give them names.
//!
//! A 503 usually means that there are no keys at this moment; [`Approov::status`] reports this to probes. A 500 usually
//! means that no [`Approov`] was found: add it to the application's data, or wrap the app with its middleware.
//!
//! # Configuration
//!
//! [`Approov::from_env`] reads [environment variables](ApproovBuilder::env), [`Approov::builder`] configures in code,
//! and you can combine the two. A mistake is a [`ConfigError`]: one sentence for people, and a
//! [kind](ConfigError::kind) for programs.
//!
//! # Features
//!
//! - `aws-lc-rs` (default): verifies with AWS-LC.
//! - `rust-crypto`: verifies with the pure Rust crates of the RustCrypto project. With both features, AWS-LC is used.
//!   With neither, the crate does not compile, and the error tells you why.
//! - `jwks-url`: keys from an address: `JwksUrl`, `APPROOV_JWKS_URL`. TLS uses rustls with AWS-LC or, if only
//!   `rust-crypto` is on, with *ring*, which needs a C compiler. Certificates are checked against the authorities that
//!   the system trusts.
//! - `macros` (default): the attribute `#[approov_protected]`.
//! - `message-signing`: checks the RFC 9421 signatures that Approov's clients add to each request. See
//!   `SignaturePolicy`, `MessageSigning` and `ApproovSignature`.
//! - `single-use-redis`: single use across servers, in Redis or Valkey, and a list of blocked devices and revoked
//!   tokens that servers share: `RedisStore`, `BlockList`.
//! - `single-use-redis-rustls`: the same over TLS, as for `jwks-url`.
//! - `openapi`: describes the protection in an OpenAPI document, in the module `openapi`.
//! - `testing`: makes tokens for the tests of your own handlers, in the module `testing`.
//!
//! # Security
//!
//! This crate has no `unsafe` code. It never logs a token, secret, key or bound value, or shows one in `Debug` output.
//! If it cannot reach a decision, it refuses the request.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs)]
// Each feature is switched on in one place, so code that only the feature uses is compiled without it as well.
#![cfg_attr(
    not(all(feature = "jwks-url", feature = "message-signing", feature = "testing")),
    allow(dead_code, unreachable_pub, unused_imports)
)]

mod approov;
#[cfg(feature = "single-use-redis")]
mod block_list;
mod body_budget;
mod check;
mod config;
mod crypto;
mod event;
mod field_lines;
// For the documentation only. The tests compile the code of its pages, because they have the dependencies that it
// needs.
#[cfg(all(doc, not(doctest)))]
pub mod guide;
mod json;
mod keys;
mod logging;
mod message_signing;
mod one_or_many;
#[cfg(feature = "openapi")]
pub mod openapi;
mod panics;
mod policy;
mod protect;
mod rejection;
mod request;
#[cfg(feature = "single-use-redis")]
mod shared_store;
#[cfg(feature = "message-signing")]
mod signature;
#[cfg(not(feature = "message-signing"))]
#[path = "signature_absent.rs"]
mod signature;
mod single_use;
#[cfg(test)]
mod test_support;
#[cfg(feature = "testing")]
pub mod testing;
mod time;
mod token;

#[cfg(feature = "jwks-url")]
pub use crate::keys::JwksUrl;
pub use crate::{
    approov::{Approov, application_check::CheckFailed, builder::ApproovBuilder},
    config::{ConfigError, ConfigErrorKind},
    crypto::algorithm::Algorithm,
    event::{AcceptanceEvent, EventRequest, RejectionEvent},
    keys::{ApproovStatus, Key, KeyFile, KeySet, KeySource},
    one_or_many::OneOrMany,
    policy::{Enforcement, Policy, RoutePolicy},
    protect::{ApproovMiddleware, ApproovVerdict},
    rejection::Rejection,
    request::refusal::Refused,
    single_use::SingleUseAdmission,
    token::{ApproovClaims, ClaimError},
};
#[cfg(feature = "single-use-redis")]
pub use crate::{
    block_list::{BlockList, Blockable, Blocked},
    single_use::RedisStore,
};
#[cfg(feature = "message-signing")]
pub use crate::{
    message_signing::MessageSigning,
    policy::{SignatureLabel, SignaturePolicy},
    signature::ApproovSignature,
    single_use::{Claim, ClaimOutcome, MemoryStore, ReplayKey, SingleUse, SingleUseStore, StoreError},
};
#[cfg(feature = "macros")]
/// Protects one handler. [The guide](guide::handlers) has whole programs, policies, and compiler messages.
pub use approov_actix_macros::approov_protected;

/// For code that `#[approov_protected]` generates. Not part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::{
        policy::{DefaultPolicy, UnboundPolicy},
        protect::guard::Guarded,
    };
}

#[cfg(all(doctest, feature = "macros", feature = "testing"))]
#[doc = include_str!("../README.md")]
mod readme {}
