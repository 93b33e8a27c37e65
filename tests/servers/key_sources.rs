//! Keys from the environment: where they may come from, and what an operator reads.

use std::{fs, path::PathBuf, process::Command};

use approov_actix::{Approov, Key};
use support::{
    client::Request,
    ed25519::{FIRST, SECOND, SignedOnce},
    key_server::{Behaviour, KeyServer, Reply},
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

/// A folder with keys.
struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(TempDir::new().unwrap());
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    fn path(&self, name: &str) -> String {
        let path: PathBuf = self.0.path().join(name);
        path.to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path("new"), text).unwrap();
        fs::rename(self.path("new"), self.path(name)).unwrap();
    }
}

fn set(keys: &[SignedOnce]) -> String {
    oct::set_of(&keys.iter().map(SignedOnce::jwk).collect::<Vec<_>>())
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
fn several_secrets() {
    let server = Process::serve(HELLO, &[(SECRETS, &format!("{OTHER_SECRET},{SECRET}"))], None);
    assert!(is_accepted(&server, &token::signed_by(SECRET)));
    assert!(is_accepted(&server, &token::signed_by(OTHER_SECRET)));
    assert!(!is_accepted(&server, &token::signed_by(&oct::secret("third"))));
    wait_until_logged(&server, "INFO", "tokens are verified with HS256, HS256");
}

#[test]
fn a_public_key_from_a_file() {
    let folder = Folder::new(&[("key.pem", FIRST.pem)]);
    let path = folder.path("key.pem");
    let server = Process::serve(HELLO, &[(PEM, &path), (ALGORITHM, "EdDSA"), (REFRESH, "1")], None);
    assert!(is_accepted(&server, FIRST.token));
    for token in [SECOND.token, &token::good(), ""] {
        assert!(!is_accepted(&server, token));
    }
    folder.write("key.pem", &FIRST.pem.replace("PUBLIC", "PRIVATE"));
    wait_until_logged(&server, "ERROR", &format!("{PEM} names a file that is a private key"));
    assert!(is_accepted(&server, FIRST.token));
    folder.write("key.pem", SECOND.pem);
    wait_until("the other key", || is_accepted(&server, SECOND.token));
    assert!(!is_accepted(&server, FIRST.token));
}

#[test]
fn a_key_set_from_a_file_and_what_the_log_says_of_it() {
    let folder = Folder::new(&[("keys.json", &set(&[FIRST]))]);
    let path = format!(" {} ", folder.path("keys.json"));
    let server = Process::serve(HELLO, &[(JWKS, &path), (REFRESH, "1")], None);
    assert!(is_accepted(&server, FIRST.token));
    wait_until_logged(&server, "INFO", r#"tokens are verified with EdDSA "ed25519-1""#);

    folder.write("keys.json", "<html>");
    let fault = "names a file that is not a JWK Set: it is HTML or XML";
    let kept = format!("{JWKS} {fault}; the keys that came from there before are kept");
    wait_until_logged(&server, "ERROR", &kept);
    assert!(is_accepted(&server, FIRST.token));

    folder.write("keys.json", &oct::set_of(&[serde_json::json!(7), SECOND.jwk()]));
    wait_until("the other key", || is_accepted(&server, SECOND.token));
    wait_until_logged(&server, "ERROR", &format!("{JWKS}: key 1 is not used: it is not a JWK"));
    wait_until_logged(&server, "INFO", &format!("{JWKS} can be read again"));
    wait_until_logged(&server, "INFO", r#"tokens are verified with EdDSA "ed25519-2""#);
    assert!(!is_accepted(&server, FIRST.token));
    wait_until("a refusal", || {
        server.stderr().contains("REJECTED token_key_unknown GET /")
    });
    assert!(!server.stderr().contains(FIRST.x) && !server.stderr().contains("keys.json"));
}

#[test]
fn a_key_set_from_an_address_and_what_the_log_says_of_it() {
    let keys = |key| Reply::new(200, set(&[key])).header("ETag", key.kid);
    let source = KeyServer::start(keys(FIRST));
    let vars = [(URL, &*source.url()), (REFRESH, "1"), (MAX_STALE, "2")];
    let server = Process::serve(HELLO, &vars, None);
    wait_until("the key", || is_accepted(&server, FIRST.token));
    source.set(Behaviour::Close);
    wait_until_logged(&server, "ERROR", &format!("{URL} names an address that "));
    let too_old = format!("the keys of {URL} are too old and no longer valid");
    wait_until_logged(&server, "ERROR", &too_old);
    wait_until_logged(&server, "ERROR", "there is NO KEY: every token is refused");
    wait_until("the end of the key", || !is_accepted(&server, FIRST.token));
    source.set(keys(SECOND));
    wait_until("the other key", || is_accepted(&server, SECOND.token));
    wait_until_logged(&server, "INFO", &format!("{URL} can be read again"));
    assert!(!server.stderr().contains("hidden"), "{}", server.stderr());
}

/// The environment is a process's, so this test runs in others: these have the environment.
#[test]
fn keys_of_the_environment_and_of_code_add_up() {
    const TEST: &str = "key_sources::keys_of_the_environment_and_of_code_add_up";
    const IN_A_PROCESS_OF_ITS_OWN: &str = "KEY_SOURCES_TEST";
    if std::env::var_os(IN_A_PROCESS_OF_ITS_OWN).is_some() {
        accept_keys_of_both();
        return;
    }
    let folder = Folder::new(&[("key.pem", FIRST.pem)]);
    let pem = folder.path("key.pem");
    for vars in [&[(SECRETS, SECRET)][..], &[(PEM, &pem), (ALGORITHM, "EdDSA")]] {
        let mut process = Command::new(std::env::current_exe().unwrap());
        process.args(["--exact", TEST]).env(IN_A_PROCESS_OF_ITS_OWN, "1");
        let output = process.envs(vars.iter().copied()).output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
    }
}

fn accept_keys_of_both() {
    let has_secret = std::env::var_os(SECRETS).is_some();
    let of_env = if has_secret {
        token::good()
    } else {
        FIRST.token.to_owned()
    };
    let of_code = token::signed_by(OTHER_SECRET);
    let builder = Approov::builder;
    let in_code = || Key::from_base64_secret(OTHER_SECRET).unwrap();
    for (builder, is_good) in [
        (builder().env().unwrap(), [true, false]),
        (builder().keys(in_code()).env().unwrap(), [true, true]),
        (builder().env().unwrap().keys(in_code()), [true, true]),
    ] {
        let approov = builder.build().unwrap();
        let accepts = |token: &str| approov.verify_token(token).is_ok();
        assert_eq!([accepts(&of_env), accepts(&of_code)], is_good);
        assert!(!accepts(&token::signed_by(&oct::secret("third"))));
    }
}

#[test]
fn a_setting_without_effect_is_warned_about() {
    let vars = [(SECRETS, OTHER_SECRET), (REFRESH, "5"), (MAX_STALE, "10")];
    let server = Process::serve(HELLO, &vars, None);
    for name in [REFRESH, MAX_STALE] {
        let warning = format!("{name} has no effect: no source of keys is refreshed");
        wait_until_logged(&server, "WARN", &warning);
    }
}

/// Settings, and the sentence with which they stop the start.
type Case<'a> = (&'a [(&'a str, &'a str)], String);

fn assert_stopped(cases: &[Case<'_>]) {
    for (vars, sentence) in cases {
        let printed = Process::fail(HELLO, vars, None);
        let last = printed.lines().last().unwrap_or_default();
        assert!(last.starts_with(&format!("Error: {sentence}")), "{vars:?}: {printed}");
        assert!(
            !printed.contains("panicked") && !printed.contains("hidden"),
            "{printed}"
        );
    }
}

#[test]
fn wrong_combinations_stop_the_start() {
    let folder = Folder::new(&[("key.pem", FIRST.pem), ("keys.json", &set(&[FIRST]))]);
    let (pem, jwks) = (folder.path("key.pem"), folder.path("keys.json"));
    let (secret, pem, jwks) = ((SECRETS, SECRET), (PEM, pem.as_str()), (JWKS, jwks.as_str()));
    let (url_safe, url) = (("APPROOV_BASE64URL_SECRET", SECRET), (URL, "https://localhost/hidden"));
    let algorithm = (ALGORITHM, "EdDSA");
    let both = |one: &str, other: &str| format!("{one} and {other} are both set; keep one");
    let alone = format!("{ALGORITHM} is set without {PEM}");
    let unknown = format!("{ALGORITHM} is none of RS256, ");
    let hmac =
        format!("{PEM} names a file with a public key, but the algorithm HS256 is an HMAC, which takes a secret");
    assert_stopped(&[
        (&[secret, jwks], both(SECRETS, JWKS)),
        (&[secret, url], both(SECRETS, URL)),
        (&[secret, pem, algorithm], both(SECRETS, PEM)),
        (&[url_safe, pem], both(url_safe.0, PEM)),
        (&[jwks, url], both(JWKS, URL)),
        (&[pem, algorithm, jwks], both(PEM, JWKS)),
        (&[pem], format!("{ALGORITHM} is not set, and {PEM} needs it")),
        (&[algorithm], alone.clone()),
        (&[secret, algorithm], alone),
        (&[pem, (ALGORITHM, "none")], unknown.clone()),
        (&[pem, (ALGORITHM, "eddsa")], unknown),
        (&[pem, (ALGORITHM, "HS256")], hmac),
    ]);
}

/// What else can be wrong with a file or an address is in `tests/keys`, and with times where none is read in the unit
/// tests of `approov/env.rs`.
#[test]
fn wrong_keys_and_times_stop_the_start() {
    let folder = Folder::new(&[
        ("key.pem", FIRST.pem),
        ("keys.json", &set(&[FIRST])),
        (
            "unusable.json",
            r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"short"}]}"#,
        ),
    ]);
    let [pem, jwks, unusable, missing] =
        ["key.pem", "keys.json", "unusable.json", "hidden-missing"].map(|name| folder.path(name));
    let source = KeyServer::start(Reply::keys(&["secret"]));
    let url = source.url();
    let file = |name: &str, fault: &str| format!("{name} names a file that {fault}");
    let address = |fault: &str| format!("{URL} {fault}");
    let (rs256, eddsa) = ((ALGORITHM, "RS256"), (ALGORITHM, "EdDSA"));
    let no_rsa = "is not an RSA key, which the algorithm requires";
    let good = (JWKS, jwks.as_str());
    let range = format!("{REFRESH} is not between one second and one day");
    let no_number = |name: &str| format!("{name} is not a whole number of seconds");
    let short = format!("{MAX_STALE} is shorter than twice the time between refreshes");
    let other_machine = "is an `http` address of another machine; use `https`";
    assert_stopped(&[
        (&[(PEM, &pem), rs256], file(PEM, no_rsa)),
        (&[(PEM, &jwks), eddsa], file(PEM, "is not PEM")),
        (&[(PEM, &missing), rs256], file(PEM, "cannot be read: ")),
        (&[(JWKS, &missing)], file(JWKS, "cannot be read: ")),
        (&[(JWKS, &pem)], file(JWKS, "is not a JWK Set")),
        (&[(JWKS, &unusable)], file(JWKS, "has no usable key")),
        (&[(URL, &url)], address("names an address that has no usable key")),
        (
            &[(URL, "http://127.0.0.1:1/hidden")],
            address("names an address that cannot be reached"),
        ),
        (&[(URL, "http://example.com/hidden")], address(other_machine)),
        (&[(URL, "hidden")], address("is not an absolute URL")),
        (&[good, (REFRESH, "18446744073709551615")], range),
        (&[good, (REFRESH, "18446744073709551616")], no_number(REFRESH)),
        (&[good, (REFRESH, "-1")], no_number(REFRESH)),
        (&[good, (REFRESH, "1.5")], no_number(REFRESH)),
        (&[good, (REFRESH, "60s")], no_number(REFRESH)),
        (&[good, (MAX_STALE, "x")], no_number(MAX_STALE)),
        (&[good, (MAX_STALE, "119")], short.clone()),
        (&[good, (REFRESH, "10"), (MAX_STALE, "19")], short),
    ]);
}

