//! The packages, and the keys that they sign with.
//!
//! `tests/sign-requests NAME` reads one JSON object: `account_key`, `installation_keys`, and `requests`, each with
//! `method`, `url`, `headers`, `body`, the `digests` that it is to have, and `signatures`: label, identifiers of the
//! components, parameters. It writes a line of JSON for each request: the `headers` to add.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use fastrand::Rng;
use p256::pkcs8::{EncodePrivateKey as _, LineEnding};
use serde_json::{Value, json};
use support::signing::{self, ACCOUNT_KEY, Key};

use super::request::Sample;

/// A package that signs.
///
/// Where a package does not do what RFC 9421 says, requests are made so that it makes no difference:
///
/// - Both refuse or mangle what is not ASCII in a field's value, but for `;bs`.
/// - Both join several `Cookie` lines with `, `, as section 2.1 says of all fields; but a request over HTTP/1.1 has one
///   such line (RFC 6265, section 5.4), and those of HTTP/2 are joined with `; ` (RFC 9113, section 8.2.3), as we do.
/// - Neither takes a method in lower case as it is: Python's refuses it, JavaScript's changes it (section 2.2.1: the
///   method is case-sensitive).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signer {
    /// Takes strict URLs alone (RFC 3986).
    Python,
    /// Takes anything for a URL; released clients send more than the standard has.
    ///
    /// - It takes path and query from `new URL`, which resolves dot segments and escapes some characters, so that
    ///   `@path` and `@query` are not those on the wire (sections 2.2.6 and 2.2.7). `@target-uri` stays as it is.
    /// - So it does for `@request-target`, which then has no `?` where nothing follows it (section 2.2.5: the target as
    ///   it is sent).
    /// - It escapes the value of `@query-param` with `encodeURIComponent`: see [`misescapes`](Self::misescapes).
    /// - It leaves a parameter with an empty string out.
    JavaScript,
}

impl Signer {
    /// `encodeURIComponent` leaves these (section 2.2.8 says the set of `application/x-www-form-urlencoded`, which has
    /// them).
    pub(super) fn misescapes(self, value: &str) -> bool {
        let left = ["!", "'", "(", ")", "~", "%21", "%27", "%28", "%29", "%7e"];
        let value = value.to_ascii_lowercase();
        self == Signer::JavaScript && left.iter().any(|left| value.contains(left))
    }
}

const INSTALLATIONS: [u8; 3] = [1, 2, 3];

/// Of one of the installations, whose index comes first.
pub(super) fn token(rng: &mut Rng) -> (usize, String) {
    let index = rng.usize(..INSTALLATIONS.len());
    let did = format!("device-{}", rng.u8(..3));
    let ipk = Key::install(INSTALLATIONS[index]).ipk();
    (index, signing::token(&json!({ "did": did, "ipk": ipk })))
}

fn private_key(installation: u8) -> String {
    match Key::install(installation) {
        Key::Install(key) => key.to_pkcs8_pem(LineEnding::LF).unwrap().to_string(),
        Key::Account(_) => unreachable!(),
    }
}

/// Runs the package over all requests.
pub(super) fn sign(signer: Signer, samples: &mut [Sample]) {
    let name = format!("{signer:?}").to_lowercase();
    let job = json!({
        "account_key": ACCOUNT_KEY,
        "installation_keys": INSTALLATIONS.map(private_key),
        "requests": samples.iter().map(Sample::to_json).collect::<Vec<_>>(),
    });
    let mut script = Command::new("bash")
        .args(["tests/sign-requests", &name])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // Both scripts read everything before they write.
    let mut stdin = script.stdin.take().unwrap();
    stdin.write_all(job.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = script.wait_with_output().unwrap();
    assert!(output.status.success(), "tests/sign-requests {name} failed");
    let lines = String::from_utf8(output.stdout).unwrap();
    assert_eq!(lines.lines().count(), samples.len());
    for (sample, line) in samples.iter_mut().zip(lines.lines()) {
        let mut added: Value = serde_json::from_str(line).unwrap();
        let added: Vec<_> = serde_json::from_value(added["headers"].take()).unwrap();
        sample.request.headers.extend(added);
    }
}
