//! What becomes of a path: in the guide's two forms, which keep it as the client has sent it, and in the forms that the
//! guide warns of.

use support::may_install;
use tempfile::TempDir;

use super::{
    app::{App, Call, Http},
    echo::{Echo, WHO},
    running::{Configuration, Nginx, Stopped, Upstream},
    spoofed,
};

/// nginx before a server on a Unix socket that echoes paths.
struct Echoed {
    nginx: Nginx,
    echo: Echo,
    base: String,
    _folder: TempDir,
}

impl Echoed {
    fn new(configuration: &Configuration) -> Self {
        Self::with(configuration, &[])
    }

    /// With these origins beside the guide's one.
    fn with(configuration: &Configuration, others: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let socket = folder.path().join("echo.sock");
        let nginx = Stopped::new(configuration);
        let base = nginx.origin();
        let others = others.iter().map(|origin| (*origin).to_owned());
        let origins: Vec<_> = std::iter::once(base.clone()).chain(others).collect();
        Self {
            echo: Echo::start(&socket, &origins),
            nginx: nginx.start(&Upstream::Socket(socket)),
            base,
            _folder: folder,
        }
    }

    /// Status, body and the code of a refusal.
    fn ask(&self, app: &App, call: &Call, http: Http) -> (u16, String, Vec<&'static str>) {
        let (status, body) = app.send(&self.nginx, call, http);
        (status, body, self.echo.codes())
    }
}

/// Paths and queries, and what the server gets after `proxy_pass` with a slash.
const PATHS: [(&str, &str); 22] = [
    ("/", "/"),
    ("/a", "/a"),
    ("/a/", "/a/"),
    ("/a?b=%20x%2Fy&c[]=d&e=%7c|//", "/a?b=%20x%2Fy&c[]=d&e=%7c|//"),
    ("/a%20b", "/a%20b"),
    ("/a%23b%25c%3Fd", "/a%23b%25c%3Fd"),
    ("/%C3%A9", "/%C3%A9"),
    ("/a+b;c=d:e@f,g$h&i!j*k(l)'m~n\"o", "/a+b;c=d:e@f,g$h&i!j*k(l)'m~n\"o"),
    ("/a?", "/a"),
    ("//a", "/a"),
    ("/a//b", "/a/b"),
    ("/a//", "/a/"),
    ("/a/./b", "/a/b"),
    ("/a/../b", "/b"),
    ("/a/%2E%2e/b", "/b"),
    ("/a%2Fb", "/a/b"),
    ("/a%2fb", "/a/b"),
    ("/a%2F%2e%2E%2fb", "/b"),
    ("/%61", "/a"),
    ("/a%2Db", "/a-b"),
    ("/a%2Bb", "/a+b"),
    ("/%c3%a9", "/%C3%A9"),
];

#[test]
fn the_guides_forms_keep_what_was_sent() {
    if !may_install("nginx::paths::the_guides_forms_keep_what_was_sent") {
        return;
    }
    let app = App::new();
    for configuration in [Configuration::whole(), Configuration::below_a_path()] {
        let echoed = Echoed::new(&configuration);
        for (path, _) in PATHS {
            let call = app.signed(&Call::get(&format!("{}{path}", echoed.base)));
            for http in [Http::One, Http::Two] {
                let expected = (200, path.to_owned(), Vec::new());
                assert_eq!(echoed.ask(&app, &call, http), expected, "{path}, {http:?}");
            }
        }
    }
}

