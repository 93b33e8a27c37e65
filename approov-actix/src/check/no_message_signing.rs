//! Stands in for `message_signing.rs` where that feature is off: there is no signature to check, so nothing is looked at in a body.
#![allow(
    clippy::unnecessary_wraps,
    clippy::unused_async,
    clippy::unused_self,
    reason = "as with the feature"
)]

use actix_web::dev::Payload;

use super::{Check, HeadChecked};
use crate::{request::layer::Findings, request::refusal::Refusal, token::ApproovClaims};

pub(super) enum ExpectedBody {
    Any,
}

impl ExpectedBody {
    pub(super) fn needs_reading(&self) -> bool {
        match self {
            Self::Any => false,
        }
    }
}

impl Check<'_> {
    pub(super) fn check_signature(self, _: &mut Findings, _: &ApproovClaims) -> Result<ExpectedBody, Refusal> {
        Ok(ExpectedBody::Any)
    }

    pub(super) async fn check_body(self, head: HeadChecked, _: &mut Payload) -> Result<Findings, Refusal> {
        Ok(head.findings)
    }

    pub(super) fn check_unseen_body(self, head: HeadChecked) -> Result<Findings, Refusal> {
        Ok(head.findings)
    }
}
