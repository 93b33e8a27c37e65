//! Keys from an address that answers: when it is asked, and how.

use std::{collections::HashSet, thread};

use approov_actix::{Approov, JwksUrl};
use support::{
    ed25519::FIRST,
    key_server::{KeyServer, Reply},
    oct, skipped,
    tables::cells,
};

use super::{HOUR, SECOND, at, keys_at, verdict, wait_until_accepted};
use crate::keys::{UNKNOWN, with};

#[test]
fn the_first_keys_are_there_when_the_server_starts() {
    for reply in [Reply::keys(&["first"]), Reply::keys(&["first"]).chunked()] {
        let server = KeyServer::start(reply.header("ETag", "\"1\""));
        assert_eq!(verdict(&at(&server, HOUR), "first"), Ok(()));
        let requests = server.requests();
        let [request] = requests.as_slice() else {
            panic!("{requests:?}")
        };
        assert_eq!(request.path, KeyServer::PATH);
        assert!(!request.is_conditional(), "{request:?}");
        let accept = Some("application/jwk-set+json, application/json");
        let headers = ["accept", "accept-encoding", "authorization", "cookie", "referer"];
        let sent = headers.map(|name| request.header(name));
        assert_eq!(sent, [accept, Some("identity"), None, None, None]);
    }
}

#[test]
fn secrets_from_an_address_are_not_used_by_default() {
    let server = KeyServer::start(Reply::keys(&["published"]));
    let keys = || JwksUrl::new(server.url()).refresh_interval(SECOND);
    let error = Approov::builder().keys(keys()).build().unwrap_err().to_string();
    let sentence = "the address given to `JwksUrl::new` names an address that has no usable key";
    assert_eq!(error, sentence);

    let mixed = oct::set_of(&[oct::jwk("published"), FIRST.jwk()]);
    server.set(Reply::new(200, mixed));
    let approov = with(keys());
    assert!(approov.verify_token(FIRST.token).is_ok());
    assert_eq!(verdict(&approov, "published"), UNKNOWN);
    // Nor do they revoke the others.
    server.set(Reply::keys(&["published"]));
    server.wait_for_more(2);
    assert!(approov.verify_token(FIRST.token).is_ok());
}

#[test]
fn refreshes_ask_only_for_what_has_changed() {
    const TAG: (&str, &str) = ("ETag", "W/\"v1\"");
    const DATE: (&str, &str) = ("Last-Modified", "Tue, 03 Nov 2026 10:00:00 GMT");
    let asks_with = |validators: &[(&str, &str)]| {
        let with_validator = |reply: Reply, (name, value): &(&str, &str)| reply.header(name, value);
        let keys = Reply::keys(&["unchanged"]);
        let server = KeyServer::start(validators.iter().fold(keys, with_validator));
        let approov = at(&server, SECOND);
        server.wait_for_more(2);
        for request in &server.requests()[1..] {
            let is_there = |validator| validators.contains(&validator).then_some(validator.1);
            assert_eq!(request.header("if-none-match"), is_there(TAG), "{request:?}");
            assert_eq!(request.header("if-modified-since"), is_there(DATE), "{request:?}");
            assert_eq!(request.status, Some(if validators.is_empty() { 200 } else { 304 }));
        }
        assert_eq!(verdict(&approov, "unchanged"), Ok(()));
    };
    thread::scope(|scope| {
        for validators in [&[TAG][..], &[DATE], &[TAG, DATE], &[]] {
            scope.spawn(move || asks_with(validators));
        }
    });
}

/// Otherwise a 304 would confirm what was never used, and the good set would never come again.
#[test]
fn the_tag_of_a_broken_answer_is_never_sent() {
    let good = Reply::keys(&["tagged-a"]).header("ETag", "\"good\"");
    let server = KeyServer::start(good.clone());
    let approov = at(&server, SECOND);
    server.set(Reply::new(200, "<html>").header("ETag", "\"broken\""));
    server.wait_for_more(2);
    server.set(good);
    server.wait_for_more(2);
    assert_eq!(server.requests().last().unwrap().status, Some(304));
    server.set(Reply::keys(&["tagged-b"]).header("ETag", "\"next\""));
    wait_until_accepted(&approov, "tagged-b");
    assert_eq!(verdict(&approov, "tagged-a"), UNKNOWN);
    server.wait_for_more(2);
    let requests = server.requests();
    let sent = requests[1..].iter().map(|request| request.header("if-none-match"));
    let both = HashSet::from([Some("\"good\""), Some("\"next\"")]);
    assert_eq!(sent.collect::<HashSet<_>>(), both);
}

