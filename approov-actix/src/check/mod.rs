//! The pipeline, and the only place where the order of the checks is written down.

use actix_web::{HttpRequest, dev::Payload};

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
#[cfg(feature = "message-signing")]
use crate::{
    policy::SignatureRequirement,
    signature::{self, ApproovSignature, BodyDuty, Signatures},
    time::Moment,
};

/// What a request has shown.
pub(crate) struct Passed {
    /// The keys that counted when the check began.
    pub(crate) generation: u64,
    /// The claims of the token, or none if there was no genuine one and that is only reported.
    pub(crate) claims: Option<ApproovClaims>,
    is_remembered: bool,
    #[cfg(feature = "message-signing")]
    pub(crate) signature: Option<ApproovSignature>,
    /// What is still to be seen of the body.
    #[cfg(feature = "message-signing")]
    body: BodyDuty,
    /// Whether nothing was only reported.
    is_clean: bool,
}

/// What there is to say before a body was waited for.
pub(crate) enum Checked {
    /// Every check was passed.
    All(Passed),
    /// A signature that is good covers the body, which is still to be compared.
    #[cfg_attr(
        not(feature = "message-signing"),
        allow(dead_code, reason = "only signatures need the body")
    )]
    ButBody(HeadPassed),
}

/// A request that has passed every check but that of its body.
pub(crate) struct HeadPassed(Passed);

/// One request before one policy.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) request: &'a HttpRequest,
    pub(crate) approov: &'a Approov,
    pub(crate) policy: &'a EffectivePolicy,
}

impl At<'_> {
    /// Runs every check that the policy asks for and stops at the first that refuses, but does not wait for a body.
    pub(crate) fn check(self) -> Result<Checked, Refusal> {
        let passed = self.check_head()?;
        #[cfg(feature = "message-signing")]
        if passed.body.is_looked_at() {
            return Ok(Checked::ButBody(HeadPassed(passed)));
        }
        passed.announce(self.request, self.approov);
        Ok(Checked::All(passed))
    }

    /// The last check. The handler still finds the body in `payload`.
    #[cfg_attr(
        not(feature = "message-signing"),
        allow(clippy::unused_async, reason = "only signatures need the body")
    )]
    pub(crate) async fn check_body(self, head: HeadPassed, payload: &mut Payload) -> Result<Passed, Refusal> {
        #[cfg_attr(
            not(feature = "message-signing"),
            allow(unused_mut, reason = "only signatures need the body")
        )]
        let HeadPassed(mut passed) = head;
        #[cfg(feature = "message-signing")]
        let passed = {
            let mut verdict = signature::check_body(self.request, payload, self.approov, &passed.body).await;
            // A body can be kept back until the keys were replaced. What the old ones have verified counts no longer.
            if passed.generation != self.approov.current_keys().generation() {
                passed = self.check_head()?;
                // Of a body that is there, so nobody waits again.
                verdict = signature::check_body(self.request, payload, self.approov, &passed.body).await;
            }
            self.settle_time(self.settle_body(passed, verdict)?)?
        };
        #[cfg(not(feature = "message-signing"))]
        let _ = payload;
        passed.announce(self.request, self.approov);
        Ok(passed)
    }

    /// As [`check`](Self::check), for who cannot look at the body. Refuses where it matters.
    pub(crate) fn check_without_body(self) -> Result<Passed, Refusal> {
        let passed = self.check_head()?;
        #[cfg(feature = "message-signing")]
        let passed = {
            let verdict = signature::body_verdict(self.request, &passed.body);
            self.settle_body(passed, verdict)?
        };
        passed.announce(self.request, self.approov);
        Ok(passed)
    }

    fn check_head(self) -> Result<Passed, Refusal> {
        let Self {
            request,
            approov,
            policy,
        } = self;
        let keys = approov.current_keys();
        let mut passed = Passed {
            generation: keys.generation(),
            claims: None,
            is_remembered: false,
            #[cfg(feature = "message-signing")]
            signature: None,
            #[cfg(feature = "message-signing")]
            body: BodyDuty::None,
            is_clean: true,
        };

        let Verified { claims, is_remembered } = match token_verdict(request, approov, &keys) {
            Ok(verified) => verified,
            Err(rejection) => {
                self.report_or_refuse(&mut passed, rejection, policy.token)?;
                return Ok(passed);
            }
        };
        if let Err(rejection) = refuse_invalid(approov, request, policy) {
            self.report_or_refuse(&mut passed, rejection, Enforcement::Enforce)?;
        }
        passed.claims = Some(claims.clone());
        passed.is_remembered = is_remembered;

        if let Err(rejection) = binding::check(request.headers(), policy, &claims) {
            self.report_or_refuse(&mut passed, rejection, policy.binding_enforcement)?;
        }

        #[cfg(feature = "message-signing")]
        match signature_verdict(request, approov, passed.generation, &claims, policy) {
            Ok((signature, body)) => {
                passed.signature = signature;
                passed.body = body;
            }
            Err(rejection) => self.report_or_refuse(&mut passed, rejection, policy.signature_enforcement)?,
        }
        Ok(passed)
    }

    #[cfg(feature = "message-signing")]
    fn settle_body(self, mut passed: Passed, verdict: Result<(), Rejection>) -> Result<Passed, Refusal> {
        if let Err(rejection) = verdict {
            passed.signature = None;
            self.report_or_refuse(&mut passed, rejection, self.policy.signature_enforcement)?;
        }
        Ok(passed)
    }

    /// A body can be kept back until everything that came with its head has expired.
    #[cfg(feature = "message-signing")]
    fn settle_time(self, mut passed: Passed) -> Result<Passed, Refusal> {
        let Some(claims) = &passed.claims else {
            return Ok(passed);
        };
        let now = Moment::now();
        if let Err(rejection) = self.approov.settings().rules.check_time(claims, now) {
            passed.claims = None;
            passed.signature = None;
            self.report_or_refuse(&mut passed, rejection, self.policy.token)?;
            return Ok(passed);
        }
        let signature = passed.signature.as_ref();
        let verdict = signature.map_or(Ok(()), |signature| signature.check_time(now));
        self.settle_body(passed, verdict)
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
            passed.is_clean = false;
            return Ok(());
        }
        Err(Refusal {
            approov: Some(self.approov.clone()),
            rejection,
            claims: passed.claims.take(),
        })
    }
}

