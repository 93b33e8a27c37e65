//! What a route asks for.

mod effective;

pub(crate) use self::effective::{BoundHeaders, EffectivePolicy};

/// Whether a failed check refuses the request or is only reported.
///
/// *Report* is for rolling out: the check runs, its reason is logged and handed to
/// [`on_rejection`](crate::ApproovBuilder::on_rejection), and the request goes on.
///
/// # Examples
///
/// ```
/// use approov_actix::Enforcement;
///
/// assert_eq!(Enforcement::default(), Enforcement::Enforce);
/// ```
///
/// # Security
///
/// A check that is only reported protects nothing. At the start a warning in the log names each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Enforcement {
    /// A failed check refuses the request.
    #[default]
    Enforce,
    /// A failed check is logged and the request goes on.
    Report,
}

#[cfg(feature = "message-signing")]
/// Whether a request must carry a message signature: RFC 9421, as Approov's clients make it.
///
/// # Examples
///
/// ```
/// use approov_actix::{Policy, SignatureRequirement};
///
/// static TRANSFERS: Policy = Policy::new().signature(SignatureRequirement::Required);
/// ```
///
/// # Security
///
/// [`Required`](Self::Required) is what protects from stolen tokens. Mind what [`IfAble`](Self::IfAble) says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SignatureRequirement {
    /// Signatures are not looked at.
    #[default]
    Off,
    /// Required if the token says that the app is able to sign: if it has `ipk` or `mskid`. Tokens of Approov's failover service have no `ipk`.
    ///
    /// # Security
    ///
    /// Who steals a token without these claims can use it without a signature. Whether a token has them is Approov's decision, not the caller's.
    IfAble,
    /// Always required.
    Required,
}

#[cfg(feature = "message-signing")]
/// Which of the two signatures that Approov's clients make is accepted.
///
/// Another one that the request has as well must be good too, if there is a key for it.
///
/// # Examples
///
/// ```
/// use approov_actix::{Policy, SignatureLabel, SignatureRequirement};
///
/// static TRANSFERS: Policy = Policy::new()
///     .signature(SignatureRequirement::Required)
///     .signature_label(SignatureLabel::Install);
/// ```
///
/// # Security
///
/// The account's key is the same in all installations: who takes it out of one app can sign for each. [`Install`](Self::Install) is the strict choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SignatureLabel {
    /// One of the two.
    #[default]
    Either,
    /// `install`: by the installation's own key, which never leaves the device. ECDSA P-256; the public key is the token's `ipk`.
    Install,
    /// `account`: by a key that the account's apps share. HMAC-SHA256.
    Account,
}

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
/// An attribute takes a type that stands for a policy: see [`RoutePolicy`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[must_use]
pub struct Policy {
    binding: Option<&'static [&'static str]>,
    token_enforcement: Option<Enforcement>,
    binding_enforcement: Option<Enforcement>,
    allow_missing_binding_claim: Option<bool>,
    #[cfg(feature = "message-signing")]
    signature: Option<SignatureRequirement>,
    #[cfg(feature = "message-signing")]
    signature_label: Option<SignatureLabel>,
    #[cfg(feature = "message-signing")]
    signature_enforcement: Option<Enforcement>,
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
            allow_missing_binding_claim: None,
            #[cfg(feature = "message-signing")]
            signature: None,
            #[cfg(feature = "message-signing")]
            signature_label: None,
            #[cfg(feature = "message-signing")]
            signature_enforcement: None,
        }
    }

    /// Asks for a token that is bound to these headers, in this order.
    ///
    /// Their values are trimmed and concatenated, and their SHA-256 must be the token's `pay` claim.
    ///
    /// # Panics
    ///
    /// If the list is empty, a header is named twice, or a name is one that no HTTP header can have. In a `const` or
    /// `static` this is a compile error.
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
        assert!(
            !headers.is_empty(),
            "Policy::binding needs at least one header; for no binding say Policy::no_binding"
        );
        let mut i = 0;
        while i < headers.len() {
            assert!(
                is_header_name(headers[i]),
                "Policy::binding: a name is not a valid HTTP header name"
            );
            let mut j = 0;
            while j < i {
                assert!(
                    !headers[i].eq_ignore_ascii_case(headers[j]),
                    "Policy::binding: a header is named twice"
                );
                j += 1;
            }
            i += 1;
        }
        self.binding = Some(headers);
        self
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

    /// Whether the request must carry a message signature.
    ///
    /// Where a signature covers the body's digest, the body is read before the handler runs, up to a
    /// [limit](crate::ApproovBuilder::signature_body_limit).
    ///
    /// # Security
    ///
    /// Set [`public_origin`](crate::ApproovBuilder::public_origin) with it: the signature is compared with that, and without it with what the request itself says.
    #[cfg(feature = "message-signing")]
    pub const fn signature(mut self, requirement: SignatureRequirement) -> Self {
        self.signature = Some(requirement);
        self
    }

    /// Which signature is accepted.
    ///
    /// # Security
    ///
    /// See [`SignatureLabel`].
    #[cfg(feature = "message-signing")]
    pub const fn signature_label(mut self, label: SignatureLabel) -> Self {
        self.signature_label = Some(label);
        self
    }

    /// Whether a request without a good message signature is refused or only reported.
    ///
    /// # Security
    ///
    /// With [`Enforcement::Report`] signatures protect nothing.
    #[cfg(feature = "message-signing")]
    pub const fn signature_enforcement(mut self, enforcement: Enforcement) -> Self {
        self.signature_enforcement = Some(enforcement);
        self
    }
}

