//! Whole requests, several on one connection if it comes to that, against every kind of protection. The application's
//! handlers look after what they get.
use super::exchange;
use support::placeholders::filled;

pub fn check(input: &[u8]) {
    let bytes = filled(input);
    // The same again, now that its tokens were seen before.
    assert_eq!(exchange(&bytes), exchange(&bytes));
}