/// With a path behind its address `proxy_pass` cleans paths: what is clean already passes, and all else is not what was
/// signed.
#[test]
fn with_a_slash_paths_are_cleaned() {
    if !may_install("nginx::paths::with_a_slash_paths_are_cleaned") {
        return;
    }
    let app = App::new();
    for configuration in [
        Configuration::whole().replace("proxy_pass http://api;", "proxy_pass http://api/;"),
        Configuration::below_a_path().replace("proxy_pass http://api$below_app;", "proxy_pass http://api/;"),
    ] {
        let echoed = Echoed::new(&configuration);
        for (path, cleaned) in PATHS {
            let call = app.signed(&Call::get(&format!("{}{path}", echoed.base)));
            let (status, body, codes) = echoed.ask(&app, &call, Http::Two);
            if path == cleaned {
                assert_eq!((status, body.as_str(), codes), (200, path, Vec::new()));
                continue;
            }
            assert_eq!(
                (status, body.as_str(), codes),
                (401, "{}", vec!["signature_invalid"]),
                "{path}"
            );
            let as_cleaned = app
                .signed(&Call::get(&format!("{}{cleaned}", echoed.base)))
                .to(&call.url);
            let expected = (200, cleaned.to_owned(), Vec::new());
            assert_eq!(echoed.ask(&app, &as_cleaned, Http::Two), expected, "{path}");
        }
    }
}

/// What does not begin with the prefix as it was sent never reaches the server, though it may once it is cleaned.
#[test]
fn what_is_not_below_the_path_is_not_passed_on() {
    if !may_install("nginx::paths::what_is_not_below_the_path_is_not_passed_on") {
        return;
    }
    let (app, echoed) = (App::new(), Echoed::new(&Configuration::below_a_path()));
    let origin = echoed.base.strip_suffix("/app").unwrap();
    for (path, expected) in [
        ("/app", 301),
        ("/application", 404),
        ("/a", 404),
        ("/app/../a", 404),
        ("/a/../app/b", 404),
        ("//app/a", 404),
        ("/%61pp/a", 404),
        ("/app%2Fa", 404),
        ("/app/../../a", 400),
    ] {
        let call = app.signed(&Call::get(&format!("{origin}{path}")));
        for http in [Http::One, Http::Two] {
            let (status, body, codes) = echoed.ask(&app, &call, http);
            assert_eq!((status, codes), (expected, Vec::new()), "{path}");
            assert!(body.contains("nginx"), "{path}: {body}");
        }
    }
}

/// The request line has the whole URL, as a proxy's has.
#[test]
fn absolute_form() {
    if !may_install("nginx::paths::absolute_form") {
        return;
    }
    let app = App::new();
    for configuration in [Configuration::whole(), Configuration::below_a_path()] {
        let echoed = Echoed::new(&configuration);
        let call = app.signed(&Call::get(&format!("{}/a%2Fb?c", echoed.base)));
        for target in [call.url.clone(), call.url.replacen("https://api", "http://evil", 1)] {
            let answer = echoed.ask(&app, &call.clone().target(&target), Http::One);
            assert_eq!(answer, (200, "/a%2Fb?c".to_owned(), Vec::new()), "{target}");
        }
    }
}

/// Clients need not say the length of a body that is not there, and actix wants it in HTTP/1.0, which is what many
/// releases of nginx speak by default.
#[test]
fn a_post_without_a_body() {
    if !may_install("nginx::paths::a_post_without_a_body") {
        return;
    }
    let (app, guide) = (App::new(), Configuration::below_a_path());
    let trap = guide.replace("proxy_http_version 1.1;", "proxy_http_version 1.0;");
    for (configuration, expected) in [(guide, (200, "/a".to_owned())), (trap, (400, String::new()))] {
        let echoed = Echoed::new(&configuration);
        let call = app.signed(&Call::get(&format!("{}/a", echoed.base)).method("POST"));
        for http in [Http::One, Http::Two] {
            let (status, body, codes) = echoed.ask(&app, &call, http);
            assert_eq!(((status, body), codes), (expected.clone(), Vec::new()), "{http:?}");
        }
    }
}

/// What nginx says of the client replaces what the client says of itself.
#[test]
fn who_asks() {
    if !may_install("nginx::paths::who_asks") {
        return;
    }
    let (app, echoed) = (App::new(), Echoed::new(&Configuration::below_a_path()));
    let origin = echoed.base.strip_suffix("/app").unwrap();
    let call = app.signed(&Call::get(&format!("{}{WHO}", echoed.base)));
    let expected = format!("{origin} None Some(\"127.0.0.1\")");
    for call in [call.clone(), spoofed(call, "evil.example.com")] {
        for http in [Http::One, Http::Two] {
            assert_eq!(echoed.ask(&app, &call, http), (200, expected.clone(), Vec::new()));
        }
    }
}

