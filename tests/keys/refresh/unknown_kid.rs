//! A token that names a key nobody has makes an address be read, but not more often than once in ten seconds.

use std::thread;

use approov_actix::Rejection;
use support::{
    key_server::{KeyServer, Reply},
    oct, token, wait_until,
};

use super::{HOUR, SECOND, at, keys_at, verdict, wait_until_accepted};
use crate::{
    builder,
    keys::{ALGORITHM, SIGNATURE, UNKNOWN, assert_verdict},
};

#[test]
fn the_first_unknown_key_is_looked_for_at_once_and_then_found() {
    let server = KeyServer::start(Reply::keys(&["start"]));
    let approov = at(&server, HOUR);
    server.set(Reply::keys(&["start", "rotated"]));
    assert_eq!(verdict(&approov, "rotated"), UNKNOWN, "the check does not wait");
    wait_until_accepted(&approov, "rotated");
    assert_eq!(verdict(&approov, "start"), Ok(()));
}

#[test]
fn ten_thousand_made_up_key_ids_cause_one_request_in_ten_seconds() {
    let server = KeyServer::start(Reply::keys(&["start"]));
    let approov = at(&server, HOUR);
    let good = oct::token("start");
    for number in 0..10_000 {
        let made_up = oct::naming(&format!("made-up-{number}"), token::SECRET);
        assert_verdict(&approov, &made_up, UNKNOWN, "made up");
        assert_verdict(&approov, &good, Ok(()), "the good one in between");
    }
    wait_until("the first request", || server.count() >= 2);
    // What came meanwhile is one more request, when its time has come.
    assert_eq!(verdict(&approov, "made-up"), UNKNOWN);
    wait_until("the second request", || server.count() >= 3);
    let requests = server.requests();
    // The times are those of arrival, which may be late.
    for pair in requests[1..].windows(2) {
        assert!(pair[1].at - pair[0].at > 5 * SECOND, "{requests:#?}");
    }
    // A key that is new by then is found as well.
    server.set(Reply::keys(&["rotated"]));
    wait_until_accepted(&approov, "rotated");
    assert_eq!(verdict(&approov, "start"), UNKNOWN);
}

#[test]
fn only_an_unknown_key_is_looked_for() {
    let server = KeyServer::start(Reply::keys(&["start"]));
    let approov = builder().keys(keys_at(&server, HOUR)).build().unwrap();
    let claims = token::claims(&serde_json::json!({})).to_string();
    let other_algorithm = token::sign(token::SECRET, r#"{"alg":"RS256","kid":"start"}"#, &claims);
    for _ in 0..100 {
        for (case, token, expected) in [
            ("good", oct::token("start"), Ok(())),
            ("forged", oct::naming("start", token::OTHER_SECRET), SIGNATURE),
            ("another algorithm", other_algorithm.clone(), ALGORITHM),
            ("no id", token::good(), Ok(())),
            ("no id, forged", token::forged(), SIGNATURE),
            (
                "an unknown id, but of the key without one",
                oct::naming("x", token::SECRET),
                Ok(()),
            ),
            ("no token", "not.a.token".to_owned(), Err(Rejection::TokenMalformed)),
        ] {
            assert_verdict(&approov, &token, expected, case);
        }
    }
    thread::sleep(2 * SECOND);
    assert_eq!(server.count(), 1);
    // As a check of this check:
    let unknown = oct::naming("of-nobody", token::OTHER_SECRET);
    assert_verdict(&approov, &unknown, SIGNATURE, "of nobody");
    wait_until("a request", || server.count() == 2);
}
