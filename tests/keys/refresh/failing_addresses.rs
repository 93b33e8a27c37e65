//! Every way in which an address can fail: at the start, and later. Starting without keys:
//! `tests/refusals/keys_unavailable.rs`.

use std::{thread, time::Instant};

use approov_actix::Approov;
use support::{
    key_server::{Behaviour, KeyServer, Reply},
    log, oct,
};

use super::{HOUR, SECOND, at, keys_at, verdict, wait_until_accepted};
use crate::{
    keys::{SIGNATURE, UNKNOWN},
    with_secret,
};

const TEN_MB: usize = 10_000_000;

/// A name, what a server does, and the end of the sentence about it.
type Failure = (&'static str, Behaviour, &'static str);

/// What is no HTTP, or no end of it. An empty sentence is for what the HTTP client may call one thing or another.
fn no_answers() -> [Failure; 8] {
    let good = || Reply::keys(&["kept", "never"]);
    let bytes = |text: &str| Behaviour::Bytes(text.as_bytes().to_vec());
    let length = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"keys\":[]}";
    let chunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}";
    let long = format!("HTTP/1.1 200 OK\r\nA: {}\r\n\r\n", "a".repeat(TEN_MB));
    let too_slow = "does not answer within 10 seconds";
    let no_http = "gives no valid HTTP answer";
    [
        ("hang", Behaviour::Hang, too_slow),
        ("drip-body", Behaviour::DripBody(good()), too_slow),
        ("drip-head", Behaviour::DripHead(good()), too_slow),
        ("close", Behaviour::Close, ""),
        ("garbage", bytes("garbage, not HTTP\r\n\r\n"), no_http),
        ("cut-off", bytes(length), ""),
        ("bad-chunk", bytes(chunk), ""),
        ("long-head", bytes(&long), no_http),
    ]
}

/// Answers that are no key set, and redirects that are not followed. `elsewhere` is a server that must never be asked.
fn wrong_answers(elsewhere: &KeyServer) -> [(&'static str, Reply, &'static str); 15] {
    let large = || Reply::new(200, vec![b' '; TEN_MB]);
    let zipped = Reply::new(200, [0x1f, 0x8b, 8]).header("Content-Encoding", "gzip");
    let no_encoding = "answers in the encoding `gzip`, although it was asked for none";
    let status = |status| Reply::new(status, oct::key_set(&["never"]));
    let to = |location: &str| Reply::redirect(302, location);
    let other_origin = "redirects to another origin, which is not followed";
    let nowhere = "redirects without saying where to";
    [
        ("10-mb", large(), "is larger than 1 MiB"),
        ("10-mb-chunked", large().chunked(), "is larger than 1 MiB"),
        ("empty", Reply::new(200, ""), "is not a JWK Set: it is empty"),
        ("compressed", zipped, no_encoding),
        ("not-text", Reply::new(200, [0xff, 0xfe]), "is not text"),
        (
            "unusable",
            Reply::new(200, r#"{"keys":[{"kty":"oct"}]}"#),
            "has no usable key",
        ),
        ("206", status(206), "answers with the status 206"),
        ("500", status(500), "answers with the status 500"),
        ("no-condition", status(304), "answers with the status 304"),
        ("other-port", to(&elsewhere.url()), other_origin),
        ("other-scheme", to("https://127.0.0.1/"), other_origin),
        ("to-a-file", to("file:///etc/passwd"), other_origin),
        ("loop", to(KeyServer::PATH), "redirects too often"),
        ("no-location", Reply::new(302, ""), nowhere),
        ("bad-location", to("http://["), nowhere),
    ]
}

/// All at once, as some take ten seconds. Returns the sentences.
fn for_each_failure(test: impl Fn(&str, &Behaviour, &str) + Sync) -> Vec<&'static str> {
    let elsewhere = KeyServer::start(Reply::keys(&["kept", "never"]));
    let wrong = wrong_answers(&elsewhere).map(|(name, reply, sentence)| (name, Behaviour::from(reply), sentence));
    let failures: Vec<Failure> = no_answers().into_iter().chain(wrong).collect();
    thread::scope(|scope| {
        for (name, behaviour, sentence) in &failures {
            scope.spawn(|| test(name, behaviour, sentence));
        }
    });
    assert_eq!(elsewhere.count(), 0, "a redirect to another origin was followed");
    failures.into_iter().map(|(_, _, sentence)| sentence).collect()
}

