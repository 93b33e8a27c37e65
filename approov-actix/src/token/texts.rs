//! The texts of a token's claims, all in one string: each claim keeps a [`Span`] of four bytes.

use super::compact::MAX_LENGTH;

/// Where the text of a claim is in [`Texts`].
#[derive(Clone, Copy)]
pub(super) struct Span {
    start: u16,
    end: u16,
}

/// A [`Span`] reaches every place in a payload, and in the unescaped texts after it.
const _: () = assert!(2 * MAX_LENGTH <= u16::MAX as usize);

impl Span {
    fn new(start: usize, length: usize) -> Self {
        let narrow = |place| u16::try_from(place).unwrap_or(u16::MAX);
        Self {
            start: narrow(start),
            end: narrow(start + length),
        }
    }
}

/// The payload, then the texts that are escaped in it, without their escapes.
pub(super) struct Texts {
    all: String,
    payload_length: usize,
}

impl Texts {
    pub(super) fn new(payload: String, unescaped: &str) -> Self {
        let payload_length = payload.len();
        let mut all = payload;
        all.reserve_exact(unescaped.len());
        all.push_str(unescaped);
        Self { all, payload_length }
    }

    pub(super) fn payload(&self) -> &str {
        &self.all[..self.payload_length]
    }

    /// Never `None` for a claim that the token has: a `pay` without text would pass for a missing one.
    pub(super) fn get(&self, span: Option<Span>) -> Option<&str> {
        let Span { start, end } = span?;
        Some(self.all.get(start.into()..end.into()).unwrap_or_default())
    }
}

/// Collects the texts of a payload while it is read.
pub(super) struct TextCollector<'de> {
    payload: &'de str,
    unescaped: String,
}

impl<'de> TextCollector<'de> {
    pub(super) fn new(payload: &'de str) -> Self {
        Self {
            payload,
            unescaped: String::new(),
        }
    }

    /// A text of the payload.
    pub(super) fn add(&mut self, text: &'de str) -> Span {
        Span::new(text.as_ptr().addr() - self.payload.as_ptr().addr(), text.len())
    }

    /// A text that is escaped in the payload.
    pub(super) fn add_unescaped(&mut self, text: &str) -> Span {
        let start = self.payload.len() + self.unescaped.len();
        self.unescaped.push_str(text);
        Span::new(start, text.len())
    }

    pub(super) fn into_unescaped(self) -> String {
        self.unescaped
    }
}
