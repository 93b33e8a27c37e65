//! The same without the feature: no address that asks for TLS gets here.

use std::future::{Ready, ready};

use tokio::net::TcpStream;

use super::fault::Fault;

pub(super) fn encrypted(_: TcpStream, _: &str) -> Ready<Result<TcpStream, Fault>> {
    ready(Err(Fault::Disconnected("TLS is not compiled in")))
}
