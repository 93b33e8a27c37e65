//! Requests over HTTP/2.

use std::net::SocketAddr;

use actix_web::{rt, rt::net::TcpStream, web::Bytes};
use h2::client::SendRequest;
use http::{HeaderMap, Request, Response, Version};
use support::signing::Message;

pub(crate) async fn connect(server: SocketAddr) -> SendRequest<Bytes> {
    let stream = TcpStream::connect(server).await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    rt::spawn(connection);
    client
}

pub(crate) fn head(message: &Message, uri: &str) -> Request<()> {
    let request = Request::builder().method(message.method.as_str()).uri(uri);
    let headers = message.headers.iter();
    let request = headers.fold(request, |request, (name, value)| {
        request.header(name.to_lowercase(), value)
    });
    request.version(Version::HTTP_2).body(()).unwrap()
}

/// Sends a message to this URI. Status and body of the answer.
pub(crate) async fn exchange(client: SendRequest<Bytes>, message: &Message, uri: &str) -> (u16, Vec<u8>) {
    let answer = send(client, head(message, uri), &message.body, None).await;
    (answer.status().as_u16(), answer.into_body())
}

/// If there is a body, it is in two frames, and these trailers are behind it.
pub(crate) async fn send(
    client: SendRequest<Bytes>,
    head: Request<()>,
    body: &[u8],
    trailers: Option<HeaderMap>,
) -> Response<Vec<u8>> {
    let mut client = client.ready().await.unwrap();
    let (response, mut stream) = client.send_request(head, body.is_empty()).unwrap();
    if let Some((first, rest)) = body.split_first() {
        stream.send_data(Bytes::copy_from_slice(&[*first]), false).unwrap();
        // The server may have refused by now.
        let _ = stream.send_data(Bytes::copy_from_slice(rest), trailers.is_none());
        let _ = trailers.map(|trailers| stream.send_trailers(trailers));
    }
    let (head, mut body) = response.await.unwrap().into_parts();
    let mut whole = Vec::new();
    while let Some(chunk) = body.data().await {
        whole.extend_from_slice(&chunk.unwrap());
    }
    Response::from_parts(head, whole)
}
