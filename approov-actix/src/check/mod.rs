//! The pipeline, and the only place where the order of the checks is written down.

#[cfg(feature = "message-signing")]
mod message_signing;
#[cfg(not(feature = "message-signing"))]
#[path = "no_message_signing.rs"]
mod message_signing;

use actix_web::{HttpRequest, dev::Payload};

use self::message_signing::BodyDuty;
use crate::{
    approov::Approov,
    binding,
    event::{AcceptanceEvent, RejectionEvent},
    keys::CurrentKeys,
    layer::Passed,
    logging::{LOG_TARGET, LogPath},
    policy::{EffectivePolicy, Enforcement},
    refusal::Refusal,
    rejection::Rejection,
    request_state::{Remembered, RequestState},
    token::Verified,
};

/// The checks of one request by one policy.
#[derive(Clone, Copy)]
pub(crate) struct Check<'a> {
    pub(crate) request: &'a HttpRequest,
    pub(crate) approov: &'a Approov,
    pub(crate) policy: &'a EffectivePolicy,
}

/// What there is to say before a body was waited for.
pub(crate) enum Checked {
    /// Every check was passed.
    All(Passed),
    /// A signature that is good covers the body, which is still to be compared.
    ButBody(HeadPassed),
}

/// A request that has passed every check but that of its body.
pub(crate) struct HeadPassed {
    passed: Passed,
    body: BodyDuty,
}

impl Check<'_> {
    /// Runs every check that the policy asks for and stops at the first that refuses, but does not wait for a body.
    pub(crate) fn head(self) -> Result<Checked, Refusal> {
        let head = self.check_head()?;
        if head.body.is_looked_at() {
            return Ok(Checked::ButBody(head));
        }
        Ok(Checked::All(self.announced(head.passed)))
    }

    /// The last check. The handler still finds the body in `payload`.
    pub(crate) async fn body(self, head: HeadPassed, payload: &mut Payload) -> Result<Passed, Refusal> {
        let passed = self.check_body(head, payload).await?;
        Ok(self.announced(passed))
    }

    /// All checks at once, for who cannot look at the body. Refuses where it matters.
    pub(crate) fn without_body(self) -> Result<Passed, Refusal> {
        let passed = self.check_unseen_body(self.check_head()?)?;
        Ok(self.announced(passed))
    }

    /// Token, binding, message signature: what can be told from the headers.
    fn check_head(self) -> Result<HeadPassed, Refusal> {
        let keys = self.approov.current_keys();
        let mut passed = Passed {
            generation: keys.generation(),
            ..Passed::default()
        };

        let Verified { claims, is_remembered } = match self.token_verdict(&keys) {
            Ok(verified) => verified,
            Err(rejection) => {
                self.report_or_refuse(&mut passed, rejection, self.policy.token_enforcement)?;
                let body = BodyDuty::None;
                return Ok(HeadPassed { passed, body });
            }
        };
        passed.claims = Some(claims.clone());
        passed.is_remembered = is_remembered;
        if let Err(rejection) = self.check_policy() {
            // A fault of the server is never only reported.
            self.report_or_refuse(&mut passed, rejection, Enforcement::Enforce)?;
        }

        if let Err(rejection) = binding::check(self.request.headers(), self.policy, &claims) {
            self.report_or_refuse(&mut passed, rejection, self.policy.binding_enforcement)?;
        }

        let body = self.check_signature(&mut passed, &claims)?;
        Ok(HeadPassed { passed, body })
    }

    fn token_verdict(self, keys: &CurrentKeys) -> Result<Verified, Rejection> {
        if let Some(state) = RequestState::of(self.request)
            && let Some(known) = &state.token
            && let Some(verdict) = known.verdict(self.approov, keys.generation())
        {
            return verdict;
        }
        let verdict = self.approov.verify_headers(self.request.headers(), keys);
        RequestState::of_mut(self.request).token = Some(Remembered::new(self.approov, keys.generation(), &verdict));
        verdict
    }

    /// A guard's policy cannot know the configured token header, so this mistake shows at the first request with a good token.
    fn check_policy(self) -> Result<(), Rejection> {
        let token_header = &self.approov.settings().token_header;
        if !self.policy.binding.has(token_header) {
            return Ok(());
        }
        let path = LogPath(self.request.path());
        log::error!(target: LOG_TARGET, "policy_invalid {path}: tokens are to be bound to {token_header}, the header that carries them");
        Err(Rejection::PolicyInvalid)
    }

    /// What a failed check means: only where it is to be reported does the request go on.
    fn report_or_refuse(
        self,
        passed: &mut Passed,
        rejection: Rejection,
        enforcement: Enforcement,
    ) -> Result<(), Refusal> {
        if enforcement == Enforcement::Report {
            if RequestState::is_news(self.request, self.approov, Err(rejection)) {
                self.approov.settings().listeners.hear_rejection(&RejectionEvent {
                    request: self.request.head(),
                    rejection,
                    claims: passed.claims.as_ref(),
                    enforcement,
                });
            }
            passed.is_reported = true;
            return Ok(());
        }
        Err(Refusal {
            approov: Some(self.approov.clone()),
            rejection,
            claims: passed.claims.take(),
        })
    }

    fn announced(self, passed: Passed) -> Passed {
        let listeners = &self.approov.settings().listeners;
        if let Some(claims) = passed.claims.as_ref().filter(|_| !passed.is_reported)
            && listeners.want_acceptances()
            && RequestState::is_news(self.request, self.approov, Ok(()))
        {
            listeners.hear_acceptance(&AcceptanceEvent {
                request: self.request.head(),
                claims,
                token_remembered: passed.is_remembered,
            });
        }
        passed
    }
}

#[cfg(test)]
mod tests;
