//! Keys that could not be confirmed for too long.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use approov_actix::{Approov, JwksUrl, KeyFile, KeySource, Rejection};
use support::{
    key_server::{Behaviour, KeyServer, Reply},
    log, oct, token,
};
use tempfile::TempDir;

use super::{SECOND, keys_at, verdict, wait_until_accepted, wait_until_unavailable};
use crate::builder;

#[test]
fn keys_of_an_address_that_fails_for_too_long_no_longer_count_until_it_answers() {
    log::capture();
    for failure in [Reply::new(500, "").into(), Behaviour::Close, Behaviour::Hang] {
        // The same set with the same tag as before: it has to come back nevertheless.
        let good = Reply::keys(&["stale"]).header("ETag", "\"same\"");
        let server = KeyServer::start(good.clone());
        let keys = keys_at(&server, SECOND).max_stale(2 * SECOND);
        let approov = Approov::builder().keys(keys).build().unwrap();
        wait_until_accepted(&approov, "stale");
        server.set(failure);
        wait_until_unavailable(&approov, "stale");
        // Forgotten keys stay forgotten while it fails.
        server.wait_for_more(1);
        assert_eq!(verdict(&approov, "stale"), Err(Rejection::KeysUnavailable));
        server.set(good);
        wait_until_accepted(&approov, "stale");
        let requests = server.requests();
        let last = requests.iter().rfind(|request| request.status == Some(200)).unwrap();
        assert!(
            !last.is_conditional(),
            "asked for changes to keys that it no longer had: {last:?}"
        );
    }
    let line = "ERROR approov_actix the keys of the address given to `JwksUrl::new` are too old and no longer valid";
    assert!(!log::lines_with(line).is_empty());
    assert!(!log::lines_with("ERROR approov_actix there is NO KEY: every token is refused").is_empty());
}

#[test]
fn keys_of_a_file_that_is_gone_for_too_long_no_longer_count_until_it_is_back() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("keys");
    fs::write(&path, oct::key_set(&["stale-file"])).unwrap();
    let file = KeyFile::jwks(&path).refresh_interval(SECOND).max_stale(2 * SECOND);
    let approov = Approov::builder().keys(file).build().unwrap();
    wait_until_accepted(&approov, "stale-file");
    fs::remove_file(&path).unwrap();
    wait_until_unavailable(&approov, "stale-file");
    fs::write(folder.path().join("new"), oct::key_set(&["stale-file"])).unwrap();
    fs::rename(folder.path().join("new"), &path).unwrap();
    wait_until_accepted(&approov, "stale-file");
}

/// What fails takes its own keys along and no others.
#[test]
fn fixed_keys_never_get_stale() {
    let server = KeyServer::start(Reply::keys(&["stale-beside-fixed"]));
    let keys = keys_at(&server, SECOND).max_stale(2 * SECOND);
    let approov = builder().keys(keys).build().unwrap();
    server.set(Behaviour::Close);
    let wrong = Err(Rejection::TokenSignature);
    support::wait_until("the end of the key", || {
        verdict(&approov, "stale-beside-fixed") == wrong
    });
    assert!(approov.verify_token(&token::good()).is_ok());
}

/// An answer that nothing has changed is a success, and so is a file that is the same as before.
#[test]
fn unchanged_keys_never_get_stale() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("keys");
    fs::write(&path, oct::key_set(&["fresh"])).unwrap();
    let server = KeyServer::start(Reply::keys(&["fresh"]).header("ETag", "\"1\""));
    let plain = KeyServer::start(Reply::keys(&["fresh"]));
    // Longer than any pause of a busy machine.
    let max_stale = Duration::from_secs(20);
    let file = KeyFile::jwks(&path).refresh_interval(SECOND).max_stale(max_stale);
    let all: [KeySource; 3] = [
        file.into(),
        keys_at(&server, SECOND).max_stale(max_stale).into(),
        keys_at(&plain, SECOND).max_stale(max_stale).into(),
    ];
    let all = all.map(|keys| Approov::builder().keys(keys).build().unwrap());
    let start = Instant::now();
    while start.elapsed() < max_stale * 5 / 4 {
        for approov in &all {
            assert_eq!(verdict(approov, "fresh"), Ok(()));
        }
        thread::sleep(SECOND / 10);
    }
    assert!(server.requests()[1..].iter().all(|request| request.status == Some(304)));
}

#[test]
fn times_that_are_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("keys");
    fs::write(&path, oct::key_set(&["times"])).unwrap();
    let file = || KeyFile::jwks(&path);
    let url = || JwksUrl::new("https://127.0.0.1:1/");
    let not_asked_so_often =
        |name: &str| format!("the time given to `{name}::refresh_interval` is not between one second and one day");
    let expires_too_soon = |name: &str| {
        format!(
            "the time given to `{name}::max_stale` is shorter than twice the time between refreshes, so that good keys could expire"
        )
    };
    let (range, stale) = (not_asked_so_often("KeyFile"), expires_too_soon("KeyFile"));
    let (url_range, url_stale) = (not_asked_so_often("JwksUrl"), expires_too_soon("JwksUrl"));
    let cases: [(KeySource, &str); 10] = [
        (file().refresh_interval(Duration::ZERO).into(), &range),
        (file().refresh_interval(Duration::from_millis(999)).into(), &range),
        (
            file().refresh_interval(Duration::from_millis(86_400_001)).into(),
            &range,
        ),
        (file().refresh_interval(Duration::MAX).into(), &range),
        (file().max_stale(Duration::from_millis(119_999)).into(), &stale),
        (file().max_stale(Duration::ZERO).into(), &stale),
        (
            file()
                .refresh_interval(SECOND)
                .max_stale(Duration::from_millis(1999))
                .into(),
            &stale,
        ),
        (url().refresh_interval(Duration::ZERO).into(), &url_range),
        (url().max_stale(Duration::from_millis(599_999)).into(), &url_stale),
        (
            url()
                .refresh_interval(SECOND)
                .max_stale(SECOND)
                .start_without_keys(true)
                .into(),
            &url_stale,
        ),
    ];
    for (keys, fault) in cases {
        let error = Approov::builder().keys(keys).build().unwrap_err();
        assert_eq!(error.to_string(), fault);
    }
    for keys in [
        file().refresh_interval(SECOND),
        file().refresh_interval(SECOND * 86_400),
        file().max_stale(SECOND * 120),
        file().max_stale(SECOND * 86_400 * 365),
    ] {
        let approov = Approov::builder().keys(keys).build().unwrap();
        assert_eq!(verdict(&approov, "times"), Ok(()));
    }
}
