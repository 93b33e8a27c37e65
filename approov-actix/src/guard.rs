//! The guard that `#[approov_protected]` puts around a handler's parameters.

use std::marker::PhantomData;

use actix_web::{Error, FromRequest, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;

use crate::{check::check, layer::Layer, policy::RoutePolicy, refusal::Refusal};

/// The parameters `T` of a handler, behind the policy `P`.
///
/// actix starts every extractor of a handler at once. This one is the handler's only one: it starts those in `T` after the
/// request has passed, so no byte of a refused request's body is read.
pub struct Guarded<P, T> {
    parameters: T,
    policy: PhantomData<fn() -> P>,
}

impl<P, T> Guarded<P, T> {
    /// The handler's own parameters.
    pub fn into_inner(self) -> T {
        self.parameters
    }
}

impl<P, T> std::fmt::Debug for Guarded<P, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guarded").finish_non_exhaustive()
    }
}

impl<P: RoutePolicy, T: FromRequest + 'static> FromRequest for Guarded<P, T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let admitted = admit::<P>(&request, &mut payload).await;
            admitted.map_err(|refusal| refusal.answer(request.head()))?;
            let parameters = T::from_request(&request, &mut payload).await.map_err(Into::into)?;
            Ok(Self {
                parameters,
                policy: PhantomData,
            })
        })
    }
}

async fn admit<P: RoutePolicy>(request: &HttpRequest, payload: &mut Payload) -> Result<(), Refusal> {
    let Layer { approov, .. } = Layer::of(request)?;
    let policy = P::policy().over(&approov.settings().default_policy);
    let passed = check(request, payload, &approov, &policy).await?;
    Layer::passed(approov, policy, passed).enter(request);
    Ok(())
}
