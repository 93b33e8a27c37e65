//! Message signatures over real HTTP, made by the tests' own signer. Attacks that need no other server are rows:
//! `tests/refusals`, in the files of signatures and digests.

mod altered;
pub(crate) mod bodies;
mod explained;
mod extractor;
mod fields;
mod hostile;
mod http2;
mod keys;
mod layers;
mod policies;
mod targets;
mod upgrades;
pub(crate) mod withheld;

use actix_web::web;
use approov_actix::{
    ApproovBuilder, Enforcement, MessageSigning, OneOrMany, Policy, SignaturePolicy, approov_protected,
};
use support::{
    client::Request,
    signing::{Message, Signature},
};

use crate::{ORIGIN, builder, served::Served, signing, signing_by};

#[approov_protected(signature = "required")]
async fn guarded(body: web::Bytes) -> web::Bytes {
    body
}

/// For middlewares to protect.
pub(crate) async fn echo(body: web::Bytes) -> web::Bytes {
    body
}

const REQUIRED: Policy = Policy::new().signature(SignaturePolicy::required());

/// Asks for a signature, and lets requests without a good one in.
pub(crate) const REPORTED: SignaturePolicy = SignaturePolicy::required().enforcement(Enforcement::Report);

/// Asks for a signature that covers the body, where there is one.
pub(crate) const WITH_BODY: SignaturePolicy = SignaturePolicy::required().require_content_digest(true);

/// What every signature has to cover.
const LEAST: [&str; 3] = ["@method", "@target-uri", "approov-token"];

/// With these public origins, and no account key.
fn signing_at(origins: impl OneOrMany) -> ApproovBuilder {
    builder().message_signing(MessageSigning::new().public_origins(origins))
}

/// Whose routes all ask for a signature.
pub(crate) fn serve(builder: ApproovBuilder) -> Served {
    Served::new(builder, |app, _| {
        app.default_service(web::to(guarded));
    })
}

/// The order, to this path.
pub(crate) fn order(path: &str) -> Message {
    Message {
        url: format!("{ORIGIN}{path}"),
        ..Message::order()
    }
}

/// A good signature of something else than what is sent.
fn with_signature_of(signed: &Message, sent: &Message) -> Request {
    sent.request().signed(&[&Signature::install(signed)])
}

/// Of what every signature has to cover, and of no more.
fn least(message: &Message) -> Signature {
    Signature::install(message).covering(message, &LEAST)
}
