//! The app's part: curl, and `approov-token` for tokens and signatures.

use std::{fs, path::Path, process::Command};

use support::token::SECRET;
use tempfile::TempDir;

use super::running::Nginx;
use crate::APPROOV_TOKEN;

const INSTALLATION_KEY: &str = include_str!("../../support/keys/p256.pem");

/// One installation.
pub(super) struct App {
    folder: TempDir,
    pub(super) token: String,
}

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Call {
    method: String,
    pub(super) url: String,
    headers: Vec<String>,
    body: Option<String>,
    /// What is in the request line, if it is not the URL's path.
    target: Option<String>,
}

/// The protocol between curl and nginx.
#[derive(Debug, Clone, Copy)]
pub(super) enum Http {
    One,
    Two,
}

impl App {
    pub(super) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("installation.pem"), INSTALLATION_KEY).unwrap();
        let mint = ["mint", "--expires-in", "1h", "--installation-key", "installation.pem"];
        let token = approov_token(folder.path(), &mint).trim().to_owned();
        Self { folder, token }
    }

    /// A token for this value of `Authorization`.
    pub(super) fn bound_token(&self, value: &str) -> String {
        approov_token(self.folder.path(), &["mint", "--bind", value])
            .trim()
            .to_owned()
    }

    /// With the token.
    pub(super) fn with_token(&self, call: &Call) -> Call {
        call.clone().header("Approov-Token", &self.token)
    }

    /// With the token and a signature of all that is there.
    pub(super) fn signed(&self, call: &Call) -> Call {
        let mut call = self.with_token(call);
        let mut sign = vec![
            "sign",
            "--installation-key",
            "installation.pem",
            "--expires-in",
            "1h",
            "--method",
            &call.method,
            &call.url,
        ];
        for header in &call.headers {
            sign.extend(["--header", header]);
        }
        if let Some(body) = &call.body {
            fs::write(self.folder.path().join("body"), body).unwrap();
            sign.extend(["--body-file", "body"]);
        }
        let lines = approov_token(self.folder.path(), &sign);
        call.headers.extend(lines.lines().map(str::to_owned));
        call
    }

    /// Status and body of the answer.
    pub(super) fn send(&self, nginx: &Nginx, call: &Call, http: Http) -> (u16, String) {
        let mut curl = Command::new("curl");
        // Nothing of the user's, and nothing of what curl makes of a URL or adds by itself.
        curl.args([
            "-q",
            "-sS",
            "--noproxy",
            "*",
            "--path-as-is",
            "--globoff",
            "-w",
            "\n%{http_code} %{http_version}",
        ])
        .args(nginx.curl_arguments())
        .args(["--request", &call.method, &call.url])
        .args(call.headers.iter().flat_map(|header| ["-H", header]))
        .current_dir(self.folder.path());
        let (argument, version) = match http {
            Http::One => ("--http1.1", "1.1"),
            Http::Two => ("--http2", "2"),
        };
        curl.arg(argument);
        if let Some(target) = &call.target {
            curl.args(["--request-target", target]);
        }
        if let Some(body) = &call.body {
            fs::write(self.folder.path().join("sent"), body).unwrap();
            curl.args(["--data-binary", "@sent"]);
        }
        let output = curl.output().unwrap();
        assert!(
            output.status.success(),
            "{call:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let output = String::from_utf8(output.stdout).unwrap();
        let (body, status) = output.rsplit_once('\n').unwrap();
        let (status, spoken) = status.split_once(' ').unwrap();
        assert_eq!(spoken, version);
        (status.parse().unwrap(), body.to_owned())
    }
}

fn approov_token(folder: &Path, args: &[&str]) -> String {
    let output = Command::new(APPROOV_TOKEN)
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("APPROOV_BASE64_SECRET", SECRET)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

impl Call {
    pub(super) fn get(url: &str) -> Self {
        Self {
            method: "GET".to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: None,
            target: None,
        }
    }

    /// With JSON.
    pub(super) fn post(url: &str, body: &str) -> Self {
        Self {
            method: "POST".to_owned(),
            body: Some(body.to_owned()),
            ..Self::get(url)
        }
        .header("Content-Type", "application/json")
    }

    /// One more header line. As the last one, so that it is not covered if it is added after signing.
    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push(format!("{name}: {value}"));
        self
    }

    /// To another URL than the one that was signed.
    pub(super) fn to(mut self, url: &str) -> Self {
        url.clone_into(&mut self.url);
        self
    }

    /// With another body than the one that was signed.
    pub(super) fn with_body(mut self, body: &str) -> Self {
        self.body = Some(body.to_owned());
        self
    }

    /// With another method than the one that was signed.
    pub(super) fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// With this in the request line.
    pub(super) fn target(mut self, target: &str) -> Self {
        self.target = Some(target.to_owned());
        self
    }

    /// With another value of a header than the one that was signed.
    pub(super) fn change(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|header| !header.starts_with(&format!("{name}:")));
        self.header(name, value)
    }
}
