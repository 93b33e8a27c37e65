//! Whether a failed check refuses the request.

/// Whether a failed check refuses the request or is only reported.
///
/// *Report* is for rolling out: the check runs, the reason for a failure is logged and passed to
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
/// A check that is only reported protects nothing. At start-up, the log has a warning for each check that the
/// application's default or a middleware only reports. For a single handler there is no such warning: you see its
/// reports only when a request fails there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Enforcement {
    /// A failed check refuses the request.
    #[default]
    Enforce,
    /// A failed check is logged and the request goes on.
    Report,
}
