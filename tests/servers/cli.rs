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
fn run(args: &[&str], vars: &[(&str, &str)], input: &str) -> (i32, String, String) {
    run_in(&TempDir::new().unwrap(), args, vars, input)
}

fn run_in(folder: &TempDir, args: &[&str], vars: &[(&str, &str)], input: &str) -> (i32, String, String) {
    let mut child = Command::new(APPROOV_TOKEN)
        .args(args)
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
    assert!(
        !stdout.contains(SECRET) && !stderr.contains(SECRET),
        "the secret is never shown"
    );
    (output.status.code().unwrap(), stdout, stderr)
}

fn with_secret(args: &[&str]) -> (i32, String, String) {
    run(args, &[("APPROOV_BASE64_SECRET", SECRET)], "")
}

fn mint(args: &[&str]) -> String {
    let (code, stdout, stderr) = with_secret(&[&["mint"], args].concat());
    assert_eq!((code, stderr.as_str()), (0, ""));
    let token = stdout.strip_suffix('\n').unwrap();
    assert!(!token.contains(char::is_whitespace), "the bare token");
    token.to_owned()
}

fn check(token: &str, args: &[&str]) -> (i32, Value) {
    let (code, stdout, _) = with_secret(&[&["--json", "check", token], args].concat());
    (code, stdout.parse().unwrap())
}

#[test]
fn minted_tokens_are_what_they_should_be() {
    let (code, report) = check(&mint(&[]), &[]);
    assert_eq!(code, 0);
    assert_eq!(report["valid"], true);
    assert_eq!(report["claims"]["did"], DEVICE_ID);
    let left = report["seconds_left"].as_u64().unwrap();
    assert!((280..=300).contains(&left), "{left}");

    let (_, report) = check(&mint(&["--expires-in", "1h"]), &[]);
    assert!(report["seconds_left"].as_u64().unwrap() > 3500);
    for (flag, rejection) in [("--expired", "token_expired"), ("--forged", "token_signature")] {
        let (code, report) = check(&mint(&[flag]), &[]);
        assert_eq!(
            (code, report["valid"].as_bool(), report["code"].as_str()),
            (1, Some(false), Some(rejection))
        );
    }
    let token = mint(&[
        "--claim",
        "aud=api.example.com",
        "--claim",
        "n=5",
        "--claim",
        "list=[1,\"a\"]",
    ]);
    let (_, report) = check(&token, &[]);
    assert_eq!(report["claims"]["aud"], "api.example.com");
    assert_eq!(report["claims"]["n"], 5);
    assert_eq!(report["claims"]["list"][1], "a");
}

#[test]
fn bindings() {
    let one = mint(&["--bind", "Bearer user-1"]);
    assert_eq!(check(&one, &["--bind", "Bearer user-1"]).0, 0);
    assert_eq!(check(&one, &["--bind", "Bearer user-1"]).1["bound"], true);
    let (code, report) = check(&one, &["--bind", "Bearer user-2"]);
    assert_eq!(
        (code, report["bound"].as_bool(), report["valid"].as_bool()),
        (1, Some(false), Some(true))
    );
    assert_eq!(check(&one, &[]).1["bound"], Value::Null);

    let two = mint(&["--bind", "Bearer myauth_token", "--bind", "my-device-id"]);
    assert_eq!(
        check(&two, &[]).1["claims"]["pay"],
        "71tnS3rSq2lanEWrKz4MoexiOMtv7w0fspfM8BAQKNU="
    );
    assert_eq!(
        check(&two, &["--bind", "Bearer myauth_token", "--bind", "my-device-id"]).0,
        0
    );
    assert_eq!(
        check(&two, &["--bind", "my-device-id", "--bind", "Bearer myauth_token"]).0,
        1
    );
}

