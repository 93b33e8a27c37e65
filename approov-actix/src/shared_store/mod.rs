//! A Redis or Valkey that several servers share: its address, connections to it, and how it fails.

mod address;
mod cluster;
mod complaints;
mod connection;
mod fault;
mod lines;
mod sentinel;
#[cfg(feature = "single-use-redis-rustls")]
mod tls;
#[cfg(not(feature = "single-use-redis-rustls"))]
#[path = "tls_absent.rs"]
mod tls;

pub(crate) use self::{
    address::{Address, key_fault},
    connection::{Connection, within},
    fault::Fault,
    lines::{Purpose, SharedStore},
};