#[test]
fn of_several_origins_the_host_chooses() {
    const OTHER: &str = "other.example.com";
    if !may_install("nginx::paths::of_several_origins_the_host_chooses") {
        return;
    }
    let app = App::new();
    let other_origin = format!("https://{OTHER}/app");
    let echoed = Echoed::with(&Configuration::below_a_path(), &[&other_origin]);
    let url = format!("{}/a", echoed.base);
    let own = app.signed(&Call::get(&url));
    let other = app.signed(&Call::get(&format!("{other_origin}/a"))).to(&url);
    let rows = [
        ("own", own.clone(), None),
        ("other", other.clone().header("Host", OTHER), None),
        (
            "own, to the other",
            own.clone().header("Host", OTHER),
            Some("signature_invalid"),
        ),
        ("other, to its own", other.clone(), Some("signature_invalid")),
        (
            "unknown",
            own.clone().header("Host", "evil.example.com"),
            Some("signature_target"),
        ),
        (
            "without its port",
            own.clone().header("Host", "api.example.com"),
            Some("signature_target"),
        ),
        ("spoofed", spoofed(other, OTHER), Some("signature_invalid")),
    ];
    for (name, call, code) in rows {
        for http in [Http::One, Http::Two] {
            let (status, _, codes) = echoed.ask(&app, &call, http);
            let expected = if code.is_some() { 401 } else { 200 };
            assert_eq!(
                (status, codes),
                (expected, code.into_iter().collect()),
                "{name}, {http:?}"
            );
        }
    }

    // The trap: `$host` has no port.
    let without_port = Configuration::below_a_path().replace(
        "Host $http_host;\n    proxy_set_header X-Forwarded-For",
        "Host $host;\n    proxy_set_header X-Forwarded-For",
    );
    let echoed = Echoed::with(&without_port, &[&other_origin]);
    let call = app.signed(&Call::get(&format!("{}/a", echoed.base)));
    assert_eq!(echoed.ask(&app, &call, Http::Two).2, ["signature_target"]);
}

/// Bodies around the limits of nginx and of the library.
#[test]
fn large_bodies() {
    const MEBIBYTE: usize = 1 << 20;
    const LIMIT: &str = "    client_max_body_size 2m;\n";
    if !may_install("nginx::paths::large_bodies") {
        return;
    }
    let app = App::new();
    let guide = Configuration::below_a_path();
    for (configuration, size, expected, code) in [
        (guide.clone(), 2 * MEBIBYTE, 200, None),
        (guide.clone(), 2 * MEBIBYTE + 1, 413, None),
        (guide.replace(LIMIT, ""), MEBIBYTE, 200, None),
        (guide.replace(LIMIT, ""), MEBIBYTE + 1, 413, None),
        (
            guide.replace(LIMIT, "client_max_body_size 3m;\n"),
            2 * MEBIBYTE + 1,
            413,
            Some("body_too_large"),
        ),
    ] {
        let echoed = Echoed::new(&configuration);
        let url = format!("{}/a", echoed.base);
        let call = app.signed(&Call::post(&url, &"a".repeat(size)));
        for http in [Http::One, Http::Two] {
            let (status, body, codes) = echoed.ask(&app, &call, http);
            let codes_expected: Vec<_> = code.into_iter().collect();
            assert_eq!((status, codes), (expected, codes_expected), "{size}, {http:?}");
            assert_eq!(body.contains("nginx"), expected == 413 && code.is_none(), "{body}");
        }
        if expected == 200 {
            let altered = call.with_body(&("a".repeat(size - 1) + "b"));
            let (status, body, codes) = echoed.ask(&app, &altered, Http::Two);
            assert_eq!((status, body.as_str(), codes), (401, "{}", vec!["digest_mismatch"]));
        }
    }
}
