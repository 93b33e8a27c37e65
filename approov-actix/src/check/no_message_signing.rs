//! Stands in for `message_signing.rs` where that feature is off: there is no signature to check, so nothing is looked at in a body.
#![allow(
    clippy::unnecessary_wraps,
    clippy::unused_async,
    clippy::unused_self,
    reason = "as with the feature"
)]

use actix_web::dev::Payload;

use super::{Check, HeadPassed};
use crate::{layer::Passed, refusal::Refusal, token::ApproovClaims};

pub(super) enum BodyDuty {
    None,
}

impl BodyDuty {
    pub(super) fn is_looked_at(&self) -> bool {
        match self {
            Self::None => false,
        }
    }
}

impl Check<'_> {
    pub(super) fn check_signature(self, _: &mut Passed, _: &ApproovClaims) -> Result<BodyDuty, Refusal> {
        Ok(BodyDuty::None)
    }

    pub(super) async fn check_body(self, head: HeadPassed, _: &mut Payload) -> Result<Passed, Refusal> {
        Ok(head.passed)
    }

    pub(super) fn check_unseen_body(self, head: HeadPassed) -> Result<Passed, Refusal> {
        Ok(head.passed)
    }
}
