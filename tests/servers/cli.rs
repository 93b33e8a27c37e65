//! Every subcommand of `approov-token`, and its exit code.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use support::{
    client::Request,
    redis_server::{RedisServer, free_port},
    token::{self, DEVICE_ID, OTHER_SECRET, SECRET},
};
use tempfile::TempDir;

use crate::{APPROOV_TOKEN, QUICKSTART, process::Process};

/// Exit code, standard output and standard error.
type Outcome = (i32, String, String);

const SECRET_VARIABLE: &str = "APPROOV_BASE64_SECRET";
const STORE: &str = "APPROOV_SINGLE_USE_STORE";
const INSTALLATION_KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/support/keys/p256.pem");
const NO_KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");

fn run(line: &str, vars: &[(&str, &str)], input: &str) -> Outcome {
    run_in(TempDir::new().unwrap().path(), line, vars, input)
}

/// Blanks separate the arguments. `KEY` is a file with an installation key, and `JUNK` is a file with something else.
fn run_in(folder: &Path, line: &str, vars: &[(&str, &str)], input: &str) -> Outcome {
    let arguments = line.split_whitespace().map(|word| match word {
        "KEY" => INSTALLATION_KEY,
        "JUNK" => NO_KEY,
        _ => word,
    });
    let mut child = Command::new(APPROOV_TOKEN)
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(vars.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let [stdout, stderr] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert!(!stdout.contains(SECRET) && !stderr.contains(SECRET), "{line}");
    (output.status.code().unwrap(), stdout, stderr)
}

fn with_secret(line: &str) -> Outcome {
    run(line, &[(SECRET_VARIABLE, SECRET)], "")
}

fn mint(line: &str) -> String {
    let (code, stdout, stderr) = with_secret(&format!("mint {line}"));
    assert_eq!((code, stderr.as_str()), (0, ""));
    stdout.strip_suffix('\n').unwrap().to_owned()
}

/// Exit code and report.
fn check(token: &str, line: &str) -> (i32, Value) {
    let (code, stdout, _) = with_secret(&format!("--json check {token} {line}"));
    (code, stdout.parse().unwrap())
}

#[test]
fn minted_tokens_are_what_they_should_be() {
    let json: Value = with_secret("mint --json").1.parse().unwrap();
    for (token, left) in [
        (json["token"].as_str().unwrap(), 280..=300),
        (&mint("--expires-in 1h"), 3500..=3600),
    ] {
        let (code, report) = check(token, "");
        assert!(code == 0 && report["claims"]["did"] == DEVICE_ID, "{report}");
        assert!(left.contains(&report["seconds_left"].as_u64().unwrap()), "{report}");
    }
    let claims = check(&mint(r#"--claim aud=a --claim list=[1,"b"]"#), "").1["claims"].take();
    assert_eq!([&claims["aud"], &claims["list"]], [&json!("a"), &json!([1, "b"])]);
}

#[test]
fn bindings() {
    let (one, two) = (mint("--bind user-1"), mint("--bind user-1 --bind d"));
    assert_eq!(check(&two, "").1["claims"]["pay"], token::binding(&["user-1", "d"]));
    for (token, line, expected) in [
        (&one, "--bind user-1", (0, json!(true))),
        (&one, "--bind user-2", (1, json!(false))),
        (&two, "--bind user-1 --bind d", (0, json!(true))),
        (&two, "--bind d --bind user-1", (1, json!(false))),
    ] {
        let (code, mut report) = check(token, line);
        assert_eq!((code, report["bound"].take()), expected, "{line}: {report}");
    }
}

#[test]
fn what_is_wrong_with_a_token() {
    for (token, rejection, remark) in [
        ("a.b.c.d.e", "token_encrypted", "a JWE, which is encrypted"),
        ("MITM_DETECTED", "token_status_word", "the Approov SDK says why"),
        ("junk", "token_malformed", "This is no JWT"),
        (&mint("--expired"), "token_expired", "claims, NOT VERIFIED"),
        (&mint("--forged"), "token_signature", "claims, NOT VERIFIED"),
    ] {
        assert_eq!(check(token, "").1["code"], rejection, "{token}");
        let (code, stdout, _) = with_secret(&format!("check {token}"));
        assert!(code == 1 && stdout.contains(remark), "{token}: {stdout}");
    }
}

#[test]
fn where_the_secret_comes_from() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("secret");
    fs::write(&file, format!("{OTHER_SECRET}\n")).unwrap();
    fs::write(folder.path().join(".env"), format!("{SECRET_VARIABLE}={SECRET}\n")).unwrap();
    let (good, of_other) = (token::good(), token::signed_by(OTHER_SECRET));
    let other = [(SECRET_VARIABLE, OTHER_SECRET)];
    let option = format!("check - --secret {OTHER_SECRET}");
    for (line, vars, token, code) in [
        ("check -", &[][..], &good, 0),
        ("check -", &[], &of_other, 1),
        ("check -", &other, &of_other, 0),
        (&option, &[], &of_other, 0),
    ] {
        assert_eq!(run_in(folder.path(), line, vars, token).0, code, "{line} {vars:?}");
    }
    for name in ["APPROOV_BASE64_SECRET_FILE", "APPROOV_BASE64URL_SECRET_FILE"] {
        let minted = run("mint", &[(name, file.to_str().unwrap())], "").1;
        assert_eq!(run("check -", &other, &minted).0, 0, "{name}");
    }
    let secret = || with_secret("secret").1.trim().to_owned();
    let (new, another) = (secret(), secret());
    let minted = with_secret(&format!("mint --secret {new}")).1;
    let codes = [&new, &another].map(|secret| run(&format!("check - --secret {secret}"), &[], &minted).0);
    assert_eq!((new.len(), codes), (88, [0, 1]));
}

/// The exit code is 2, and the sentence has this in it.
#[test]
fn misuse() {
    let complains = |line: &str, vars: &[(&str, &str)], fault: &str| {
        let (code, stdout, stderr) = run(line, vars, "");
        assert_eq!((code, stdout.as_str()), (2, ""), "{line}");
        assert!(stderr.contains(fault) && !stderr.contains("s3cret"), "{line}: {stderr}");
    };
    let pem = "Error: --installation-key is not a P-256 private key in PEM (PKCS#8)";
    let closed = format!("list --redis redis://:s3cret@127.0.0.1:{}", free_port());
    for (line, fault) in [
        ("", "Usage"),
        ("mint", "Error: no secret: give --secret, or set APPROOV_BASE64_SECRET"),
        ("mint --secret s3cretAA", "Error: --secret is too short"),
        ("mint --expires-in 500000000000y", "--expires-in"),
        ("mint --expired --expires-in 5m", "cannot be used with"),
        ("sign https://a/", "--installation-key"),
        ("sign https://a/ --installation-key /nowhere", "cannot be read"),
        ("sign https://a/ --installation-key JUNK", pem),
        ("sign https://a/ --account-key s3cret!", "--account-key is not base64"),
        ("sign https://a/ --header x", "write NAME: VALUE"),
        ("list", "no list: give --redis, or set APPROOV_SINGLE_USE_STORE"),
        ("list --redis s3cret", "--redis is not a Redis address"),
        (&closed, "Redis failed: disconnected"),
        ("unblock --redis redis://a --token a", "--token is not a token"),
    ] {
        complains(line, &[], fault);
    }
    let both = [(SECRET_VARIABLE, SECRET), ("APPROOV_BASE64URL_SECRET", SECRET)];
    complains("mint", &both, "are both set; keep one");
    let file = ("APPROOV_BASE64_SECRET_FILE", "/nowhere");
    complains("mint", &[file], "APPROOV_BASE64_SECRET_FILE names a file that ");
    complains("list", &[(STORE, "memory")], "STORE is not a Redis address");
}

#[test]
fn signed_requests_are_accepted_by_the_quickstart() {
    let vars = [(SECRET_VARIABLE, SECRET), ("RUST_LOG", "debug")];
    let server = Process::serve(QUICKSTART, &vars, None);
    let (host, token) = (server.address().to_string(), mint("--installation-key KEY"));
    let ask = |line: &str| {
        let sign = format!("sign http://{host}/message-signing --header Approov-Token:{token} --installation-key KEY");
        let (code, headers, stderr) = with_secret(&format!("{sign} {line}"));
        assert_eq!((code, stderr.as_str()), (0, ""));
        let request = match line.split_once("--body ") {
            None => Request::get("/message-signing"),
            Some((_, body)) => Request::post("/message-signing", "application/json", body),
        };
        let headers = headers.lines().map(|line| line.split_once(": ").unwrap());
        let request = request.host(Some(&host)).token(&token);
        let request = headers.fold(request, |request, (name, value)| request.header(name, value));
        request.send(server.address())
    };
    for line in ["", "--base-digest", "--expires-in 0s"] {
        assert_eq!(ask(line).status, 200, "{line}");
    }
    assert_eq!(ask(r#"--method POST --body {"a":[1]}"#).body, r#"{"echo":{"a":[1]}}"#);
    assert_eq!(ask("--method POST").status, 401);
    // The server says what it makes of the digest.
    let remark = "the client signed another text";
    assert!(!server.stderr().contains(remark));
    assert_eq!(ask("--method POST --base-digest").status, 401);
    assert!(server.stderr().contains(remark), "{}", server.stderr());
}

#[test]
fn what_can_never_match_is_warned_of() {
    let vars = [("APPROOV_PUBLIC_ORIGIN", "https://a, https://b:8443/v1")];
    let own = format!("--header Approov-Token:{}", mint("--installation-key KEY"));
    let token = token::good();
    let of_others = format!("--header Approov-Token:{token}");
    let warnings = |line: &str| {
        let line = line.replace("OWN", &own).replace("OTHERS", &of_others);
        let (code, stdout, stderr) = run(&format!("sign --installation-key KEY {line}"), &vars, "");
        assert!(code == 0 && stdout.starts_with("Signature-Input: install="), "{stderr}");
        stderr
    };
    for url in ["https://a/", "https://A:443?b", "https://b:8443/v1/c"] {
        assert_eq!(warnings(&format!("{url} OWN --header x:y --body z")), "");
    }
    for (line, warning) in [
        ("https://a/#b OWN", "has a fragment"),
        ("/orders OWN", "is not of the form"),
        ("http://a/ OWN", "not in APPROOV_PUBLIC_ORIGIN"),
        ("https://b/ OWN", "not in APPROOV_PUBLIC_ORIGIN"),
        ("https://a/ OWN --method get", "lower-case"),
        ("https://a/", "no Approov-Token is covered"),
        ("https://a/ OWN OWN", "approov-token is covered twice"),
        ("https://a/ OWN --header Content-Digest:x --body z", "twice"),
        ("https://a/ OTHERS", "its `ipk` is missing or different"),
    ] {
        let stderr = warnings(line);
        assert!(stderr.contains(warning), "{line}: {stderr}");
        assert_eq!(stderr.matches("Warning: ").count(), 1, "{stderr}");
        assert!(!stderr.contains(&token), "{stderr}");
    }
}

#[test]
fn what_is_blocked_is_on_the_list_until_it_is_unblocked() {
    let Some(server) = RedisServer::start("what_is_blocked_is_on_the_list_until_it_is_unblocked", &[]) else {
        return;
    };
    let address = server.address();
    let shared = |line: &str| run(line, &[(STORE, &address)], "");
    let token = mint("");
    let (device, of_token) = (format!("--device {DEVICE_ID}"), format!("--token {token}"));
    let hash = format!("--token-hash {}", "a".repeat(64));
    for what in [&device, "--installation key", &of_token, &hash] {
        let (code, stdout, _) = shared(&format!("block --for 12h {what}"));
        assert!(code == 0 && stdout.contains(" is blocked until "), "{what}: {stdout}");
        assert!(!stdout.contains(&token), "{stdout}");
    }
    let list: Value = shared("--json list").1.parse().unwrap();
    assert_eq!(list.as_array().map(Vec::len), Some(4));
    assert_eq!(shared("list --key other").1, "\n");

    let (code, stdout, _) = run(&format!("unblock {device} --redis {address}"), &[], "");
    assert!(code == 0 && stdout.ends_with(" is no longer blocked\n"), "{stdout}");
    assert_eq!(shared(&format!("unblock {device}")).0, 1);

    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(&file, format!("{address}\n")).unwrap();
    let path = file.path().to_str().unwrap();
    let listed = run("list", &[("APPROOV_SINGLE_USE_STORE_FILE", path)], "").1;
    assert_eq!(listed.lines().count(), 3);
}
