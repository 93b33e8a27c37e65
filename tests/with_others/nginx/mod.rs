//! Behind nginx, with the configuration that docs/proxies.md shows. Needs nginx: it runs where the environment asks for
//! it.

mod running;

use support::{
    may_install,
    signing::{Message, Signature},
    tables::{cells, pairs},
    token,
};

use self::running::{Configuration, Nginx};

/// The protocols between curl and nginx.
const BOTH: [&str; 2] = ["1.1", "2"];
const EVIL: &str = "evil.example.com";
const USER: &str = "Bearer user-1";

impl Nginx {
    /// With this status, and for this reason of the server's, if any. The bodies.
    #[track_caller]
    fn ends(&self, message: &Message, status: u16, code: Option<&'static str>) -> [String; 2] {
        BOTH.map(|http| {
            let (ended, body, codes) = self.ask(message, http);
            let expected = (status, Vec::from_iter(code));
            assert_eq!((ended, codes), expected, "HTTP/{http}: {message:?}");
            body
        })
    }

    /// The server sees this path, and what nginx says of the client.
    #[track_caller]
    fn accepts(&self, message: &Message, path: &str) {
        let seen = format!("127.0.0.1 {}{path}", self.origin());
        assert_eq!(self.ends(message, 200, None), [&*seen; 2], "{message:?}");
    }

    #[track_caller]
    fn refuses(&self, message: &Message, code: &'static str) {
        assert_eq!(self.ends(message, 401, Some(code)), ["{}"; 2], "{message:?}");
    }
}

/// Behind each of these, if the environment asks for it.
fn behind(test: &str, configurations: &[Configuration], check: impl Fn(&Nginx)) {
    if may_install(&format!("nginx::{test}")) {
        for each in configurations {
            check(&Nginx::start(each));
        }
    }
}

fn guide() -> [Configuration; 2] {
    [Configuration::whole(), Configuration::below_a_path()]
}

fn signed(message: &Message) -> Message {
    message.carrying(&Signature::install(message))
}

fn signed_get(url: &str) -> Message {
    signed(&Message::get(url))
}

/// Sent to another URL than the one that was signed.
fn to(url: &str, message: Message) -> Message {
    Message {
        url: url.to_owned(),
        ..message
    }
}

/// What proxies tell of a client, told by the client itself.
fn spoofed(message: Message) -> Message {
    message
        .header("X-Forwarded-For", "192.0.2.1")
        .header("X-Forwarded-Host", EVIL)
        .header("X-Forwarded-Proto", "http")
        .header("Forwarded", &format!("for=192.0.2.1;host={EVIL};proto=http"))
}

#[test]
fn tokens_and_bindings() {
    behind("tokens_and_bindings", &guide(), |nginx| {
        let call = |path: &str| Message::new("GET", &format!("{}{path}", nginx.base));
        let good = token::good();
        let with_good = call("/token").header("Approov-Token", &good);
        nginx.accepts(&with_good, "/token");
        nginx.refuses(&with_good.header("approov-token", &good), "token_repeated");
        nginx.refuses(&call("/token").header("Approov_Token", &good), "token_missing");
        let bound = call("/bound").header("Approov-Token", &token::bound(&[USER]));
        let by = |user: &str| bound.clone().header("Authorization", user);
        nginx.accepts(&by(USER), "/bound");
        nginx.refuses(&by("Bearer user-2"), "binding_mismatch");
        nginx.refuses(&bound, "binding_header_missing");
    });
}

/// Paths and queries that `proxy_pass` with a slash leaves as they are.
const CLEAN: &str = r#"
/ | /a | /a/ | /a?b=%20x%2Fy&c[]=d&e=%7c|// | /a%20b | /a%23b%25c%3Fd | /%C3%A9 | /a+b;c=d:e@f,g$h&i!j*k(l)'m~n"o"#;
/// Others, and what the server then gets.
const CLEANED: &str = "
/a?: /a | //a: /a | /a//b: /a/b | /a//: /a/ | /a/./b: /a/b | /a/../b: /b | /a/%2E%2e/b: /b | /a%2Fb: /a/b
/a%2fb: /a/b | /a%2F%2e%2E%2fb: /b | /%61: /a | /a%2Db: /a-b | /a%2Bb: /a+b | /%c3%a9: /%C3%A9";

fn cleaned() -> Vec<(String, String)> {
    let clean = cells(CLEAN).into_iter().map(|path| (path.clone(), path));
    clean.chain(pairs(CLEANED, str::to_owned)).collect()
}

