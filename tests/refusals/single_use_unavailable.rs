//! A store that fails lets nobody in, unless the application wants that.

use approov_actix::{Claim, SingleUse, SingleUseAdmission, StoreError};
use support::log;

use crate::{
    behaviour::single_use::{BOTH, Signed, Store, serve, stored, transfer},
    signing,
};

/// At once and later.
const FAILURES: [fn() -> Claim; 2] = [
    || Claim::Now(Err(StoreError::new("table_unavailable"))),
    || Claim::Later(Box::pin(async { Err(StoreError::new("timed_out")) })),
];

#[actix_web::test]
async fn a_store_that_fails_lets_nobody_in() {
    for claim in FAILURES {
        let server = serve(stored(move |_, _| claim()));
        for _ in 0..2 {
            let answer = server.refuses("failing", "single_use_unavailable", &transfer().signed());
            // OkHttp sends a 503 with `Retry-After: 0` again, unchanged.
            assert_eq!(answer.header("retry-after"), None);
        }
    }
}

#[actix_web::test]
async fn unless_the_application_wants_that() {
    log::capture();
    for claim in FAILURES {
        let store = Store(move |_: &_, _| claim());
        let server = serve(signing().single_use(SingleUse::new(store).admit_on_failure(true)));
        let request = Signed::new(transfer()).by(BOTH).request();
        server.accepts("first", &request);
        server.accepts("again", &request);
        assert_eq!(server.admissions(), [Some(SingleUseAdmission::AdmittedWithoutStore); 2]);
    }
    let lines = log::wait_for_lines_with("single_use_unavailable(timed_out) /transfer: let in without a claim");
    assert!(!lines.is_empty());
}