#[test]
fn tokens_from_elsewhere() {
    assert_eq!(check(&token::good(), &[]).0, 0);
    for (token, code) in [
        ("a.b.c.d.e", "token_encrypted"),
        ("NO_NETWORK", "token_status_word"),
        ("", "token_empty"),
        ("junk", "token_malformed"),
    ] {
        let (exit, report) = check(token, &[]);
        assert_eq!((exit, report["code"].as_str()), (1, Some(code)), "{token}");
    }
    let (code, stdout, _) = run(
        &["check", "-"],
        &[("APPROOV_BASE64URL_SECRET", SECRET)],
        &format!("{}\n", token::good()),
    );
    assert!(code == 0 && stdout.starts_with("VALID, for another "), "{stdout}");
    let (code, stdout, _) = with_secret(&["check", "a.b.c.d.e"]);
    assert!(code == 1 && stdout.contains("a JWE, which is encrypted"), "{stdout}");
    let (code, stdout, _) = with_secret(&["check", "MITM_DETECTED"]);
    assert!(
        code == 1 && stdout.contains("with this word the Approov SDK says"),
        "{stdout}"
    );
    let (code, stdout, _) = with_secret(&["check", &token::expired()]);
    assert!(code == 1 && stdout.contains("claims, NOT VERIFIED"), "{stdout}");
}

#[test]
fn where_the_secret_comes_from() {
    let token = token::signed_by(OTHER_SECRET);
    assert_eq!(with_secret(&["check", &token]).0, 1);
    assert_eq!(with_secret(&["check", &token, "--secret", OTHER_SECRET]).0, 0);
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(".env"), format!("APPROOV_BASE64_SECRET={SECRET}\n")).unwrap();
    assert_eq!(run_in(&folder, &["check", &token::good()], &[], "").0, 0);
    let other = [("APPROOV_BASE64_SECRET", OTHER_SECRET)];
    assert_eq!(
        run_in(&folder, &["check", &token], &other, "").0,
        0,
        "the environment wins"
    );
    let (code, _, stderr) = run(&["mint"], &[], "");
    assert_eq!(
        (code, stderr.trim()),
        (2, "Error: no secret: give --secret, or set APPROOV_BASE64_SECRET")
    );
    let (_, _, stderr) = run(&["check", &token], &[("APPROOV_BASE64URL_SECRET", "")], "");
    assert_eq!(
        stderr.trim(),
        "Error: APPROOV_BASE64URL_SECRET is empty; set it to a value or remove it"
    );
    let file = folder.path().join("secret");
    fs::write(&file, format!("{OTHER_SECRET}\n")).unwrap();
    for name in ["APPROOV_BASE64_SECRET_FILE", "APPROOV_BASE64URL_SECRET_FILE"] {
        let vars = [(name, file.to_str().unwrap())];
        let (code, minted, _) = run(&["mint"], &vars, "");
        assert_eq!((code, run(&["check", minted.trim()], &vars, "").0), (0, 0));
        assert_eq!(with_secret(&["check", minted.trim(), "--secret", OTHER_SECRET]).0, 0);
        let (code, _, stderr) = run(&["mint"], &[(name, "/nowhere")], "");
        assert!(
            code == 2 && stderr.starts_with(&format!("Error: {name} names a file that cannot be read: ")),
            "{stderr}"
        );
    }
    let both = [("APPROOV_BASE64_SECRET", SECRET), ("APPROOV_BASE64URL_SECRET", SECRET)];
    assert_eq!(run(&["check", &token], &both, "").0, 2);
    for args in [["mint", "--secret", "c2hvcnQ="], ["mint", "--secret", "junk!"]] {
        let (code, stdout, stderr) = with_secret(&args);
        assert_eq!((code, stdout.as_str()), (2, ""));
        assert!(stderr.starts_with("Error: --secret is "), "{stderr}");
        assert!(!stderr.contains(args[2]), "{stderr}");
    }
}

