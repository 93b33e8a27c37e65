//! What becomes of a request under one configuration.

use std::cell::{Cell, RefCell};

use crate::{request::layer::Findings, single_use::SingleUseAdmission, token::ApproovClaims};

/// Shared by the request and by whatever waits for its end.
#[derive(Default)]
pub(crate) struct Outcome {
    accepted: RefCell<Option<Accepted>>,
    /// Whether a refusal or a report was announced.
    has_failed: Cell<bool>,
    is_awaited: Cell<bool>,
    is_announced: Cell<bool>,
}

/// What the last successful check found.
pub(crate) struct Accepted {
    pub(crate) claims: ApproovClaims,
    pub(crate) is_cached: bool,
    pub(crate) single_use: Option<SingleUseAdmission>,
}

impl Outcome {
    /// Every check of a layer or an argument has passed.
    pub(crate) fn accept(&self, findings: &Findings) {
        if let Some(claims) = findings.claims.clone().filter(|_| !findings.is_reported) {
            self.accepted.replace(Some(Accepted {
                claims,
                is_cached: findings.is_cached,
                single_use: findings.single_use,
            }));
        }
    }

    /// A refusal or a report was announced.
    pub(crate) fn fail(&self) {
        self.has_failed.set(true);
    }

    /// Whether nothing waits for the end yet, so that the caller must.
    pub(crate) fn begin_to_wait(&self) -> bool {
        !self.is_awaited.replace(true)
    }

    /// What is to be announced at the end, if anything.
    pub(crate) fn end(&self) -> Option<Accepted> {
        self.is_awaited.set(false);
        let accepted = self.accepted.take()?;
        let is_final = !self.has_failed.get() && !self.is_announced.replace(true);
        is_final.then_some(accepted)
    }
}
