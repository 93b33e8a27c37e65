//! Which configuration and which policy hold for a request, at the place where it is.

use actix_web::{HttpMessage as _, HttpRequest, web};

use crate::{approov::Approov, event::LOG_TARGET, policy::EffectivePolicy, refusal::Refusal, token::ApproovClaims};

/// The innermost middleware or guard that a request has entered. Kept in the request's extensions under this private type, so
/// nobody else can write it.
#[derive(Clone)]
pub(crate) struct Layer {
    pub(crate) approov: Approov,
    pub(crate) policy: EffectivePolicy,
    /// The claims of a genuine token that passed this layer's check. None on an exempt path, which is never a verdict, and
    /// for a request that was only reported.
    pub(crate) claims: Option<ApproovClaims>,
}

impl Layer {
    /// Records that the request has entered this layer.
    pub(crate) fn enter(self, request: &HttpRequest) {
        request.extensions_mut().insert(self);
    }

    /// The innermost layer; without one, the application's data and its default policy.
    pub(crate) fn of(request: &HttpRequest) -> Result<Self, Refusal> {
        if let Some(layer) = request.extensions().get::<Self>() {
            return Ok(layer.clone());
        }
        let approov = application_data(request)?;
        Ok(Self {
            policy: approov.settings().default_policy.clone(),
            approov: approov.clone(),
            claims: None,
        })
    }
}

/// Fails closed: no configuration is a fault of the server, and so are two of which nobody can tell the nearer one.
fn application_data(request: &HttpRequest) -> Result<&Approov, Refusal> {
    let plain = request.app_data::<Approov>();
    let shared = request.app_data::<web::Data<Approov>>();
    let fault = match (plain, shared) {
        (Some(plain), Some(shared)) if plain.id() != shared.id() => {
            "both an `Approov` and a different `web::Data<Approov>` are in the application's data; use one form"
        }
        (Some(approov), _) => return Ok(approov),
        (None, Some(approov)) => return Ok(approov),
        (None, None) => {
            "no `Approov` found: add `.app_data(approov.clone())` to the app, or wrap it with `approov.middleware()`"
        }
    };
    let path = request.path().escape_debug();
    log::error!(target: LOG_TARGET, "not_configured {path}: {fault}");
    Err(Refusal::not_configured())
}
