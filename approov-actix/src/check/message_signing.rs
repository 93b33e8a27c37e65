//! The checks of message signatures, and of the bodies that they cover.

use actix_web::dev::Payload;

use super::{Check, HeadPassed, Passed};
pub(super) use crate::signature::BodyDuty;
use crate::{
    policy::SignatureRequirement,
    refusal::Refusal,
    rejection::Rejection,
    request_state::RequestState,
    signature::{self, ApproovSignature, Signatures},
    time::Moment,
    token::ApproovClaims,
};

/// The verdict on the request's signatures, as it is remembered with the request.
pub(crate) struct SignatureVerdict {
    approov_id: u64,
    generation: u64,
    verdict: Result<Signatures, Rejection>,
}

impl Check<'_> {
    /// What is still to be seen of the body.
    pub(super) fn check_signature(self, passed: &mut Passed, claims: &ApproovClaims) -> Result<BodyDuty, Refusal> {
        match self.signature_verdict(passed.generation, claims) {
            Ok((signature, body)) => {
                passed.signature = signature;
                Ok(body)
            }
            Err(rejection) => {
                self.report_or_refuse(passed, rejection, self.policy.signature_enforcement)?;
                Ok(BodyDuty::None)
            }
        }
    }

    pub(super) async fn check_body(self, mut head: HeadPassed, payload: &mut Payload) -> Result<Passed, Refusal> {
        let mut verdict = signature::check_body(self.request, payload, self.approov, &head.body).await;
        // A body can be kept back until the keys were replaced. What the old ones have verified counts no longer.
        if head.passed.generation != self.approov.current_keys().generation() {
            head = self.check_head()?;
            // Of a body that is there, so nobody waits again.
            verdict = signature::check_body(self.request, payload, self.approov, &head.body).await;
        }
        self.settle_time(self.settle_body(head.passed, verdict)?)
    }

    pub(super) fn check_unseen_body(self, head: HeadPassed) -> Result<Passed, Refusal> {
        let verdict = signature::body_verdict(self.request, &head.body);
        self.settle_body(head.passed, verdict)
    }

    /// The signature that the policy accepts, and what it says of the body. Signatures are verified once for each request, as the application
    /// received it: a middleware inside may change it.
    fn signature_verdict(
        self,
        generation: u64,
        claims: &ApproovClaims,
    ) -> Result<(Option<ApproovSignature>, BodyDuty), Rejection> {
        if self.policy.signature == SignatureRequirement::Off {
            return Ok((None, BodyDuty::None));
        }
        let approov_id = self.approov.id();
        let known = RequestState::of(self.request).and_then(|state| {
            let known = state.signature.as_ref()?;
            let counts = known.approov_id == approov_id && known.generation == generation;
            counts.then(|| known.verdict.clone())
        });
        let verdict = known.unwrap_or_else(|| {
            let verdict = signature::verify(self.request, self.approov, claims, Moment::now());
            RequestState::of_mut(self.request).signature = Some(Box::new(SignatureVerdict {
                approov_id,
                generation,
                verdict: verdict.clone(),
            }));
            verdict
        });
        verdict?.accepted(self.approov, claims, self.policy)
    }

    fn settle_body(self, mut passed: Passed, verdict: Result<(), Rejection>) -> Result<Passed, Refusal> {
        if let Err(rejection) = verdict {
            passed.signature = None;
            self.report_or_refuse(&mut passed, rejection, self.policy.signature_enforcement)?;
        }
        Ok(passed)
    }

    /// A body can be kept back until everything that came with its head has expired.
    fn settle_time(self, mut passed: Passed) -> Result<Passed, Refusal> {
        let Some(claims) = &passed.claims else {
            return Ok(passed);
        };
        let now = Moment::now();
        if let Err(rejection) = self.approov.settings().rules.check_time(claims, now) {
            passed.claims = None;
            passed.signature = None;
            self.report_or_refuse(&mut passed, rejection, self.policy.token_enforcement)?;
            return Ok(passed);
        }
        let signature = passed.signature.as_ref();
        let verdict = signature.map_or(Ok(()), |signature| signature.check_time(now));
        self.settle_body(passed, verdict)
    }
}
