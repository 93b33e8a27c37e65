//! What a configuration says of the requests that it refuses.

use std::sync::{Arc, Mutex, PoisonError};

use approov_actix::{Approov, ApproovBuilder};

/// The codes of what a configuration has refused, or would have.
#[derive(Debug, Clone, Default)]
pub struct Codes(Arc<Mutex<Vec<&'static str>>>);

impl Codes {
    /// A configuration whose refusals are noted.
    pub fn of(builder: ApproovBuilder) -> (Approov, Self) {
        let codes = Self::default();
        let record = codes.clone();
        let builder = builder.on_rejection(move |event| {
            let mut codes = record.0.lock().unwrap_or_else(PoisonError::into_inner);
            codes.push(event.rejection.code());
        });
        (builder.build().unwrap(), codes)
    }

    /// Those since this was last asked.
    pub fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}
