//! Finds the configuration and the policy that apply to a request at its current place: the nearest ones.
//!
//! The nearest is the innermost middleware or guard that the request is in, unless the application data that is visible
//! now differs from the data that was visible there: such data was registered further in. Then the data is nearest,
//! with its default policy, unless it belongs to the same configuration as the layer. Two clones of an [`Approov`] in
//! two places are different data: values are compared by address.
//!
//! A request is in a middleware until the middleware has its answer, and in a guard while it is at the guard's handler.
//! A layer that the request has left still applies until the request is sent to another path, so that an outer
//! middleware, a streaming response and a task that the handler started still find the layer.
//!
//! actix shows an extractor only the data that the request has passed. It never removes data from a request that is
//! sent to another path, so the data of an earlier scope stays visible, to this crate as well as to `web::Data`.
//!
//! `tests/behaviour/nearest.rs` has the layouts.

use actix_web::{
    HttpRequest,
    http::{Method, uri::PathAndQuery},
    web,
};

use crate::{
    approov::Approov,
    logging::{LOG_TARGET, LogText},
    policy::EffectivePolicy,
    rejection::Rejection,
    signature::ApproovSignature,
    single_use::SingleUseAdmission,
    token::ApproovClaims,
};

/// A middleware or guard that a request has entered.
#[derive(Clone)]
pub(crate) struct Layer {
    pub(crate) approov: Approov,
    pub(crate) policy: EffectivePolicy,
    /// Empty on an exempt path, which is never a verdict. Findings do not outlive the keys: see
    /// [`is_current`](Self::is_current).
    pub(crate) findings: Findings,
}

/// What the checks have found. By default nothing.
#[derive(Clone, Default)]
pub(crate) struct Findings {
    /// The generation of the keys when the check began. No keys have generation 0.
    pub(crate) generation: u64,
    /// The claims of the token, or `None` if there was no genuine token and that is only reported.
    pub(crate) claims: Option<ApproovClaims>,
    pub(crate) is_cached: bool,
    pub(crate) signature: Option<ApproovSignature>,
    pub(crate) single_use: Option<SingleUseAdmission>,
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

    /// A layer that has not checked the request.
    pub(crate) fn unchecked(approov: Approov, policy: EffectivePolicy) -> Self {
        Self::checked(approov, policy, Findings::default())
    }

    /// Whether the keys have not changed since this layer's check.
    pub(crate) fn is_current(&self) -> bool {
        self.findings.generation == self.approov.current_keys().generation()
    }
}

/// Where a request is: whatever routing depends on.
#[derive(PartialEq)]
pub(crate) struct Place {
    method: Method,
    target: Option<PathAndQuery>,
}

impl Place {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        Self {
            method: request.method().clone(),
            target: request.uri().path_and_query().cloned(),
        }
    }

    pub(crate) fn is_of(&self, request: &HttpRequest) -> bool {
        self.method == *request.method() && self.target.as_ref() == request.uri().path_and_query()
    }
}

/// The configurations that are visible as application data, in either form.
pub(crate) struct ApplicationData<'a> {
    plain: Option<&'a Approov>,
    shared: Option<&'a web::Data<Approov>>,
}

/// The addresses of the application data, in either form; 0 for none. No address is reused while the request lives,
/// because the request keeps all data that it has passed.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct DataPlaces([usize; 2]);

impl<'a> ApplicationData<'a> {
    pub(crate) fn of(request: &'a HttpRequest) -> Self {
        Self {
            plain: request.app_data(),
            shared: request.app_data(),
        }
    }

    pub(crate) fn places(&self) -> DataPlaces {
        fn address<T>(value: Option<&T>) -> usize {
            value.map_or(0, |value| std::ptr::from_ref(value).addr())
        }
        DataPlaces([address(self.plain), address(self.shared)])
    }

    /// Whether no other configuration is visible.
    pub(crate) fn is_only(&self, approov: &Approov) -> bool {
        let shared = self.shared.map(|shared| &***shared);
        [self.plain, shared]
            .into_iter()
            .flatten()
            .all(|visible| visible.id() == approov.id())
    }

    /// Fails closed: no configuration is a fault of the server, and so are two different ones, because nothing tells
    /// which is nearer.
    pub(crate) fn nearest(&self, request: &HttpRequest) -> Result<&'a Approov, Rejection> {
        let shared = self.shared.map(|shared| &***shared);
        let fault = match (self.plain, shared) {
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
