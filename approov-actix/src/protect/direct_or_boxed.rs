//! A future that usually contains another one directly, and rarely in a box.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::future::LocalBoxFuture;
use pin_project_lite::pin_project;

pin_project! {
    /// Most requests go straight on. The others have a boxed future, because it is rare and large.
    #[project = Projection]
    pub(super) enum DirectOrBoxed<F, O> {
        Direct {
            #[pin]
            future: F,
        },
        Boxed {
            future: LocalBoxFuture<'static, O>,
        },
    }
}

impl<F: Future, O> DirectOrBoxed<F, O> {
    pub(super) fn direct(future: F) -> Self {
        Self::Direct { future }
    }

    pub(super) fn boxed(future: impl Future<Output = O> + 'static) -> Self {
        Self::Boxed {
            future: Box::pin(future),
        }
    }

    /// The output. `convert` makes it from the output of a direct future.
    pub(super) fn poll_with(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        convert: impl FnOnce(F::Output) -> O,
    ) -> Poll<O> {
        match self.project() {
            Projection::Direct { future } => future.poll(context).map(convert),
            Projection::Boxed { future } => future.as_mut().poll(context),
        }
    }
}