#[test]
fn new_secrets() {
    let secret = || with_secret(&["secret"]).1.trim().to_owned();
    let (a, b) = (secret(), secret());
    assert_ne!(a, b);
    assert_eq!(a.len(), 88);
    let (code, token, _) = with_secret(&["mint", "--secret", &a]);
    assert_eq!(code, 0);
    assert_eq!(with_secret(&["check", token.trim(), "--secret", &a]).0, 0);
    assert_eq!(with_secret(&["check", token.trim(), "--secret", &b]).0, 1);
    let json: Value = with_secret(&["secret", "--json"]).1.parse().unwrap();
    assert_eq!(json["secret"].as_str().unwrap().len(), 88);
    let json: Value = with_secret(&["mint", "--json"]).1.parse().unwrap();
    assert_eq!(check(json["token"].as_str().unwrap(), &[]).0, 0);
}

#[test]
fn misuse() {
    for args in [
        &[][..],
        &["unknown"],
        &["check"],
        &["mint", "--claim", "x"],
        &["mint", "--expires-in", "soon"],
        &["mint", "--expires-in", "500000000000y"],
        &["mint", "--expired", "--expires-in", "5m"],
    ] {
        assert_eq!(with_secret(args).0, 2, "{args:?}");
    }
    assert_eq!(with_secret(&["--help"]).0, 0);
}

const INSTALLATION_KEY: &str = include_str!("../support/keys/p256.pem");

/// A token for this installation, and what `approov-token sign` prints for a request to `path`.
fn signed(folder: &TempDir, server: &Process, path: &str, args: &[&str]) -> Request {
    let key = folder.path().join("installation.pem");
    fs::write(&key, INSTALLATION_KEY).unwrap();
    let key = key.to_str().unwrap();
    let token = mint(&["--installation-key", key]);
    let url = format!("http://{}{path}", server.address());
    let header = format!("Approov-Token: {token}");
    let sign = ["sign", &url, "--header", &header, "--installation-key", key];
    let (code, headers, stderr) = with_secret(&[&sign, args].concat());
    assert_eq!((code, stderr.as_str()), (0, ""));
    let body = args.iter().position(|arg| *arg == "--body").map(|at| args[at + 1]);
    let request = match body {
        None => Request::get(path),
        Some(body) => Request::post(path, "application/json", body),
    };
    let request = request.host(Some(&server.address().to_string())).token(&token);
    headers.lines().fold(request, |request, line| {
        let (name, value) = line.split_once(": ").unwrap();
        request.header(name, value)
    })
}

#[test]
fn signed_requests_are_accepted_by_the_quickstart() {
    let folder = TempDir::new().unwrap();
    let server = Process::serve(QUICKSTART, &[("APPROOV_BASE64_SECRET", SECRET)], None);
    let path = "/message-signing";
    let get = signed(&folder, &server, path, &[]).send(server.address());
    assert_eq!(get.status, 200, "{get:?}");
    let body = r#"{"a":[1]}"#;
    let post = signed(&folder, &server, path, &["--method", "POST", "--body", body]);
    let answer = post.clone().send(server.address());
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"echo":{"a":[1]}}"#));

    let elsewhere = signed(&folder, &server, "/token-check", &[]).send(server.address());
    assert_eq!(elsewhere.status, 200, "a signature that nobody asked for");
    let expired = signed(&folder, &server, path, &["--expires-in", "0s"]);
    assert_eq!(expired.send(server.address()).status, 200, "within the clock skew");
    let unsigned = Request::get(path).token(&token::good()).send(server.address());
    assert_eq!((unsigned.status, unsigned.body.as_str()), (401, "{}"));
    let wrong_method = signed(&folder, &server, path, &["--method", "POST"]);
    assert_eq!(wrong_method.send(server.address()).status, 401);
}

