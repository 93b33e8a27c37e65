//! Keys from an address that answers: when it is asked, and how.

use std::{collections::HashSet, thread};

use approov_actix::{Approov, JwksUrl, Rejection};
use support::{
    ed25519,
    key_server::{Behaviour, KeyServer, Reply},
    oct, skipped,
};

use super::{HOUR, SECOND, at, verdict, wait_until_accepted, wait_until_unknown};

#[test]
fn the_first_keys_are_there_when_the_server_starts() {
    for reply in [Reply::keys(&["first"]), Reply::keys(&["first"]).chunked()] {
        let server = KeyServer::start(reply.header("ETag", "\"1\""));
        let approov = at(&server, HOUR).build().unwrap();
        assert_eq!(verdict(&approov, "first"), Ok(()));
        let requests = server.requests();
        assert_eq!(requests.len(), 1);
        let request = &requests[0];
        assert_eq!(request.path, KeyServer::PATH);
        assert!(!request.is_conditional(), "{request:?}");
        assert_eq!(
            request.header("accept"),
            Some("application/jwk-set+json, application/json")
        );
        assert_eq!(request.header("accept-encoding"), Some("identity"));
        assert!(
            request.header("user-agent").unwrap().starts_with("approov-actix/"),
            "{request:?}"
        );
        for name in ["authorization", "cookie", "referer"] {
            assert_eq!(request.header(name), None);
        }
    }
}

/// What `from_env` does in `main`: it blocks for a moment, and needs nothing from the runtime.
#[actix_web::test]
async fn building_works_inside_of_the_runtime() {
    let server = KeyServer::start(Reply::keys(&["runtime-a"]));
    let approov = at(&server, SECOND).build().unwrap();
    server.set(Reply::keys(&["runtime-b"]));
    wait_until_accepted(&approov, "runtime-b");
}

#[test]
fn an_added_key_is_accepted_and_a_removed_one_refused() {
    let server = KeyServer::start(Reply::keys(&["address-a", "address-b"]));
    let approov = at(&server, SECOND).build().unwrap();
    for (kids, gone) in [
        (["address-b", "address-c"], "address-a"),
        (["address-b", "address-a"], "address-c"),
    ] {
        server.set(Reply::keys(&kids));
        wait_until_unknown(&approov, gone);
        for kid in kids {
            assert_eq!(verdict(&approov, kid), Ok(()), "all keys of a set change at once");
        }
    }
}

#[test]
fn secrets_from_an_address_are_not_used_by_default() {
    let server = KeyServer::start(Reply::keys(&["published"]));
    let build = || Approov::builder().keys(JwksUrl::new(server.url())).build();
    let error = build().unwrap_err().to_string();
    assert_eq!(
        error,
        "the address given to `JwksUrl::new` names an address that has no usable key"
    );

    let mixed = oct::set_of(&[oct::jwk("published"), ed25519::FIRST.jwk()]);
    server.set(Reply::new(200, mixed));
    let approov = build().unwrap();
    assert!(approov.verify_token(ed25519::FIRST.token).is_ok());
    assert_eq!(verdict(&approov, "published"), Err(Rejection::TokenKeyUnknown));
}

#[test]
fn refreshes_ask_only_for_what_has_changed() {
    thread::scope(|scope| {
        for validators in [&[TAG][..], &[DATE], &[TAG, DATE], &[]] {
            scope.spawn(move || asks_with(validators));
        }
    });
}

const TAG: (&str, &str) = ("ETag", "W/\"v1\"");
const DATE: (&str, &str) = ("Last-Modified", "Tue, 03 Nov 2026 10:00:00 GMT");

