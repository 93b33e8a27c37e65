//! The settings for message signatures: everything that the feature adds to policies.

use std::time::Duration;

use super::{
    definition::Policy,
    enforcement::Enforcement,
    names::{NameFault, is_header_name, repetition},
    signature::{SignatureLabel, SignaturePolicy, SignatureRequirement},
};

impl Policy {
    /// What the policy requires of the request's message signature.
    ///
    /// Settings that `signature` leaves open keep their earlier value. If they have none, they are inherited from the
    /// application's default.
    ///
    /// If a signature covers the body's digest, the body is read before the handler runs, up to a
    /// [limit](SignaturePolicy::body_limit).
    ///
    /// # Security
    ///
    /// Set [`MessageSigning::public_origins`](crate::MessageSigning::public_origins) as well. Without it, the signature
    /// is checked against the host that the request itself names.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::{Policy, SignaturePolicy};
    ///
    /// static TRANSFERS: Policy = Policy::new().signature(SignaturePolicy::required());
    /// ```
    pub const fn signature(mut self, signature: SignaturePolicy) -> Self {
        self.signature = signature.or(self.signature);
        self.with_single_use_of_a_signature()
    }

    /// Ignores message signatures, even if the application's default requires them.
    ///
    /// # Security
    ///
    /// Anyone who steals a token can use it on such a route.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::Policy;
    ///
    /// static PRICES: Policy = Policy::new().no_signature();
    /// ```
    pub const fn no_signature(mut self) -> Self {
        self.signature.requirement = Some(SignatureRequirement::Off);
        self.with_single_use_of_a_signature()
    }

    /// Whether each signed request is accepted only once: a copy is refused with
    /// [`Rejection::RequestReplayed`](crate::Rejection::RequestReplayed), status 409. If unset, inherited from the
    /// application's default, which is `false` unless set. See the [guide](crate::guide::single_use).
    ///
    /// Single use needs a signature that is [required](SignaturePolicy::required), by this policy or by the
    /// application's default, and a [store](crate::ApproovBuilder::single_use). If one of them is missing for the
    /// default policy, the application does not start; on a route, requests are answered with 500.
    ///
    /// # Panics
    ///
    /// If this policy itself makes signatures optional or ignores them. In a `const` or `static` this is a compile
    /// error.
    ///
    /// # Security
    ///
    /// An attacker can change whatever the signature does not cover and send that copy first, so cover the body, with
    /// [`strict`](SignaturePolicy::strict) or [`require_content_digest`](SignaturePolicy::require_content_digest). A
    /// request is accepted at most once: if its answer is lost, the app must ask what became of the request.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::{Policy, SignaturePolicy};
    ///
    /// static TRANSFERS: Policy = Policy::new().signature(SignaturePolicy::strict()).single_use(true);
    /// ```
    ///
    /// A mistake in a `const` or `static` does not compile:
    ///
    /// ```compile_fail
    /// use approov_actix::{Policy, SignaturePolicy};
    ///
    /// static TRANSFERS: Policy = Policy::new().signature(SignaturePolicy::if_able()).single_use(true);
    /// ```
    pub const fn single_use(mut self, single_use: bool) -> Self {
        self.single_use = Some(single_use);
        self.with_single_use_of_a_signature()
    }

    /// Whether a copy of a request, or a request that cannot be claimed, is refused or only reported.
    ///
    /// # Security
    ///
    /// With [`Enforcement::Report`] single use protects nothing.
    pub const fn single_use_enforcement(mut self, enforcement: Enforcement) -> Self {
        self.single_use_enforcement = Some(enforcement);
        self
    }

    const fn with_single_use_of_a_signature(self) -> Self {
        let is_optional = matches!(
            self.signature.requirement,
            Some(SignatureRequirement::Off | SignatureRequirement::IfAble)
        );
        assert!(
            !(is_optional && matches!(self.single_use, Some(true))),
            "Policy::single_use needs a signature that is required: SignaturePolicy::required or strict"
        );
        self
    }
}

impl SignaturePolicy {
    /// A policy that inherits everything. Use it for an application default that sets details of signatures and leaves
    /// it to the routes to require them.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::{Policy, SignaturePolicy};
    ///
    /// static DEFAULT: Policy = Policy::new().signature(SignaturePolicy::new().body_limit(64 * 1024));
    /// ```
    pub const fn new() -> Self {
        Self::UNSET
    }

    /// Each request must carry a signature.
    ///
    /// # Security
    ///
    /// Anyone who records a request can send it again until its signature expires, and with another body if the
    /// signature does not cover the body: see [`strict`](Self::strict).
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::{Policy, SignaturePolicy};
    ///
    /// static TRANSFERS: Policy = Policy::new().signature(SignaturePolicy::required());
    /// ```
    pub const fn required() -> Self {
        Self::of(SignatureRequirement::Required)
    }

