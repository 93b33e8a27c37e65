use approov_actix::{Policy, SignaturePolicy};

pub const ORDERS: Policy = Policy::new().signature(SignaturePolicy::required().covers(&["@body"]));
