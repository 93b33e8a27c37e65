//! What is known about one request, so that no layer checks anything twice.

use std::{cell::RefCell, rc::Rc, time::Duration};

use actix_web::{HttpMessage as _, HttpRequest};

use crate::{
    approov::Approov,
    rejection::Rejection,
    request::{
        layer::{ApplicationData, DataPlaces, Layer, Place},
        outcome::Outcome,
    },
    signature::{ExpectedDigest, Signatures},
    single_use::{ReplayKey, SingleUseAdmission},
    token::Verified,
};

/// Kept in the request's extensions, in a private type, so that nothing else can change it.
#[derive(Default)]
pub(crate) struct RequestState {
    pub(crate) token: Option<CachedVerdict<Verified>>,
    /// The innermost layer.
    entered: Option<Entered>,
    /// What was reported, and by which configuration.
    reported: Vec<(u64, Rejection)>,
    /// For each configuration that listens for acceptances.
    outcomes: Vec<(u64, Rc<Outcome>)>,
    pub(crate) signature: Option<Box<SignatureVerdict>>,
    pub(crate) body: Option<Box<ComparedBody>>,
    /// The store, the key and the result of each claim of this request.
    pub(crate) claims: Vec<(u64, ReplayKey, Result<SingleUseAdmission, Rejection>)>,
}

/// A verdict on this request, for one configuration and one generation of its keys.
pub(crate) struct CachedVerdict<T> {
    approov_id: u64,
    /// That of the keys when the verification began.
    generation: u64,
    verdict: Result<T, Rejection>,
}

impl<T: Clone> CachedVerdict<T> {
    pub(crate) fn new(approov: &Approov, generation: u64, verdict: &Result<T, Rejection>) -> Self {
        Self {
            approov_id: approov.id(),
            generation,
            verdict: verdict.clone(),
        }
    }

    /// The verdict, if it was this configuration's, with these keys.
    pub(crate) fn verdict(&self, approov: &Approov, generation: u64) -> Option<Result<T, Rejection>> {
        (self.approov_id == approov.id() && self.generation == generation).then(|| self.verdict.clone())
    }
}

/// The verdict on the signatures, and the parts of the policy that it depends on.
pub(crate) struct SignatureVerdict {
    pub(crate) max_age: Option<Duration>,
    pub(crate) covers: &'static [&'static str],
    pub(crate) verdict: CachedVerdict<Signatures>,
}

/// The verdict of a layer on the body as it was sent. A middleware further in may have changed the body since, by
/// decompressing it.
pub(crate) struct ComparedBody {
    pub(crate) expected: ExpectedDigest,
    pub(crate) length: usize,
    pub(crate) verdict: Result<(), Rejection>,
}

/// A layer, and what is around it.
pub(crate) struct Entered {
    layer: Layer,
    /// The application data that is visible around it.
    around: DataPlaces,
    /// Where the layer still applies. `None` for a middleware that waits for its answer. From a guard's handler a
    /// request goes nowhere else.
    only_at: Option<Place>,
    depth: usize,
    outer: Option<Box<Entered>>,
}

/// What checks the request.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Way {
    Middleware,
    Guard,
    /// Enters no layer.
    Argument,
    /// A handler that calls an extractor itself, and may hold a borrow of the request's extensions.
    Handler,
}

/// With a borrow of its own, because a handler may hold one of the extensions while it calls an extractor.
#[derive(Default)]
struct Kept(RefCell<RequestState>);

impl RequestState {
    /// Adds to the state, and creates it if there is none. A handler that calls an extractor itself creates none,
    /// because it may hold a borrow of the extensions.
    pub(crate) fn keep<T>(request: &HttpRequest, way: Way, write: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if way == Way::Handler {
            return Self::write(request, write);
        }
        let mut extensions = request.extensions_mut();
        if let Some(kept) = extensions.get_mut::<Kept>() {
            return Some(write(kept.0.get_mut()));
        }
        let mut state = Self::default();
        let written = write(&mut state);
        extensions.insert(Kept(RefCell::new(state)));
        Some(written)
    }

    /// Whether findings can be kept: always, except if a handler that nothing protects calls an extractor itself.
    pub(crate) fn can_keep(request: &HttpRequest, way: Way) -> bool {
        way != Way::Handler || Self::read(request, |_| ()).is_some()
    }

    /// Reads the state. No code of the application runs meanwhile.
    pub(crate) fn read<T>(request: &HttpRequest, read: impl FnOnce(&Self) -> T) -> Option<T> {
        let extensions = request.extensions();
        extensions.get::<Kept>().map(|kept| read(&kept.0.borrow()))
    }

