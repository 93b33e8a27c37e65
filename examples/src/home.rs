//! The home page of the Shapes API.

use std::fmt::Write as _;

use actix_web::HttpResponse;
use serde_json::{Value, json};

use crate::{Settings, demo::Demo};

/// An endpoint, as the home page describes it. Its method is `GET`.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint {
    path: &'static str,
    needs_authorization: bool,
    needs_token: bool,
}

/// What the page's buttons send in `Authorization`.
const AUTHORIZATION: &str = "Bearer user-1";

impl Endpoint {
    /// An endpoint that anyone can call.
    #[must_use]
    pub const fn open(path: &'static str) -> Self {
        Self {
            path,
            needs_authorization: false,
            needs_token: false,
        }
    }

    /// Needs the header `Authorization`.
    #[must_use]
    pub const fn with_authorization(mut self) -> Self {
        self.needs_authorization = true;
        self
    }

    /// Needs an Approov token, bound to `Authorization` if the endpoint needs that as well.
    #[must_use]
    pub const fn with_token(mut self) -> Self {
        self.needs_token = true;
        self
    }

    fn needs(&self) -> &'static str {
        match (self.needs_token, self.needs_authorization) {
            (false, false) => "nothing",
            (false, true) => "the header <code>Authorization</code>",
            (true, false) => "an Approov token",
            (true, true) => "an Approov token that is bound to the header <code>Authorization</code>",
        }
    }
}

/// The page. In demo mode it has buttons that call each endpoint, with tokens made for this page.
#[must_use]
pub fn home_page(settings: &Settings, endpoints: &[Endpoint]) -> HttpResponse {
    let rows = endpoints.iter().fold(String::new(), |mut rows, endpoint| {
        let (path, needs) = (endpoint.path, endpoint.needs());
        // Writing to a `String` does not fail.
        let _ = writeln!(
            rows,
            "<tr><td><a href=\"{path}\">GET {path}</a></td><td>{needs}</td></tr>"
        );
        rows
    });
    let demo = settings.demo.as_ref().map(|demo| buttons(endpoints, demo));
    let page = include_str!("home.html")
        .replace("<!-- rows -->", &rows)
        .replace("http://127.0.0.1:8002", &settings.url())
        .replace("<!-- demo -->", &demo.unwrap_or_default());
    HttpResponse::Ok()
        .insert_header(("Cache-Control", "no-store"))
        .content_type("text/html; charset=utf-8")
        .body(page)
}

fn buttons(endpoints: &[Endpoint], demo: &Demo) -> String {
    let calls: Vec<_> = endpoints.iter().flat_map(|endpoint| calls(endpoint, demo)).collect();
    // Paths and tokens are ours and hold no `<`.
    include_str!("home-demo.html").replace("/* calls */", &json!(calls).to_string())
}

fn calls(endpoint: &Endpoint, demo: &Demo) -> Vec<Value> {
    let authorization = endpoint.needs_authorization.then_some(AUTHORIZATION);
    let token = demo.token(authorization.as_slice());
    let without = match (endpoint.needs_token, endpoint.needs_authorization) {
        (true, _) => "A script, or an app that is not yours: it has no token.",
        (false, true) => "Needs a login, and nothing else: a script with a login gets in.",
        (false, false) => "Open to everyone, scripts included.",
    };
    let mut tokens = vec![("no token", None, without)];
    if endpoint.needs_token {
        let genuine = "A genuine app: Approov signed its token with your account's key.";
        let expired = "A recorded token: a few minutes later it is worthless.";
        let forged = "Signed with a wrong key: this is what a failed attestation looks like.";
        tokens.extend([
            ("good", Some(token.clone().build()), genuine),
            ("expired", Some(token.clone().expired().build()), expired),
            ("forged", Some(token.forged().build()), forged),
        ]);
    }
    if endpoint.needs_token && endpoint.needs_authorization {
        let stolen = "A genuine token, but bound to another user's Authorization: stealing it does not help.";
        tokens.push(("stolen", Some(demo.token(&["Bearer user-2"]).build()), stolen));
    }
    tokens
        .into_iter()
        .map(|(name, token, meaning)| {
            json!({
                "path": endpoint.path,
                "authorization": authorization,
                "tokenName": name,
                "token": token,
                "meaning": meaning,
            })
        })
        .collect()
}
