//! One request: what is known about it, which configuration applies to it, and how it is refused.

pub(crate) mod acceptance;
pub(crate) mod body;
mod chunks;
pub(crate) mod layer;
pub(crate) mod outcome;
pub(crate) mod refusal;
pub(crate) mod state;
