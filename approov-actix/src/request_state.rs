//! What is known of one request, so that no layer looks at something twice.

use std::cell::{Ref, RefMut};

use actix_web::{HttpMessage as _, HttpRequest, dev::Extensions};

#[cfg(feature = "message-signing")]
use crate::{check::SignatureVerdict, signature::ComparedBody};
use crate::{check::TokenVerdict, event::Announced, layer::Entered};

/// Kept in the request's extensions. The type is private, so nobody else can write it.
#[derive(Default)]
pub(crate) struct RequestState {
    pub(crate) token: Option<TokenVerdict>,
    pub(crate) entered: Option<Entered>,
    pub(crate) announced: Announced,
    #[cfg(feature = "message-signing")]
    pub(crate) signature: Option<Box<SignatureVerdict>>,
    #[cfg(feature = "message-signing")]
    pub(crate) body: Option<Box<ComparedBody>>,
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
}
