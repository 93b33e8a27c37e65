//! Lets a request into a guard or a middleware: at once where its head is enough, else when its body was seen.

use actix_web::{HttpRequest, dev::Payload};

use crate::{
    approov::Approov,
    check::{Check, Checked, HeadChecked},
    policy::EffectivePolicy,
    request::{layer::Layer, refusal::Refusal, state::Way},
};

/// A request that was not refused.
pub(crate) enum Admission {
    /// It has entered, at this depth.
    Entered(usize),
    /// It enters if its body is good.
    AwaitsBody(BodyPending),
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
    };
    match check.head()? {
        Checked::Complete(findings) => {
            let depth = Layer::checked(approov, policy, findings).enter(request, way);
            Ok(Admission::Entered(depth))
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
    /// Waits for the body, and enters: at which depth is returned. The handler still finds the body in `payload`.
    pub(crate) async fn admit(self, request: &HttpRequest, payload: &mut Payload) -> Result<usize, Refusal> {
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
        };
        let findings = check.body(head, payload).await?;
        Ok(Layer::checked(approov, policy, findings).enter(request, way))
    }
}
