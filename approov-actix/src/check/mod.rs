//! The pipeline: the only place that defines the order of the checks.

mod binding;
mod message_signing;
mod single_use;

use std::{future::Future, pin::Pin, vec};

use actix_web::{HttpRequest, dev::Payload};

use crate::{
    approov::Approov,
    event::{EventRequest, RejectionEvent},
    keys::CurrentKeys,
    logging::{LOG_TARGET, LogText},
    policy::{EffectivePolicy, Enforcement},
    rejection::Rejection,
    request::layer::Findings,
    request::refusal::Refusal,
    request::state::{CachedVerdict, RequestState, Way},
    signature::ExpectedBody,
    single_use::{ClaimOutcome, ReplayKey, StoreError},
    time::UnixTime,
    token::{ApproovClaims, Verified},
};

/// The checks of one request against one policy.
#[derive(Clone, Copy)]
pub(crate) struct Check<'a> {
    pub(crate) request: &'a HttpRequest,
    pub(crate) approov: &'a Approov,
    pub(crate) policy: &'a EffectivePolicy,
    pub(crate) way: Way,
}

/// The result before anything is awaited.
pub(crate) enum Checked {
    /// Every check has passed, or its failure was reported.
    Complete(Findings),
    Awaits(Awaited),
}

/// What is still awaited.
pub(crate) enum Awaited {
    /// The body, which is still to be compared with a valid signature.
    Body(HeadChecked),
    /// The single-use store, the last check.
    Store(ClaimPending),
}

/// A request whose headers have passed every check.
pub(crate) struct HeadChecked {
    findings: Findings,
    body: ExpectedBody,
}

/// A request that has passed every other check.
enum Claimed {
    /// It is claimed, or need not be.
    Complete(Findings),
    AwaitsStore(ClaimPending),
}

/// A claim that the store has not answered yet, and those that follow.
pub(crate) struct ClaimPending {
    findings: Findings,
    claim: Pin<Box<dyn Future<Output = Result<ClaimOutcome, StoreError>> + Send>>,
    key: ReplayKey,
    rest: vec::IntoIter<Claimable>,
}

/// A key to claim, and until when the request could come again.
type Claimable = (ReplayKey, UnixTime);

