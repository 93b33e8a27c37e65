//! Which configuration and which policy hold for a request, at the place where it is.

use actix_web::{HttpRequest, web};

use crate::{
    approov::Approov,
    logging::{LOG_TARGET, LogText},
    policy::EffectivePolicy,
    rejection::Rejection,
    signature::ApproovSignature,
    token::ApproovClaims,
};

/// The innermost middleware or guard that a request has entered.
#[derive(Clone)]
pub(crate) struct Layer {
    pub(crate) approov: Approov,
    pub(crate) policy: EffectivePolicy,
    /// Nothing on an exempt path, which is never a verdict. What was found good does not outlive the keys: see [`is_current`](Self::is_current).
    pub(crate) findings: Findings,
}

/// What a request has shown. By default nothing.
#[derive(Clone, Default)]
pub(crate) struct Findings {
    /// The keys that counted when the check began. No keys are of generation 0.
    pub(crate) generation: u64,
    /// The claims of the token, or none if there was no genuine one and that is only reported.
    pub(crate) claims: Option<ApproovClaims>,
    pub(crate) is_cached: bool,
    pub(crate) signature: Option<ApproovSignature>,
    /// Whether a check has failed and was only reported.
    pub(crate) is_reported: bool,
}

impl Layer {
    pub(crate) fn checked(approov: Approov, policy: EffectivePolicy, findings: Findings) -> Self {
        Self {
            approov,
            policy,
            findings,
        }
    }

    /// A layer that has not looked at the request.
    pub(crate) fn unchecked(approov: Approov, policy: EffectivePolicy) -> Self {
        Self::checked(approov, policy, Findings::default())
    }

    /// Whether the keys have not changed since this layer's check.
    pub(crate) fn is_current(&self) -> bool {
        self.findings.generation == self.approov.current_keys().generation()
    }
}

/// The configurations that are visible as application data, in either form.
pub(crate) struct ApplicationData<'a> {
    plain: Option<&'a Approov>,
    shared: Option<&'a Approov>,
}

/// The identities of the two.
#[derive(PartialEq)]
pub(crate) struct VisibleData([Option<u64>; 2]);

impl VisibleData {
    /// What is visible to a request where it is.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let ApplicationData { plain, shared } = ApplicationData::of(request);
        Self([plain, shared].map(|approov| approov.map(Approov::id)))
    }

    pub(crate) fn are_all(&self, id: u64) -> bool {
        self.0.iter().flatten().all(|visible| *visible == id)
    }
}

impl<'a> ApplicationData<'a> {
    pub(crate) fn of(request: &'a HttpRequest) -> Self {
        Self {
            plain: request.app_data::<Approov>(),
            shared: request.app_data::<web::Data<Approov>>().map(|shared| &***shared),
        }
    }

    /// Fails closed: no configuration is a fault of the server, and so are two of which nobody can tell the nearer one.
    pub(crate) fn nearest(&self, request: &HttpRequest) -> Result<&'a Approov, Rejection> {
        let fault = match (self.plain, self.shared) {
            (Some(plain), Some(shared)) if plain.id() != shared.id() => {
                "both an `Approov` and a different `web::Data<Approov>` are in the application's data; use one form"
            }
            (Some(approov), _) | (None, Some(approov)) => return Ok(approov),
            (None, None) => {
                "no `Approov` found: add `.app_data(approov.clone())` to the app, or wrap it with `approov.middleware()`"
            }
        };
        log::error!(target: LOG_TARGET, "not_configured {}: {fault}", LogText(request.path()));
        Err(Rejection::NotConfigured)
    }
}
