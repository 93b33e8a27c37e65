//! The checks of message signatures, and of the bodies that they cover.

use actix_web::dev::Payload;

use super::{Check, HeadChecked};
pub(super) use crate::signature::ExpectedBody;
use crate::{
    logging::{LOG_TARGET, LogPath},
    policy::SignatureRequirement,
    rejection::Rejection,
    request::layer::Findings,
    request::refusal::Refusal,
    request::state::{Remembered, RequestState},
    signature::{ApproovSignature, ExpectedDigest, Verifier, body},
    time::Moment,
    token::ApproovClaims,
};

impl Check<'_> {
    /// What is still to be seen of the body.
    pub(super) fn check_signature(
        self,
        findings: &mut Findings,
        claims: &ApproovClaims,
    ) -> Result<ExpectedBody, Refusal> {
        match self.signature_verdict(findings.generation, claims) {
            Ok((signature, body)) => {
                findings.signature = signature;
                Ok(body)
            }
            Err(rejection) => {
                self.report_or_refuse(findings, rejection, self.policy.signature_enforcement)?;
                Ok(ExpectedBody::Any)
            }
        }
    }

    pub(super) async fn check_body(self, mut head: HeadChecked, payload: &mut Payload) -> Result<Findings, Refusal> {
        let mut verdict = self.body_verdict(payload, &head.body).await;
        // A body can be kept back until the keys were replaced. What the old ones have verified counts no longer.
        if head.findings.generation != self.approov.current_keys().generation() {
            head = self.check_head()?;
            // Of a body that is there, so nobody waits again.
            verdict = self.body_verdict(payload, &head.body).await;
        }
        self.settle_time(self.settle_body(head.findings, verdict)?)
    }

    pub(super) fn check_unseen_body(self, head: HeadChecked) -> Result<Findings, Refusal> {
        let verdict = self.unseen_body_verdict(&head.body);
        self.settle_body(head.findings, verdict)
    }

    /// The signature that the policy accepts, and what it says of the body. Signatures are verified once for each request, as the application
    /// received it: a middleware inside may change it.
    fn signature_verdict(
        self,
        generation: u64,
        claims: &ApproovClaims,
    ) -> Result<(Option<ApproovSignature>, ExpectedBody), Rejection> {
        if self.policy.signature == SignatureRequirement::Off {
            return Ok((None, ExpectedBody::Any));
        }
        let known = RequestState::of(self.request)
            .and_then(|state| state.signature.as_ref()?.verdict(self.approov, generation));
        let verdict = known.unwrap_or_else(|| {
            let settings = self.approov.settings();
            let verifier = Verifier {
                settings: &settings.signature,
                token_header: &settings.token_header,
                claims,
                explains: settings.listeners.logging,
                now: Moment::now(),
            };
            let verdict = verifier.verify(self.request);
            let remembered = Remembered::new(self.approov, generation, &verdict);
            RequestState::of_mut(self.request).signature = Some(Box::new(remembered));
            verdict
        });
        verdict?.accepted(claims, self.policy, self.approov.settings().signature.require_digest)
    }

    /// Looks at the body as far as it must. The handler gets the same bytes, whatever the result.
    async fn body_verdict(self, payload: &mut Payload, duty: &ExpectedBody) -> Result<(), Rejection> {
        match duty {
            ExpectedBody::Any => Ok(()),
            ExpectedBody::Empty => body::refuse_any(self.request, payload).await,
            ExpectedBody::Digest(expected) => {
                if let Some(verdict) = self.known_body_verdict(expected) {
                    return verdict;
                }
                let limit = self.approov.settings().signature.body_limit;
                let verdict = expected.check(&body::read(self.request, payload, limit).await?);
                RequestState::of_mut(self.request).body = Some(Box::new((*expected.clone(), verdict)));
                verdict
            }
        }
    }

    /// The verdict of who cannot look at the body.
    fn unseen_body_verdict(self, duty: &ExpectedBody) -> Result<(), Rejection> {
        let known = match duty {
            ExpectedBody::Any => Some(Ok(())),
            ExpectedBody::Digest(expected) => self.known_body_verdict(expected),
            ExpectedBody::Empty => body::is_surely_empty(self.request).then_some(Ok(())),
        };
        known.unwrap_or_else(|| {
            log::error!(
                target: LOG_TARGET,
                "body_unavailable {}: the signature is about the body, at which an argument alone cannot look: protect this handler with \
                 `#[approov_protected]` or a middleware",
                LogPath(self.request.path())
            );
            Err(Rejection::BodyUnavailable)
        })
    }

    fn known_body_verdict(self, expected: &ExpectedDigest) -> Option<Result<(), Rejection>> {
        let state = RequestState::of(self.request)?;
        let (compared, verdict) = &**state.body.as_ref()?;
        (compared == expected).then_some(*verdict)
    }

    fn settle_body(self, mut findings: Findings, verdict: Result<(), Rejection>) -> Result<Findings, Refusal> {
        if let Err(rejection) = verdict {
            findings.signature = None;
            self.report_or_refuse(&mut findings, rejection, self.policy.signature_enforcement)?;
        }
        Ok(findings)
    }

    /// A body can be kept back until everything that came with its head has expired.
    fn settle_time(self, mut findings: Findings) -> Result<Findings, Refusal> {
        let Some(claims) = &findings.claims else {
            return Ok(findings);
        };
        let now = Moment::now();
        if let Err(rejection) = self.approov.settings().rules.check_time(claims, now) {
            findings.claims = None;
            findings.signature = None;
            self.report_or_refuse(&mut findings, rejection, self.policy.token_enforcement)?;
            return Ok(findings);
        }
        let signature = findings.signature.as_ref();
        let verdict = signature.map_or(Ok(()), |signature| signature.check_time(now));
        self.settle_body(findings, verdict)
    }
}
