//! Lets a request into a guard or a middleware: at once where its head is enough, else when its body was seen.

use actix_web::{HttpRequest, dev::Payload};

use crate::{
    approov::Approov,
    check::{Check, Checked, HeadChecked},
    policy::EffectivePolicy,
    request::layer::{Layer, VisibleData},
    request::refusal::Refusal,
};

/// A request that was not refused.
pub(crate) enum Admission {
    /// It has entered.
    Entered,
    /// It enters if its body is good.
    AwaitsBody(BodyPending),
}

/// What a request needs to enter, but for its body.
pub(crate) struct BodyPending {
    approov: Approov,
    policy: EffectivePolicy,
    around: Option<VisibleData>,
    head: HeadChecked,
}

/// Checks the request, without waiting for anything. `around` is what it sees around a middleware; a guard has none.
pub(crate) fn admit(
    request: &HttpRequest,
    approov: Approov,
    policy: EffectivePolicy,
    around: Option<VisibleData>,
) -> Result<Admission, Refusal> {
    let check = Check {
        request,
        approov: &approov,
        policy: &policy,
    };
    match check.head()? {
        Checked::Complete(findings) => {
            Layer::checked(approov, policy, findings).enter(request, around);
            Ok(Admission::Entered)
        }
        Checked::AwaitsBody(head) => Ok(Admission::AwaitsBody(BodyPending {
            approov,
            policy,
            around,
            head,
        })),
    }
}

impl BodyPending {
    /// Waits for the body. The handler still finds it in `payload`.
    pub(crate) async fn admit(self, request: &HttpRequest, payload: &mut Payload) -> Result<(), Refusal> {
        let Self {
            approov,
            policy,
            around,
            head,
        } = self;
        let check = Check {
            request,
            approov: &approov,
            policy: &policy,
        };
        let findings = check.body(head, payload).await?;
        Layer::checked(approov, policy, findings).enter(request, around);
        Ok(())
    }
}