#[test]
fn what_can_never_match_is_warned_of() {
    let folder = TempDir::new().unwrap();
    let key = folder.path().join("installation.pem");
    fs::write(&key, INSTALLATION_KEY).unwrap();
    let key = key.to_str().unwrap();
    let own = format!("Approov-Token: {}", mint(&["--installation-key", key]));
    let of_another = format!("Approov-Token: {}", token::good());
    let vars = [("APPROOV_PUBLIC_ORIGIN", "https://a, https://b:8443/v1")];
    let warnings = |args: &[&str]| {
        let (code, stdout, stderr) = run(&[&["sign", "--installation-key", key], args].concat(), &vars, "");
        assert!(code == 0 && stdout.starts_with("Signature-Input: install="), "{stderr}");
        stderr
    };
    for url in ["https://a/", "https://A:443?b", "https://b:8443/v1/c"] {
        assert_eq!(
            warnings(&[url, "--header", &own, "--header", "x: y", "--body", "z"]),
            ""
        );
    }
    for (args, part) in [
        (&["https://a/#b", "--header", &own][..], "has a fragment"),
        (&["/orders", "--header", &own], "is not of the form"),
        (&["http://a/", "--header", &own], "not in APPROOV_PUBLIC_ORIGIN"),
        (&["https://b/", "--header", &own], "not in APPROOV_PUBLIC_ORIGIN"),
        (&["https://a/", "--header", &own, "--method", "get"], "lower-case"),
        (&["https://a/"], "no Approov-Token is covered"),
        (
            &["https://a/", "--header", &own, "--header", &own],
            "approov-token is covered twice",
        ),
        (
            &[
                "https://a/",
                "--header",
                &own,
                "--header",
                "Content-Digest: x",
                "--body",
                "z",
            ],
            "content-digest is covered twice",
        ),
        (
            &["https://a/", "--header", &of_another],
            "its `ipk` is missing or different",
        ),
    ] {
        let stderr = warnings(args);
        assert!(
            stderr.starts_with("Warning: ") && stderr.contains(part),
            "{args:?}: {stderr}"
        );
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(!stderr.contains(&token::good()), "{stderr}");
    }
}

/// The server says what it makes of the digest.
#[test]
fn the_base_digest_of_a_signature() {
    let folder = TempDir::new().unwrap();
    let vars = [("APPROOV_BASE64_SECRET", SECRET), ("RUST_LOG", "debug")];
    let server = Process::serve(QUICKSTART, &vars, None);
    let path = "/message-signing";
    let good = signed(&folder, &server, path, &["--base-digest"]);
    assert_eq!(good.clone().send(server.address()).status, 200);
    let other = signed(&folder, &server, path, &["--base-digest", "--method", "POST"]);
    assert_eq!(other.send(server.address()).status, 401);
    assert!(
        server.stderr().contains("the client signed another text"),
        "{}",
        server.stderr()
    );
}

#[test]
fn misuse_of_sign() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("junk.pem");
    fs::write(&file, "junk").unwrap();
    let junk = file.to_str().unwrap();
    for (args, fault) in [
        (&["sign", "https://a/"][..], "--installation-key"),
        (
            &["sign", "https://a/", "--installation-key", "/nowhere"],
            "Error: --installation-key cannot be read",
        ),
        (
            &["sign", "https://a/", "--installation-key", junk],
            "Error: --installation-key is not a P-256 private key in PEM (PKCS#8)",
        ),
        (
            &["sign", "https://a/", "--account-key", "c2hvcnQ="],
            "Error: --account-key is too short",
        ),
        (
            &["sign", "https://a/", "--account-key", "junk!"],
            "Error: --account-key is not base64; use the output of `approov secret -messageSigningKey get-base64url`",
        ),
        (
            &["mint", "--installation-key", junk],
            "Error: --installation-key is not",
        ),
        (
            &["sign", "https://a/", "--header", "x", "--account-key", SECRET],
            "write NAME: VALUE",
        ),
    ] {
        let (code, stdout, stderr) = with_secret(args);
        assert_eq!((code, stdout.as_str()), (2, ""), "{args:?}");
        assert!(stderr.contains(fault), "{args:?}: {stderr}");
    }
}

