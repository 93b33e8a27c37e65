//! The packages, and the keys that they sign with.
//!
//! `tests/sign-requests NAME` reads one JSON object: `account_key`, `installation_keys`, and `requests`, each with
//! `method`, `url`, `headers`, `body`, the `digests` that it is to have, and `signatures`: label, identifiers of the
//! components, parameters. It writes a line of JSON for each request: the `headers` to add.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use approov_actix::testing::InstallationKey;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use fastrand::Rng;
use serde_json::{Value, json};
use support::token;

use super::request::{Draft, Signed};

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
    Python,
    JavaScript,
}

impl Signer {
    pub(super) fn name(self) -> &'static str {
        match self {
            Signer::Python => "python",
            Signer::JavaScript => "javascript",
        }
    }

    /// Python's takes strict URLs alone (RFC 3986), JavaScript's anything; released clients send more than the standard
    /// has.
    pub(super) fn takes_any_target(self) -> bool {
        self == Signer::JavaScript
    }

    /// JavaScript's takes path and query from `new URL`, which resolves dot segments and escapes some characters, so
    /// that `@path` and `@query` are not those on the wire (sections 2.2.6 and 2.2.7). `@target-uri` stays as it
    /// is.
    pub(super) fn normalises_paths(self) -> bool {
        self == Signer::JavaScript
    }

    /// JavaScript's escapes the value of `@query-param` with `encodeURIComponent`, which leaves these (section 2.2.8
    /// says the set of `application/x-www-form-urlencoded`, which has them).
    pub(super) fn misescapes(self, value: &str) -> bool {
        let escapes = ["%21", "%27", "%28", "%29", "%7e"];
        let lower = value.to_ascii_lowercase();
        self == Signer::JavaScript
            && (value.contains(['!', '\'', '(', ')', '~']) || escapes.iter().any(|escape| lower.contains(escape)))
    }

    /// JavaScript's takes the query for `@request-target` from `new URL` as well, which has no `?` where nothing
    /// follows it (section 2.2.5: the target as it is sent).
    pub(super) fn drops_empty_queries(self) -> bool {
        self == Signer::JavaScript
    }

    /// JavaScript's leaves a parameter with an empty string out.
    pub(super) fn drops_empty_parameters(self) -> bool {
        self == Signer::JavaScript
    }
}

/// What the app and the server hold.
pub(super) struct Credentials {
    pub(super) account_key: String,
    installation_keys: Vec<String>,
    /// For each installation key.
    tokens: Vec<Vec<String>>,
}

impl Credentials {
    pub(super) fn new(rng: &mut Rng) -> Self {
        let installation_keys: Vec<_> = (0..3).map(|_| private_key(rng)).collect();
        let tokens = installation_keys.iter().map(|pem| {
            let ipk = InstallationKey::from_pem(pem).unwrap().public_key();
            let token = |device| {
                token::with(&json!({
                    "did": format!("device-{device}"),
                    "exp": token::now() + 3600,
                    "ipk": ipk,
                    "mskid": "key-1",
                }))
            };
            (0..3).map(token).collect()
        });
        Self {
            tokens: tokens.collect(),
            account_key: STANDARD.encode(std::array::from_fn::<u8, 64, _>(|_| rng.u8(..))),
            installation_keys,
        }
    }

    /// A token for one of the installation keys, whose number comes first.
    pub(super) fn token(&self, rng: &mut Rng) -> (usize, &str) {
        let installation = rng.usize(..self.tokens.len());
        (installation, rng.choice(&self.tokens[installation]).unwrap())
    }
}

/// PKCS#8 in PEM. The scalar is below the group's order, as its first byte is.
fn private_key(rng: &mut Rng) -> String {
    const PREFIX: &str = "MEECAQAwEwYHKoZIzj0CAQYIKoZIzj0DAQcEJzAlAgEBBCA=";
    let mut scalar = std::array::from_fn::<u8, 32, _>(|_| rng.u8(..));
    scalar[0] = rng.u8(..0xff);
    let der = [STANDARD.decode(PREFIX).unwrap(), scalar.to_vec()].concat();
    let text = STANDARD.encode(der);
    format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n{}\n-----END PRIVATE KEY-----\n",
        &text[..64],
        &text[64..]
    )
}

/// Runs the package over all requests.
pub(super) fn sign(signer: Signer, credentials: &Credentials, drafts: Vec<Draft>) -> Vec<Signed> {
    let job = json!({
        "account_key": credentials.account_key,
        "installation_keys": credentials.installation_keys,
        "requests": drafts.iter().map(Draft::to_json).collect::<Vec<_>>(),
    });
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut script = Command::new("bash")
        .args(["tests/sign-requests", signer.name()])
        .current_dir(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // Both scripts read everything before they write.
    script
        .stdin
        .take()
        .unwrap()
        .write_all(job.to_string().as_bytes())
        .unwrap();
    let output = script.wait_with_output().unwrap();
    assert!(output.status.success(), "tests/sign-requests {} failed", signer.name());
    let lines = String::from_utf8(output.stdout).unwrap();
    let added: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(added.len(), drafts.len());
    drafts
        .into_iter()
        .zip(added)
        .map(|(draft, added)| draft.signed(serde_json::from_value(added["headers"].clone()).unwrap()))
        .collect()
}
