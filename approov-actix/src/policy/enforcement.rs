//! Whether a failed check refuses.

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
/// A check that is only reported protects nothing. At the start a warning in the log names each of them that the application's default or a
/// middleware has. What a single handler only reports shows when a request fails there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Enforcement {
    /// A failed check refuses the request.
    #[default]
    Enforce,
    /// A failed check is logged and the request goes on.
    Report,
}
