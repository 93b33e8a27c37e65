//! Attacks in tables: each row has the reason for which it must be refused.

mod binding;
mod headers;
mod http2;
mod key_sets;
mod message_signatures;
mod paths;
mod served;
mod smuggling;
mod tokens;
mod whole;
mod wire;
