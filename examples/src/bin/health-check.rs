//! Checks whether the server on this machine answers: the health check of the `Dockerfile`, whose image has no `curl`.
//!
//! `cargo run --bin health-check`, with the `HTTP_PORT` of the server.

use std::{
    error::Error,
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    time::Duration,
};

use approov_actix_examples::{StartError, number};

fn main() -> Result<(), Box<dyn Error>> {
    let port = number("HTTP_PORT")?.unwrap_or(8002);
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    server.set_read_timeout(Some(Duration::from_secs(1)))?;
    // Not HTTP, so actix answers it by itself: nothing is checked, and nothing is logged or counted as a refusal.
    server.write_all(b"?\r\n\r\n")?;
    let mut status_line = [0; 12];
    server.read_exact(&mut status_line)?;
    if &status_line != b"HTTP/1.1 400" {
        return Err(StartError::from("the server does not answer as actix does").into());
    }
    Ok(())
}
