//! What a check goes by: a policy, and behind it the application's default.

use std::sync::Arc;

use actix_web::http::header::HeaderName;

use super::{Enforcement, Policy};
#[cfg(feature = "message-signing")]
use super::{SignatureLabel, SignatureRequirement};
use crate::logging::LOG_TARGET;

/// A policy with nothing left open.
#[derive(Debug, Clone, Default)]
pub(crate) struct EffectivePolicy {
    pub(crate) binding: BoundHeaders,
    pub(crate) token_enforcement: Enforcement,
    pub(crate) binding_enforcement: Enforcement,
    pub(crate) allow_missing_binding_claim: bool,
    #[cfg(feature = "message-signing")]
    pub(crate) signature: SignatureRequirement,
    #[cfg(feature = "message-signing")]
    pub(crate) signature_label: SignatureLabel,
    #[cfg(feature = "message-signing")]
    pub(crate) signature_enforcement: Enforcement,
}

impl EffectivePolicy {
    /// The same checks, each of them enforced. Names every field, so that no new one is forgotten.
    pub(crate) fn all_enforced(self) -> Self {
        Self {
            token_enforcement: Enforcement::Enforce,
            binding_enforcement: Enforcement::Enforce,
            #[cfg(feature = "message-signing")]
            signature_enforcement: Enforcement::Enforce,
            binding: self.binding,
            allow_missing_binding_claim: self.allow_missing_binding_claim,
            #[cfg(feature = "message-signing")]
            signature: self.signature,
            #[cfg(feature = "message-signing")]
            signature_label: self.signature_label,
        }
    }

    /// Nobody may believe that a check is on when it is not.
    pub(crate) fn warn_of_reports(&self, whose: &str) {
        let warn = |what: &str| log::warn!(target: LOG_TARGET, "the {whose}'s policy {what}");
        let reports_tokens = self.token_enforcement == Enforcement::Report;
        if reports_tokens {
            warn("only REPORTS requests without a genuine token and lets them in");
        }
        #[cfg(feature = "message-signing")]
        if self.signature_enforcement == Enforcement::Report {
            warn("only REPORTS requests without a good message signature and lets them in");
        } else if reports_tokens && self.signature != SignatureRequirement::Off {
            warn("enforces message signatures, but not tokens: who leaves the token out avoids the signature");
        }
        if self.binding_enforcement == Enforcement::Report {
            warn("only REPORTS tokens that are not bound to the request and lets them in");
        } else if reports_tokens {
            warn("enforces bindings, but not tokens: who leaves the token out avoids the binding");
        }
    }
}

impl Policy {
    /// This policy, with what it leaves open taken from `default`.
    pub(crate) fn over(self, default: &EffectivePolicy) -> EffectivePolicy {
        EffectivePolicy {
            binding: self
                .binding
                .map_or_else(|| default.binding.clone(), BoundHeaders::Named),
            token_enforcement: self.token_enforcement.unwrap_or(default.token_enforcement),
            binding_enforcement: self.binding_enforcement.unwrap_or(default.binding_enforcement),
            allow_missing_binding_claim: self
                .allow_missing_binding_claim
                .unwrap_or(default.allow_missing_binding_claim),
            #[cfg(feature = "message-signing")]
            signature: self.signature.unwrap_or(default.signature),
            #[cfg(feature = "message-signing")]
            signature_label: self.signature_label.unwrap_or(default.signature_label),
            #[cfg(feature = "message-signing")]
            signature_enforcement: self.signature_enforcement.unwrap_or(default.signature_enforcement),
        }
    }
}

/// The headers that a token must be bound to, in order; none of them means no binding.
#[derive(Debug, Clone)]
pub(crate) enum BoundHeaders {
    /// Named in code; checked by [`Policy::binding`].
    Named(&'static [&'static str]),
    /// Named in the configuration.
    Configured(Arc<[HeaderName]>),
}

impl BoundHeaders {
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Named(names) => names.is_empty(),
            Self::Configured(names) => names.is_empty(),
        }
    }

    pub(crate) fn has(&self, header: &HeaderName) -> bool {
        self.iter().any(|name| name.eq_ignore_ascii_case(header.as_str()))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        let (named, configured): (&[&str], &[HeaderName]) = match self {
            Self::Named(names) => (names, &[]),
            Self::Configured(names) => (&[], names),
        };
        named.iter().copied().chain(configured.iter().map(HeaderName::as_str))
    }
}

impl Default for BoundHeaders {
    fn default() -> Self {
        Self::Named(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(policy: &EffectivePolicy) -> Vec<&str> {
        policy.binding.iter().collect()
    }

    #[test]
    fn unset_fields_are_inherited_one_by_one() {
        #[allow(
            clippy::needless_update,
            reason = "there are more fields with the feature message-signing"
        )]
        let default = EffectivePolicy {
            binding: BoundHeaders::Configured(Arc::new([HeaderName::from_static("authorization")])),
            token_enforcement: Enforcement::Report,
            binding_enforcement: Enforcement::Report,
            allow_missing_binding_claim: true,
            ..EffectivePolicy::default()
        };

        let inherited = Policy::new().over(&default);
        assert_eq!(headers(&inherited), ["authorization"]);
        assert_eq!(inherited.token_enforcement, Enforcement::Report);
        assert_eq!(inherited.binding_enforcement, Enforcement::Report);
        assert!(inherited.allow_missing_binding_claim);

        let own = Policy::new()
            .binding(&["X-Device-Id"])
            .token_enforcement(Enforcement::Enforce)
            .binding_enforcement(Enforcement::Enforce)
            .allow_missing_binding_claim(false)
            .over(&default);
        assert_eq!(headers(&own), ["X-Device-Id"]);
        assert_eq!(own.token_enforcement, Enforcement::Enforce);
        assert_eq!(own.binding_enforcement, Enforcement::Enforce);
        assert!(!own.allow_missing_binding_claim);

        assert!(Policy::new().no_binding().over(&default).binding.is_empty());
    }
}
