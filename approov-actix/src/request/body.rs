//! Reads a body before the handler does, and puts it back.

use actix_web::{
    HttpRequest,
    dev::Payload,
    error::PayloadError,
    http::{Method, Version, header},
    rt::time::timeout,
    web::Bytes,
};
use futures_util::StreamExt as _;

use super::chunks::Chunks;
use crate::{body_budget::BodyBudget, rejection::Rejection, time::UnixTime};

/// How much memory and time may be spent on a body before its verdict.
pub(crate) struct Bounds<'a> {
    pub(crate) bytes: usize,
    pub(crate) budget: &'a BodyBudget,
    /// When to stop waiting, and the reason for the refusal.
    pub(crate) end: Option<(UnixTime, Rejection)>,
}

impl Bounds<'_> {
    /// The next chunk, or a refusal if it has not come in time.
    async fn next(&self, stream: &mut Payload) -> Result<Option<Result<Bytes, PayloadError>>, Rejection> {
        let Some((end, rejection)) = self.end else {
            return Ok(stream.next().await);
        };
        let left = end.since(UnixTime::now());
        // `timeout` returns a chunk that is ready before it looks at the time, so it would wait without end for a
        // sender that never pauses.
        if left.is_zero() {
            return Err(rejection);
        }
        timeout(left, stream.next()).await.map_err(|_| rejection)
    }
}

/// Whether the head alone proves that there is no body.
pub(crate) fn is_surely_empty(request: &HttpRequest, covers_upgrade: bool) -> bool {
    let is_empty = !is_endless(request) || is_handshake(request, covers_upgrade);
    request.version() < Version::HTTP_2 && !announces_body(request) && is_empty
}

/// Refuses a body of at least one byte. For requests whose signature covers no digest although the policy requires one.
pub(crate) async fn refuse_any(
    request: &HttpRequest,
    payload: &mut Payload,
    covers_upgrade: bool,
    bounds: &Bounds<'_>,
) -> Result<(), Rejection> {
    if is_endless(request) {
        return if is_handshake(request, covers_upgrade) {
            Ok(())
        } else {
            Err(Rejection::DigestMissing)
        };
    }
    let mut stream = payload.take();
    loop {
        let (chunk, fault) = match bounds.next(&mut stream).await {
            Ok(None) => return Ok(()),
            Ok(Some(Ok(chunk))) if chunk.is_empty() => continue,
            Ok(chunk) => (chunk, Rejection::DigestMissing),
            Err(late) => (None, late),
        };
        Chunks::default().put_back(payload, chunk, stream);
        return Err(fault);
    }
}

/// What follows the head of a tunnel or a WebSocket is not a body and has no end. actix treats every request with
/// `Upgrade: websocket` as the head of a WebSocket, whatever its method and announced length, unless what follows comes
/// in chunks.
fn is_endless(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let is_websocket = headers
        .get_all(header::UPGRADE)
        .any(|value| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"websocket"));
    request.method() == Method::CONNECT || (is_websocket && !headers.contains_key(header::TRANSFER_ENCODING))
}

/// Whether an endless request is legitimate: a tunnel, whose method is always covered, or a WebSocket, which begins
/// with a `GET` (RFC 6455, section 4.1). Unless the signature covers `upgrade`, anyone who has recorded a `GET` can
/// turn it into a handshake, and what follows would reach the handler as a body that nobody signed.
fn is_handshake(request: &HttpRequest, covers_upgrade: bool) -> bool {
    let is_by_right = request.method() == Method::CONNECT || (request.method() == Method::GET && covers_upgrade);
    is_by_right && !announces_body(request)
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

/// Passes each chunk of the body to `show`, and returns how many bytes there were. The body is put back, even if it is
/// too large, too late or breaks off.
pub(crate) async fn read(
    request: &HttpRequest,
    payload: &mut Payload,
    bounds: &Bounds<'_>,
    mut show: impl FnMut(&[u8]),
) -> Result<usize, Rejection> {
    if is_endless(request) {
        return Err(Rejection::BodyUnavailable);
    }
    if content_length(request).is_some_and(|length| length > bounds.bytes as u64) {
        return Err(Rejection::BodyTooLarge);
    }
    let mut stream = payload.take();
    let mut body = Chunks::default();
    let mut held = bounds.budget.hold();
    loop {
        let (chunk, fault) = match bounds.next(&mut stream).await {
            Ok(None) => break,
            Ok(Some(Ok(chunk))) if body.length() + chunk.len() > bounds.bytes => {
                (Some(Ok(chunk)), Rejection::BodyTooLarge)
            }
            Ok(Some(Ok(chunk))) if held.grow(chunk.len()) => {
                show(&chunk);
                body.push(&chunk);
                continue;
            }
            Ok(Some(Ok(chunk))) => (Some(Ok(chunk)), Rejection::BodyBudget),
            Ok(Some(Err(broken))) => (Some(Err(broken)), Rejection::BodyUnavailable),
            Err(late) => (None, late),
        };
        body.put_back(payload, chunk, stream);
        return Err(fault);
    }
    let length = body.length();
    if length > 0 {
        body.put_back(payload, None, Payload::None);
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use futures_util::stream;

    use super::*;

    /// However fast the chunks come.
    #[actix_web::test]
    async fn nobody_is_read_from_after_the_end() {
        let chunks = || -> Payload {
            let chunks = stream::repeat(Bytes::from_static(b"a")).map(Ok).take(3);
            Payload::Stream {
                payload: Box::pin(chunks),
            }
        };
        let request = TestRequest::post().to_http_request();
        let budget = BodyBudget::new(10);
        let bounds = |seconds| Bounds {
            bytes: 10,
            budget: &budget,
            end: Some((
                UnixTime::at(UnixTime::now().seconds() + seconds),
                Rejection::TokenExpired,
            )),
        };
        let (past, future) = (bounds(-1.0), bounds(1000.0));
        let mut shown = Vec::new();
        let verdict = read(&request, &mut chunks(), &future, |chunk| shown.extend_from_slice(chunk)).await;
        assert_eq!((verdict, shown.as_slice()), (Ok(3), b"aaa".as_slice()));
        let mut payload = chunks();
        let verdict = read(&request, &mut payload, &past, |_| ()).await;
        assert_eq!(verdict.unwrap_err(), Rejection::TokenExpired);
        assert_eq!(payload.count().await, 3, "what was not read is left");
    }
}
