//! Lets a request into a guard or a middleware: at once where its head is enough, else when its body was seen.

use actix_web::{Error, HttpRequest, dev::Payload};

use crate::{
    approov::Approov,
    check::{Check, Checked, HeadChecked},
    policy::EffectivePolicy,
    request::{
        acceptance::PendingAcceptance,
        layer::{Findings, Layer},
        refusal::{Refusal, Refused},
        state::{RequestState, Way},
    },
};

/// A request that was not refused.
pub(crate) enum Admission {
    /// It has entered.
    Entered(Inside),
    /// It enters if its body is good.
    AwaitsBody(BodyPending),
}

/// A request that is in a middleware or a guard, until there is an answer, or the handler's parameters.
pub(crate) struct Inside {
    depth: usize,
    acceptance: Option<Box<PendingAcceptance>>,
}

impl Inside {
    pub(crate) fn enter(
        request: &HttpRequest,
        approov: Approov,
        policy: EffectivePolicy,
        findings: Findings,
        way: Way,
    ) -> Self {
        RequestState::keep(request, way);
        let acceptance = PendingAcceptance::begin(request, &approov, way, &findings);
        let depth = Layer::checked(approov, policy, findings).enter(request, way);
        Self { depth, acceptance }
    }

    /// A middleware has its answer.
    pub(crate) fn answered(self, request: &HttpRequest) {
        Layer::leave(request, self.depth);
        if let Some(acceptance) = self.acceptance {
            acceptance.answered(request);
        }
    }

    /// A guard has the handler's parameters, or the reason why there are none.
    pub(crate) fn extracted<T>(self, parameters: &Result<T, Error>) {
        let error = parameters.as_ref().err();
        if let Some(acceptance) = self.acceptance
            && error.is_some_and(|error| error.as_error::<Refused>().is_some())
        {
            acceptance.refused();
        }
    }
}

/// What a request needs to enter, but for its body.
pub(crate) struct BodyPending {
    approov: Approov,
    policy: EffectivePolicy,
    way: Way,
    head: HeadChecked,
}

/// Checks the request, without waiting for anything.
pub(crate) fn admit(
    request: &HttpRequest,
    approov: Approov,
    policy: EffectivePolicy,
    way: Way,
) -> Result<Admission, Refusal> {
    let check = Check {
        request,
        approov: &approov,
        policy: &policy,
        way,
    };
    match check.head()? {
        Checked::Complete(findings) => {
            let inside = Inside::enter(request, approov, policy, findings, way);
            Ok(Admission::Entered(inside))
        }
        Checked::AwaitsBody(head) => Ok(Admission::AwaitsBody(BodyPending {
            approov,
            policy,
            way,
            head,
        })),
    }
}

impl BodyPending {
    /// Waits for the body, and enters. The handler still finds the body in `payload`.
    pub(crate) async fn admit(self, request: &HttpRequest, payload: &mut Payload) -> Result<Inside, Refusal> {
        let Self {
            approov,
            policy,
            way,
            head,
        } = self;
        let check = Check {
            request,
            approov: &approov,
            policy: &policy,
            way,
        };
        let findings = check.body(head, payload).await?;
        Ok(Inside::enter(request, approov, policy, findings, way))
    }
}
