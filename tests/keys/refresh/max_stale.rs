//! Keys that could not be confirmed for too long.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use approov_actix::{Approov, JwksUrl, KeyFile, KeySource};
use support::{
    key_server::{Behaviour, KeyServer, Reply},
    log, oct,
};

use super::{Published, SECOND, keys_at, verdict, wait_until_accepted, wait_until_unavailable};
use crate::keys::{UNAVAILABLE, with};

#[test]
fn keys_of_an_address_that_fails_for_too_long_no_longer_count_until_it_answers() {
    log::capture();
    for failure in [Behaviour::Close, Behaviour::Hang] {
        // The same set with the same tag as before: it has to come back nevertheless.
        let good = Reply::keys(&["stale"]).header("ETag", "\"same\"");
        let server = KeyServer::start(good.clone());
        let approov = with(keys_at(&server, SECOND).max_stale(2 * SECOND));
        wait_until_accepted(&approov, "stale");
        server.set(failure);
        wait_until_unavailable(&approov, "stale");
        // Forgotten keys stay forgotten while it fails.
        server.wait_for_more(1);
        assert_eq!(verdict(&approov, "stale"), UNAVAILABLE);
        server.set(good);
        wait_until_accepted(&approov, "stale");
        // By an answer that nothing has changed.
        let last_answer = server.requests().iter().rev().find_map(|request| request.status);
        assert_eq!(last_answer, Some(304));
    }
    let line = "ERROR approov_actix the keys of the address given to `JwksUrl::new` are too old and no longer valid";
    assert!(!log::lines_with(line).is_empty());
    assert!(!log::lines_with("ERROR approov_actix there is NO KEY: every token is refused").is_empty());
}

#[test]
fn keys_of_a_file_that_is_gone_for_too_long_no_longer_count_until_it_is_back() {
    let file = Published::keys(&["stale-file"]);
    let approov = with(file.jwks().max_stale(2 * SECOND));
    wait_until_accepted(&approov, "stale-file");
    fs::remove_file(&file.path).unwrap();
    wait_until_unavailable(&approov, "stale-file");
    file.replace(oct::key_set(&["stale-file"]));
    wait_until_accepted(&approov, "stale-file");
}

/// An answer that nothing has changed is a success, and so is a file that is the same as before.
#[test]
fn unchanged_keys_never_get_stale() {
    // Longer than any pause of a busy machine.
    let max_stale = Duration::from_secs(20);
    let file = Published::keys(&["fresh"]);
    let server = KeyServer::start(Reply::keys(&["fresh"]).header("ETag", "\"1\""));
    let plain = KeyServer::start(Reply::keys(&["fresh"]));
    let all = [
        with(file.jwks().max_stale(max_stale)),
        with(keys_at(&server, SECOND).max_stale(max_stale)),
        with(keys_at(&plain, SECOND).max_stale(max_stale)),
    ];
    let start = Instant::now();
    while start.elapsed() < max_stale * 5 / 4 {
        assert_eq!(all.each_ref().map(|approov| verdict(approov, "fresh")), [Ok(()); 3]);
        thread::sleep(SECOND / 10);
    }
    assert!(server.requests()[1..].iter().all(|request| request.status == Some(304)));
}

#[test]
fn times_that_are_refused() {
    let published = Published::keys(&["times"]);
    let file = || KeyFile::jwks(&published.path);
    let url = || JwksUrl::new("https://127.0.0.1:1/").start_without_keys(true);
    let (milliseconds, day) = (Duration::from_millis, SECOND * 86_400);
    let range = "refresh_interval` is not between one second and one day";
    let stale = "max_stale` is shorter than twice the time between refreshes, so that good keys could expire";
    let refused: [(KeySource, &str, &str); 6] = [
        (file().refresh_interval(milliseconds(999)).into(), "KeyFile", range),
        (file().refresh_interval(day + milliseconds(1)).into(), "KeyFile", range),
        (file().max_stale(milliseconds(119_999)).into(), "KeyFile", stale),
        (published.jwks().max_stale(milliseconds(1999)).into(), "KeyFile", stale),
        (url().refresh_interval(Duration::ZERO).into(), "JwksUrl", range),
        (url().max_stale(milliseconds(599_999)).into(), "JwksUrl", stale),
    ];
    for (keys, source, fault) in refused {
        let error = Approov::builder().keys(keys).build().unwrap_err().to_string();
        assert_eq!(error, format!("the time given to `{source}::{fault}"));
    }
    for keys in [
        file().refresh_interval(day),
        file().max_stale(SECOND * 120),
        published.jwks(),
    ] {
        assert_eq!(verdict(&with(keys), "times"), Ok(()));
    }
}