impl Passed {
    fn announce(&self, request: &HttpRequest, approov: &Approov) {
        if let Some(claims) = self.claims.as_ref().filter(|_| self.is_clean) {
            announce_acceptance(approov, request, claims, self.is_remembered);
        }
    }
}

/// The verdict on the request's token.
pub(crate) struct TokenVerdict {
    approov_id: u64,
    /// The keys with which the verification started.
    generation: u64,
    verdict: Result<Verified, Rejection>,
}

fn token_verdict(request: &HttpRequest, approov: &Approov, keys: &CurrentKeys) -> Result<Verified, Rejection> {
    if let Some(state) = RequestState::of(request)
        && let Some(known) = &state.token
        && known.approov_id == approov.id()
        && known.generation == keys.generation()
    {
        return known.verdict.clone();
    }
    let verdict = approov.verify_headers(request.headers(), keys);
    RequestState::of_mut(request).token = Some(TokenVerdict {
        approov_id: approov.id(),
        generation: keys.generation(),
        verdict: verdict.clone(),
    });
    verdict
}

#[cfg(feature = "message-signing")]
pub(crate) struct SignatureVerdict {
    approov_id: u64,
    generation: u64,
    verdict: Result<Signatures, Rejection>,
}

/// The signature that the policy accepts, and what it says of the body. Signatures are verified once for each request, as the application
/// received it: a middleware inside may change it.
#[cfg(feature = "message-signing")]
fn signature_verdict(
    request: &HttpRequest,
    approov: &Approov,
    generation: u64,
    claims: &ApproovClaims,
    policy: &EffectivePolicy,
) -> Result<(Option<ApproovSignature>, BodyDuty), Rejection> {
    if policy.signature == SignatureRequirement::Off {
        return Ok((None, BodyDuty::None));
    }
    let known = RequestState::of(request).and_then(|state| {
        let known = state.signature.as_ref()?;
        let counts = known.approov_id == approov.id() && known.generation == generation;
        counts.then(|| known.verdict.clone())
    });
    let verdict = known.unwrap_or_else(|| {
        let verdict = signature::verify(request, approov, claims, Moment::now());
        RequestState::of_mut(request).signature = Some(Box::new(SignatureVerdict {
            approov_id: approov.id(),
            generation,
            verdict: verdict.clone(),
        }));
        verdict
    });
    verdict?.accepted(approov, claims, policy)
}

/// A policy in code cannot know the configured token header, so this mistake shows at the first request with a good token.
fn refuse_invalid(approov: &Approov, request: &HttpRequest, policy: &EffectivePolicy) -> Result<(), Rejection> {
    let token_header = approov.settings().token_header.as_str();
    let conflict = |name: &str| name.eq_ignore_ascii_case(token_header);
    if !policy.binding.iter().any(conflict) {
        return Ok(());
    }
    let path = LogPath(request.path());
    log::error!(target: LOG_TARGET, "policy_invalid {path}: tokens are to be bound to {token_header}, the header that carries them");
    Err(Rejection::PolicyInvalid)
}

