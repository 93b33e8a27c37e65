//! Replaces `tls` without the feature. Addresses that require TLS are refused earlier.

use std::future::{Ready, ready};

use tokio::net::TcpStream;

use super::fault::Fault;

pub(super) fn encrypted(_: TcpStream, _: &str) -> Ready<Result<TcpStream, Fault>> {
    ready(Err(Fault::Disconnected("TLS is not compiled in")))
}
