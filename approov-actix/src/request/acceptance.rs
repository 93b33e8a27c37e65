//! Announces that a request was accepted, once nothing can refuse it any more.

use std::{rc::Rc, thread};

use actix_web::HttpRequest;

use crate::{
    approov::Approov,
    event::{AcceptanceEvent, EventRequest, KeptRequest},
    request::{
        layer::Findings,
        outcome::Outcome,
        state::{RequestState, Way},
    },
};

/// A request whose end is awaited by the outermost middleware, guard or argument of its configuration that can see that
/// end. If this is dropped, the request is gone, which is an end too.
pub(crate) struct PendingAcceptance {
    approov: Approov,
    outcome: Rc<Outcome>,
    request: Subject,
    id: Option<String>,
}

enum Subject {
    /// For a request that is still to be routed.
    Kept(Box<KeptRequest>),
    Live(HttpRequest),
}

impl PendingAcceptance {
    /// `None` if the application does not listen for acceptances, or if something further out already waits.
    pub(crate) fn begin(request: &HttpRequest, approov: &Approov, way: Way, findings: &Findings) -> Option<Box<Self>> {
        let outcome = RequestState::keep_outcome(request, approov, way)?;
        outcome.accept(findings);
        if !outcome.begin_to_wait() {
            return None;
        }
        let subject = match way {
            Way::Middleware => Subject::Kept(Box::new(KeptRequest::of(request))),
            Way::Guard | Way::Argument | Way::Handler => Subject::Live(request.clone()),
        };
        Some(Box::new(Self {
            approov: approov.clone(),
            outcome,
            request: subject,
            id: approov.settings().listeners.id_of(request),
        }))
    }

    /// There is an answer.
    pub(crate) fn answered(&self, request: &HttpRequest) {
        self.end(EventRequest::new(request, self.id.as_deref()));
    }

    /// There will be a refusal, which is announced when it is sent.
    pub(crate) fn refused(&self) {
        self.outcome.fail();
    }

    fn end(&self, request: EventRequest<'_>) {
        let listeners = &self.approov.settings().listeners;
        if let Some(accepted) = self.outcome.end() {
            listeners.hear_acceptance(&AcceptanceEvent {
                request,
                claims: &accepted.claims,
                token_cached: accepted.is_cached,
                single_use: accepted.single_use,
                name: listeners.name.as_deref(),
            });
        }
    }
}

impl Drop for PendingAcceptance {
    fn drop(&mut self) {
        // If a hook panicked as well, the process would abort.
        if thread::panicking() {
            return;
        }
        let id = self.id.as_deref();
        self.end(match &self.request {
            Subject::Kept(request) => request.event_request(id),
            Subject::Live(request) => EventRequest::new(request, id),
        });
    }
}
