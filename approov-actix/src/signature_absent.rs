//! Replaces `signature` if the feature `message-signing` is off. No policy can then require a signature, so none of
//! this is ever reached.
#![allow(clippy::unnecessary_wraps, clippy::unused_self, reason = "as with the feature")]

use actix_web::{HttpRequest, http::header::HeaderName};

use crate::{
    config::ConfigError, message_signing::MessageSigning, policy::EffectiveSignaturePolicy, rejection::Rejection,
    single_use::ReplayKey, time::UnixTime, token::ApproovClaims,
};

#[derive(Debug)]
pub(crate) struct SignatureSettings;

impl SignatureSettings {
    pub(crate) fn build(_: MessageSigning, _: Option<String>) -> Result<Self, ConfigError> {
        Ok(Self)
    }

    pub(crate) fn warn_without_origin(&self) {}
}

pub(crate) struct Verifier<'a> {
    pub(crate) settings: &'a SignatureSettings,
    pub(crate) policy: &'a EffectiveSignaturePolicy,
    pub(crate) token_header: &'a HeaderName,
    pub(crate) claims: &'a ApproovClaims,
    pub(crate) explains: bool,
    pub(crate) now: UnixTime,
}

impl Verifier<'_> {
    pub(crate) fn verify(self, _: &HttpRequest) -> Result<Signatures, Rejection> {
        Err(Rejection::SignatureMissing)
    }
}

#[derive(Clone)]
pub(crate) enum Signatures {}

impl Signatures {
    pub(crate) fn again(
        &self,
        _: &SignatureSettings,
        _: &EffectiveSignaturePolicy,
        _: UnixTime,
    ) -> Result<Self, Rejection> {
        match *self {}
    }

    pub(crate) fn accepted(
        self,
        _: &ApproovClaims,
        _: &EffectiveSignaturePolicy,
    ) -> Result<(Option<ApproovSignature>, ExpectedBody), Rejection> {
        match self {}
    }
}

#[derive(Clone)]
pub(crate) enum ApproovSignature {}

impl ApproovSignature {
    pub(crate) fn check_time(&self, _: UnixTime) -> Result<(), Rejection> {
        match *self {}
    }

    pub(crate) fn end(&self) -> Option<UnixTime> {
        match *self {}
    }

    pub(crate) fn replay_keys(&self, _: &ApproovClaims) -> std::iter::Empty<(ReplayKey, Option<UnixTime>)> {
        match *self {}
    }
}

pub(crate) enum ExpectedBody {
    Any,
    Digest(Box<ExpectedDigest>),
    Empty { covers_upgrade: bool },
}

impl ExpectedBody {
    pub(crate) fn needs_reading(&self) -> bool {
        !matches!(self, Self::Any)
    }
}

#[derive(Clone, PartialEq)]
pub(crate) struct ExpectedDigest;

impl ExpectedDigest {
    pub(crate) fn hasher(&self) -> BodyHasher {
        BodyHasher
    }
}

pub(crate) struct BodyHasher;

impl BodyHasher {
    pub(crate) fn update(&mut self, _: &[u8]) {}

    pub(crate) fn verdict(self) -> Result<(), Rejection> {
        Err(Rejection::DigestMismatch)
    }
}