fn asks_with(validators: &[(&str, &str)]) {
    let keys = |kid| {
        validators
            .iter()
            .fold(Reply::keys(&[kid]), |reply, (name, value)| reply.header(name, value))
    };
    let server = KeyServer::start(keys("unchanged"));
    let approov = at(&server, SECOND).build().unwrap();
    server.wait_for_more(2);
    for request in &server.requests()[1..] {
        let sent = |name| request.header(name);
        let is_there = |validator| validators.contains(&validator).then_some(validator.1);
        assert_eq!(sent("if-none-match"), is_there(TAG), "{request:?}");
        assert_eq!(sent("if-modified-since"), is_there(DATE), "{request:?}");
        assert_eq!(request.status, Some(if validators.is_empty() { 200 } else { 304 }));
    }
    assert_eq!(verdict(&approov, "unchanged"), Ok(()));
}

/// Otherwise a 304 would confirm what was never used, and the good set would never come again.
#[test]
fn the_tag_of_a_broken_answer_is_never_sent() {
    let good = Reply::keys(&["tagged-a"]).header("ETag", "\"good\"");
    let broken = Reply::new(200, "<html>").header("ETag", "\"broken\"");
    let server = KeyServer::start(good.clone());
    let approov = at(&server, SECOND).build().unwrap();
    server.set(broken);
    server.wait_for_more(2);
    server.set(good);
    server.wait_for_more(2);
    assert_eq!(server.requests().last().unwrap().status, Some(304));
    server.set(Reply::keys(&["tagged-b"]).header("ETag", "\"next\""));
    wait_until_accepted(&approov, "tagged-b");
    assert_eq!(verdict(&approov, "tagged-a"), Err(Rejection::TokenKeyUnknown));
    server.wait_for_more(2);

    let requests = server.requests();
    let sent: HashSet<_> = requests[1..]
        .iter()
        .map(|request| request.header("if-none-match"))
        .collect();
    assert_eq!(sent, HashSet::from([Some("\"good\""), Some("\"next\"")]));
}

#[test]
fn a_redirect_within_the_same_origin_is_followed() {
    thread::scope(|scope| {
        for status in [301, 302, 303, 307, 308] {
            scope.spawn(move || follows(status));
        }
    });
}

fn follows(status: u16) {
    let server = KeyServer::start(Reply::redirect(status, "/moved"));
    server.set_path(
        "/moved",
        Reply::redirect(status, &server.url().replace("hidden-path", "again")),
    );
    let again = KeyServer::PATH.replace("hidden-path", "again");
    server.set_path(&again, Reply::redirect(status, "../last?x=1#fragment"));
    server.set_path("/last?x=1", Reply::keys(&["redirected"]).header("ETag", "\"1\""));
    let approov = at(&server, SECOND).build().unwrap();
    assert_eq!(verdict(&approov, "redirected"), Ok(()), "{status}");
    let paths: Vec<_> = server.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, [KeyServer::PATH, "/moved", again.as_str(), "/last?x=1"]);
    // From then on as well: the address that was configured may redirect to another one each time.
    server.wait_for_more(5);
    assert_eq!(server.requests()[4].path, KeyServer::PATH);
    assert_eq!(server.requests()[7].status, Some(304));
    assert_eq!(verdict(&approov, "redirected"), Ok(()), "{status}");
}

