//! Behind nginx, with the configuration that docs/proxies.md shows. Needs nginx: it runs where the environment asks for
//! it.

mod app;
mod echo;
mod paths;
mod running;

use support::{
    may_install,
    token::{self, SECRET},
};

use self::{
    app::{App, Call, Http},
    running::{Configuration, HOST, Nginx, Stopped, Upstream},
};
use crate::{QUICKSTART, process::Process};

/// nginx before a real `quickstart`, which has the guide's environment.
struct Deployed {
    app: App,
    nginx: Nginx,
    server: Process,
    /// The URL of the server's root, as the app sees it.
    base: String,
    /// How long its log was when it was last looked at.
    seen: usize,
}

impl Deployed {
    fn new(configuration: &Configuration) -> Self {
        Self::with(configuration, true)
    }

    fn with(configuration: &Configuration, has_origin: bool) -> Self {
        let nginx = Stopped::new(configuration);
        let base = nginx.origin();
        let vars = [("APPROOV_BASE64_SECRET", SECRET), ("APPROOV_PUBLIC_ORIGIN", &base)];
        let vars = if has_origin { &vars[..] } else { &vars[..1] };
        let server = Process::serve(QUICKSTART, vars, None);
        Self {
            app: App::new(),
            base,
            nginx: nginx.start(&Upstream::Port(server.address().port())),
            server,
            seen: 0,
        }
    }

    /// The codes of the refusals that the server has logged since this was last asked.
    fn refusals(&mut self) -> Vec<String> {
        let log = self.server.stderr();
        let lines = log[self.seen..].lines();
        let refusals = lines
            .filter_map(|line| line.split_once("approov_actix] REJECTED "))
            .map(|(_, rest)| rest.split(' ').next().unwrap_or_default().to_owned())
            .collect();
        self.seen = log.len();
        refusals
    }

    /// The route for signed requests, as the app sees it.
    fn message_signing(&self) -> String {
        format!("{}/message-signing", self.base)
    }

    #[track_caller]
    fn accepts(&mut self, name: &str, call: &Call) {
        for http in [Http::One, Http::Two] {
            let (status, body) = self.app.send(&self.nginx, call, http);
            assert_eq!((status, self.refusals()), (200, Vec::new()), "{name}, {http:?}: {body}");
        }
    }

    #[track_caller]
    fn refuses(&mut self, name: &str, call: &Call, code: &str) {
        for http in [Http::One, Http::Two] {
            let (status, body) = self.app.send(&self.nginx, call, http);
            assert_eq!(
                (status, body.as_str(), self.refusals()),
                (401, "{}", vec![code.to_owned()]),
                "{name}, {http:?}"
            );
        }
    }
}

const USER: &str = "Bearer user-1";

#[test]
fn tokens_and_bindings() {
    if !may_install("nginx::tokens_and_bindings") {
        return;
    }
    let mut deployed = Deployed::new(&Configuration::below_a_path());
    let call = |path: &str| Call::get(&format!("{}{path}", deployed.base));
    let (check, bound) = (call("/token-check"), call("/token-binding"));
    let doubly_bound = call("/token-double-binding").header("Authorization", USER);
    let good = deployed.app.token.clone();
    let with = |token: &str| check.clone().header("Approov-Token", token);
    deployed.accepts("a good token", &with(&good));
    for (name, call, code) in [
        ("none", check.clone(), "token_missing"),
        ("forged", with(&token::forged()), "token_signature"),
        ("expired", with(&token::expired()), "token_expired"),
        ("two", with(&good).header("approov-token", &good), "token_repeated"),
        (
            "good, forged",
            with(&good).header("Approov-Token", &token::forged()),
            "token_repeated",
        ),
        (
            "with an underscore",
            check.clone().header("Approov_Token", &good),
            "token_missing",
        ),
        (
            "beside one with an underscore",
            with(&token::forged()).header("Approov_Token", &good),
            "token_signature",
        ),
    ] {
        deployed.refuses(name, &call, code);
    }

    let bound = bound.header("Approov-Token", &deployed.app.bound_token(USER));
    deployed.accepts("bound", &bound.clone().header("Authorization", USER));
    let other = bound.clone().header("Authorization", "Bearer user-2");
    deployed.refuses("another user", &other, "binding_mismatch");
    deployed.refuses("no user", &bound, "binding_header_missing");

    let two = bound.header("Authorization", USER).header("Authorization", USER);
    for http in [Http::One, Http::Two] {
        let (status, body) = deployed.app.send(&deployed.nginx, &two, http);
        assert_eq!((status, deployed.refusals()), (400, Vec::new()), "by nginx: {body}");
    }
    let doubly_bound = doubly_bound.header("Approov-Token", &good).header("X-Device-Id", "d");
    deployed.refuses(
        "two devices",
        &doubly_bound.header("X-Device-Id", "d"),
        "binding_header_repeated",
    );
}

const BODY: &str = r#"{"shape":"circle"}"#;

/// What proxies tell of a client, told by the client itself.
fn spoofed(call: Call, host: &str) -> Call {
    call.header("X-Forwarded-For", "192.0.2.1")
        .header("X-Forwarded-Host", host)
        .header("X-Forwarded-Proto", "http")
        .header("X-Forwarded-Port", "80")
        .header("X-Forwarded-Prefix", "/other")
        .header("X-Original-URL", "/other")
        .header("Forwarded", &format!("for=192.0.2.1;host={host};proto=http"))
}

