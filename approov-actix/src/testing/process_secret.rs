//! The secret of this module's tokens.

use std::{
    hash::{BuildHasher as _, Hasher as _, RandomState},
    sync::OnceLock,
};

/// The secret that all tests of a process share, and that nobody else knows.
pub(super) fn process_secret() -> &'static [u8] {
    static SECRET: OnceLock<Vec<u8>> = OnceLock::new();
    SECRET.get_or_init(|| {
        let random = || RandomState::new().build_hasher().finish().to_le_bytes();
        std::iter::repeat_with(random).take(8).flatten().collect()
    })
}
