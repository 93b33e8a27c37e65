//! The same without the feature: no address that asks for TLS gets here.

use tokio::net::TcpStream;

use super::fault::Fault;

pub(super) async fn encrypted(_: TcpStream, _: &str) -> Result<TcpStream, Fault> {
    Err(Fault::Disconnected("TLS is not compiled in"))
}
