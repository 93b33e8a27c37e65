//! A future that is usually another one, and seldom one in a box.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::future::LocalBoxFuture;
use pin_project_lite::pin_project;

pin_project! {
    /// Most requests go straight on to what is inside. In a box, because the others are few and their future is large.
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

    /// The output, which `convert` makes of a direct future's.
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
