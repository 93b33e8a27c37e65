//! Types that provide a policy.

use super::definition::Policy;

/// A type that provides a [`Policy`], for `#[approov_protected(policy = path::to::Type)]`.
///
/// Write one if the attribute cannot take a `const` or `static` itself: in an `impl` block, or for a policy that
/// depends on a type.
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
/// `policy` is called for each request and should always return the same policy, which can only add to what a
/// middleware around the handler requires.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy",
    label = "this type does not implement `approov_actix::RoutePolicy`",
    note = "write `impl RoutePolicy for {Self}` with a function `policy() -> &'static Policy`"
)]
pub trait RoutePolicy: 'static {
    /// The policy of this type.
    fn policy() -> &'static Policy;
}

/// The policy of `#[approov_protected]` without arguments: the application's default.
#[derive(Debug)]
pub struct DefaultPolicy;

impl RoutePolicy for DefaultPolicy {
    fn policy() -> &'static Policy {
        static POLICY: Policy = Policy::new();
        &POLICY
    }
}

/// The policy of `#[approov_protected(binding = false)]`.
#[derive(Debug)]
pub struct UnboundPolicy;

impl RoutePolicy for UnboundPolicy {
    fn policy() -> &'static Policy {
        static POLICY: Policy = Policy::new().no_binding();
        &POLICY
    }
}
