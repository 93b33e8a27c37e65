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
    server.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
    let mut status_line = [0; 12];
    server.read_exact(&mut status_line)?;
    // An answer such as `HTTP/1.0 404` also comes from a server that works.
    match status_line[9] {
        b'2'..=b'4' => Ok(()),
        _ => Err(StartError::from("the server answers with an error of its own").into()),
    }
}
