//! The checks of message signatures, and of the bodies that they cover.

use actix_web::dev::Payload;
use log::Level;

use super::{Check, HeadChecked};
use crate::{
    logging::{LOG_TARGET, LogText},
    policy::SignatureRequirement,
    rejection::Rejection,
    request::refusal::Refusal,
    request::state::{CachedVerdict, ComparedBody, RequestState, SignatureVerdict},
    request::{
        body::{self, Bounds},
        layer::{Findings, Layer},
    },
    signature::{ApproovSignature, ExpectedBody, ExpectedDigest, Signatures, Verifier},
    time::UnixTime,
    token::ApproovClaims,
};

impl<'a> Check<'a> {
    /// Returns what is still to be checked of the body.
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
                self.report_or_refuse(findings, rejection, self.policy.signature.enforcement)?;
                Ok(ExpectedBody::Any)
            }
        }
    }

    pub(super) async fn check_body(self, mut head: HeadChecked, payload: &mut Payload) -> Result<Findings, Refusal> {
        let mut verdict = self.body_verdict(payload, &head).await;
        // A client can hold its body back until the keys are replaced. What the old keys verified is then no longer
        // valid.
        if head.findings.generation != self.approov.current_keys().generation() {
            head = self.check_head()?;
            // The body is already here, so this does not wait again.
            verdict = self.body_verdict(payload, &head).await;
        }
        self.settle_time(self.settle_body(head.findings, verdict)?)
    }

    pub(super) fn check_unseen_body(self, head: HeadChecked) -> Result<Findings, Refusal> {
        let verdict = self.unseen_body_verdict(&head.body);
        self.settle_body(head.findings, verdict)
    }

    /// The signature that the policy accepts, and what it requires of the body. Signatures are verified once for each
    /// request, as the application received it, because a middleware further in may change the request.
    fn signature_verdict(
        self,
        generation: u64,
        claims: &ApproovClaims,
    ) -> Result<(Option<ApproovSignature>, ExpectedBody), Rejection> {
        if self.policy.signature.requirement == SignatureRequirement::Off {
            return Ok((None, ExpectedBody::Any));
        }
        let settings = self.approov.settings();
        let policy = &self.policy.signature;
        let known = self.known_signatures(generation);
        let verdict = known.unwrap_or_else(|| {
            let verifier = Verifier {
                settings: &settings.signature,
                policy,
                token_header: &settings.token_header,
                claims,
                explains: settings.listeners.logging,
                now: UnixTime::now(),
            };
            let verdict = verifier.verify(self.request);
            RequestState::write(self.request, |state| {
                state.signature = Some(Box::new(SignatureVerdict {
                    max_age: policy.max_age,
                    covers: policy.covers,
                    verdict: CachedVerdict::new(self.approov, generation, &verdict),
                }));
            });
            verdict
        });
        verdict?.accepted(claims, policy)
    }

    /// The earlier verdict on the signatures, unless it is due to another policy's age or coverage.
    fn known_signatures(self, generation: u64) -> Option<Result<Signatures, Rejection>> {
        let (settings, policy) = (&self.approov.settings().signature, &self.policy.signature);
        let known = RequestState::read(self.request, |state| {
            let known = state.signature.as_ref()?;
            let is_of_same_policy = known.max_age == policy.max_age && known.covers == policy.covers;
            Some((known.verdict.verdict(self.approov, generation)?, is_of_same_policy))
        });
        let (verdict, is_of_same_policy) = known.flatten()?;
        match verdict {
            verdict if is_of_same_policy => Some(verdict),
            Ok(signatures) => Some(signatures.again(settings, policy, UnixTime::now())),
            Err(
                Rejection::SignatureCoverage { .. } | Rejection::SignatureTimeMissing | Rejection::SignatureExpired,
            ) => None,
            Err(other) => Some(Err(other)),
        }
    }

    /// Reads the body only as far as necessary. The handler gets the same bytes, whatever the result.
    async fn body_verdict(self, payload: &mut Payload, head: &HeadChecked) -> Result<(), Rejection> {
        match &head.body {
            ExpectedBody::Any => Ok(()),
            ExpectedBody::Empty { covers_upgrade } => {
                body::refuse_any(
                    self.request,
                    payload,
                    *covers_upgrade,
                    &self.body_bounds(&head.findings),
                )
                .await
            }
            ExpectedBody::Digest(expected) => {
                if let Some(verdict) = self.known_body_verdict(expected) {
                    return verdict;
                }
                let mut hasher = expected.hasher();
                let bounds = self.body_bounds(&head.findings);
                let length = body::read(self.request, payload, &bounds, |chunk| hasher.update(chunk)).await?;
                let verdict = hasher.verdict();
                RequestState::write(self.request, |state| {
                    state.body = Some(Box::new(ComparedBody {
                        expected: (**expected).clone(),
                        length,
                        verdict,
                    }));
                });
                verdict
            }
        }
    }

    /// A body is awaited only while the token and the signature that came with it are valid.
    fn body_bounds(self, findings: &Findings) -> Bounds<'a> {
        let settings = self.approov.settings();
        let token_end = findings.claims.as_ref().and_then(|claims| settings.rules.end(claims));
        let signature_end = findings.signature.as_ref().and_then(ApproovSignature::end);
        let ends = [
            (token_end, Rejection::TokenExpired),
            (signature_end, Rejection::SignatureExpired),
        ];
        let ends = ends.into_iter().filter_map(|(end, rejection)| Some((end?, rejection)));
        Bounds {
            bytes: self.policy.signature.body_limit,
            budget: &settings.body_budget,
            end: ends.min_by(|(one, _), (other, _)| one.seconds().total_cmp(&other.seconds())),
        }
    }

    /// The verdict for an argument, which cannot read the body.
    fn unseen_body_verdict(self, duty: &ExpectedBody) -> Result<(), Rejection> {
        let known = match duty {
            ExpectedBody::Any => Some(Ok(())),
            ExpectedBody::Digest(expected) => self.known_body_verdict(expected),
            ExpectedBody::Empty { covers_upgrade } => {
                body::is_surely_empty(self.request, *covers_upgrade).then_some(Ok(()))
            }
        };
        known.unwrap_or_else(|| {
            // Inside a layer whose policy requires less, the caller decides whether the signature is about the body.
            let level = if Layer::is_around(self.request) { Level::Debug } else { Level::Error };
            log::log!(
                target: LOG_TARGET,
                level,
                "body_unavailable {}: the signature is about the body, which an argument alone cannot read: protect this handler with \
                 `#[approov_protected(signature = …)]` or a middleware that requires signatures",
                LogText(self.request.path())
            );
            Err(Rejection::BodyUnavailable)
        })
    }

    /// Another layer may allow a larger body than this one.
    fn known_body_verdict(self, expected: &ExpectedDigest) -> Option<Result<(), Rejection>> {
        let compared = RequestState::read(self.request, |state| {
            let compared = state.body.as_ref().filter(|compared| compared.expected == *expected)?;
            Some((compared.length, compared.verdict))
        });
        let (length, verdict) = compared.flatten()?;
        if length > self.policy.signature.body_limit {
            return Some(Err(Rejection::BodyTooLarge));
        }
        Some(verdict)
    }

    fn settle_body(self, mut findings: Findings, verdict: Result<(), Rejection>) -> Result<Findings, Refusal> {
        if let Err(rejection) = verdict {
            findings.signature = None;
            self.report_or_refuse(&mut findings, rejection, self.policy.signature.enforcement)?;
        }
        Ok(findings)
    }

    /// The token and the signature may have expired while the body was awaited.
    pub(super) fn settle_time(self, mut findings: Findings) -> Result<Findings, Refusal> {
        let Some(claims) = &findings.claims else {
            return Ok(findings);
        };
        let now = UnixTime::now();
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
