//! Every way in which an address can fail: at the start, when the server starts without keys, and later.

use std::{thread, time::Instant};

use approov_actix::{Approov, JwksUrl, Rejection};
use support::{
    key_server::{Behaviour, KeyServer, Reply},
    log, oct,
};

use super::{HOUR, SECOND, at, keys_at, verdict, wait_until_accepted};
use crate::with_secret;

const TEN_MB: usize = 10_000_000;

/// What a server does, and the end of the sentence about it.
struct Failure {
    name: &'static str,
    behaviour: Behaviour,
    sentence: &'static str,
}

impl Failure {
    fn new(name: &'static str, behaviour: impl Into<Behaviour>, sentence: &'static str) -> Self {
        Self {
            name,
            behaviour: behaviour.into(),
            sentence,
        }
    }
}

/// What is no HTTP, or no end of it. An empty sentence is for what the HTTP client may call one thing or another.
fn no_answers() -> Vec<Failure> {
    let good = || Reply::keys(&["kept", "never"]);
    let bytes = |text: &str| Behaviour::Bytes(text.as_bytes().to_vec());
    let length = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"keys\":[]}";
    let chunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}";
    let long = format!("HTTP/1.1 200 OK\r\nA: {}\r\n\r\n", "a".repeat(TEN_MB));
    let too_slow = "does not answer within 10 seconds";
    let no_http = "gives no valid HTTP answer";
    vec![
        Failure::new("hang", Behaviour::Hang, too_slow),
        Failure::new("drip-body", Behaviour::DripBody(good()), too_slow),
        Failure::new("drip-head", Behaviour::DripHead(good()), too_slow),
        Failure::new("close", Behaviour::Close, ""),
        Failure::new("garbage", bytes("garbage, not HTTP\r\n\r\n"), no_http),
        Failure::new("binary", Behaviour::Bytes(vec![0xff; 1000]), no_http),
        Failure::new("cut-off", bytes(length), ""),
        Failure::new("head-only", bytes("HTTP/1.1 200 OK\r\nContent-Le"), ""),
        Failure::new("bad-chunk", bytes(chunk), ""),
        Failure::new("long-head", bytes(&long), no_http),
    ]
}

/// Answers that are no key set.
fn wrong_answers() -> Vec<Failure> {
    let large = || Reply::new(200, vec![b' '; TEN_MB]);
    let unusable = r#"{"keys":[{"kty":"oct"}]}"#;
    let status = |status| Reply::new(status, oct::key_set(&["never"]));
    vec![
        Failure::new("10-mb", large(), "is larger than 1 MiB"),
        Failure::new("10-mb-chunked", large().chunked(), "is larger than 1 MiB"),
        Failure::new("empty", Reply::new(200, ""), "is not a JWK Set: it is empty"),
        Failure::new(
            "html",
            Reply::new(200, "<html></html>"),
            "is not a JWK Set: it is HTML or XML",
        ),
        Failure::new(
            "compressed",
            Reply::new(200, [0x1f, 0x8b, 8]).header("Content-Encoding", "gzip"),
            "answers in the encoding `gzip`, although it was asked for none",
        ),
        Failure::new("not-text", Reply::new(200, [0xff, 0xfe]), "is not text"),
        Failure::new("unusable", Reply::new(200, unusable), "has no usable key"),
        Failure::new("201", status(201), "answers with the status 201"),
        Failure::new("206", status(206), "answers with the status 206"),
        Failure::new("401", status(401), "answers with the status 401"),
        Failure::new("404", status(404), "answers with the status 404"),
        Failure::new("500", status(500), "answers with the status 500"),
        Failure::new("no-condition", status(304), "answers with the status 304"),
    ]
}

/// Redirects that are not followed. `elsewhere` is a server that must never be asked.
fn redirects(elsewhere: &KeyServer) -> Vec<Failure> {
    let other_origin = "redirects to another origin, which is not followed";
    let nowhere = "redirects without saying where to";
    let to = |location: &str| Reply::redirect(302, location);
    vec![
        Failure::new("other-port", to(&elsewhere.url()), other_origin),
        Failure::new("other-host", to("http://example.com/"), other_origin),
        Failure::new("other-scheme", to("https://127.0.0.1/"), other_origin),
        Failure::new("to-a-file", to("file:///etc/passwd"), other_origin),
        Failure::new("loop", to(KeyServer::PATH), "redirects too often"),
        Failure::new("no-location", Reply::new(302, ""), nowhere),
        Failure::new("bad-location", to("http://["), nowhere),
    ]
}

fn failures(elsewhere: &KeyServer) -> Vec<Failure> {
    no_answers()
        .into_iter()
        .chain(wrong_answers())
        .chain(redirects(elsewhere))
        .collect()
}

/// All at once, as some take ten seconds.
fn for_each_failure(test: impl Fn(&Failure) + Sync) {
    let elsewhere = KeyServer::start(Reply::keys(&["kept", "never"]));
    let failures = failures(&elsewhere);
    thread::scope(|scope| {
        for failure in &failures {
            scope.spawn(|| test(failure));
        }
    });
    assert_eq!(elsewhere.count(), 0, "a redirect to another origin was followed");
}

