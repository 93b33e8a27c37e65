//! What a route requires.

mod definition;
mod effective;
mod enforcement;
mod interned;
mod names;
mod route;
mod signature;
#[cfg(feature = "message-signing")]
mod signature_methods;
#[cfg(test)]
mod tests;

pub use self::{
    definition::Policy,
    enforcement::Enforcement,
    route::{DefaultPolicy, RoutePolicy, UnboundPolicy},
    signature::{SignatureLabel, SignaturePolicy},
};
pub(crate) use self::{
    definition::interned_binding,
    effective::{EffectivePolicy, EffectiveSignaturePolicy, PolicyOrigin},
    names::{NO_HEADER_NAME, NameFault, is_header_name},
    signature::SignatureRequirement,
};