impl Check<'_> {
    /// Runs the checks that the policy requires, up to the first refusal, without waiting for anything.
    pub(crate) fn at_once(self) -> Result<Checked, Refusal> {
        let head = self.check_head()?;
        if head.body.needs_reading() {
            return Ok(Checked::Awaits(Awaited::Body(head)));
        }
        Ok(match self.finish(head.findings)? {
            Claimed::Complete(findings) => Checked::Complete(findings),
            Claimed::AwaitsStore(pending) => Checked::Awaits(Awaited::Store(pending)),
        })
    }

    /// Runs the remaining checks. The handler still finds the body in `payload`.
    pub(crate) async fn rest(self, awaited: Awaited, payload: &mut Payload) -> Result<Findings, Refusal> {
        let mut claimed = match awaited {
            Awaited::Body(head) => self.finish(self.check_body(head, payload).await?)?,
            Awaited::Store(pending) => Claimed::AwaitsStore(pending),
        };
        loop {
            let findings = match claimed {
                Claimed::Complete(findings) => return Ok(findings),
                Claimed::AwaitsStore(pending) => self.await_claims(pending).await?,
            };
            if findings.generation == self.approov.current_keys().generation() {
                return self.settle_time(findings);
            }
            // The keys were replaced meanwhile: what the old ones verified is no longer valid. The claim still is.
            let head = self.check_head()?;
            claimed = self.finish(self.check_body(head, payload).await?)?;
        }
    }

    /// All checks, for an argument, which cannot wait: a check that would have to wait fails.
    pub(crate) fn without_waiting(self) -> Result<Findings, Refusal> {
        let findings = self.check_unseen_body(self.check_head()?)?;
        self.claimed_at_once(self.finish(findings)?)
    }

    /// Token, binding, message signature: whatever the headers alone decide.
    fn check_head(self) -> Result<HeadChecked, Refusal> {
        let keys = self.approov.current_keys();
        let mut findings = Findings {
            generation: keys.generation(),
            ..Findings::default()
        };

        let Verified { claims, is_cached } = match self.token_verdict(&keys) {
            Ok(verified) => verified,
            Err(rejection) => {
                self.report_or_refuse(&mut findings, rejection, self.policy.token_enforcement)?;
                let body = ExpectedBody::Any;
                return Ok(HeadChecked { findings, body });
            }
        };
        findings.claims = Some(claims.clone());
        findings.is_cached = is_cached;
        if let Err(rejection) = self.check_policy() {
            // A fault of the server is never only reported.
            self.report_or_refuse(&mut findings, rejection, Enforcement::Enforce)?;
        }

        if let Err(rejection) = binding::check(self.request.headers(), self.policy, &claims) {
            self.report_or_refuse(&mut findings, rejection, self.policy.binding_enforcement)?;
        }

        let body = self.check_signature(&mut findings, &claims)?;
        Ok(HeadChecked { findings, body })
    }

    fn token_verdict(self, keys: &CurrentKeys) -> Result<Verified, Rejection> {
        let generation = keys.generation();
        let known = RequestState::read(self.request, |state| {
            state.token.as_ref()?.verdict(self.approov, generation)
        });
        if let Some(verdict) = known.flatten() {
            return verdict;
        }
        let verdict = self.approov.verify_headers(self.request.headers(), keys);
        // A missing header is found as fast as a kept verdict.
        if !matches!(verdict, Err(Rejection::TokenMissing)) {
            RequestState::keep(self.request, self.way, |state| {
                state.token = Some(CachedVerdict::new(self.approov, generation, &verdict));
            });
        }
        verdict
    }

    /// A guard's policy cannot know the application's settings, so a mistake shows only at the first request with a
    /// valid token.
    fn check_policy(self) -> Result<(), Rejection> {
        let settings = self.approov.settings();
        let path = LogText(self.request.path());
        if self.policy.is_bound_to(&settings.token_header) {
            let token_header = &settings.token_header;
            log::error!(target: LOG_TARGET, "policy_invalid {path}: tokens are to be bound to {token_header}, the header that carries them");
            return Err(Rejection::PolicyInvalid);
        }
        if let Some(fault) = self.policy.single_use_fault(settings.single_use.is_some()) {
            log::error!(target: LOG_TARGET, "policy_invalid {path}: the policy {fault}");
            return Err(Rejection::PolicyInvalid);
        }
        Ok(())
    }

    /// Runs the application's own checks, for a genuine token only, and then claims the request: a refused request must
    /// not use up its claim.
    fn finish(self, mut findings: Findings) -> Result<Claimed, Refusal> {
        if let Some(claims) = &findings.claims
            && let Err(rejection) = self.application_verdict(claims)
        {
            self.report_or_refuse(&mut findings, rejection, self.policy.check_enforcement)?;
        }
        self.claim(findings)
    }

    /// Each layer runs the checks: further in, a check may see more of the request, such as the parameters of its
    /// route.
    fn application_verdict(self, claims: &ApproovClaims) -> Result<(), Rejection> {
        let mut checks = self.approov.settings().checks.iter();
        checks
            .try_for_each(|check| check(self.request, claims))
            .map_err(Rejection::from)
    }

    /// Handles a failed check: the request goes on only if the check is only reported.
    fn report_or_refuse(
        self,
        findings: &mut Findings,
        rejection: Rejection,
        enforcement: Enforcement,
    ) -> Result<(), Refusal> {
        if enforcement == Enforcement::Report {
            findings.is_reported = true;
            self.report(rejection, findings.claims.as_ref());
            return Ok(());
        }
        Err(Refusal {
            approov: Some(self.approov.clone()),
            rejection,
            claims: findings.claims.take(),
        })
    }

    fn report(self, rejection: Rejection, claims: Option<&ApproovClaims>) {
        let is_first = RequestState::is_first_report(self.request, self.approov, self.way, rejection);
        RequestState::fail(self.request, self.approov);
        if !is_first {
            return;
        }
        let listeners = &self.approov.settings().listeners;
        let id = listeners.id_of(self.request);
        listeners.hear_rejection(&RejectionEvent {
            request: EventRequest::new(self.request, id.as_deref()),
            rejection,
            claims,
            enforcement: Enforcement::Report,
            name: listeners.name.as_deref(),
        });
    }
}

#[cfg(test)]
mod tests;
