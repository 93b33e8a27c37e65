//! The pipeline, and the only place where the order of the checks is written down.

#[cfg(feature = "message-signing")]
mod message_signing;
#[cfg(not(feature = "message-signing"))]
#[path = "no_message_signing.rs"]
mod message_signing;

use actix_web::{HttpRequest, dev::Payload};

use self::message_signing::BodyDuty;
#[cfg(feature = "message-signing")]
pub(crate) use self::message_signing::SignatureVerdict;
#[cfg(feature = "message-signing")]
use crate::signature::ApproovSignature;
use crate::{
    approov::Approov,
    binding,
    event::{announce_acceptance, announce_report},
    keys::CurrentKeys,
    logging::{LOG_TARGET, LogPath},
    policy::{EffectivePolicy, Enforcement},
    refusal::Refusal,
    rejection::Rejection,
    request_state::RequestState,
    token::{ApproovClaims, Verified},
};

/// The checks of one request by one policy.
#[derive(Clone, Copy)]
pub(crate) struct Check<'a> {
    pub(crate) request: &'a HttpRequest,
    pub(crate) approov: &'a Approov,
    pub(crate) policy: &'a EffectivePolicy,
}

/// What a request has shown. By default nothing.
#[derive(Clone, Default)]
pub(crate) struct Passed {
    /// The keys that counted when the check began. No keys are of generation 0.
    pub(crate) generation: u64,
    /// The claims of the token, or none if there was no genuine one and that is only reported.
    pub(crate) claims: Option<ApproovClaims>,
    is_remembered: bool,
    #[cfg(feature = "message-signing")]
    pub(crate) signature: Option<ApproovSignature>,
    /// Whether a check has failed and was only reported.
    is_reported: bool,
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
            && known.approov_id == self.approov.id()
            && known.generation == keys.generation()
        {
            return known.verdict.clone();
        }
        let verdict = self.approov.verify_headers(self.request.headers(), keys);
        RequestState::of_mut(self.request).token = Some(TokenVerdict {
            approov_id: self.approov.id(),
            generation: keys.generation(),
            verdict: verdict.clone(),
        });
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
            announce_report(self.approov, self.request, rejection, passed.claims.as_ref());
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
        if let Some(claims) = passed.claims.as_ref().filter(|_| !passed.is_reported) {
            announce_acceptance(self.approov, self.request, claims, passed.is_remembered);
        }
        passed
    }
}

/// The verdict on the request's token, as it is remembered with the request.
pub(crate) struct TokenVerdict {
    approov_id: u64,
    /// The keys with which the verification started.
    generation: u64,
    verdict: Result<Verified, Rejection>,
}

#[cfg(test)]
mod tests;
