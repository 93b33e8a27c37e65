//! Reading a body before the handler does, and putting it back.

use actix_web::{
    HttpRequest,
    dev::Payload,
    error::PayloadError,
    http::{Method, Version, header},
    web::{Bytes, BytesMut},
};
use futures_util::{StreamExt as _, stream};

use crate::rejection::Rejection;

/// Whether it is plain from the head alone that there is no body.
pub(crate) fn is_surely_empty(request: &HttpRequest) -> bool {
    request.version() < Version::HTTP_2 && !announces_body(request) && (!is_endless(request) || is_handshake(request))
}

/// Refuses a body of at least one byte. For requests whose signature covers no digest, where one is asked for.
pub(crate) async fn refuse_any(request: &HttpRequest, payload: &mut Payload) -> Result<(), Rejection> {
    if is_endless(request) {
        return if is_handshake(request) {
            Ok(())
        } else {
            Err(Rejection::DigestMissing)
        };
    }
    let mut stream = payload.take();
    loop {
        match stream.next().await {
            Some(Ok(chunk)) if chunk.is_empty() => {}
            Some(chunk) => {
                put_back(payload, Bytes::new(), Some(chunk), stream);
                return Err(Rejection::DigestMissing);
            }
            None => return Ok(()),
        }
    }
}

/// What comes after the head of a tunnel or a WebSocket is no body and has no end. actix takes every request with `Upgrade: websocket` for the
/// head of one, whatever its method and the length that it announces, unless what follows comes in chunks.
fn is_endless(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let is_websocket = headers
        .get_all(header::UPGRADE)
        .any(|value| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"websocket"));
    request.method() == Method::CONNECT || (is_websocket && !headers.contains_key(header::TRANSFER_ENCODING))
}

/// Whether an endless request is one by right: a WebSocket begins with a `GET` (RFC 6455, section 4.1), and the method is always covered. What
/// follows any other would reach the handler as a body that nobody signed.
fn is_handshake(request: &HttpRequest) -> bool {
    matches!(*request.method(), Method::GET | Method::CONNECT) && !announces_body(request)
}

fn announces_body(request: &HttpRequest) -> bool {
    let headers = request.headers();
    headers.contains_key(header::TRANSFER_ENCODING)
        || (headers.contains_key(header::CONTENT_LENGTH) && content_length(request) != Some(0))
}

fn content_length(request: &HttpRequest) -> Option<u64> {
    request
        .headers()
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
}

/// The whole body. It is put back, also where it is too large or breaks off.
pub(crate) async fn read(request: &HttpRequest, payload: &mut Payload, limit: usize) -> Result<Bytes, Rejection> {
    if is_endless(request) {
        return Err(Rejection::BodyUnavailable);
    }
    if content_length(request).is_some_and(|length| length > limit as u64) {
        return Err(Rejection::BodyTooLarge);
    }
    let mut stream = payload.take();
    let mut body = BytesMut::new();
    while let Some(chunk) = stream.next().await {
        let fault = match &chunk {
            Ok(bytes) if body.len() + bytes.len() <= limit => {
                body.extend_from_slice(bytes);
                continue;
            }
            Ok(_) => Rejection::BodyTooLarge,
            Err(_) => Rejection::BodyUnavailable,
        };
        put_back(payload, body.freeze(), Some(chunk), stream);
        return Err(fault);
    }
    let body = body.freeze();
    if !body.is_empty() {
        *payload = Payload::from(body.clone());
    }
    Ok(body)
}

/// What was read, and then the rest.
fn put_back(payload: &mut Payload, read: Bytes, chunk: Option<Result<Bytes, PayloadError>>, rest: Payload) {
    let read = (!read.is_empty()).then_some(Ok(read));
    let stream = stream::iter(read.into_iter().chain(chunk)).chain(rest);
    *payload = Payload::Stream {
        payload: Box::pin(stream),
    };
}
