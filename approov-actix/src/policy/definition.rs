//! [`Policy`]: what a route asks for, with gaps.

use super::{
    enforcement::Enforcement,
    interned::interned,
    names::{NO_HEADER_NAME, NameFault, binding_fault},
    signature::{SignaturePolicy, first},
};
use crate::{
    config::ConfigError,
    one_or_many::{OneOrMany, texts},
};

/// What a route asks for, beside a genuine token.
///
/// Every setting is optional. What is not set here is inherited from the application's default, which is set on the
/// [builder](crate::ApproovBuilder) or through the environment.
///
/// A policy can be built in a `const` or `static`, where a mistake is a compile error.
///
/// # Security
///
/// Checks only add up: when the middleware of a scope has refused a request, no policy of a handler inside can let it in.
///
/// # Examples
///
/// ```
/// use approov_actix::{Enforcement, Policy};
///
/// static ORDERS: Policy = Policy::new()
///     .binding(&["Authorization", "X-Device-Id"])
///     .binding_enforcement(Enforcement::Report);
/// # fn example(approov: approov_actix::Approov) {
/// let middleware = approov.middleware().policy(ORDERS);
/// # }
/// ```
///
/// An attribute takes the `const` or `static` itself, `#[approov_protected(policy = ORDERS)]`, or a type that stands for a policy: see [`RoutePolicy`](crate::RoutePolicy).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Policy {
    pub(super) binding: Option<&'static [&'static str]>,
    pub(super) token_enforcement: Option<Enforcement>,
    pub(super) binding_enforcement: Option<Enforcement>,
    pub(super) check_enforcement: Option<Enforcement>,
    pub(super) single_use_enforcement: Option<Enforcement>,
    pub(super) single_use: Option<bool>,
    pub(super) allow_missing_binding_claim: Option<bool>,
    pub(super) signature: SignaturePolicy,
}

impl Policy {
    /// A policy that inherits everything.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::Policy;
    ///
    /// assert_eq!(Policy::new(), Policy::default());
    /// ```
    pub const fn new() -> Self {
        Self {
            binding: None,
            token_enforcement: None,
            binding_enforcement: None,
            check_enforcement: None,
            single_use_enforcement: None,
            single_use: None,
            allow_missing_binding_claim: None,
            signature: SignaturePolicy::UNSET,
        }
    }