/// The certificate counts, and whether it is for the host in the address.
#[test]
fn an_encrypted_address_must_prove_who_it_is() {
    let source = tls::start(Reply::new(200, set(&[FIRST])));
    let folder = Folder::new(&[("ca.pem", tls::CA)]);
    let ca = ("SSL_CERT_FILE", &*folder.path("ca.pem"));

    let good = source.url_of("https", "localhost");
    let server = Process::serve(HELLO, &[(URL, &good), ca, (REFRESH, "1")], None);
    assert!(is_accepted(&server, FIRST.token));
    source.set(Reply::new(200, set(&[SECOND])));
    wait_until("the other key", || is_accepted(&server, SECOND.token));
    assert!(!is_accepted(&server, FIRST.token));
    drop(server);

    let count = source.count();
    let wrong_host = source.url_of("https", "127.0.0.1");
    for (vars, reason) in [
        (
            &[(URL, good.as_str())][..],
            "from an authority that the system does not trust",
        ),
        (&[(URL, &wrong_host), ca], "for another host"),
    ] {
        let printed = Process::fail(HELLO, vars, None);
        let last = printed.lines().last().unwrap_or_default();
        let sentence =
            format!("Error: {URL} names an address that cannot be reached over TLS: its certificate is {reason}");
        assert_eq!(last, sentence, "{printed}");
        assert!(!printed.contains("hidden"), "{printed}");
    }
    assert_eq!(source.count(), count, "a request was sent to somebody else");

    let plain = KeyServer::start(Reply::new(200, set(&[FIRST])));
    let printed = Process::fail(HELLO, &[(URL, &plain.url_of("https", "localhost")), ca], None);
    assert!(printed.contains(&format!("{URL} names an address that ")), "{printed}");
    assert_eq!(plain.count(), 0);
}
