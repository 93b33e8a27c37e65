//! The ways in: middleware, guard and arguments. Each passes the request to `check`.

mod admission;
mod direct_or_boxed;
mod exempt;
mod extract;
#[cfg(feature = "message-signing")]
mod extract_signature;
pub(crate) mod guard;
mod middleware;

pub use self::{extract::ApproovVerdict, middleware::ApproovMiddleware};