#[test]
fn requests_that_were_signed_for_the_public_url_pass() {
    if !may_install("nginx::requests_that_were_signed_for_the_public_url_pass") {
        return;
    }
    for configuration in [Configuration::whole(), Configuration::below_a_path()] {
        let mut deployed = Deployed::new(&configuration);
        let url = deployed.message_signing();
        let get = |more: &str| Call::get(&format!("{url}{more}"));
        let post = Call::post(&url, BODY);
        let escaped = Call::get(&url.replace("sage-", "s%61ge%2D"));
        let with_length = post.clone().header("Content-Length", &BODY.len().to_string());
        let sign = |call: &Call| deployed.app.signed(call);
        let rows = [
            ("without a query", sign(&get(""))),
            ("with a query", sign(&get("?a=%20b%2Fc%7c|&d[]=e&f&a=+"))),
            ("with an empty query", sign(&get("?"))),
            ("with escapes in the path", sign(&escaped)),
            ("with a body", sign(&post)),
            ("with its length", sign(&with_length)),
            ("with a user", sign(&post.clone().header("Authorization", USER))),
            ("spoofed", spoofed(sign(&post), "evil.example.com")),
            // The one origin counts, and nothing else.
            ("to another host", sign(&post).header("Host", "evil.example.com")),
        ];
        for (name, call) in rows {
            deployed.accepts(name, &call);
        }
        // Only HTTP/1.1 has this. nginx says the length to the server.
        let chunked = deployed.app.signed(&post).header("Transfer-Encoding", "chunked");
        let (status, body) = deployed.app.send(&deployed.nginx, &chunked, Http::One);
        assert_eq!((status, body.as_str()), (200, r#"{"echo":{"shape":"circle"}}"#));
    }
}

#[test]
fn others_do_not() {
    if !may_install("nginx::others_do_not") {
        return;
    }
    for (configuration, other_path) in [
        (Configuration::whole(), "/app/message-signing"),
        (Configuration::below_a_path(), "/message-signing"),
    ] {
        let mut deployed = Deployed::new(&configuration);
        for (name, call) in signed_for_elsewhere(&deployed, other_path) {
            deployed.refuses(name, &call, "signature_invalid");
        }
        for (name, call, code) in altered(&deployed) {
            deployed.refuses(name, &call, code);
        }
    }
}

/// Signed for another URL than the one that they are sent to.
fn signed_for_elsewhere(deployed: &Deployed, other_path: &str) -> Vec<(&'static str, Call)> {
    const EVIL: &str = "evil.example.com";
    let (app, origin, url) = (&deployed.app, deployed.nginx.url(), deployed.message_signing());
    let path = url.strip_prefix(&origin).unwrap();
    let internal = format!("http://{}", deployed.server.address());
    let signed_for = |signed: &str| app.signed(&Call::get(signed)).to(&url);
    let other_host = signed_for(&format!("https://{EVIL}{path}"));
    vec![
        ("internal URL", signed_for(&format!("{internal}/message-signing"))),
        ("internal URL with prefix", signed_for(&format!("{internal}{path}"))),
        ("http", signed_for(&url.replacen("https", "http", 1))),
        ("no port", signed_for(&format!("https://{HOST}{path}"))),
        ("no prefix, or one", signed_for(&format!("{origin}{other_path}"))),
        ("other host", other_host.clone()),
        ("other host, as Host", other_host.clone().header("Host", EVIL)),
        ("other host, spoofed", spoofed(other_host, EVIL)),
    ]
}

/// Not as they were signed.
fn altered(deployed: &Deployed) -> Vec<(&'static str, Call, &'static str)> {
    let (app, url) = (&deployed.app, deployed.message_signing());
    let get = Call::get(&url);
    let signed = app.signed(&get);
    let post = app.signed(&Call::post(&url, BODY));
    let with_header = app.signed(&get.clone().header("X-Device", "d"));
    let dropped = app.signed(&get.clone().header("X_Device", "d"));
    let query = format!("{url}?a");
    vec![
        ("query", signed.clone().to(&query), "signature_invalid"),
        ("no query", app.signed(&Call::get(&query)).to(&url), "signature_invalid"),
        ("method", signed.method("POST"), "signature_invalid"),
        ("body", post.clone().with_body("[]"), "digest_mismatch"),
        ("no body", post.with_body(""), "digest_mismatch"),
        ("header", with_header.change("X-Device", "e"), "signature_invalid"),
        ("header that nginx drops", dropped, "signature_component"),
        ("no signature", app.with_token(&get), "signature_missing"),
    ]
}

/// As the guide says: without the public origin nothing matches.
#[test]
fn the_public_origin_is_needed() {
    if !may_install("nginx::the_public_origin_is_needed") {
        return;
    }
    let mut deployed = Deployed::with(&Configuration::whole(), false);
    let url = deployed.message_signing();
    let call = deployed.app.signed(&Call::get(&url));
    deployed.refuses("the public URL", &call, "signature_invalid");
    // Not bound to a host either.
    let insecure = url.replacen("https", "http", 1);
    let call = deployed.app.signed(&Call::get(&insecure)).to(&url);
    deployed.accepts("http", &call);
}
