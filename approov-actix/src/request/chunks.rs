//! A body that is kept back as it came, without copying it.

use actix_web::{
    dev::Payload,
    error::PayloadError,
    web::{Bytes, BytesMut},
};
use futures_util::{StreamExt as _, stream};

/// A chunk shares the memory that it was read into, and a place in the list takes some as well: smaller ones are joined.
const WORTH_A_PLACE: usize = 1024;

#[derive(Default)]
pub(super) struct Chunks {
    list: Vec<Bytes>,
    /// The small ones since the last of the list.
    small: BytesMut,
    length: usize,
}

impl Chunks {
    pub(super) fn length(&self) -> usize {
        self.length
    }

    pub(super) fn push(&mut self, chunk: Bytes) {
        self.length += chunk.len();
        if chunk.len() < WORTH_A_PLACE {
            self.small.extend_from_slice(&chunk);
        } else {
            self.end_small();
            self.list.push(chunk);
        }
    }

    fn end_small(&mut self) {
        if !self.small.is_empty() {
            self.list.push(self.small.split().freeze());
        }
    }

    /// What was read, and then the rest.
    pub(super) fn put_back(mut self, payload: &mut Payload, last: Option<Result<Bytes, PayloadError>>, rest: Payload) {
        self.end_small();
        let read = self.list.into_iter().map(Ok).chain(last);
        *payload = Payload::Stream {
            payload: Box::pin(stream::iter(read).chain(rest)),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn the_same_bytes_in_few_chunks() {
        let large = Bytes::from(vec![1; WORTH_A_PLACE]);
        let small = Bytes::from_static(b"a");
        let mut chunks = Chunks::default();
        let came = [&small, &small, &large, &large, &small];
        for chunk in came {
            chunks.push(chunk.clone());
        }
        let length: usize = came.into_iter().map(Bytes::len).sum();
        assert_eq!(chunks.length(), length);

        let mut payload = Payload::None;
        chunks.put_back(&mut payload, Some(Ok(small.clone())), Payload::from(small.clone()));
        let chunks: Vec<Bytes> = payload.map(Result::unwrap).collect().await;
        assert_eq!(
            chunks,
            [
                "aa".into(),
                large.clone(),
                large.clone(),
                small.clone(),
                small.clone(),
                small
            ]
        );
        assert_eq!(chunks[1].as_ptr(), large.as_ptr(), "not copied");
    }

    #[test]
    fn many_small_chunks_take_no_more_memory_than_their_bytes() {
        let mut chunks = Chunks::default();
        for _ in 0..100_000 {
            chunks.push(Bytes::from_static(b"a"));
        }
        assert_eq!(chunks.list.capacity(), 0);
        assert!(chunks.small.capacity() <= 2 * 100_000);
    }
}
