//! The policy that a check follows: a route's policy, completed by the application's default.

use std::time::Duration;

use actix_web::http::header::HeaderName;

use super::{
    definition::Policy,
    enforcement::Enforcement,
    signature::{SignatureLabel, SignaturePolicy, SignatureRequirement},
};
use crate::config::Fault;

/// A policy with nothing left open.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct EffectivePolicy {
    /// The headers that a token must be bound to, in order. Empty for no binding.
    pub(crate) binding: &'static [&'static str],
    pub(crate) token_enforcement: Enforcement,
    pub(crate) binding_enforcement: Enforcement,
    pub(crate) check_enforcement: Enforcement,
    pub(crate) single_use_enforcement: Enforcement,
    /// Whether each signed request is accepted only once.
    pub(crate) single_use: bool,
    pub(crate) allow_missing_binding_claim: bool,
    pub(crate) signature: EffectiveSignaturePolicy,
}

/// The requirements for message signatures, with nothing left open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EffectiveSignaturePolicy {
    pub(crate) requirement: SignatureRequirement,
    pub(crate) label: SignatureLabel,
    pub(crate) enforcement: Enforcement,
    pub(crate) max_age: Option<Duration>,
    pub(crate) body_limit: usize,
    pub(crate) require_content_digest: bool,
    /// In addition to method, target and token; compared without regard to case.
    pub(crate) covers: &'static [&'static str],
}

impl Default for EffectiveSignaturePolicy {
    fn default() -> Self {
        Self {
            requirement: SignatureRequirement::default(),
            label: SignatureLabel::default(),
            enforcement: Enforcement::default(),
            max_age: None,
            body_limit: 2 * 1024 * 1024,
            require_content_digest: false,
            covers: &[],
        }
    }
}

/// Where a policy comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PolicyOrigin {
    /// The application's default, which the policies of routes complete.
    Application,
    /// A middleware, which no route inherits from.
    Middleware,
}

impl EffectivePolicy {
    pub(crate) fn is_bound_to(&self, header: &HeaderName) -> bool {
        self.binding
            .iter()
            .any(|name| name.eq_ignore_ascii_case(header.as_str()))
    }

    /// The same checks, each of them enforced. Names every field, so that no new one is forgotten.
    pub(crate) fn all_enforced(self) -> Self {
        let Self {
            binding,
            token_enforcement: _,
            binding_enforcement: _,
            check_enforcement: _,
            single_use_enforcement: _,
            single_use,
            allow_missing_binding_claim,
            signature,
        } = self;
        Self {
            binding,
            token_enforcement: Enforcement::Enforce,
            binding_enforcement: Enforcement::Enforce,
            check_enforcement: Enforcement::Enforce,
            single_use_enforcement: Enforcement::Enforce,
            single_use,
            allow_missing_binding_claim,
            signature: EffectiveSignaturePolicy {
                enforcement: Enforcement::Enforce,
                ..signature
            },
        }
    }

    /// What the log warns of, so that nobody believes that a check is enforced when it is not.
    pub(crate) fn report_warnings(&self, origin: PolicyOrigin, has_application_checks: bool) -> Vec<&'static str> {
        let is_inherited = origin == PolicyOrigin::Application;
        let reports_tokens = self.token_enforcement == Enforcement::Report;
        let mut warnings = Vec::new();
        if reports_tokens {
            warnings.push("only REPORTS requests without a genuine token and lets them in");
        }
        let has_signatures = cfg!(feature = "message-signing")
            && (is_inherited || self.signature.requirement != SignatureRequirement::Off);
        if self.signature.enforcement == Enforcement::Report {
            if has_signatures {
                warnings.push("only REPORTS requests without a good message signature and lets them in");
            }
        } else if reports_tokens && self.signature.requirement != SignatureRequirement::Off {
            warnings.push(
                "enforces message signatures, but not tokens: anyone who leaves the token out avoids the signature",
            );
        }
        let has_binding = is_inherited || !self.binding.is_empty();
        if has_binding && self.binding_enforcement == Enforcement::Report {
            warnings.push("only REPORTS tokens that are not bound to the request and lets them in");
        } else if has_binding && reports_tokens {
            warnings.push("enforces bindings, but not tokens: anyone who leaves the token out avoids the binding");
        }
        if self.single_use && self.single_use_enforcement == Enforcement::Report {
            warnings.push("only REPORTS requests that were seen before and lets them in");
        }
        if has_application_checks && self.check_enforcement == Enforcement::Report {
            warnings.push("only REPORTS requests that the application's own check refuses and lets them in");
        }
        warnings
    }
}

impl EffectivePolicy {
    /// Why single use cannot be checked, if the policy requires it.
    pub(crate) fn single_use_fault(&self, has_store: bool) -> Option<Fault> {
        if !self.single_use {
            None
        } else if self.signature.requirement != SignatureRequirement::Required {
            Some("requires single use, but no signature")
        } else if !has_store {
            Some("requires single use, but there is no store")
        } else {
            None
        }
    }
}

impl Policy {
    /// This policy, with what it leaves open taken from `default`.
    pub(crate) fn over(self, default: &EffectivePolicy) -> EffectivePolicy {
        EffectivePolicy {
            binding: self.binding.unwrap_or(default.binding),
            token_enforcement: self.token_enforcement.unwrap_or(default.token_enforcement),
            binding_enforcement: self.binding_enforcement.unwrap_or(default.binding_enforcement),
            check_enforcement: self.check_enforcement.unwrap_or(default.check_enforcement),
            single_use_enforcement: self.single_use_enforcement.unwrap_or(default.single_use_enforcement),
            single_use: self.single_use.unwrap_or(default.single_use),
            allow_missing_binding_claim: self
                .allow_missing_binding_claim
                .unwrap_or(default.allow_missing_binding_claim),
            signature: self.signature.over(&default.signature),
        }
    }
}

impl SignaturePolicy {
    /// This policy, with what it leaves open taken from `default`.
    pub(crate) fn over(self, default: &EffectiveSignaturePolicy) -> EffectiveSignaturePolicy {
        EffectiveSignaturePolicy {
            requirement: self.requirement.unwrap_or(default.requirement),
            label: self.label.unwrap_or(default.label),
            enforcement: self.enforcement.unwrap_or(default.enforcement),
            max_age: self.max_age.or(default.max_age),
            body_limit: self.body_limit.unwrap_or(default.body_limit),
            require_content_digest: self.require_content_digest.unwrap_or(default.require_content_digest),
            covers: self.covers.unwrap_or(default.covers),
        }
    }
}
