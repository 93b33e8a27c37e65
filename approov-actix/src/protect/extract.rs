//! The extractors: [`ApproovClaims`] and [`ApproovVerdict`].

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};

use crate::{
    approov::Approov,
    check::Check,
    policy::{EffectivePolicy, Enforcement},
    rejection::Rejection,
    request::{
        acceptance::PendingAcceptance,
        layer::{ApplicationData, Findings, Layer},
        refusal::{Refusal, Refused},
        state::Way,
    },
    token::ApproovClaims,
};

impl FromRequest for ApproovClaims {
    type Error = Refused;
    type Future = Ready<Result<Self, Refused>>;

    /// Ready immediately, so that it answers before a later argument's extractor reads a byte of the body.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(claims(request, Way::Argument))
    }

    fn extract(request: &HttpRequest) -> Self::Future {
        ready(claims(request, Way::Handler))
    }
}

/// Whether the request comes from a genuine app, for handlers that also serve other clients. See also the
/// [guide](crate::guide::claims#to-serve-others-as-well).
///
/// The policy is the same as for [`ApproovClaims`]. A request that fails any check of the policy, such as the binding,
/// is not genuine, even if the check is only reported.
///
/// A request that is not genuine is neither refused nor announced to the log and the hook: the handler decides what to
/// do. Without a configuration the answer is 500, unlike with `Option<ApproovClaims>`.
///
/// # Examples
///
/// ```
/// use approov_actix::ApproovVerdict;
///
/// async fn prices(verdict: ApproovVerdict) -> String {
///     match verdict {
///         ApproovVerdict::Genuine(claims) => format!("all prices for {:?}", claims.device_id()),
///         ApproovVerdict::Rejected(_) => "public prices only".to_owned(),
///     }
/// }
/// ```
///
/// # Security
///
/// This argument alone protects nothing. If only genuine apps may come in, take [`ApproovClaims`].
#[derive(Debug, Clone)]
pub enum ApproovVerdict {
    /// The request comes from a genuine app.
    Genuine(ApproovClaims),
    /// It does not, for this reason.
    Rejected(Rejection),
}

impl ApproovVerdict {
    /// The claims, if the app is genuine. If you need the reason why there are none, match on the verdict.
    ///
    /// # Examples
    ///
    /// ```
    /// fn is_genuine(verdict: &approov_actix::ApproovVerdict) -> bool {
    ///     verdict.claims().is_some()
    /// }
    /// ```
    pub fn claims(&self) -> Option<&ApproovClaims> {
        match self {
            Self::Genuine(claims) => Some(claims),
            Self::Rejected(_) => None,
        }
    }

    /// The reason why the app is not genuine, if it is not.
    ///
    /// # Security
    ///
    /// Use it for metrics, and do not send it to the caller.
    ///
    /// # Examples
    ///
    /// ```
    /// fn code(verdict: &approov_actix::ApproovVerdict) -> &'static str {
    ///     verdict.rejection().map_or("genuine", |rejection| rejection.code())
    /// }
    /// ```
    pub fn rejection(&self) -> Option<Rejection> {
        match self {
            Self::Genuine(_) => None,
            Self::Rejected(rejection) => Some(*rejection),
        }
    }
}

impl FromRequest for ApproovVerdict {
    type Error = Refused;
    type Future = Ready<Result<Self, Refused>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(verdict(request, Way::Argument))
    }

    fn extract(request: &HttpRequest) -> Self::Future {
        ready(verdict(request, Way::Handler))
    }
}

fn claims(request: &HttpRequest, way: Way) -> Result<ApproovClaims, Refused> {
    found_claims(request, way).map_err(|refusal| refusal.answer_announced_when_sent(request))
}

fn verdict(request: &HttpRequest, way: Way) -> Result<ApproovVerdict, Refused> {
    match found_verdict(request, way) {
        Ok(claims) => Ok(ApproovVerdict::Genuine(claims)),
        Err(refusal) if refusal.rejection.is_server_fault() => Err(refusal.answer_announced_when_sent(request)),
        Err(refusal) => Ok(ApproovVerdict::Rejected(refusal.rejection)),
    }
}

/// The claims that the nearest layer has accepted, or accepts now. Never without a genuine token.
fn found_claims(request: &HttpRequest, way: Way) -> Result<ApproovClaims, Refusal> {
    let layer = Layer::of(request, &ApplicationData::of(request))?;
    if layer.is_current()
        && let Some(claims) = layer.findings.claims
    {
        return Ok(claims);
    }
    let policy = EffectivePolicy {
        token_enforcement: Enforcement::Enforce,
        ..layer.policy
    };
    genuine(request, &layer.approov, &policy, way).map(|(claims, _)| claims)
}

/// The claims, if the request passes every check of the nearest layer's policy, enforced or not.
fn found_verdict(request: &HttpRequest, way: Way) -> Result<ApproovClaims, Refusal> {
    let layer = Layer::of(request, &ApplicationData::of(request))?;
    genuine(request, &layer.approov, &layer.policy.all_enforced(), way).map(|(claims, _)| claims)
}

pub(super) fn genuine(
    request: &HttpRequest,
    approov: &Approov,
    policy: &EffectivePolicy,
    way: Way,
) -> Result<(ApproovClaims, Findings), Refusal> {
    let check = Check {
        request,
        approov,
        policy,
        way,
    };
    let findings = check.without_waiting()?;
    drop(PendingAcceptance::begin(request, approov, way, &findings));
    // If the token is enforced, a check that passes has claims. If that ever changes, this must not let anyone in.
    let claims = findings.claims.clone().ok_or_else(Refusal::not_configured)?;
    Ok((claims, findings))
}
