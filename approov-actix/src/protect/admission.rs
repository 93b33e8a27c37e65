//! Lets a request into a guard or a middleware: immediately if its head is enough, otherwise once its body was checked
//! or a store has answered.

use actix_web::{Error, HttpRequest, dev::Payload};

use crate::{
    approov::Approov,
    check::{Awaited, Check, Checked},
    policy::EffectivePolicy,
    request::{
        acceptance::PendingAcceptance,
        layer::{DataPlaces, Findings, Layer},
        refusal::{Refusal, Refused},
        state::Way,
    },
};

/// A request that was not refused.
pub(crate) enum Admission {
    /// It has entered.
    Entered(Inside),
    /// It enters if the remaining checks pass.
    Pending(Box<Pending>),
}

/// A request that is in a middleware or a guard, until there is an answer or, in a guard, the handler's parameters.
pub(crate) struct Inside {
    depth: usize,
    acceptance: Option<Box<PendingAcceptance>>,
}

impl Inside {
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

/// A middleware or a guard, at which a request has arrived.
pub(crate) struct Entrance {
    pub(crate) approov: Approov,
    pub(crate) policy: EffectivePolicy,
    pub(crate) way: Way,
    /// The application data that is visible here.
    pub(crate) around: DataPlaces,
}

impl Entrance {
    /// Checks the request, without waiting for anything.
    pub(crate) fn admit(self, request: &HttpRequest) -> Result<Admission, Refusal> {
        match self.check(request).at_once()? {
            Checked::Complete(findings) => Ok(Admission::Entered(self.enter(request, findings))),
            Checked::Awaits(awaited) => Ok(Admission::Pending(Box::new(Pending {
                entrance: self,
                awaited,
            }))),
        }
    }

    fn check<'a>(&'a self, request: &'a HttpRequest) -> Check<'a> {
        Check {
            request,
            approov: &self.approov,
            policy: &self.policy,
            way: self.way,
        }
    }

    /// Lets the request in.
    pub(crate) fn enter(self, request: &HttpRequest, findings: Findings) -> Inside {
        let Self {
            approov,
            policy,
            way,
            around,
        } = self;
        let acceptance = PendingAcceptance::begin(request, &approov, way, &findings);
        let depth = Layer::checked(approov, policy, findings).enter(request, way, around);
        Inside { depth, acceptance }
    }
}

/// A request that cannot enter yet.
pub(crate) struct Pending {
    entrance: Entrance,
    awaited: Awaited,
}

impl Pending {
    /// Waits, then enters. The handler still finds the body in `payload`.
    pub(crate) async fn admit(self, request: &HttpRequest, payload: &mut Payload) -> Result<Inside, Refusal> {
        let findings = self.entrance.check(request).rest(self.awaited, payload).await?;
        Ok(self.entrance.enter(request, findings))
    }
}