/// The guide's two forms keep path and query as they were sent. The one origin counts, and nothing else. What nginx
/// says of the client replaces what the client says of itself.
#[test]
fn requests_that_were_signed_for_the_public_url_pass() {
    behind("requests_that_were_signed_for_the_public_url_pass", &guide(), |nginx| {
        for (path, _) in cleaned() {
            nginx.accepts(&signed_get(&format!("{}{path}", nginx.base)), &path);
        }
        let post = signed(&to(&format!("{}/a%2Fb?c", nginx.base), Message::order()));
        nginx.accepts(&post, "/a%2Fb?c");
        nginx.accepts(&spoofed(post.clone()), "/a%2Fb?c");
        let bodies = nginx.ends(&post.header("Host", EVIL), 200, None);
        assert_eq!(bodies, ["127.0.0.1 https://evil.example.com/a%2Fb?c"; 2]);
    });
}

#[test]
fn others_do_not() {
    behind("others_do_not", &guide(), |nginx| {
        let url = format!("{}/a", nginx.base);
        let below = if nginx.base.ends_with("/app") { "" } else { "/app" };
        let other_path = format!("{}{below}/a", nginx.origin());
        let other_host = url.replacen("api.", "evil.", 1);
        let (other_scheme, other_query) = (url.replacen("https", "http", 1), format!("{url}?a"));
        for signed_url in [&other_scheme, &other_host, &other_path, &other_query] {
            nginx.refuses(&to(&url, signed_get(signed_url)), "signature_invalid");
        }
        let evil = spoofed(to(&url, signed_get(&other_host)));
        nginx.refuses(&evil.header("Host", EVIL), "signature_invalid");
        let order = signed(&to(&url, Message::order()));
        nginx.refuses(&order.alter_body(), "digest_mismatch");
        nginx.refuses(&Message::get(&url), "signature_missing");
        // As the guide says, nginx drops such a header.
        let dropped = Message::get(&url).header("X_Device", "d");
        let signature = Signature::install(&dropped).line("\"x_device\"", "d");
        nginx.refuses(&dropped.carrying(&signature), "signature_component");
    });
}

/// With a path behind its address `proxy_pass` cleans paths: what is clean already passes, and all else is not what was
/// signed.
#[test]
fn with_a_slash_paths_are_cleaned() {
    let configurations = [
        Configuration::whole().replace("http://api;", "http://api/;"),
        Configuration::below_a_path().replace("http://api$below_app;", "http://api/;"),
    ];
    behind("with_a_slash_paths_are_cleaned", &configurations, |nginx| {
        for (path, cleaned) in cleaned() {
            let url = format!("{}{path}", nginx.base);
            let as_cleaned = signed_get(&format!("{}{cleaned}", nginx.base));
            nginx.accepts(&to(&url, as_cleaned), &cleaned);
            if path != cleaned {
                nginx.refuses(&signed_get(&url), "signature_invalid");
            }
        }
    });
}

/// What does not begin with the prefix as it was sent never reaches the server, though it may once it is cleaned.
#[test]
fn what_is_not_below_the_path_is_not_passed_on() {
    let below = [Configuration::below_a_path()];
    behind("what_is_not_below_the_path_is_not_passed_on", &below, |nginx| {
        for path in cells("/application | /a | /app/../a | /a/../app/b | //app/a | /%61pp/a | /app%2Fa") {
            nginx.ends(&signed_get(&format!("{}{path}", nginx.origin())), 404, None);
        }
        nginx.ends(&signed_get(&nginx.base), 301, None);
    });
}

/// Clients need not say the length of a body that is not there, and actix wants it in HTTP/1.0, which is what many
/// releases of nginx speak by default.
#[test]
fn a_post_without_a_body() {
    let guide = Configuration::below_a_path();
    let trap = guide.replace("proxy_http_version 1.1;", "proxy_http_version 1.0;");
    for (configuration, status) in [(guide, 200), (trap, 400)] {
        behind("a_post_without_a_body", &[configuration], |nginx| {
            let mut call = Message::get(&format!("{}/a", nginx.base));
            "POST".clone_into(&mut call.method);
            nginx.ends(&signed(&call), status, None);
        });
    }
}

/// Bodies around the limits of nginx and of the library.
#[test]
fn large_bodies() {
    const MEBIBYTE: usize = 1 << 20;
    let set = |limit| Configuration::below_a_path().replace("client_max_body_size 2m;", limit);
    for (configuration, limit, code) in [
        (set("client_max_body_size 2m;"), 2 * MEBIBYTE, None),
        (set(""), MEBIBYTE, None),
        (set("client_max_body_size 3m;"), 2 * MEBIBYTE, Some("body_too_large")),
    ] {
        behind("large_bodies", &[configuration], |nginx| {
            let order = to(&format!("{}/a", nginx.base), Message::order());
            let sized = |size| signed(&order.clone().body(&vec![b'a'; size]));
            nginx.accepts(&sized(limit), "/a");
            nginx.ends(&sized(limit + 1), 413, code);
        });
    }
}
