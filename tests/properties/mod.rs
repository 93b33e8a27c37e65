//! What holds for every token, binding, signature and byte, tried with hundreds that nobody has thought of.
//!
//! `PROPTEST_CASES` says how many. Where the library is compared with something, that is `support::second_opinion`.

mod bindings;
mod junk;
mod signatures;
mod tokens;
mod work;

use actix_web::{FromRequest as _, HttpRequest};
use approov_actix::{ApproovClaims, Rejection};
use futures_util::FutureExt as _;
use proptest::{prelude::*, sample::Index};

/// What the extractor says.
fn verdict(request: &HttpRequest) -> Result<ApproovClaims, Rejection> {
    let claims = ApproovClaims::extract(request).now_or_never().unwrap();
    claims.map_err(|refused| refused.rejection())
}

/// Any that HTTP lets through in a value.
fn any_byte() -> impl Strategy<Value = u8> {
    prop_oneof![Just(b'\t'), b' '..=b'~', 0x80..=0xff_u8]
}

/// One byte somewhere, and what it becomes.
#[derive(Debug, Clone)]
struct Change {
    place: Index,
    byte: u8,
}

impl Change {
    /// To any of ASCII but a blank: those do not count around a value.
    fn any() -> impl Strategy<Value = Self> {
        (any::<Index>(), b'!'..=b'~').prop_map(|(place, byte)| Self { place, byte })
    }

    /// None if it was that byte before.
    fn of(&self, text: &[u8]) -> Option<Vec<u8>> {
        let mut changed = text.to_vec();
        *self.place.get_mut(&mut changed) = self.byte;
        (changed != text).then_some(changed)
    }
}