    /// Adds to the state. Does nothing and returns `None` if there is no state: if a handler that nothing protects
    /// calls an extractor itself.
    pub(crate) fn write<T>(request: &HttpRequest, write: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let extensions = request.extensions();
        extensions.get::<Kept>().map(|kept| write(&mut kept.0.borrow_mut()))
    }

    /// The innermost layer that applies where the request is.
    fn innermost(&self, request: &HttpRequest) -> Option<&Entered> {
        let mut innermost = std::iter::successors(self.entered.as_ref(), |entered| entered.outer.as_deref());
        innermost.find(|entered| entered.only_at.as_ref().is_none_or(|place| place.is_of(request)))
    }

    /// Drops the layers that the request has left. A request that enters a layer is on its way inwards, so it is no
    /// longer in a middleware that has its answer, nor at a handler.
    fn drop_left(&mut self) {
        while let Some(Entered {
            only_at: Some(_),
            outer,
            ..
        }) = &mut self.entered
        {
            self.entered = outer.take().map(|outer| *outer);
        }
    }

    /// The outcome of this request, if its configuration listens for acceptances.
    pub(crate) fn outcome(request: &HttpRequest, approov: &Approov) -> Option<Rc<Outcome>> {
        let wanted = approov.settings().listeners.want_acceptances();
        wanted.then(|| Self::write(request, |state| state.outcome_for(approov)).unwrap_or_default())
    }

    /// The same, and keeps it from here on.
    pub(crate) fn keep_outcome(request: &HttpRequest, approov: &Approov, way: Way) -> Option<Rc<Outcome>> {
        let wanted = approov.settings().listeners.want_acceptances();
        wanted.then(|| Self::keep(request, way, |state| state.outcome_for(approov)).unwrap_or_default())
    }

    fn outcome_for(&mut self, approov: &Approov) -> Rc<Outcome> {
        let known = self.outcomes.iter().find(|(id, _)| *id == approov.id());
        if let Some((_, outcome)) = known {
            return Rc::clone(outcome);
        }
        let outcome = Rc::<Outcome>::default();
        self.outcomes.push((approov.id(), Rc::clone(&outcome)));
        outcome
    }

    /// Records that a refusal or a report of this configuration is announced, so that the request is not announced as
    /// accepted.
    pub(crate) fn fail(request: &HttpRequest, approov: &Approov) {
        if let Some(outcome) = Self::outcome(request, approov) {
            outcome.fail();
        }
    }

    /// Whether this configuration reports this for the first time.
    pub(crate) fn is_first_report(request: &HttpRequest, approov: &Approov, way: Way, rejection: Rejection) -> bool {
        let report = (approov.id(), rejection);
        let is_first = Self::keep(request, way, |state| {
            let is_first = !state.reported.contains(&report);
            if is_first {
                state.reported.push(report);
            }
            is_first
        });
        is_first.unwrap_or(true)
    }
}

impl Layer {
    /// Records that the request has entered this layer, and returns its depth.
    pub(crate) fn enter(self, request: &HttpRequest, way: Way, around: DataPlaces) -> usize {
        let only_at = (way != Way::Middleware).then(|| Place::of(request));
        let depth = RequestState::keep(request, way, |state| {
            state.drop_left();
            let outer = state.entered.take().map(Box::new);
            let depth = outer.as_ref().map_or(0, |outer| outer.depth + 1);
            state.entered = Some(Entered {
                layer: self,
                around,
                only_at,
                depth,
                outer,
            });
            depth
        });
        depth.unwrap_or_default()
    }

    /// Records that the middleware at this depth, and every layer inside it, has its answer.
    pub(crate) fn leave(request: &HttpRequest, depth: usize) {
        RequestState::write(request, |state| {
            let mut innermost = state.entered.as_mut();
            while let Some(entered) = innermost.filter(|entered| entered.depth >= depth) {
                entered.only_at.get_or_insert_with(|| Place::of(request));
                innermost = entered.outer.as_deref_mut();
            }
        });
    }

    /// Whether the request is in a middleware or a guard.
    pub(crate) fn is_around(request: &HttpRequest) -> bool {
        let is_around = RequestState::read(request, |state| state.innermost(request).is_some());
        is_around.unwrap_or_default()
    }

    /// The nearest configuration with its policy: see the [module](crate::request::layer).
    pub(crate) fn of(request: &HttpRequest, data: &ApplicationData<'_>) -> Result<Self, Rejection> {
        let layer = RequestState::read(request, |state| {
            let Entered { layer, around, .. } = state.innermost(request)?;
            let is_nearest = *around == data.places() || data.is_only(&layer.approov);
            is_nearest.then(|| layer.clone())
        });
        if let Some(layer) = layer.flatten() {
            return Ok(layer);
        }
        let approov = data.nearest(request)?;
        let policy = approov.settings().default_policy;
        Ok(Self::unchecked(approov.clone(), policy))
    }
}
