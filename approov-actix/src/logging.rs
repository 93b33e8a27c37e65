/// The target of every line that this crate logs.
pub(crate) const LOG_TARGET: &str = "approov_actix";
