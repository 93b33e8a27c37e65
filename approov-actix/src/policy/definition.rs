//! [`Policy`]: what a route requires, with settings left open.

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

/// What a route requires, in addition to a genuine token.
///
/// Every setting is optional. Settings that you leave open are inherited from the application's default, which you set
/// on the [builder](crate::ApproovBuilder) or through the environment.
///
/// You can build a policy in a `const` or `static`, where a mistake is a compile error.
///
/// # Security
///
/// Checks only add up: if a scope's middleware refuses a request, no policy of a handler inside the scope can let it
/// in.
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
/// The attribute takes the `const` or `static` itself, `#[approov_protected(policy = ORDERS)]`, or a type that provides
/// a policy: see [`RoutePolicy`](crate::RoutePolicy).
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

    /// Requires a token that is bound to these headers, in this order.
    ///
    /// The header values are trimmed and concatenated, and the SHA-256 of the result must be the token's `pay` claim.
    ///
    /// # Panics
    ///
    /// If the list is empty, a header is named twice, a name has characters other than letters, digits, `-`, `_` and
    /// `.`, or a name begins or ends with `-` or `.`. HTTP allows a few more characters, such as `'` and `$`, but they
    /// are usually left over from a shell. In a `const` or `static` this is a compile error.
    ///
    /// # Security
    ///
    /// The protocol concatenates values without a separator: a token that is bound to the values `ab` and `c` is also
    /// bound to `a` and `bc`. Bind to more than one header only if no caller can choose where one value ends and the
    /// next begins.
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

    /// [`binding`](Self::binding) for names that are known only at run time, such as those from your own configuration.
    ///
    /// Each text is one name, never a list with commas. Each distinct list of names stays in memory until the process
    /// ends, so call this at start-up, and never with names from requests.
    ///
    /// # Errors
    ///
    /// If there is no name, a header is named twice, or [`binding`](Self::binding) does not accept a name.
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

    /// Requires no binding, even if the application's default has one. For login and refresh routes, for which clients
    /// do not have the bound header yet.
    ///
    /// # Security
    ///
    /// On such a route a stolen token works with any login.
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
    /// With [`Enforcement::Report`] everyone gets in. A handler that takes [`ApproovClaims`](crate::ApproovClaims)
    /// still requires a genuine token.
    pub const fn token_enforcement(mut self, enforcement: Enforcement) -> Self {
        self.token_enforcement = Some(enforcement);
        self
    }

    /// Whether a genuine token that is bound to nothing or to something else is refused or only reported.
    ///
    /// # Security
    ///
    /// With [`Enforcement::Report`] a stolen token works with any login.
    pub const fn binding_enforcement(mut self, enforcement: Enforcement) -> Self {
        self.binding_enforcement = Some(enforcement);
        self
    }

    /// Whether a request that fails the application's own checks is refused or only reported.
    ///
    /// # Security
    ///
    /// With [`Enforcement::Report`] those checks protect nothing.
    pub const fn check_enforcement(mut self, enforcement: Enforcement) -> Self {
        self.check_enforcement = Some(enforcement);
        self
    }

    /// Whether failed checks are only reported: `true` is [`Enforcement::Report`] for each kind of check (token,
    /// binding, message signature, the application's own, single use), `false` is [`Enforcement::Enforce`]. A later
    /// call for one kind of check overrides this.
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

    /// Whether a genuine token without a `pay` claim passes the binding check. Tokens of Approov's failover service
    /// have no `pay`.
    ///
    /// # Security
    ///
    /// A stolen token without `pay` can then be used with any value of the bound header. A wrong `pay` is still
    /// refused.
    pub const fn allow_missing_binding_claim(mut self, allow: bool) -> Self {
        self.allow_missing_binding_claim = Some(allow);
        self
    }

    pub(crate) fn says_binding(&self) -> bool {
        self.binding.is_some()
    }

    /// For the environment.
    pub(crate) fn with_single_use_enforcement(mut self, enforcement: Enforcement) -> Self {
        self.single_use_enforcement = Some(enforcement);
        self
    }

    /// This policy, with these requirements for message signatures.
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
