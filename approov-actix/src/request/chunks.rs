//! A body that is held until its verdict.

use std::mem;

use actix_web::{
    dev::Payload,
    error::PayloadError,
    web::{Bytes, BytesMut},
};
use futures_util::{StreamExt as _, stream};

/// About as much as one piece holds. A single buffer for all would be copied again and again while it grows.
const PIECE: usize = 32 * 1024;

/// Copies each chunk: a chunk shares the memory that it was read into with whatever its sender put around it (chunk
/// extensions, HTTP/2 frames), so it could keep far more than its own bytes alive.
#[derive(Default)]
pub(super) struct Chunks {
    pieces: Vec<Bytes>,
    last: BytesMut,
    length: usize,
}

impl Chunks {
    pub(super) fn length(&self) -> usize {
        self.length
    }

    pub(super) fn push(&mut self, chunk: &[u8]) {
        self.length += chunk.len();
        self.last.extend_from_slice(chunk);
        if self.last.len() >= PIECE {
            self.pieces.push(mem::take(&mut self.last).freeze());
        }
    }

    /// Puts back what was read, then `next`, and then the rest.
    pub(super) fn put_back(mut self, payload: &mut Payload, next: Option<Result<Bytes, PayloadError>>, rest: Payload) {
        if !self.last.is_empty() {
            self.pieces.push(self.last.freeze());
        }
        let read = self.pieces.into_iter().map(Ok).chain(next);
        *payload = Payload::Stream {
            payload: Box::pin(stream::iter(read).chain(rest)),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn the_same_bytes_in_their_order() {
        let body: Vec<u8> = (0..=u8::MAX).cycle().take(3 * PIECE + 1).collect();
        for size in [1, 1000, PIECE - 1, PIECE, PIECE + 1, body.len()] {
            let mut chunks = Chunks::default();
            body.chunks(size).for_each(|chunk| chunks.push(chunk));
            assert_eq!(chunks.length(), body.len());
            let mut payload = Payload::None;
            let end = Bytes::from_static(b"end");
            chunks.put_back(&mut payload, Some(Ok(end.clone())), Payload::from(end));
            let read: Vec<Bytes> = payload.map(Result::unwrap).collect().await;
            assert_eq!(read.concat(), [&body[..], b"endend"].concat(), "{size}");
        }
    }

    #[test]
    fn nothing_of_a_senders_buffer_is_held() {
        let buffer = Bytes::from(vec![0; 4 * PIECE]);
        let mut chunks = Chunks::default();
        for size in [1, 1000, PIECE, 2 * PIECE] {
            chunks.push(&buffer.slice(..size));
            assert!(buffer.is_unique(), "{size}");
        }
    }

    #[test]
    fn small_chunks_take_no_more_than_twice_their_bytes() {
        let mut chunks = Chunks::default();
        for _ in 0..100_000 {
            chunks.push(b"a");
        }
        assert!(chunks.pieces.len() <= 100_000 / PIECE && chunks.last.capacity() <= 2 * PIECE);
    }
}
