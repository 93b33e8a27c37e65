//! Types that stand for a policy.

use super::definition::Policy;

/// A type that stands for a [`Policy`], for `#[approov_protected(policy = path::to::Type)]`.
///
/// Write one where the attribute cannot take the `const` or `static` itself: in an `impl` block, and for a policy that depends on a type.
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