const ORIGIN: &str = "the address given to `JwksUrl::new` names an address that ";

#[test]
fn at_the_start_it_is_an_error() {
    for_each_failure(|name, behaviour, sentence| {
        let server = KeyServer::start(behaviour.clone());
        let keys = keys_at(&server, HOUR);
        let error = Approov::builder().keys(keys).build().unwrap_err().to_string();
        assert!(error.starts_with(&format!("{ORIGIN}{sentence}")), "{name}: {error}");
        assert!(!error.contains("hidden") && !error.contains("http:"), "{error}");
        assert_eq!(server.count(), if name == "loop" { 4 } else { 1 }, "{name}");
    });
}

#[test]
fn later_it_keeps_the_keys_and_recovers() {
    log::capture();
    let sentences = for_each_failure(|name, behaviour, _| {
        let server = KeyServer::start(Reply::keys(&["kept"]));
        let approov = at(&server, SECOND);
        server.set(behaviour.clone());
        // The next one comes when the first has failed.
        server.wait_for_more(if name == "loop" { 5 } else { 2 });
        assert_eq!(verdict(&approov, "kept"), Ok(()), "{name}");
        server.set(Reply::keys(&["kept", "new"]));
        wait_until_accepted(&approov, "new");
        assert_eq!(verdict(&approov, "kept"), Ok(()), "{name}");
        assert_eq!(verdict(&approov, "never"), UNKNOWN, "{name}");
    });
    let mut lines = log::lines_with(ORIGIN);
    lines.retain(|line| line.ends_with("; the keys that came from there before are kept"));
    for sentence in sentences {
        assert!(lines.iter().any(|line| line.contains(sentence)), "{sentence}");
    }
    assert!(!log::lines_with("the address given to `JwksUrl::new` can be read again").is_empty());
    for line in log::lines_with(" approov_actix ") {
        assert!(
            !line.contains("hidden-path") && !line.contains("hidden-query"),
            "{line}"
        );
    }
}

/// A fixed key and an address that does not answer: the one works without the other.
#[test]
fn other_keys_work_while_an_address_fails() {
    let server = KeyServer::start(Behaviour::Close);
    let keys = keys_at(&server, HOUR).start_without_keys(true);
    let approov = with_secret(&oct::secret("fixed")).keys(keys).build().unwrap();
    assert_eq!(verdict(&approov, "fixed"), Ok(()));
    assert_eq!(verdict(&approov, "other"), SIGNATURE);
}

/// Whatever the address does, no check waits for it.
#[test]
fn tokens_are_verified_at_once_while_an_address_is_slow() {
    let server = KeyServer::start(Reply::keys(&["slow"]));
    let approov = at(&server, SECOND);
    server.set(Behaviour::Hang);
    server.wait_for_more(2);
    let start = Instant::now();
    for _ in 0..1000 {
        assert_eq!(verdict(&approov, "slow"), Ok(()));
        assert_eq!(verdict(&approov, "unknown"), UNKNOWN);
    }
    // The address takes ten seconds each time.
    assert!(start.elapsed() < 5 * SECOND, "{:?}", start.elapsed());
}

/// `Retry-After`, of the answers that are about the moment.
#[test]
fn an_address_that_wants_to_be_left_alone_is() {
    thread::scope(|scope| {
        for (status, is_heard) in [(429, true), (503, true), (500, false)] {
            scope.spawn(move || {
                let server = KeyServer::start(Reply::keys(&["busy"]));
                let approov = at(&server, SECOND);
                server.set(Reply::new(status, "").header("Retry-After", "3600"));
                server.wait_for_more(1);
                // It may have been asked before the change.
                thread::sleep(2 * SECOND);
                let count = server.count();
                assert_eq!(verdict(&approov, "made-up"), UNKNOWN);
                if is_heard {
                    thread::sleep(5 * SECOND);
                    assert_eq!(server.count(), count, "{status}");
                } else {
                    server.wait_for_more(1);
                }
                assert_eq!(verdict(&approov, "busy"), Ok(()));
            });
        }
    });
}
