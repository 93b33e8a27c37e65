//! No request costs more than a small multiple of its bytes. Time would be noise, so this counts what is allocated:
//! whatever joins, copies or keeps what a caller sent shows there.

use actix_web::{HttpRequest, test::TestRequest};
use allocation_counter::measure;
use approov_actix::{Approov, Policy, SignaturePolicy};
use support::signing::{Message, Signature};

use super::verdict;
use crate::signing;

/// Of the bytes sent, and what any request may take beside.
const MULTIPLE: u64 = 4;
const FOR_ANY_REQUEST: u64 = 1024 * 1024;

fn approov() -> Approov {
    let policy = Policy::new().signature(SignaturePolicy::required());
    let policy = policy.binding(&["cookie"]).report(true);
    signing().policy(policy).logging(false).build().unwrap()
}

/// A signature of what is usual and of this, and as many lines of a header.
fn request(approov: &Approov, component: &str, (name, line): (&str, &str), count: usize) -> (HttpRequest, u64) {
    let message = Message::get("https://api.example.com/");
    let signature = Signature::install(&message).input(&format!(
        "(\"@method\" \"@target-uri\" \"approov-token\" {component});created={}",
        support::token::now()
    ));
    let mut lines = message.carrying(&signature).headers;
    lines.extend(std::iter::repeat_n((name.to_owned(), line.to_owned()), count));
    let bytes = lines.iter().map(|(name, line)| (name.len() + line.len()) as u64).sum();
    let request = TestRequest::get().uri("/").app_data(approov.clone());
    let append = |request: TestRequest, (name, line): (String, String)| request.append_header((name, line));
    let request = lines.into_iter().fold(request, append);
    (request.to_http_request(), bytes)
}

#[actix_web::test]
async fn what_is_allocated_grows_no_faster_than_what_is_sent() {
    let approov = approov();
    for (component, name, value) in [
        ("", "signature-input", "m=1"),
        ("", "signature-input", "install=()"),
        ("", "signature", "a=:AAAA:"),
        ("", "approov-token", "x"),
        ("", "cookie", "a=1"),
        ("", "signature-base-digest", "a=:AAAA:"),
        ("\"x\"", "x", "y"),
        ("\"x\";bs", "x", "y"),
        ("\"cookie\"", "cookie", "a=1"),
        ("\"priority\";sf", "priority", "u=1"),
        ("\"priority\";key=\"u\"", "priority", "u=1"),
        ("\"content-digest\"", "content-digest", "sha-256=:AAAA:"),
    ] {
        for (length, count) in [(1, 60), (1, 1000), (1, 20_000), (500, 1000), (40_000, 1), (40_000, 5)] {
            let line = format!("{value};p=\"{}\"", "x".repeat(length));
            let (request, bytes) = request(&approov, component, (name, &line), count);
            let allocated = measure(|| drop(verdict(&request))).bytes_total;
            let case = format!("{component} {name} {value}: {allocated} bytes for {count} lines of {length}");
            assert!(allocated <= MULTIPLE * bytes + FOR_ANY_REQUEST, "{case}");
        }
    }
}
