//! What the handlers note of a connection.

use std::cell::RefCell;

/// What the requests on one connection got.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The routes whose handlers ran.
    pub entered: Vec<&'static str>,
    /// What the application answered, in order.
    pub statuses: Vec<u16>,
}

thread_local! {
    pub(crate) static OUTCOME: RefCell<Outcome> = RefCell::default();
}

pub(crate) fn entered(route: &'static str) {
    OUTCOME.with_borrow_mut(|outcome| outcome.entered.push(route));
}
