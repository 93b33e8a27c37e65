//! Which configuration and which policy hold for a request, at the place where it is.

use actix_web::{HttpRequest, web};

use crate::{
    approov::Approov,
    check::Passed,
    logging::{LOG_TARGET, LogPath},
    policy::EffectivePolicy,
    refusal::Refusal,
    request_state::RequestState,
};

/// The innermost middleware or guard that a request has entered.
#[derive(Clone)]
pub(crate) struct Layer {
    pub(crate) approov: Approov,
    pub(crate) policy: EffectivePolicy,
    /// Nothing on an exempt path, which is never a verdict. What was found good does not outlive the keys: see [`is_current`](Self::is_current).
    pub(crate) passed: Passed,
}

/// A layer, and what application data there was around it.
pub(crate) struct Entered {
    layer: Layer,
    /// None for a guard: nothing can be registered inside of a handler.
    around: Option<Surroundings>,
}

impl Layer {
    pub(crate) fn checked(approov: Approov, policy: EffectivePolicy, passed: Passed) -> Self {
        Self {
            approov,
            policy,
            passed,
        }
    }

    /// A layer that has not looked at the request.
    pub(crate) fn unchecked(approov: Approov, policy: EffectivePolicy) -> Self {
        Self::checked(approov, policy, Passed::default())
    }

    /// Whether the keys have not changed since this layer's check.
    pub(crate) fn is_current(&self) -> bool {
        self.passed.generation == self.approov.current_keys().generation()
    }

    /// Records that the request has entered this layer.
    pub(crate) fn enter(self, request: &HttpRequest, around: Option<Surroundings>) {
        RequestState::of_mut(request).entered = Some(Entered { layer: self, around });
    }

    /// What is nearest: the innermost layer, or application data that was registered inside of it.
    ///
    /// Data in a scope inside of a middleware is not visible where the middleware is. So if other data is visible now, it is nearer,
    /// and a handler that it was meant for must not be left to the keys and the policy of somebody further out.
    pub(crate) fn of(request: &HttpRequest) -> Result<Self, Refusal> {
        if let Some(state) = RequestState::of(request)
            && let Some(Entered { layer, around }) = &state.entered
        {
            let is_nearest = around.as_ref().is_none_or(|around| {
                let visible = Surroundings::of(request);
                visible == *around || visible.are_all(layer.approov.id())
            });
            if is_nearest {
                return Ok(layer.clone());
            }
        }
        let approov = ApplicationData::of(request).nearest(request)?;
        let policy = approov.settings().default_policy.clone();
        Ok(Self::unchecked(approov.clone(), policy))
    }
}

/// The configurations that are visible as application data, in either form.
struct ApplicationData<'a> {
    plain: Option<&'a Approov>,
    shared: Option<&'a Approov>,
}

/// The identities of the two.
#[derive(PartialEq)]
pub(crate) struct Surroundings([Option<u64>; 2]);

impl Surroundings {
    /// What is visible to a request where it is.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let ApplicationData { plain, shared } = ApplicationData::of(request);
        Self([plain, shared].map(|approov| approov.map(Approov::id)))
    }

    fn are_all(&self, id: u64) -> bool {
        self.0.iter().flatten().all(|visible| *visible == id)
    }
}

impl<'a> ApplicationData<'a> {
    fn of(request: &'a HttpRequest) -> Self {
        Self {
            plain: request.app_data::<Approov>(),
            shared: request.app_data::<web::Data<Approov>>().map(|shared| &***shared),
        }
    }

    /// Fails closed: no configuration is a fault of the server, and so are two of which nobody can tell the nearer one.
    fn nearest(&self, request: &HttpRequest) -> Result<&'a Approov, Refusal> {
        let fault = match (self.plain, self.shared) {
            (Some(plain), Some(shared)) if plain.id() != shared.id() => {
                "both an `Approov` and a different `web::Data<Approov>` are in the application's data; use one form"
            }
            (Some(approov), _) | (None, Some(approov)) => return Ok(approov),
            (None, None) => {
                "no `Approov` found: add `.app_data(approov.clone())` to the app, or wrap it with `approov.middleware()`"
            }
        };
        log::error!(target: LOG_TARGET, "not_configured {}: {fault}", LogPath(request.path()));
        Err(Refusal::not_configured())
    }
}
