//! What is known of one request, so that no layer looks at something twice.

use std::{
    cell::{Ref, RefMut},
    time::Duration,
};

use actix_web::{HttpMessage as _, HttpRequest, dev::Extensions};

use crate::{
    approov::Approov,
    rejection::Rejection,
    request::layer::{ApplicationData, Layer, VisibleData},
    signature::{ExpectedDigest, Signatures},
    token::Verified,
};

/// Kept in the request's extensions. The type is private, so nobody else can write it.
#[derive(Default)]
pub(crate) struct RequestState {
    pub(crate) token: Option<CachedVerdict<Verified>>,
    entered: Option<Entered>,
    /// What was announced of a request that went on, and by whose configuration.
    announced: Vec<(u64, Result<(), Rejection>)>,
    pub(crate) signature: Option<Box<SignatureVerdict>>,
    pub(crate) body: Option<Box<ComparedBody>>,
}

/// A verdict on this request, for one configuration and one generation of its keys.
pub(crate) struct CachedVerdict<T> {
    approov_id: u64,
    /// The keys with which the verification started.
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

/// What was found of the signatures, and by which parts of a policy.
pub(crate) struct SignatureVerdict {
    pub(crate) max_age: Option<Duration>,
    pub(crate) covers: &'static [&'static str],
    pub(crate) verdict: CachedVerdict<Signatures>,
}

/// What a layer has found of the body as it was sent. A middleware inside of it may have changed it since, by decompressing.
pub(crate) struct ComparedBody {
    pub(crate) expected: ExpectedDigest,
    pub(crate) length: usize,
    pub(crate) verdict: Result<(), Rejection>,
}

/// A layer, and what application data there was around it.
pub(crate) struct Entered {
    layer: Layer,
    /// None for a guard: nothing can be registered inside of a handler.
    around: Option<VisibleData>,
}

impl RequestState {
    /// What is known of this request. The application may be reading its extensions.
    pub(crate) fn of(request: &HttpRequest) -> Option<Ref<'_, Self>> {
        Ref::filter_map(request.extensions(), Extensions::get).ok()
    }

    /// The same, to be added to. Not to be held while anybody else may look.
    pub(crate) fn of_mut(request: &HttpRequest) -> RefMut<'_, Self> {
        RefMut::map(request.extensions_mut(), |extensions| {
            extensions.get_or_insert_with(Self::default)
        })
    }

    /// Whether this configuration has not announced this verdict before.
    pub(crate) fn is_news(request: &HttpRequest, approov: &Approov, verdict: Result<(), Rejection>) -> bool {
        let news = (approov.id(), verdict);
        let mut state = Self::of_mut(request);
        let is_news = !state.announced.contains(&news);
        if is_news {
            state.announced.push(news);
        }
        is_news
    }
}

impl Layer {
    /// Records that the request has entered this layer.
    pub(crate) fn enter(self, request: &HttpRequest, around: Option<VisibleData>) {
        RequestState::of_mut(request).entered = Some(Entered { layer: self, around });
    }

    /// What is nearest: the innermost layer, or application data that was registered inside of it.
    ///
    /// Data in a scope inside of a middleware is not visible where the middleware is. So if other data is visible now, it is nearer,
    /// and a handler that it was meant for must not be left to the keys and the policy of somebody further out.
    pub(crate) fn of(request: &HttpRequest) -> Result<Self, Rejection> {
        if let Some(state) = RequestState::of(request)
            && let Some(Entered { layer, around }) = &state.entered
        {
            let is_nearest = around.as_ref().is_none_or(|around| {
                let visible = VisibleData::of(request);
                visible == *around || visible.are_all(layer.approov.id())
            });
            if is_nearest {
                return Ok(layer.clone());
            }
        }
        let approov = ApplicationData::of(request).nearest(request)?;
        let policy = approov.settings().default_policy;
        Ok(Self::unchecked(approov.clone(), policy))
    }
}
