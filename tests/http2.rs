//! Signed messages over HTTP/2.

use actix_web::{rt, rt::net::TcpStream, web::Bytes};
use h2::client::SendRequest;
use std::net::SocketAddr;
use support::signing::Message;

pub(crate) async fn connect(server: SocketAddr) -> SendRequest<Bytes> {
    let stream = TcpStream::connect(server).await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    rt::spawn(connection);
    client
}

pub(crate) fn head(message: &Message, uri: &str) -> http::Request<()> {
    let request = http::Request::builder()
        .method(message.method.as_str())
        .uri(uri)
        .version(http::Version::HTTP_2);
    let headers = message.headers.iter();
    let request = headers.fold(request, |request, (name, value)| {
        request.header(name.to_lowercase(), value)
    });
    request.body(()).unwrap()
}

/// Sends a message to this URI, in two frames if there is a body. Status and body of the answer.
pub(crate) async fn exchange(mut client: SendRequest<Bytes>, message: &Message, uri: &str) -> (u16, Vec<u8>) {
    let (response, mut body) = client
        .send_request(head(message, uri), message.body.is_empty())
        .unwrap();
    if let Some((first, rest)) = message.body.split_first() {
        body.send_data(Bytes::copy_from_slice(&[*first]), false).unwrap();
        // The server may have refused by now.
        let _ = body.send_data(Bytes::copy_from_slice(rest), true);
    }
    let (head, mut body) = response.await.unwrap().into_parts();
    let mut whole = Vec::new();
    while let Some(chunk) = body.data().await {
        whole.extend_from_slice(&chunk.unwrap());
    }
    (head.status.as_u16(), whole)
}