#[test]
fn a_redirect_within_the_same_origin_is_followed() {
    let follows = |status| {
        let again = KeyServer::PATH.replace("hidden-path", "again");
        let server = KeyServer::start(Reply::redirect(status, "/moved"));
        let absolute = server.url().replace("hidden-path", "again");
        server.set_path("/moved", Reply::redirect(status, &absolute));
        server.set_path(&again, Reply::redirect(status, "../last?x=1#fragment"));
        server.set_path("/last?x=1", Reply::keys(&["redirected"]).header("ETag", "\"1\""));
        let approov = at(&server, SECOND);
        assert_eq!(verdict(&approov, "redirected"), Ok(()), "{status}");
        let paths: Vec<_> = server.requests().into_iter().map(|request| request.path).collect();
        assert_eq!(paths, [KeyServer::PATH, "/moved", again.as_str(), "/last?x=1"]);
        // From then on as well: the address that was configured may redirect to another one each time.
        server.wait_for_more(5);
        assert_eq!(server.requests()[4].path, KeyServer::PATH);
        assert_eq!(server.requests()[7].status, Some(304));
        assert_eq!(verdict(&approov, "redirected"), Ok(()), "{status}");
    };
    thread::scope(|scope| {
        for status in [301, 302, 303, 307, 308] {
            scope.spawn(move || follows(status));
        }
    });
}

#[test]
fn a_redirect_to_an_address_with_a_user_name_is_not_followed() {
    let server = KeyServer::start(Reply::keys(&["never"]));
    server.set(Reply::redirect(302, &server.url_of("http", "hidden@127.0.0.1")));
    let error = Approov::builder().keys(keys_at(&server, HOUR)).build().unwrap_err();
    let end = "redirects to an address with a user name or a password, which is not followed";
    assert!(error.to_string().ends_with(end), "{error}");
    assert_eq!(server.count(), 1);
}

#[test]
fn addresses_that_are_refused() {
    for (fault, addresses) in [
        (
            "is not an absolute URL",
            "∅ | not an address | /hidden/keys.json | //127.0.0.1/hidden | https:// | http://127.0.0.1:65536/hidden",
        ),
        (
            "is an `http` address of another machine; use `https`",
            r"HTTP://EXAMPLE.COM/hidden | http://192.168.0.1/hidden | http://0.0.0.0/hidden | http://[::2]/hidden
            http://127.0.0.1.example.com/hidden | http://localhost.example.com/hidden | http://notlocalhost/hidden
            http://127.0.0.1@example.com/hidden | http://example.com#@127.0.0.1/hidden
            http://example.com\@127.0.0.1/hidden",
        ),
        (
            "is neither an `https` address nor an `http` address of this machine",
            "ftp://127.0.0.1/hidden | file:///hidden/keys.json | data:application/json,hidden | localhost:8080/hidden",
        ),
        (
            "has a user name or a password in it, which is not supported",
            "https://hidden@example.com/ | https://:hidden@example.com/ | http://hidden@127.0.0.1/",
        ),
    ] {
        for address in cells(addresses) {
            // Starting without keys is for an address that does not answer, not for one that nobody should ask.
            let keys = JwksUrl::new(&address).start_without_keys(true);
            let error = Approov::builder().keys(keys).build().unwrap_err().to_string();
            let sentence = format!("the address given to `JwksUrl::new` {fault}");
            assert_eq!(error, sentence, "{address}");
        }
    }
}

#[test]
fn addresses_of_this_machine_need_no_encryption() {
    let server = KeyServer::start(Reply::keys(&["local"]));
    let accepted = |address: String| {
        let approov = with(JwksUrl::new(&address).allow_secrets(true));
        assert_eq!(verdict(&approov, "local"), Ok(()), "{address}");
    };
    for (scheme, host) in [("http", "127.0.0.1"), ("http", "localhost"), ("HTTP", "LocalHost")] {
        accepted(server.url_of(scheme, host));
    }
    accepted(format!(" {}\n", server.url()));
    match KeyServer::start_at("[::1]:0", Reply::keys(&["local"])) {
        Ok(server) => accepted(server.url_of("http", "[::1]")),
        Err(error) => skipped("addresses_of_this_machine", &format!("no IPv6: {error}")),
    }
}

/// The end of the last clone is the end of the thread that asks, also where the address fails. Such threads are alone
/// in this program with their name.
#[cfg(target_os = "linux")]
#[test]
fn nothing_is_asked_for_any_more_once_the_configuration_is_gone() {
    use support::{key_server::Behaviour, wait_until};

    const MANY: usize = 100;
    let threads = || {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap();
        // A thread may end while its name is read.
        let names = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
        names.filter(|name| name.trim() == "approov-keys").count()
    };
    let server = KeyServer::start(Reply::keys(&["gone"]));
    let failing = KeyServer::start(Reply::keys(&["gone"]));
    let keys = (0..MANY).flat_map(|_| [keys_at(&server, HOUR), keys_at(&failing, SECOND)]);
    let all: Vec<_> = keys.map(with).collect();
    failing.set(Behaviour::Close);
    let clones = all.clone();
    drop(all);
    failing.wait_for_more(MANY);
    assert!(threads() >= 2 * MANY);
    // With a wake-up on its way.
    assert_eq!(verdict(&clones[0], "nobody"), UNKNOWN);
    drop(clones);
    // Other tests have theirs, but never so many.
    wait_until("the end of the threads", || threads() < MANY / 2);
}
