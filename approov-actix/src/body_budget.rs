//! Limits how many bytes of request bodies an application holds at once.

use std::sync::atomic::{AtomicUsize, Ordering};

#[derive(Debug)]
pub(crate) struct BodyBudget {
    limit: usize,
    held: AtomicUsize,
}

impl BodyBudget {
    pub(crate) const DEFAULT_BYTES: usize = 128 * 1024 * 1024;

    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            held: AtomicUsize::new(0),
        }
    }

    /// Starts with nothing held.
    pub(crate) fn hold(&self) -> Held<'_> {
        Held { budget: self, bytes: 0 }
    }
}

/// The bytes that one request holds until this is dropped.
pub(crate) struct Held<'a> {
    budget: &'a BodyBudget,
    bytes: usize,
}

impl Held<'_> {
    /// Holds this many bytes more, if there is room. Returns whether there was.
    pub(crate) fn grow(&mut self, bytes: usize) -> bool {
        let with_more = |held: usize| held.checked_add(bytes).filter(|held| *held <= self.budget.limit);
        let grown = self
            .budget
            .held
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, with_more)
            .is_ok();
        if grown {
            self.bytes += bytes;
        }
        grown
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.budget.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_counts_until_it_is_let_go() {
        let budget = BodyBudget::new(10);
        let (mut one, mut other) = (budget.hold(), budget.hold());
        assert!(one.grow(6) && other.grow(4));
        assert!(!one.grow(1) && !other.grow(usize::MAX));
        assert!(one.grow(0));
        drop(one);
        assert!(other.grow(6));
        assert!(!other.grow(1));
        drop(other);
        assert!(budget.hold().grow(10));
    }
}