    /// A request must carry a signature if its token says that the app is able to sign, that is, if the token has `ipk`
    /// or `mskid`. Tokens of Approov's failover service have no `ipk`.
    ///
    /// # Security
    ///
    /// Anyone who steals a token without these claims can use it without a signature. Whether a token has them is
    /// Approov's decision, not the caller's.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::{Policy, SignaturePolicy};
    ///
    /// static ORDERS: Policy = Policy::new().signature(SignaturePolicy::if_able());
    /// ```
    pub const fn if_able() -> Self {
        Self::of(SignatureRequirement::IfAble)
    }

    /// Each request must carry a signature by the installation's [own key](SignatureLabel::Install) that is at most 60
    /// seconds old and [covers the body](Self::require_content_digest), if there is one.
    ///
    /// These settings replace those of the application's default, even a shorter maximum age. Whether a failed check
    /// refuses the request is inherited: add `.enforcement(Enforcement::Enforce)` if the application's default only
    /// reports.
    ///
    /// # Security
    ///
    /// The same request can be sent again within the 60 seconds plus the [clock
    /// skew](crate::MessageSigning::clock_skew). To accept it only once, use [`Policy::single_use`].
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::{Policy, SignaturePolicy};
    ///
    /// static TRANSFERS: Policy = Policy::new().signature(SignaturePolicy::strict());
    /// ```
    pub const fn strict() -> Self {
        Self::required()
            .label(SignatureLabel::Install)
            .require_content_digest(true)
            .max_age(Duration::from_secs(60))
    }

    /// Which signature is accepted. If unset, inherited from the application's default, which is
    /// [`Either`](SignatureLabel::Either) unless set.
    pub const fn label(mut self, label: SignatureLabel) -> Self {
        self.label = Some(label);
        self
    }

    /// Whether a request without a valid message signature is refused or only reported.
    ///
    /// # Security
    ///
    /// With [`Enforcement::Report`] signatures protect nothing.
    pub const fn enforcement(mut self, enforcement: Enforcement) -> Self {
        self.enforcement = Some(enforcement);
        self
    }

    /// How long after its creation a signature is valid. If unset, inherited from the application's default, which has
    /// no such limit unless set. The signature's own `expires` applies as well.
    ///
    /// # Security
    ///
    /// Anyone who records a request can send it again during that time.
    pub const fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = Some(max_age);
        self
    }

    /// How many bytes of a body are read at most to compare them with the signed digest. A longer body is refused. If
    /// unset, inherited from the application's default, which is 2 MiB unless set.
    ///
    /// # Security
    ///
    /// Up to this many bytes are held in memory for each request with a valid signature.
    pub const fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// Whether the signature must cover the body, through `Content-Digest`. If unset, inherited from the application's
    /// default, which is `false` unless set.
    ///
    /// # Security
    ///
    /// Anyone in between can change a body that the signature does not cover.
    pub const fn require_content_digest(mut self, require: bool) -> Self {
        self.require_content_digest = Some(require);
        self
    }

    /// What a signature must cover, in addition to method, target and token: names of header fields, and derived
    /// components of RFC 9421 such as `@scheme`, in any case and order. An empty list requires nothing more, even
    /// if the application's default does.
    ///
    /// A signature can cover a field only if the request has it.
    ///
    /// # Panics
    ///
    /// If a component is named twice, or is neither a header name, as for [`Policy::binding`], nor one of `@method`,
    /// `@target-uri`, `@authority`, `@scheme`, `@request-target`, `@path` and `@query`. In a `const` or `static`
    /// this is a compile error.
    ///
    /// # Security
    ///
    /// Anyone in between can change whatever the signature does not cover, even if the handler trusts it.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::{Policy, SignaturePolicy};
    ///
    /// static TRANSFERS: Policy =
    ///     Policy::new().signature(SignaturePolicy::required().covers(&["Authorization", "Idempotency-Key"]));
    /// ```
    ///
    /// A mistake in a `const` or `static` does not compile:
    ///
    /// ```compile_fail
    /// use approov_actix::{Policy, SignaturePolicy};
    ///
    /// static TRANSFERS: Policy = Policy::new().signature(SignaturePolicy::required().covers(&["@body"]));
    /// ```
    pub const fn covers(mut self, components: &'static [&'static str]) -> Self {
        let fault = coverage_fault(components);
        assert!(
            !matches!(fault, Some(NameFault::Twice)),
            "SignaturePolicy::covers: a component is named twice"
        );
        assert!(
            fault.is_none(),
            "SignaturePolicy::covers: a name is neither a header name nor a component of RFC 9421"
        );
        self.covers = Some(components);
        self
    }

    const fn of(requirement: SignatureRequirement) -> Self {
        Self {
            requirement: Some(requirement),
            ..Self::UNSET
        }
    }
}

