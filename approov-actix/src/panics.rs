//! Panics of what is not the library's, on threads that must go on.

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// None if it panics. What a panic carries is never dropped, as that may panic as well.
pub(crate) fn unless_it_panics<T>(f: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(f)).map_err(mem::forget).ok()
}
