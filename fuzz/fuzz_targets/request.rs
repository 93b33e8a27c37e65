//! Whole requests, several on one connection if it comes to that, against every kind of protection. The application's
//! handlers look after what they get.
#![no_main]

use harness::{assert_all_can_be_entered, exchange};
use libfuzzer_sys::fuzz_target;
use support::placeholders::filled;

fuzz_target!(init: assert_all_can_be_entered(), |input: &[u8]| {
    let bytes = filled(input);
    // The same again, now that its tokens were seen before.
    assert_eq!(exchange(&bytes), exchange(&bytes));
});