/// The fault of a list of components that signatures must cover.
const fn coverage_fault(components: &[&str]) -> Option<NameFault> {
    let mut i = 0;
    while i < components.len() {
        if !is_header_name(components[i]) && !is_derived_component(components[i]) {
            return Some(NameFault::Invalid);
        }
        i += 1;
    }
    repetition(components)
}

/// Whether `name` is a derived component that a request has without a parameter: RFC 9421, section 2.2.
const fn is_derived_component(name: &str) -> bool {
    const NAMES: [&str; 7] = [
        "@method",
        "@target-uri",
        "@authority",
        "@scheme",
        "@request-target",
        "@path",
        "@query",
    ];
    let mut i = 0;
    while i < NAMES.len() {
        if name.eq_ignore_ascii_case(NAMES[i]) {
            return true;
        }
        i += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_method_sets_its_field() {
        let signature = SignaturePolicy::if_able()
            .label(SignatureLabel::Account)
            .enforcement(Enforcement::Report)
            .max_age(Duration::from_secs(1))
            .body_limit(2)
            .require_content_digest(false)
            .covers(&["Cookie"]);
        let expected = SignaturePolicy {
            requirement: Some(SignatureRequirement::IfAble),
            label: Some(SignatureLabel::Account),
            enforcement: Some(Enforcement::Report),
            max_age: Some(Duration::from_secs(1)),
            body_limit: Some(2),
            require_content_digest: Some(false),
            covers: Some(&["Cookie"]),
        };
        assert_eq!(signature, expected);
        assert_eq!(signature.covers(&[]).covers, Some(&[][..]));
    }

    #[test]
    fn strict_is_more_than_required() {
        let expected = SignaturePolicy {
            requirement: Some(SignatureRequirement::Required),
            label: Some(SignatureLabel::Install),
            max_age: Some(Duration::from_secs(60)),
            require_content_digest: Some(true),
            ..SignaturePolicy::UNSET
        };
        assert_eq!(SignaturePolicy::strict(), expected);
        let required = SignaturePolicy {
            requirement: Some(SignatureRequirement::Required),
            ..SignaturePolicy::UNSET
        };
        assert_eq!(SignaturePolicy::required(), required);
    }

    #[test]
    fn the_order_of_report_and_signature_does_not_matter() {
        let signature = SignaturePolicy::strict().covers(&["Cookie"]);
        let policy = Policy::new().signature(signature).report(true);
        assert_eq!(policy, Policy::new().report(true).signature(signature));
        let enforced = signature.enforcement(Enforcement::Enforce);
        let policy = Policy::new().report(true).signature(enforced);
        assert_eq!(policy.signature, enforced);
        assert_eq!(
            policy.no_signature().signature.requirement,
            Some(SignatureRequirement::Off)
        );
    }

    #[test]
    #[should_panic(expected = "neither a header name nor a component of RFC 9421")]
    fn components_are_checked() {
        let _ = SignaturePolicy::required().covers(&["@query-param"]);
    }

    #[test]
    #[should_panic(expected = "a component is named twice")]
    fn a_component_twice_is_a_mistake() {
        let _ = SignaturePolicy::required().covers(&["Cookie", "cookie"]);
    }

    #[test]
    fn what_is_wrong_with_a_coverage() {
        use NameFault::{Invalid, Twice};
        for (components, fault) in [
            (&[][..], None),
            (&["Content-Digest", "authorization", "@path", "@Query"], None),
            (
                &["@method", "@target-uri", "@authority", "@scheme", "@request-target"],
                None,
            ),
            (&["@status"], Some(Invalid)),
            (&["@query-param"], Some(Invalid)),
            (&["@"], Some(Invalid)),
            (&["@paths"], Some(Invalid)),
            (&["@path "], Some(Invalid)),
            (&["\"@path\""], Some(Invalid)),
            (&["'cookie'"], Some(Invalid)),
            (&["$HEADER"], Some(Invalid)),
            (&["content-digest;bs"], Some(Invalid)),
            (&["a", ""], Some(Invalid)),
            (&["@path", "a", "@PATH"], Some(Twice)),
            (&["Digest", "digest"], Some(Twice)),
        ] {
            assert_eq!(coverage_fault(components), fault, "{components:?}");
        }
    }
}
