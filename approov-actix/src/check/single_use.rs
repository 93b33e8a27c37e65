//! The last check, if the policy requires single use: it claims the request, so that no copy passes.

use std::vec;

use super::{Check, ClaimPending, Claimable, Claimed};
use crate::{
    logging::{LOG_TARGET, LogText},
    rejection::Rejection,
    request::{layer::Findings, refusal::Refusal, state::RequestState},
    single_use::{Claim, ClaimOutcome, ReplayKey, SingleUse, SingleUseAdmission, StoreError, time_to_live},
    time::UnixTime,
};

impl Check<'_> {
    pub(super) fn claim(self, findings: Findings) -> Result<Claimed, Refusal> {
        let keys = match (&findings.claims, &findings.signature) {
            (Some(claims), Some(signature)) if self.policy.single_use => {
                let token_end = self.approov.settings().rules.end(claims);
                let ends = signature.replay_keys(claims).map(|(key, signature_end)| {
                    let ends = [token_end, signature_end].into_iter().flatten();
                    let end = ends.min_by(|one, other| one.seconds().total_cmp(&other.seconds()));
                    (key, end.unwrap_or(UnixTime::at(f64::INFINITY)))
                });
                ends.collect()
            }
            // If there is no signature, its absence was already reported.
            _ => Vec::new(),
        };
        self.claim_each(findings, keys.into_iter())
    }

    /// Claims the keys one after the other, up to the first that was claimed before. Otherwise two simultaneous copies
    /// could each lose one key to the other.
    fn claim_each(self, mut findings: Findings, mut keys: vec::IntoIter<Claimable>) -> Result<Claimed, Refusal> {
        while let Some((key, end)) = keys.next() {
            let Some(single_use) = &self.approov.settings().single_use else {
                return Err(Refusal::not_configured());
            };
            if let Some(known) = self.known_claim(single_use, &key) {
                if !self.settle(&mut findings, known)? {
                    break;
                }
                continue;
            }
            let verdict = match time_to_live(end, UnixTime::now()) {
                _ if !RequestState::can_keep(self.request, self.way) => Err(self.argument_alone()),
                None => Err(Rejection::SignatureTimeMissing),
                Some(time_to_live) => match single_use.store.claim(&key, time_to_live) {
                    Claim::Now(outcome) => self.claim_verdict(single_use, outcome),
                    Claim::Later(claim) => {
                        let rest = keys;
                        return Ok(Claimed::AwaitsStore(ClaimPending {
                            findings,
                            claim,
                            key,
                            rest,
                        }));
                    }
                },
            };
            self.keep_claim(single_use, key, verdict);
            if !self.settle(&mut findings, verdict)? {
                break;
            }
        }
        Ok(Claimed::Complete(findings))
    }

    /// Waits for the store, as often as necessary.
    pub(super) async fn await_claims(self, mut pending: ClaimPending) -> Result<Findings, Refusal> {
        loop {
            let ClaimPending {
                mut findings,
                claim,
                key,
                rest,
            } = pending;
            let outcome = claim.await;
            let Some(single_use) = &self.approov.settings().single_use else {
                return Err(Refusal::not_configured());
            };
            let verdict = self.claim_verdict(single_use, outcome);
            self.keep_claim(single_use, key, verdict);
            if !self.settle(&mut findings, verdict)? {
                return Ok(findings);
            }
            match self.claim_each(findings, rest)? {
                Claimed::Complete(findings) => return Ok(findings),
                Claimed::AwaitsStore(next) => pending = next,
            }
        }
    }

    /// For an argument, which cannot wait.
    pub(super) fn claimed_at_once(self, claimed: Claimed) -> Result<Findings, Refusal> {
        match claimed {
            Claimed::Complete(findings) => Ok(findings),
            Claimed::AwaitsStore(ClaimPending { mut findings, .. }) => {
                self.settle(&mut findings, Err(self.argument_alone()))?;
                Ok(findings)
            }
        }
    }

    fn argument_alone(self) -> Rejection {
        log::error!(
            target: LOG_TARGET,
            "single_use_unavailable {}: an argument alone can neither wait for the single-use store nor, if the handler calls the extractor itself, keep what it \
             has claimed: protect this handler with `#[approov_protected]` or a middleware",
            LogText(self.request.path())
        );
        Rejection::SingleUseUnavailable {
            reason: "argument_alone",
        }
    }

    fn claim_verdict(
        self,
        single_use: &SingleUse,
        outcome: Result<ClaimOutcome, StoreError>,
    ) -> Result<SingleUseAdmission, Rejection> {
        match outcome {
            Ok(ClaimOutcome::First) => Ok(SingleUseAdmission::Claimed),
            Ok(ClaimOutcome::Repeated) => Err(Rejection::RequestReplayed),
            Err(error) if single_use.admit_on_failure => {
                let path = LogText(self.request.path());
                log::warn!(target: LOG_TARGET, "single_use_unavailable({error}) {path}: let in without a claim");
                Ok(SingleUseAdmission::AdmittedWithoutStore)
            }
            Err(error) => Err(Rejection::SingleUseUnavailable { reason: error.reason() }),
        }
    }

    /// Returns whether to claim the next key. If one of two keys was let in without a claim, that is what is announced.
    fn settle(self, findings: &mut Findings, verdict: Result<SingleUseAdmission, Rejection>) -> Result<bool, Refusal> {
        match verdict {
            Ok(admission) => {
                if findings.single_use != Some(SingleUseAdmission::AdmittedWithoutStore) {
                    findings.single_use = Some(admission);
                }
                Ok(true)
            }
            Err(rejection) => {
                findings.single_use = None;
                self.report_or_refuse(findings, rejection, self.policy.single_use_enforcement)?;
                Ok(false)
            }
        }
    }

    /// A request is claimed once in each store, however many layers check it.
    fn known_claim(self, single_use: &SingleUse, key: &ReplayKey) -> Option<Result<SingleUseAdmission, Rejection>> {
        let known = RequestState::read(self.request, |state| {
            let is_meant =
                |(store, claimed, _): &&(u64, ReplayKey, _)| *store == single_use.store.identity() && claimed == key;
            state.claims.iter().find(is_meant).map(|(_, _, verdict)| *verdict)
        });
        known.flatten()
    }

    fn keep_claim(self, single_use: &SingleUse, key: ReplayKey, verdict: Result<SingleUseAdmission, Rejection>) {
        RequestState::keep(self.request, self.way, |state| {
            state.claims.push((single_use.store.identity(), key, verdict));
        });
    }
}
