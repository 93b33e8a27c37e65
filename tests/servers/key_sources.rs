//! Keys from the environment: each source, and what an operator reads.

use std::fs;

use support::{
    client::Request,
    ed25519::{FIRST, SECOND, SignedOnce},
    key_server::{KeyServer, Reply},
    oct,
    token::{self, OTHER_SECRET, SECRET},
    wait_until,
};
use tempfile::TempDir;

use crate::{HELLO, process::Process, tls};

const SECRETS: &str = "APPROOV_BASE64_SECRET";
const PEM: &str = "APPROOV_PUBLIC_KEY_FILE";
const ALGORITHM: &str = "APPROOV_PUBLIC_KEY_ALGORITHM";
const JWKS: &str = "APPROOV_JWKS_FILE";
const URL: &str = "APPROOV_JWKS_URL";
const REFRESH: &str = "APPROOV_JWKS_REFRESH_SECONDS";
const MAX_STALE: &str = "APPROOV_JWKS_MAX_STALE_SECONDS";

fn set(key: SignedOnce) -> String {
    oct::set_of(&[key.jwk()])
}

/// A folder with the first key, and the path of a file in it.
fn folder() -> (TempDir, impl Fn(&str) -> String) {
    let folder = TempDir::new().unwrap();
    let root = folder.path().to_owned();
    let path = move |name: &str| root.join(name).to_str().unwrap().to_owned();
    fs::write(path("key.pem"), FIRST.pem).unwrap();
    fs::write(path("keys.json"), set(FIRST)).unwrap();
    (folder, path)
}

fn is_accepted(server: &Process, token: &str) -> bool {
    let status = Request::get("/").token(token).send(server.address()).status;
    assert!(matches!(status, 200 | 401 | 503), "{status}");
    status == 200
}

/// Waits for a line of the library's log that begins like this.
fn wait_until_logged(server: &Process, level: &str, line: &str) {
    let line = format!("{level:5} approov_actix] {line}");
    wait_until(&line, || server.stderr().contains(&line));
}

#[test]
fn several_secrets_which_are_not_refreshed() {
    let secrets = format!("{OTHER_SECRET},{SECRET}");
    let vars = [(SECRETS, &*secrets), (REFRESH, "5"), (MAX_STALE, "10")];
    let server = Process::serve(HELLO, &vars, None);
    let third = oct::secret("third");
    let accepted = [SECRET, OTHER_SECRET, &third].map(|secret| is_accepted(&server, &token::signed_by(secret)));
    assert_eq!(accepted, [true, true, false]);
    wait_until_logged(&server, "INFO", "tokens are verified with HS256, HS256");
    for name in [REFRESH, MAX_STALE] {
        let warning = format!("{name} has no effect: no source of keys is refreshed");
        wait_until_logged(&server, "WARN", &warning);
    }
}

/// One that goes wrong keeps its key, or loses it after a time that is set.
#[test]
fn each_source_is_read_again() {
    let (_folder, path) = folder();
    let source = KeyServer::start(Reply::new(200, set(FIRST)));
    let write = |name: &str, text: &str| {
        fs::write(path("new"), text).unwrap();
        fs::rename(path("new"), path(name)).unwrap();
    };
    let (pem, jwks, url) = (path("key.pem"), format!(" {} ", path("keys.json")), source.url());
    let into_pem: &dyn Fn(&str) = &|text| write("key.pem", text);
    let into_jwks: &dyn Fn(&str) = &|text| write("keys.json", text);
    let into_answer: &dyn Fn(&str) = &|text| source.set(Reply::new(200, text));
    for (name, value, more, publish, other) in [
        (PEM, &pem, &[(ALGORITHM, "EdDSA")][..], into_pem, SECOND.pem),
        (JWKS, &jwks, &[], into_jwks, &set(SECOND)),
        (URL, &url, &[(MAX_STALE, "2")], into_answer, &set(SECOND)),
    ] {
        let server = Process::serve(HELLO, &[&[(name, &**value), (REFRESH, "1")], more].concat(), None);
        let accepts = |token: &str| is_accepted(&server, token);
        wait_until(name, || accepts(FIRST.token));
        assert!(!accepts(SECOND.token) && !accepts(&token::good()), "{name}");
        publish("<html>");
        wait_until_logged(&server, "ERROR", &format!("{name} names "));
        if name == URL {
            let too_old = format!("the keys of {URL} are too old and no longer valid");
            wait_until_logged(&server, "ERROR", &too_old);
            wait_until_logged(&server, "ERROR", "there is NO KEY: every token is refused");
        }
        assert_eq!(accepts(FIRST.token), name != URL);
        publish(other);
        wait_until(name, || accepts(SECOND.token));
        assert!(!accepts(FIRST.token), "{name}");
        wait_until_logged(&server, "INFO", &format!("{name} can be read again"));
        for secret in [FIRST.x, "keys.json", "hidden"] {
            assert!(!server.stderr().contains(secret), "{name}: {secret}");
        }
    }
}

