//! The guard that `#[approov_protected]` puts around a handler's parameters.

use std::{
    future::ready,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::{Error, FromRequest, HttpRequest, dev::Payload};
use pin_project_lite::pin_project;

use super::{
    admission::{Admission, Entrance, Inside, Pending},
    direct_or_boxed::DirectOrBoxed,
};
use crate::{
    policy::RoutePolicy,
    request::{
        layer::{ApplicationData, Layer},
        refusal::Refusal,
        state::Way,
    },
};

/// The parameters `T` of a handler, behind the policy `P`.
///
/// actix starts all extractors of a handler at once. This guard is the handler's only extractor: it starts those in `T`
/// after the request has passed, so no byte of a refused request's body is read.
pub struct Guarded<P, T> {
    parameters: T,
    policy: PhantomData<fn() -> P>,
}

impl<P, T> Guarded<P, T> {
    /// The handler's own parameters.
    pub fn into_inner(self) -> T {
        self.parameters
    }

    fn admitted(parameters: T) -> Self {
        Self {
            parameters,
            policy: PhantomData,
        }
    }
}

impl<P, T> std::fmt::Debug for Guarded<P, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guarded").finish_non_exhaustive()
    }
}

impl<P: RoutePolicy, T: FromRequest + 'static> FromRequest for Guarded<P, T> {
    type Error = Error;
    type Future = GuardFuture<P, T>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let mut inside = None;
        let parameters = match admit_by::<P>(request) {
            Ok(Admission::Entered(entered)) => {
                inside = Some(entered);
                DirectOrBoxed::direct(T::from_request(request, payload))
            }
            Ok(Admission::Pending(pending)) => {
                DirectOrBoxed::boxed(after_waiting(pending, request.clone(), payload.take()))
            }
            Err(refusal) => DirectOrBoxed::boxed(ready(Err(refusal.answer(request).into()))),
        };
        GuardFuture {
            parameters,
            inside,
            policy: PhantomData,
        }
    }
}

fn admit_by<P: RoutePolicy>(request: &HttpRequest) -> Result<Admission, Refusal> {
    let data = ApplicationData::of(request);
    let Layer { approov, .. } = Layer::of(request, &data)?;
    let entrance = Entrance {
        policy: P::policy().over(&approov.settings().default_policy),
        approov,
        way: Way::Guard,
        around: data.places(),
    };
    entrance.admit(request)
}

async fn after_waiting<T: FromRequest>(
    pending: Box<Pending>,
    request: HttpRequest,
    mut payload: Payload,
) -> Result<T, Error> {
    let admitted = pending.admit(&request, &mut payload).await;
    let inside = admitted.map_err(|refusal| refusal.answer(&request))?;
    let parameters = T::from_request(&request, &mut payload).await.map_err(Into::into);
    inside.extracted(&parameters);
    parameters
}

pin_project! {
    /// What a guard waits for.
    pub struct GuardFuture<P, T: FromRequest> {
        #[pin]
        parameters: DirectOrBoxed<T::Future, Result<T, Error>>,
        // Set if the parameters come from a direct future.
        inside: Option<Inside>,
        policy: PhantomData<fn() -> P>,
    }
}

impl<P, T: FromRequest> Future for GuardFuture<P, T> {
    type Output = Result<Guarded<P, T>, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let parameters = this.parameters.poll_with(context, |extracted| {
            let parameters = extracted.map_err(Into::into);
            if let Some(inside) = this.inside.take() {
                inside.extracted(&parameters);
            }
            parameters
        });
        parameters.map_ok(Guarded::admitted)
    }
}

impl<P, T: FromRequest> std::fmt::Debug for GuardFuture<P, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GuardFuture").finish_non_exhaustive()
    }
}
