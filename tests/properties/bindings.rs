//! A token is bound to all of its headers' values, and to every byte of them.

use actix_web::{http::header::HeaderValue, test::TestRequest};
use approov_actix::Rejection;
use proptest::{collection, prelude::*, sample::Index};
use serde_json::json;
use support::token;

use super::{Change, any_byte, verdict};
use crate::builder;

const HEADERS: [&str; 3] = ["Authorization", "X-Device-Id", "X-Session"];

/// Anything that HTTP takes, without the blanks that it takes away.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let inner = collection::vec(any_byte(), 0..40);
    let end = || b'!'..=b'~';
    (end(), inner, end()).prop_map(|(first, inner, last)| [&[first], inner.as_slice(), &[last]].concat())
}

fn verdict_on(bound_to: &[Vec<u8>], sent: &[Vec<u8>]) -> Result<(), Rejection> {
    let approov = builder().binding(&HEADERS[..bound_to.len()]).build().unwrap();
    let token = token::with(&json!({ "pay": token::binding(bound_to) }));
    let mut request = TestRequest::default()
        .app_data(approov)
        .insert_header(("Approov-Token", token));
    for (name, value) in HEADERS.iter().zip(sent) {
        request = request.insert_header((*name, HeaderValue::from_bytes(value).unwrap()));
    }
    verdict(&request.to_http_request()).map(drop)
}

proptest! {
    #[test]
    fn each_byte_of_a_value_counts(values in collection::vec(value(), 2..=3), which: Index, change in Change::any()) {
        prop_assert_eq!(verdict_on(&values, &values), Ok(()));
        let (_, fewer) = values.split_last().unwrap();
        prop_assert_eq!(verdict_on(&values, fewer).map_err(Rejection::code), Err("binding_header_missing"));
        prop_assert_eq!(verdict_on(fewer, &values), Ok(()), "what no policy names does not count");
        let mut sent = values.clone();
        let value = which.get_mut(&mut sent);
        if let Some(changed) = change.of(value) {
            *value = changed;
            prop_assert_eq!(verdict_on(&values, &sent), Err(Rejection::BindingMismatch));
        }
    }
}
