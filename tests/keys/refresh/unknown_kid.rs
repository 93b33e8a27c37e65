//! A token that names a key nobody has makes an address be read, but not more often than once in ten seconds.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use approov_actix::Rejection;
use support::{
    key_server::{KeyServer, Reply},
    oct, token, wait_until,
};

use super::{HOUR, SECOND, at, verdict, wait_until_accepted};
use crate::key;

#[test]
fn the_first_unknown_key_is_looked_for_at_once_and_then_found() {
    let server = KeyServer::start(Reply::keys(&["start"]));
    let approov = at(&server, HOUR).build().unwrap();
    server.set(Reply::keys(&["start", "rotated"]));
    assert_eq!(
        verdict(&approov, "rotated"),
        Err(Rejection::TokenKeyUnknown),
        "the check does not wait"
    );
    wait_until_accepted(&approov, "rotated");
    assert_eq!(verdict(&approov, "start"), Ok(()));
}

#[test]
fn ten_thousand_made_up_key_ids_cause_one_request_in_ten_seconds() {
    let server = KeyServer::start(Reply::keys(&["start"]));
    let approov = at(&server, HOUR).build().unwrap();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let good = oct::token("start");
                while !is_over.load(Ordering::SeqCst) {
                    assert!(approov.verify_token(&good).is_ok());
                    thread::sleep(SECOND / 100);
                }
            });
        }
        for number in 0..10_000 {
            let made_up = oct::naming(&format!("made-up-{number}"), token::SECRET);
            assert_eq!(approov.verify_token(&made_up).err(), Some(Rejection::TokenKeyUnknown));
        }
        wait_until("the first request", || server.count() >= 2);
        // What came meanwhile is one more request, when its time has come.
        assert_eq!(verdict(&approov, "made-up"), Err(Rejection::TokenKeyUnknown));
        wait_until("the second request", || server.count() >= 3);
        is_over.store(true, Ordering::SeqCst);
    });
    let requests = server.requests();
    // The times are those of arrival, which may be late.
    for pair in requests[1..].windows(2) {
        assert!(pair[1].at - pair[0].at > 5 * SECOND, "{requests:#?}");
    }
    // A key that is new by then is found as well.
    server.set(Reply::keys(&["rotated"]));
    wait_until_accepted(&approov, "rotated");
    assert_eq!(verdict(&approov, "start"), Err(Rejection::TokenKeyUnknown));
}

#[test]
fn only_an_unknown_key_is_looked_for() {
    let server = KeyServer::start(Reply::keys(&["start"]));
    let approov = at(&server, HOUR).keys(key(token::SECRET)).build().unwrap();
    let other_algorithm = r#"{"alg":"RS256","kid":"start"}"#;
    let claims = token::claims(&serde_json::json!({})).to_string();
    for _ in 0..100 {
        for (token, refused) in [
            (oct::token("start"), None),
            (
                oct::naming("start", token::OTHER_SECRET),
                Some(Rejection::TokenSignature),
            ),
            (
                token::sign(token::SECRET, other_algorithm, &claims),
                Some(Rejection::TokenAlgorithm),
            ),
            (token::good(), None),
            (token::forged(), Some(Rejection::TokenSignature)),
            // An unknown id, but the key without one has signed it.
            (oct::naming("of-the-account", token::SECRET), None),
            ("not.a.token".to_owned(), Some(Rejection::TokenMalformed)),
        ] {
            assert_eq!(approov.verify_token(&token).err(), refused);
        }
    }
    thread::sleep(2 * SECOND);
    assert_eq!(server.count(), 1);
    // As a check of this check:
    let unknown = oct::naming("of-nobody", token::OTHER_SECRET);
    assert_eq!(approov.verify_token(&unknown).err(), Some(Rejection::TokenSignature));
    wait_until("a request", || server.count() == 2);
}
