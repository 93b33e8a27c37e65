//! What the fuzz targets share: an application with every kind of protection, behind actix's own HTTP/1 and without a
//! network.
//!
//! Its handlers do not believe the library: each looks at the request that it got once more, by
//! `support::second_opinion`.

#![allow(clippy::unwrap_used, reason = "a panic is what a fuzzer looks for")]

mod connection;
mod handlers;
pub mod key_set;
pub mod message_signature;
mod outcome;
pub mod request;
pub mod token;

pub use self::{
    connection::{assert_all_can_be_entered, exchange},
    outcome::Outcome,
};