#[test]
fn what_is_blocked_is_on_the_list_until_it_is_unblocked() {
    let Some(server) = RedisServer::start("what_is_blocked_is_on_the_list_until_it_is_unblocked", &[]) else {
        return;
    };
    let address = server.address();
    let shared = |args: &[&str]| run(args, &[("APPROOV_SINGLE_USE_STORE", &address)], "");
    let token = mint(&[]);
    for what in [
        ["--device", DEVICE_ID],
        ["--installation", "key"],
        ["--token", &token],
        ["--token-hash", &"a".repeat(64)],
    ] {
        let (code, stdout, _) = shared(&[&["block", "--for", "12h"], &what[..]].concat());
        assert_eq!(code, 0, "{what:?}");
        assert!(
            stdout.contains(" is blocked until ") && !stdout.contains(&token),
            "{stdout}"
        );
    }
    let (code, stdout, _) = shared(&["--json", "list"]);
    let list: Value = stdout.parse().unwrap();
    assert_eq!((code, list.as_array().unwrap().len()), (0, 4));
    assert_eq!(shared(&["list"]).1.lines().count(), 4);
    assert_eq!(shared(&["list", "--key", "other"]).1, "\n");

    let device = ["unblock", "--device", DEVICE_ID];
    let (code, stdout, _) = run(&[&device[..], &["--redis", &address]].concat(), &[], "");
    assert_eq!(
        (code, stdout),
        (0, format!("device:{DEVICE_ID} is no longer blocked\n"))
    );
    assert_eq!(shared(&device).0, 1);
    assert_eq!(shared(&["unblock", "--token", &token]).0, 0);
    assert_eq!(shared(&["list"]).1.lines().count(), 2);

    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(&file, format!("{address}\n")).unwrap();
    let path = file.path().to_str().unwrap();
    let listed = run(&["list"], &[("APPROOV_SINGLE_USE_STORE_FILE", path)], "").1;
    assert_eq!(listed.lines().count(), 2);
}

#[test]
fn a_list_that_cannot_be_changed() {
    let closed = format!("redis://:s3cret@127.0.0.1:{}", free_port());
    for (args, vars, complaint) in [
        (
            &["list"][..],
            &[][..],
            "no list: give --redis, or set APPROOV_SINGLE_USE_STORE",
        ),
        (&["list", "--redis", "s3cret"], &[], "--redis is not a Redis address"),
        (
            &["list"],
            &[("APPROOV_SINGLE_USE_STORE", "memory")],
            "APPROOV_SINGLE_USE_STORE is not a Redis address",
        ),
        (&["list", "--redis", &closed], &[], "Redis failed: disconnected"),
        (
            &["list", "--redis", &closed.replace("redis://", "redis-cluster://")],
            &[],
            "Redis failed: disconnected",
        ),
        (
            &["list"],
            &[(
                "APPROOV_SINGLE_USE_STORE",
                &format!("{}/mymaster", closed.replace("redis://", "redis-sentinel://")),
            )],
            "Redis failed: disconnected",
        ),
        (
            &["list", "--redis", "redis-sentinel://:s3cret@one,two"],
            &[],
            "--redis has no name of a master",
        ),
        (
            &["block", "--device", "a b", "--for", "1h", "--redis", &closed],
            &[],
            "--device has white space in it",
        ),
        (
            &["unblock", "--token", "a", "--redis", &closed],
            &[],
            "--token is not a token",
        ),
        (&["block", "--for", "1h", "--redis", &closed], &[], "required arguments"),
        (&["block", "--device", "a", "--redis", &closed], &[], "--for <TIME>"),
    ] {
        let (code, stdout, stderr) = run(args, vars, "");
        assert_eq!((code, stdout.as_str()), (2, ""), "{args:?}");
        assert!(stderr.contains(complaint), "{args:?}: {stderr}");
        assert!(!stderr.contains("s3cret"), "{stderr}");
    }
}
