//! Every subcommand of `approov-token`, and its exit code.

use std::{
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

use serde_json::Value;
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
const INSTALLATION_KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/support/keys/p256.pem");
const NO_KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");

/// Blanks separate the arguments. `KEY` is a file with an installation key, and `JUNK` is a file with something else.
fn run(line: &str, vars: &[(&str, &str)], input: &str) -> Outcome {
    run_in(&TempDir::new().unwrap(), line, vars, input)
}

fn run_in(folder: &TempDir, line: &str, vars: &[(&str, &str)], input: &str) -> Outcome {
    let arguments = line.split(' ').filter(|word| !word.is_empty()).map(|word| match word {
        "KEY" => INSTALLATION_KEY,
        "JUNK" => NO_KEY,
        _ => word,
    });
    let mut child = Command::new(APPROOV_TOKEN)
        .args(arguments)
        .current_dir(folder.path())
        .env_clear()
        .envs(vars.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    let is_shown = stdout.contains(SECRET) || stderr.contains(SECRET);
    assert!(!is_shown, "the secret is never shown");
    (output.status.code().unwrap(), stdout, stderr)
}

fn with_secret(line: &str) -> Outcome {
    run(line, &[(SECRET_VARIABLE, SECRET)], "")
}

fn mint(line: &str) -> String {
    let (code, stdout, stderr) = with_secret(&format!("mint {line}"));
    assert_eq!((code, stderr.as_str()), (0, ""));
    let token = stdout.strip_suffix('\n').unwrap();
    assert!(!token.contains(char::is_whitespace), "the bare token");
    token.to_owned()
}

/// Exit code, and `valid`, `bound` and `code` of the report.
fn verdict(token: &str, line: &str) -> (i32, String) {
    let (code, report) = check(token, line);
    let [valid, bound, rejection] = ["valid", "bound", "code"].map(|name| &report[name]);
    (code, format!("{valid} {bound} {rejection}"))
}

fn check(token: &str, line: &str) -> (i32, Value) {
    let (code, stdout, _) = with_secret(&format!("--json check {token} {line}"));
    (code, stdout.parse().unwrap())
}

/// The exit code is 2, and the sentence has this in it.
fn complains(line: &str, vars: &[(&str, &str)], fault: &str) {
    let (code, stdout, stderr) = run(line, vars, "");
    assert_eq!((code, stdout.as_str()), (2, ""), "{line}");
    assert!(stderr.contains(fault), "{line}: {stderr}");
    assert!(!stderr.contains("s3cret"), "{stderr}");
}

#[test]
fn minted_tokens_are_what_they_should_be() {
    let report = check(&mint(""), "").1;
    assert_eq!(report["claims"]["did"], DEVICE_ID);
    let left = report["seconds_left"].as_u64().unwrap();
    assert!((280..=300).contains(&left), "{left}");
    let report = check(&mint("--expires-in 1h"), "").1;
    assert!(report["seconds_left"].as_u64().unwrap() > 3500);
    let token = mint("--claim aud=api.example.com --claim n=5 --claim list=[1,\"a\"]");
    let claims = check(&token, "").1["claims"].take();
    assert_eq!([&claims["aud"], &claims["list"][1]], ["api.example.com", "a"]);
    assert_eq!(claims["n"], 5);
    let json: Value = with_secret("mint --json").1.parse().unwrap();
    let token = json["token"].as_str().unwrap();
    assert_eq!(verdict(token, ""), (0, "true null null".to_owned()));
}

#[test]
fn bindings() {
    let one = mint("--bind user-1");
    let two = mint("--bind user-1 --bind d");
    assert_eq!(check(&two, "").1["claims"]["pay"], token::binding(&["user-1", "d"]));
    for (token, line, code, bound) in [
        (&one, "--bind user-1", 0, true),
        (&one, "--bind user-2", 1, false),
        (&two, "--bind user-1 --bind d", 0, true),
        (&two, "--bind d --bind user-1", 1, false),
    ] {
        let (exit, verdict) = verdict(token, line);
        assert!(
            exit == code && verdict.starts_with(&format!("true {bound} ")),
            "{line}: {verdict}"
        );
    }
}

#[test]
fn tokens_from_elsewhere() {
    let vars = [("APPROOV_BASE64URL_SECRET", SECRET)];
    let (code, stdout, _) = run("check -", &vars, &format!("{}\n", token::good()));
    assert!(code == 0 && stdout.starts_with("VALID, for another "), "{stdout}");
    for (token, rejection, remark) in [
        ("a.b.c.d.e", "encrypted", "a JWE, which is encrypted"),
        ("MITM_DETECTED", "status_word", "with this word the Approov SDK says"),
        ("junk", "malformed", ""),
        (&mint("--expired"), "expired", "claims, NOT VERIFIED"),
        (&mint("--forged"), "signature", "claims, NOT VERIFIED"),
    ] {
        assert_eq!(verdict(token, ""), (1, format!("false null \"token_{rejection}\"")));
        let (code, stdout, _) = with_secret(&format!("check {token}"));
        assert!(code == 1 && stdout.contains(remark), "{token}: {stdout}");
    }
    let (code, stdout, _) = run("--json check -", &vars, "\n");
    assert!(code == 1 && stdout.contains("token_empty"), "{stdout}");
}

#[test]
fn where_the_secret_comes_from() {
    let url_variable = "APPROOV_BASE64URL_SECRET";
    let check_other = format!("check {}", token::signed_by(OTHER_SECRET));
    assert_eq!(with_secret(&check_other).0, 1);
    assert_eq!(with_secret(&format!("{check_other} --secret {OTHER_SECRET}")).0, 0);
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(".env"), format!("{SECRET_VARIABLE}={SECRET}\n")).unwrap();
    assert_eq!(run_in(&folder, &format!("check {}", token::good()), &[], "").0, 0);
    let other = [(SECRET_VARIABLE, OTHER_SECRET)];
    assert_eq!(run_in(&folder, &check_other, &other, "").0, 0, "the environment wins");

    let file = folder.path().join("secret");
    fs::write(&file, format!("{OTHER_SECRET}\n")).unwrap();
    for name in [SECRET_VARIABLE, url_variable].map(|name| format!("{name}_FILE")) {
        let vars = [(name.as_str(), file.to_str().unwrap())];
        assert_eq!(run(&check_other, &vars, "").0, 0);
        let minted = run("mint", &vars, "").1;
        assert_eq!(run(&format!("check {}", minted.trim()), &other, "").0, 0);
        let fault = format!("Error: {name} names a file that cannot be read: ");
        complains("mint", &[(&name, "/nowhere")], &fault);
    }
    let empty = format!("Error: {url_variable} is empty; set it to a value or remove it");
    complains(
        "mint",
        &[],
        "Error: no secret: give --secret, or set APPROOV_BASE64_SECRET",
    );
    complains("check junk", &[(url_variable, "")], &empty);
    complains(
        "check junk",
        &[(SECRET_VARIABLE, SECRET), (url_variable, SECRET)],
        "keep one",
    );
    complains("mint --secret s3cretAA", &[], "Error: --secret is too short");
    complains("mint --secret s3cret!", &[], "Error: --secret is ");
}

#[test]
fn new_secrets() {
    let secret = || with_secret("secret").1.trim().to_owned();
    let (a, b) = (secret(), secret());
    let token = with_secret(&format!("mint --secret {a}")).1;
    let check_with = |secret: &str| with_secret(&format!("check {} --secret {secret}", token.trim())).0;
    assert_eq!((check_with(&a), check_with(&b)), (0, 1));
    let json: Value = with_secret("secret --json").1.parse().unwrap();
    assert_eq!((a.len(), json["secret"].as_str().unwrap().len()), (88, 88));
}

#[test]
fn misuse() {
    let pem = "Error: --installation-key is not a P-256 private key in PEM (PKCS#8)";
    let base64 =
        "Error: --account-key is not base64; use the output of `approov secret -messageSigningKey get-base64url`";
    for (line, fault) in [
        ("", "Usage"),
        ("unknown", "unrecognized"),
        ("check", "required"),
        ("mint --claim x", "--claim"),
        ("mint --expires-in soon", "--expires-in"),
        ("mint --expires-in 500000000000y", "--expires-in"),
        ("mint --expired --expires-in 5m", "cannot be used with"),
        ("mint --installation-key JUNK", pem),
        ("sign https://a/", "--installation-key"),
        ("sign https://a/ --installation-key /nowhere", "cannot be read"),
        ("sign https://a/ --installation-key JUNK", pem),
        ("sign https://a/ --account-key s3cretAA", "--account-key is too short"),
        ("sign https://a/ --account-key s3cret!", base64),
        ("sign https://a/ --header x", "write NAME: VALUE"),
    ] {
        complains(line, &[(SECRET_VARIABLE, SECRET)], fault);
    }
    assert_eq!(with_secret("--help").0, 0);
}

/// A token for this installation, and what `approov-token sign` prints for a request to `path`.
fn signed(server: &Process, path: &str, line: &str) -> Request {
    let token = mint("--installation-key KEY");
    let url = format!("http://{}{path}", server.address());
    let sign = format!("sign {url} --header Approov-Token:{token} --installation-key KEY {line}");
    let (code, headers, stderr) = with_secret(&sign);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let request = match line.split_once("--body ") {
        None => Request::get(path),
        Some((_, body)) => Request::post(path, "application/json", body),
    };
    let request = request.host(Some(&server.address().to_string())).token(&token);
    headers.lines().fold(request, |request, line| {
        let (name, value) = line.split_once(": ").unwrap();
        request.header(name, value)
    })
}

#[test]
fn signed_requests_are_accepted_by_the_quickstart() {
    let vars = [(SECRET_VARIABLE, SECRET), ("RUST_LOG", "debug")];
    let server = Process::serve(QUICKSTART, &vars, None);
    let ask = |path: &str, line: &str| signed(&server, path, line).send(server.address());
    let path = "/message-signing";
    for line in ["", "--base-digest", "--expires-in 0s"] {
        assert_eq!(ask(path, line).status, 200, "{line}");
    }
    let answer = ask(path, r#"--method POST --body {"a":[1]}"#);
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"echo":{"a":[1]}}"#));
    assert_eq!(ask("/token-check", "").status, 200, "a signature that nobody asked for");
    let unsigned = Request::get(path).token(&token::good()).send(server.address());
    assert_eq!(unsigned.status, 401);
    assert_eq!(ask(path, "--method POST").status, 401);
    // The server says what it makes of the digest.
    let remark = "the client signed another text";
    assert!(!server.stderr().contains(remark));
    assert_eq!(ask(path, "--method POST --base-digest").status, 401);
    assert!(server.stderr().contains(remark), "{}", server.stderr());
}

#[test]
fn what_can_never_match_is_warned_of() {
    let own = format!("--header Approov-Token:{}", mint("--installation-key KEY"));
    let of_another = format!("--header Approov-Token:{}", token::good());
    let digest = "--header Content-Digest:x --body z";
    let vars = [("APPROOV_PUBLIC_ORIGIN", "https://a, https://b:8443/v1")];
    let warnings = |line: &str| {
        let (code, stdout, stderr) = run(&format!("sign --installation-key KEY {line}"), &vars, "");
        assert!(code == 0 && stdout.starts_with("Signature-Input: install="), "{stderr}");
        stderr
    };
    for url in ["https://a/", "https://A:443?b", "https://b:8443/v1/c"] {
        assert_eq!(warnings(&format!("{url} {own} --header x:y --body z")), "");
    }
    let own_origin = format!("https://a/ {own}");
    for (line, warning) in [
        (format!("https://a/#b {own}"), "has a fragment"),
        (format!("/orders {own}"), "is not of the form"),
        (format!("http://a/ {own}"), "not in APPROOV_PUBLIC_ORIGIN"),
        (format!("https://b/ {own}"), "not in APPROOV_PUBLIC_ORIGIN"),
        (format!("{own_origin} --method get"), "lower-case"),
        ("https://a/".to_owned(), "no Approov-Token is covered"),
        (format!("{own_origin} {own}"), "approov-token is covered twice"),
        (format!("{own_origin} {digest}"), "content-digest is covered twice"),
        (format!("https://a/ {of_another}"), "its `ipk` is missing or different"),
    ] {
        let stderr = warnings(&line);
        assert!(
            stderr.starts_with("Warning: ") && stderr.contains(warning),
            "{line}: {stderr}"
        );
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(!stderr.contains(&token::good()), "{stderr}");
    }
}

#[test]
fn what_is_blocked_is_on_the_list_until_it_is_unblocked() {
    let Some(server) = RedisServer::start("what_is_blocked_is_on_the_list_until_it_is_unblocked", &[]) else {
        return;
    };
    let address = server.address();
    let shared = |line: &str| run(line, &[("APPROOV_SINGLE_USE_STORE", &address)], "");
    let token = mint("");
    let (device, of_token) = (format!("--device {DEVICE_ID}"), format!("--token {token}"));
    let hash = format!("--token-hash {}", "a".repeat(64));
    for what in [&device, "--installation key", &of_token, &hash] {
        let (code, stdout, _) = shared(&format!("block --for 12h {what}"));
        assert!(code == 0 && stdout.contains(" is blocked until "), "{what}: {stdout}");
        assert!(!stdout.contains(&token), "{stdout}");
    }
    let list: Value = shared("--json list").1.parse().unwrap();
    assert_eq!(list.as_array().unwrap().len(), 4);
    assert_eq!(shared("list").1.lines().count(), 4);
    assert_eq!(shared("list --key other").1, "\n");

    let (code, stdout, _) = run(&format!("unblock {device} --redis {address}"), &[], "");
    assert_eq!(
        (code, stdout),
        (0, format!("device:{DEVICE_ID} is no longer blocked\n"))
    );
    assert_eq!(shared(&format!("unblock {device}")).0, 1);
    assert_eq!(shared(&format!("unblock {of_token}")).0, 0);

    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(&file, format!("{address}\n")).unwrap();
    let path = file.path().to_str().unwrap();
    let listed = run("list", &[("APPROOV_SINGLE_USE_STORE_FILE", path)], "").1;
    assert_eq!(listed.lines().count(), 2);
}

#[test]
fn a_list_that_cannot_be_changed() {
    let at = |scheme: &str| format!("{scheme}://:s3cret@127.0.0.1:{}", free_port());
    let (closed, sentinel) = (at("redis"), at("redis-sentinel") + "/mymaster");
    let no_list = "no list: give --redis, or set APPROOV_SINGLE_USE_STORE";
    let no_master = "list --redis redis-sentinel://:s3cret@one,two";
    complains("list", &[], no_list);
    complains("list --redis s3cret", &[], "--redis is not a Redis address");
    complains(no_master, &[], "--redis has no name of a master");
    for (line, store, fault) in [
        ("list", "memory", "APPROOV_SINGLE_USE_STORE is not a Redis address"),
        ("list", &closed, "Redis failed: disconnected"),
        ("list", &at("redis-cluster"), "Redis failed: disconnected"),
        ("list", &sentinel, "Redis failed: disconnected"),
        (
            "block --device a\u{2003}b --for 1h",
            &closed,
            "--device has white space in it",
        ),
        ("unblock --token a", &closed, "--token is not a token"),
        ("block --for 1h", &closed, "required arguments"),
        ("block --device a", &closed, "--for <TIME>"),
    ] {
        complains(line, &[("APPROOV_SINGLE_USE_STORE", store)], fault);
    }
}
