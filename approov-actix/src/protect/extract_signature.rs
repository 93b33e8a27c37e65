//! The extractor [`ApproovSignature`].

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};

use super::extract::genuine;
use crate::{
    policy::{EffectivePolicy, EffectiveSignaturePolicy, Enforcement, SignatureRequirement},
    request::{
        layer::{ApplicationData, Layer},
        refusal::{Refusal, Refused},
        state::Way,
    },
    signature::ApproovSignature,
};

impl FromRequest for ApproovSignature {
    type Error = Refused;
    type Future = Ready<Result<Self, Refused>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(signature(request, Way::Argument))
    }

    fn extract(request: &HttpRequest) -> Self::Future {
        ready(signature(request, Way::Handler))
    }
}

fn signature(request: &HttpRequest, way: Way) -> Result<ApproovSignature, Refused> {
    found_signature(request, way).map_err(|refusal| refusal.answer_announced_when_sent(request))
}

/// The signature that the nearest layer has accepted, or accepts now. Never an invalid one.
fn found_signature(request: &HttpRequest, way: Way) -> Result<ApproovSignature, Refusal> {
    let layer = Layer::of(request, &ApplicationData::of(request))?;
    if layer.is_current()
        && let Some(signature) = layer.findings.signature
    {
        return Ok(signature);
    }
    let policy = EffectivePolicy {
        token_enforcement: Enforcement::Enforce,
        signature: EffectiveSignaturePolicy {
            requirement: SignatureRequirement::Required,
            enforcement: Enforcement::Enforce,
            ..layer.policy.signature
        },
        ..layer.policy
    };
    let (_, findings) = genuine(request, &layer.approov, &policy, way)?;
    findings.signature.ok_or_else(Refusal::not_configured)
}