fn assert_tells(failure: &Failure, sentence: &str) {
    let start = format!(
        "the address given to `JwksUrl::new` names an address that {}",
        failure.sentence
    );
    assert!(sentence.starts_with(&start), "{}: {sentence}", failure.name);
    assert!(
        !sentence.contains("hidden") && !sentence.contains("http:"),
        "{sentence}"
    );
}

#[test]
fn at_the_start_it_is_an_error() {
    for_each_failure(|failure| {
        let server = KeyServer::start(failure.behaviour.clone());
        let error = at(&server, HOUR).build().unwrap_err().to_string();
        assert_tells(failure, &error);
        let requests = if failure.name == "loop" { 4 } else { 1 };
        assert_eq!(server.count(), requests, "{}", failure.name);
    });
}

/// Nothing listens on this port: it is one that only `root` may use, for a service of the 1980s.
#[test]
fn where_nothing_listens_it_is_an_error() {
    let address = "http://127.0.0.1:1/hidden";
    let builder = Approov::builder().keys(JwksUrl::new(address));
    let error = builder.build().unwrap_err().to_string();
    let start = "the address given to `JwksUrl::new` names an address that cannot be reached";
    assert!(error.starts_with(start) && !error.contains("127.0.0.1"), "{error}");
}

#[test]
fn a_server_that_may_start_without_keys_refuses_until_they_are_there() {
    log::capture();
    for_each_failure(|failure| {
        let server = KeyServer::start(failure.behaviour.clone());
        let keys = keys_at(&server, SECOND).start_without_keys(true);
        let approov = Approov::builder().keys(keys).build().unwrap();
        for kid in ["kept", "never"] {
            assert_eq!(
                verdict(&approov, kid),
                Err(Rejection::KeysUnavailable),
                "{}",
                failure.name
            );
        }
        server.set(Reply::keys(&["kept"]));
        wait_until_accepted(&approov, "kept");
    });
    let lines = log::lines_with("; the server starts without these keys");
    assert!(!lines.is_empty());
    for line in lines {
        assert!(
            line.starts_with("ERROR approov_actix the address given to `JwksUrl::new` names an address that"),
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
    assert_eq!(verdict(&approov, "other"), Err(Rejection::TokenSignature));
}

#[test]
fn later_it_keeps_the_keys_and_recovers() {
    log::capture();
    for_each_failure(|failure| {
        let name = failure.name;
        let server = KeyServer::start(Reply::keys(&["kept"]));
        let approov = at(&server, SECOND).build().unwrap();
        server.set(failure.behaviour.clone());
        // The next one comes when the first has failed.
        server.wait_for_more(if name == "loop" { 5 } else { 2 });
        assert_eq!(verdict(&approov, "kept"), Ok(()), "{name}");
        server.set(Reply::keys(&["kept", "new"]));
        wait_until_accepted(&approov, "new");
        assert_eq!(verdict(&approov, "kept"), Ok(()), "{name}");
        assert_eq!(verdict(&approov, "never"), Err(Rejection::TokenKeyUnknown), "{name}");
    });
    let lines = log::lines_with("the address given to `JwksUrl::new` names an address that");
    for Failure { sentence, .. } in failures(&KeyServer::start(Behaviour::Close)) {
        let is_kept = |line: &&String| {
            line.contains(sentence) && line.ends_with("; the keys that came from there before are kept")
        };
        assert!(lines.iter().any(|line| is_kept(&line)), "{sentence}");
    }
    assert!(!log::lines_with("the address given to `JwksUrl::new` can be read again").is_empty());
    for line in log::lines_with(" approov_actix ") {
        assert!(
            !line.contains("hidden-path") && !line.contains("hidden-query"),
            "{line}"
        );
    }
}

/// Whatever the address does, no check waits for it.
#[test]
fn tokens_are_verified_at_once_while_an_address_is_slow() {
    for behaviour in [Behaviour::Hang, Behaviour::DripBody(Reply::keys(&["slow"]))] {
        let server = KeyServer::start(Reply::keys(&["slow"]));
        let approov = at(&server, SECOND).build().unwrap();
        let (known, unknown) = (oct::token("slow"), oct::token("unknown"));
        server.set(behaviour);
        server.wait_for_more(2);
        let start = Instant::now();
        for _ in 0..1000 {
            assert!(approov.verify_token(&known).is_ok());
            assert_eq!(approov.verify_token(&unknown).err(), Some(Rejection::TokenKeyUnknown));
        }
        // The address takes ten seconds each time.
        assert!(start.elapsed() < 5 * SECOND, "{:?}", start.elapsed());
    }
}

/// `Retry-After`, of the answers that are about the moment.
#[test]
fn an_address_that_wants_to_be_left_alone_is() {
    thread::scope(|scope| {
        for (status, is_heard) in [(429, true), (503, true), (500, false)] {
            scope.spawn(move || {
                let server = KeyServer::start(Reply::keys(&["busy"]));
                let approov = at(&server, SECOND).build().unwrap();
                server.set(Reply::new(status, "").header("Retry-After", "3600"));
                server.wait_for_more(1);
                // It may have been asked before the change.
                thread::sleep(2 * SECOND);
                let count = server.count();
                let made_up = oct::token("made-up");
                assert!(approov.verify_token(&made_up).is_err());
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