#[test]
fn addresses_that_are_refused() {
    let not_absolute = "is not an absolute URL";
    let not_encrypted = "is an `http` address of another machine; use `https`";
    let other_scheme = "is neither an `https` address nor an `http` address of this machine";
    let with_user = "has a user name or a password in it, which is not supported";
    for (address, fault) in [
        ("", not_absolute),
        (" ", not_absolute),
        ("not an address", not_absolute),
        ("/hidden/keys.json", not_absolute),
        ("//127.0.0.1/hidden", not_absolute),
        ("127.0.0.1/hidden", not_absolute),
        ("http:", not_absolute),
        ("https://", not_absolute),
        ("https://hidden:port/", not_absolute),
        ("http://127.0.0.1:65536/hidden", not_absolute),
        ("http://example.com/hidden", not_encrypted),
        ("HTTP://EXAMPLE.COM/hidden", not_encrypted),
        ("http://192.168.0.1/hidden", not_encrypted),
        ("http://0.0.0.0/hidden", not_encrypted),
        ("http://[::]/hidden", not_encrypted),
        ("http://[::2]/hidden", not_encrypted),
        ("http://127.0.0.1.example.com/hidden", not_encrypted),
        ("http://localhost.example.com/hidden", not_encrypted),
        ("http://notlocalhost/hidden", not_encrypted),
        ("http://127.0.0.1@example.com/hidden", not_encrypted),
        ("http://example.com#@127.0.0.1/hidden", not_encrypted),
        ("http://example.com\\@127.0.0.1/hidden", not_encrypted),
        ("ftp://127.0.0.1/hidden", other_scheme),
        ("file:///hidden/keys.json", other_scheme),
        ("data:application/json,hidden", other_scheme),
        ("localhost:8080/hidden", other_scheme),
        ("https://hidden:secret@example.com/", with_user),
        ("https://hidden@example.com/", with_user),
        ("https://:hidden@example.com/", with_user),
        ("http://hidden@127.0.0.1/", with_user),
    ] {
        // Starting without keys is for an address that does not answer, not for one that nobody should ask.
        let keys = JwksUrl::new(address).start_without_keys(true);
        let error = Approov::builder().keys(keys).build().unwrap_err().to_string();
        assert_eq!(
            error,
            format!("the address given to `JwksUrl::new` {fault}"),
            "{address}"
        );
    }
}

#[test]
fn addresses_of_this_machine_need_no_encryption() {
    let server = KeyServer::start(Reply::keys(&["local"]));
    let accepted = |address: String| {
        let keys = JwksUrl::new(&address).allow_secrets(true);
        let builder = Approov::builder().keys(keys);
        let approov = builder.build().unwrap_or_else(|error| panic!("{address}: {error}"));
        assert_eq!(verdict(&approov, "local"), Ok(()), "{address}");
    };
    for (scheme, host) in [("http", "127.0.0.1"), ("http", "localhost"), ("HTTP", "LocalHost")] {
        accepted(server.url_of(scheme, host));
    }
    accepted(format!(" {}\n", server.url()));
    match KeyServer::start_at("[::1]:0", Reply::keys(&["local"])) {
        Ok(server) => accepted(server.url_of("http", "[::1]")),
        Err(error) => skipped(
            "addresses_of_this_machine_need_no_encryption",
            &format!("no IPv6: {error}"),
        ),
    }
}

/// The end of the last clone is the end of its requests.
#[test]
fn nothing_is_asked_for_any_more_once_the_configuration_is_gone() {
    for behaviour in [Reply::keys(&["gone"]).into(), Behaviour::Close] {
        let server = KeyServer::start(Reply::keys(&["gone"]));
        let approov = at(&server, SECOND).build().unwrap();
        let clone = approov.clone();
        drop(approov);
        server.wait_for_more(2);
        assert_eq!(verdict(&clone, "gone"), Ok(()));
        server.set(behaviour);
        server.wait_for_more(1);
        // With a wake-up on its way.
        assert!(verdict(&clone, "nobody").is_err());
        drop(clone);
        // One may be under way.
        thread::sleep(2 * SECOND);
        let count = server.count();
        thread::sleep(4 * SECOND);
        assert_eq!(server.count(), count);
    }
}

/// The threads that refresh are alone in this program with their name.
#[cfg(target_os = "linux")]
#[test]
fn many_configurations_leave_no_thread_behind() {
    const MANY: usize = 200;
    let threads = || {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap();
        // A thread may end while its name is read.
        let names = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
        names.filter(|name| name.trim() == "approov-keys").count()
    };
    let server = KeyServer::start(Reply::keys(&["threads"]));
    let all: Vec<_> = (0..MANY).map(|_| at(&server, HOUR).build().unwrap()).collect();
    assert!(threads() >= MANY);
    drop(all);
    // Other tests have theirs, but never so many.
    support::wait_until("the end of the threads", || threads() < MANY / 2);
}
