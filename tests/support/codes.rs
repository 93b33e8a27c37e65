//! The codes of refusals: all that there are, and those that a configuration has come to.

use std::sync::{Arc, Mutex};

use approov_actix::{Approov, ApproovBuilder};

/// Every code. The guides have a heading for each, which a unit test of the library compares with its own list.
pub fn all() -> impl Iterator<Item = &'static str> {
    let pages = [
        include_str!("../../docs/refusal-codes.md"),
        include_str!("../../docs/refusal-codes-signatures.md"),
    ];
    let lines = pages.into_iter().flat_map(str::lines);
    lines.filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'))
}

/// The codes of what a configuration has refused, or would have.
#[derive(Debug, Clone, Default)]
pub struct Codes(Arc<Mutex<Vec<&'static str>>>);

impl Codes {
    /// A configuration whose refusals are noted.
    pub fn of(builder: ApproovBuilder) -> (Approov, Self) {
        let codes = Self::default();
        let record = codes.clone();
        let builder = builder.on_rejection(move |event| record.0.lock().unwrap().push(event.rejection.code()));
        (builder.build().unwrap(), codes)
    }

    /// Those since this was last asked.
    pub fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}