/// What else can be wrong with a file or an address is in `tests/keys`. The unit tests of `approov/env.rs` try secrets
/// and times, for which nothing is read.
#[test]
fn what_stops_the_start() {
    let (_folder, path) = folder();
    let [pem, jwks, missing] = ["key.pem", "keys.json", "hidden"].map(path);
    let (secret, other) = ((SECRETS, SECRET), ("APPROOV_BASE64URL_SECRET", SECRET));
    let (pem, jwks, url) = ((PEM, &*pem), (JWKS, &*jwks), |url| (URL, url));
    let algorithm = |name| (ALGORITHM, name);
    let eddsa = algorithm("EdDSA");
    for (vars, name, fault) in [
        (&[secret, jwks][..], SECRETS, "and APPROOV_JWKS_FILE are both set"),
        (&[other, pem], other.0, "and APPROOV_PUBLIC_KEY_FILE are both set"),
        (&[jwks, url("https://a/")], JWKS, "and APPROOV_JWKS_URL are both set"),
        (&[pem], ALGORITHM, "is not set, and APPROOV_PUBLIC_KEY_FILE needs it"),
        (&[eddsa], ALGORITHM, "is set without APPROOV_PUBLIC_KEY_FILE"),
        (&[secret, eddsa], ALGORITHM, "is set without APPROOV_PUBLIC_KEY_FILE"),
        (&[pem, algorithm("none")], ALGORITHM, "is none of RS256, "),
        (&[pem, algorithm("eddsa")], ALGORITHM, "is none of RS256, "),
        (&[(PEM, &missing), eddsa], PEM, "names a file that cannot be read: "),
        (&[(JWKS, &missing)], JWKS, "names a file that cannot be read: "),
        (&[url("http://127.0.0.1:1/hidden")], URL, "names an address that "),
        (&[url("http://example.com/hidden")], URL, "is an `http` address "),
        (&[jwks, (REFRESH, "60s")], REFRESH, "is not a whole number of seconds"),
        (&[jwks, (REFRESH, "86401")], REFRESH, "is not between one second "),
        (&[jwks, (MAX_STALE, "119")], MAX_STALE, "is shorter than twice the "),
        (&[jwks, (REFRESH, "10"), (MAX_STALE, "19")], MAX_STALE, "is shorter"),
    ] {
        let printed = Process::fail(HELLO, vars, None);
        let last = printed.lines().last().unwrap();
        let sentence = format!("Error: {name} {fault}");
        assert!(last.starts_with(&sentence), "{vars:?}: {printed}");
        for text in ["panicked", "hidden"] {
            assert!(!printed.contains(text), "{printed}");
        }
    }
}

/// The certificate counts, and whether it is for the host in the address.
#[test]
fn an_encrypted_address_must_prove_who_it_is() {
    let source = tls::start(Reply::new(200, set(FIRST)));
    let (folder, path) = folder();
    fs::write(folder.path().join("ca.pem"), tls::CA).unwrap();
    let (ca, good) = (("SSL_CERT_FILE", &*path("ca.pem")), source.url_of("https", "localhost"));
    let server = Process::serve(HELLO, &[(URL, &good), ca, (REFRESH, "1")], None);
    assert!(is_accepted(&server, FIRST.token));
    source.set(Reply::new(200, set(SECOND)));
    wait_until("the other key", || is_accepted(&server, SECOND.token));
    drop(server);

    let count = source.count();
    let wrong_host = source.url_of("https", "127.0.0.1");
    let certificate = "cannot be reached over TLS: its certificate is";
    let unknown = format!("{certificate} from an authority that the system does not trust");
    for (vars, fault) in [
        (&[(URL, &*good)][..], unknown),
        (&[(URL, &wrong_host), ca], format!("{certificate} for another host")),
    ] {
        let printed = Process::fail(HELLO, vars, None);
        let sentence = format!("Error: {URL} names an address that {fault}");
        assert!(printed.lines().last().unwrap().starts_with(&sentence), "{printed}");
        assert!(!printed.contains("hidden"), "{printed}");
    }
    assert_eq!(source.count(), count, "a request was sent to somebody else");
}