/// A type that stands for a [`Policy`], for `#[approov_protected(policy = path::to::Type)]`.
///
/// # Examples
///
/// ```
/// use approov_actix::{Policy, RoutePolicy};
///
/// struct Orders;
///
/// impl RoutePolicy for Orders {
///     fn policy() -> &'static Policy {
///         static POLICY: Policy = Policy::new().binding(&["Authorization"]);
///         &POLICY
///     }
/// }
/// ```
///
/// # Security
///
/// The policy is asked for at each request and should always be the same one. It can only add to what a middleware around asks for.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy",
    label = "this type does not implement `approov_actix::RoutePolicy`",
    note = "write `impl RoutePolicy for {Self}` with a function `policy() -> &'static Policy`"
)]
pub trait RoutePolicy: 'static {
    /// The policy that this type stands for.
    fn policy() -> &'static Policy;
}

/// The policy of a handler that says nothing: the application's default.
#[derive(Debug)]
pub struct DefaultPolicy;

impl RoutePolicy for DefaultPolicy {
    fn policy() -> &'static Policy {
        static POLICY: Policy = Policy::new();
        &POLICY
    }
}

/// The policy of a handler that says `binding = false`.
#[derive(Debug)]
pub struct UnboundPolicy;

impl RoutePolicy for UnboundPolicy {
    fn policy() -> &'static Policy {
        static POLICY: Policy = Policy::new().no_binding();
        &POLICY
    }
}

/// Whether `name` is a `token` of RFC 9110, section 5.6.2.
const fn is_header_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        if !matches!(bytes[i], b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~')
        {
            return false;
        }
        i += 1;
    }
    !bytes.is_empty()
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderName;

    use super::*;

    #[test]
    fn header_names_are_those_that_http_allows() {
        for name in ["Authorization", "x", "X-Device_Id", "!#$%&'*+-.^_`|~09"] {
            assert!(is_header_name(name), "{name}");
            assert!(name.parse::<HeaderName>().is_ok(), "{name}");
        }
        for name in ["", " ", "a b", "a:b", "a,b", "a\r\nb", "é", "a\0", "(a)", "a/b"] {
            assert!(!is_header_name(name), "{name}");
        }
    }

    #[test]
    #[should_panic(expected = "at least one header")]
    fn an_empty_list_is_not_no_binding() {
        let _ = Policy::new().binding(&[]);
    }

    #[test]
    #[should_panic(expected = "named twice")]
    fn a_header_twice_is_a_mistake() {
        let _ = Policy::new().binding(&["Authorization", "authorization"]);
    }

    #[test]
    #[should_panic(expected = "not a valid HTTP header name")]
    fn names_are_checked() {
        let _ = Policy::new().binding(&["Authorization, X-Device-Id"]);
    }
}