#[cfg(test)]
mod tests {
    use actix_web::{
        App, HttpResponse,
        dev::{Service as _, ServiceResponse},
        http::StatusCode,
        test::{TestRequest, call_service, init_service},
        web,
    };

    use crate::{
        Algorithm, Approov, ApproovClaims, ApproovVerdict, Key, KeySet, Policy, RoutePolicy,
        crypto::VERIFICATIONS,
        guard::Guarded,
        policy::{DefaultPolicy, UnboundPolicy},
        test_support::{self, good_token},
    };

    /// One that remembers no tokens, so that each verdict is seen.
    fn forgetful() -> Approov {
        test_support::builder().token_cache_capacity(0).build().unwrap()
    }

    struct Bound;

    impl RoutePolicy for Bound {
        fn policy() -> &'static Policy {
            static POLICY: Policy = Policy::new().binding(&["Authorization"]);
            &POLICY
        }
    }

    async fn everything(
        guarded: Guarded<DefaultPolicy, (ApproovClaims, Option<ApproovClaims>, ApproovVerdict)>,
    ) -> HttpResponse {
        let (claims, optional, verdict) = guarded.into_inner();
        assert_eq!(claims.device_id(), Some("d"));
        assert!(optional.is_some() && verdict.claims().is_some());
        HttpResponse::Ok().finish()
    }

    fn request() -> TestRequest {
        TestRequest::get().insert_header(("Approov-Token", good_token()))
    }

    fn verifications(response: &ServiceResponse<impl actix_web::body::MessageBody>, status: StatusCode) -> usize {
        assert_eq!(response.status(), status);
        VERIFICATIONS.replace(0)
    }

    #[actix_web::test]
    async fn one_request_verifies_its_token_once() {
        let approov = forgetful();
        let app = App::new()
            .route("/", web::get().to(everything))
            .wrap(approov.middleware())
            .wrap(approov.middleware());
        let app = init_service(app).await;

        VERIFICATIONS.set(0);
        let response = call_service(&app, request().to_request()).await;
        assert_eq!(verifications(&response, StatusCode::OK), 1);
        let response = call_service(&app, request().to_request()).await;
        assert_eq!(verifications(&response, StatusCode::OK), 1);
    }

    #[actix_web::test]
    async fn each_configuration_verifies_for_itself() {
        let (a, b): (Approov, Approov) = (forgetful(), forgetful());
        let app = App::new()
            .service(
                web::scope("/b")
                    .route("", web::get().to(everything))
                    .wrap(b.middleware()),
            )
            .wrap(a.middleware());
        let app = init_service(app).await;

        VERIFICATIONS.set(0);
        let response = call_service(&app, request().uri("/b").to_request()).await;
        assert_eq!(verifications(&response, StatusCode::OK), 2);
    }

    /// Rotates the keys while a request is between its middleware and its guard.
    #[actix_web::test]
    async fn a_verdict_does_not_outlive_its_keys() {
        let same = KeySet::new([test_support::key()]).unwrap();
        let other = KeySet::new([Key::from_secret(Algorithm::HS256, &[9; 32]).unwrap()]).unwrap();
        for (keys, status, expected) in [(same, StatusCode::OK, 2), (other, StatusCode::UNAUTHORIZED, 2)] {
            let approov = forgetful();
            let rotating = approov.clone();
            let app = App::new()
                .route("/", web::get().to(everything))
                .wrap_fn(move |request, next| {
                    rotating.replace_keys(keys.clone()).unwrap();
                    next.call(request)
                })
                .wrap(approov.middleware());
            let app = init_service(app).await;

            VERIFICATIONS.set(0);
            let response = call_service(&app, request().to_request()).await;
            assert_eq!(verifications(&response, status), expected);
        }
    }

    #[actix_web::test]
    async fn a_remembered_verdict_is_no_pass_for_a_stricter_policy() {
        let approov = forgetful();
        let app = App::new()
            .route("/bound", web::get().to(|_: Guarded<Bound, ()>| async { "in" }))
            .route(
                "/unbound",
                web::get().to(|_: Guarded<UnboundPolicy, ()>| async { "in" }),
            )
            .wrap(approov.middleware());
        let app = init_service(app).await;

        VERIFICATIONS.set(0);
        let response = call_service(&app, request().uri("/bound").to_request()).await;
        assert_eq!(verifications(&response, StatusCode::UNAUTHORIZED), 1);
        let response = call_service(&app, request().uri("/unbound").to_request()).await;
        assert_eq!(verifications(&response, StatusCode::OK), 1);
    }
}