    /// Asks for a token that is bound to these headers, in this order.
    ///
    /// Their values are trimmed and concatenated, and their SHA-256 must be the token's `pay` claim.
    ///
    /// # Panics
    ///
    /// If the list is empty, a header is named twice, or a name has anything but letters, digits, `-`, `_` and `.`: HTTP allows a few more
    /// characters, such as `'` and `$`, but they are left over from a shell. In a `const` or `static` this is a compile error.
    ///
    /// # Security
    ///
    /// The protocol concatenates without a separator: to headers `ab` and `c` the same token is bound as to `a` and `bc`.
    /// Bind to more than one header only where no caller can choose where one value ends and the next begins.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::Policy;
    ///
    /// static ORDERS: Policy = Policy::new().binding(&["Authorization"]);
    /// ```
    ///
    /// A mistake in a `const` or `static` does not compile:
    ///
    /// ```compile_fail
    /// use approov_actix::Policy;
    ///
    /// static ORDERS: Policy = Policy::new().binding(&["Authorization:"]);
    /// ```
    pub const fn binding(mut self, headers: &'static [&'static str]) -> Self {
        let fault = binding_fault(headers);
        assert!(
            !matches!(fault, Some(NameFault::Empty)),
            "Policy::binding needs at least one header; for no binding say Policy::no_binding"
        );
        assert!(
            !matches!(fault, Some(NameFault::Invalid)),
            "Policy::binding: a name is not a header name: letters, digits, `-`, `_` and `.`"
        );
        assert!(
            !matches!(fault, Some(NameFault::Twice)),
            "Policy::binding: a header is named twice"
        );
        self.binding = Some(headers);
        self
    }

    /// [`binding`](Self::binding) for names that are known only at run time: from a configuration of your own.
    ///
    /// A text is one name, never a list with commas. Each list of names that differs stays in memory until the process ends, once, however often it is
    /// given: this is for the start, not for what requests say.
    ///
    /// # Errors
    ///
    /// If there is no name, a header is named twice, or a name is not one as for [`binding`](Self::binding).
    ///
    /// # Security
    ///
    /// As for [`binding`](Self::binding).
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::{ConfigError, Policy};
    ///
    /// fn policy_of(tenant: &[String]) -> Result<Policy, ConfigError> {
    ///     Policy::new().try_binding(tenant)
    /// }
    /// # assert!(policy_of(&["Authorization".to_owned()]).is_ok());
    /// ```
    pub fn try_binding(mut self, headers: impl OneOrMany) -> Result<Self, ConfigError> {
        let binding = interned_binding(texts(headers)).map_err(|fault| {
            ConfigError::invalid(match fault {
                NameFault::Empty => {
                    "the list given to `try_binding` names no header; for no binding say `no_binding`".to_owned()
                }
                NameFault::Invalid => {
                    format!("a header given to `try_binding` {NO_HEADER_NAME}; several headers are given as a list")
                }
                NameFault::Twice => "a header given to `try_binding` is named twice".to_owned(),
            })
        })?;
        self.binding = Some(binding);
        Ok(self)
    }

    /// Asks for no binding, even where the application's default has one. For login and refresh routes, whose bound header
    /// is not there yet.
    ///
    /// # Security
    ///
    /// A stolen token is good on such a route, with any login.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::Policy;
    ///
    /// static LOGIN: Policy = Policy::new().no_binding();
    /// ```
    pub const fn no_binding(mut self) -> Self {
        self.binding = Some(&[]);
        self
    }

    /// Whether a request without a genuine token is refused or only reported.
    ///
    /// # Security
    ///
    /// With [`Enforcement::Report`] everyone gets in. A handler that takes [`ApproovClaims`](crate::ApproovClaims) still
    /// needs a genuine token.
    pub const fn token_enforcement(mut self, enforcement: Enforcement) -> Self {
        self.token_enforcement = Some(enforcement);
        self
    }

    /// Whether a genuine token that is bound to nothing or to something else is refused or only reported.
    ///
    /// # Security
    ///
    /// With [`Enforcement::Report`] a stolen token is good with any login.
    pub const fn binding_enforcement(mut self, enforcement: Enforcement) -> Self {
        self.binding_enforcement = Some(enforcement);
        self
    }

    /// Whether a request that the application's own check refuses is refused or only reported.
    ///
    /// # Security
    ///
    /// With [`Enforcement::Report`] that check protects nothing.
    pub const fn check_enforcement(mut self, enforcement: Enforcement) -> Self {
        self.check_enforcement = Some(enforcement);
        self
    }

    /// Whether failed checks are only reported: `true` is [`Enforcement::Report`] for each kind of check (token, binding, message
    /// signature, the application's own, single use), `false` is [`Enforcement::Enforce`]. What is said of one of them afterwards wins.
    ///
    /// # Security
    ///
    /// With `true` everyone gets in.
    ///
    /// # Examples
    ///
    /// Roll out the binding alone:
    ///
    /// ```
    /// use approov_actix::{Enforcement, Policy};
    ///
    /// static ORDERS: Policy = Policy::new()
    ///     .binding(&["Authorization"])
    ///     .report(false)
    ///     .binding_enforcement(Enforcement::Report);
    /// ```
    pub const fn report(mut self, report: bool) -> Self {
        let enforcement = if report {
            Enforcement::Report
        } else {
            Enforcement::Enforce
        };
        self.token_enforcement = Some(enforcement);
        self.binding_enforcement = Some(enforcement);
        self.check_enforcement = Some(enforcement);
        self.single_use_enforcement = Some(enforcement);
        self.signature.enforcement = Some(enforcement);
        self
    }

    /// Whether a genuine token without a `pay` claim passes the binding check. Tokens of Approov's failover service have none.
    ///
    /// # Security
    ///
    /// A stolen token without `pay` can then be used with any bound header. A `pay` that is there but wrong is refused
    /// all the same.
    pub const fn allow_missing_binding_claim(mut self, allow: bool) -> Self {
        self.allow_missing_binding_claim = Some(allow);
        self
    }

    pub(crate) fn says_binding(&self) -> bool {
        self.binding.is_some()
    }

    /// This policy, asking this of message signatures.
    /// For the environment.
    pub(crate) fn with_single_use_enforcement(mut self, enforcement: Enforcement) -> Self {
        self.single_use_enforcement = Some(enforcement);
        self
    }

    pub(crate) fn with_signature(mut self, signature: SignaturePolicy) -> Self {
        self.signature = signature;
        self
    }

    /// What is set here, and `default` for the rest.
    #[allow(
        dead_code,
        reason = "for the builder, whose later policies are merged over earlier ones"
    )]
    pub(crate) const fn or(self, default: Self) -> Self {
        Self {
            binding: first(self.binding, default.binding),
            token_enforcement: first(self.token_enforcement, default.token_enforcement),
            binding_enforcement: first(self.binding_enforcement, default.binding_enforcement),
            check_enforcement: first(self.check_enforcement, default.check_enforcement),
            single_use_enforcement: first(self.single_use_enforcement, default.single_use_enforcement),
            single_use: first(self.single_use, default.single_use),
            allow_missing_binding_claim: first(self.allow_missing_binding_claim, default.allow_missing_binding_claim),
            signature: self.signature.or(default.signature),
        }
    }
}

/// Names that are known only at run time, as a binding.
pub(crate) fn interned_binding(headers: Vec<String>) -> Result<&'static [&'static str], NameFault> {
    let names: Vec<&str> = headers.iter().map(String::as_str).collect();
    binding_fault(&names).map_or_else(|| Ok(interned(headers)), Err)
}

impl Default for Policy {
    fn default() -> Self {
        Self::new()
    }
}
