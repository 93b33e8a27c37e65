//! Behind nginx, with the configuration that docs/proxies.md shows. Needs nginx: it runs where the environment asks for
//! it.

mod echo;
mod running;

use support::{
    may_install,
    signing::{Message, Signature},
    tables::{cells, pairs},
    token,
};

use self::{
    echo::WHO,
    running::{Configuration, HOST, Http, Nginx},
};

const BOTH: [Http<'static>; 2] = [Http::One, Http::Two];

impl Nginx {
    #[track_caller]
    fn accepts(&self, message: &Message, echoed: &str) {
        self.answers(message, &(200, echoed.to_owned(), vec![]));
    }

    #[track_caller]
    fn refuses(&self, message: &Message, code: &'static str) {
        self.answers(message, &(401, "{}".to_owned(), vec![code]));
    }

    #[track_caller]
    fn answers(&self, message: &Message, expected: &(u16, String, Vec<&'static str>)) {
        for http in BOTH {
            let answer = self.ask(message, http);
            assert_eq!(answer, *expected, "{http:?}: {} {:?}", message.url, message.headers);
        }
    }

    /// nginx itself answers, and the server hears nothing of it.
    #[track_caller]
    fn keeps(&self, message: &Message, expected: u16) {
        for http in BOTH {
            let (status, body, codes) = self.ask(message, http);
            assert_eq!(
                (status, codes),
                (expected, vec![]),
                "{http:?}: {} {:?}",
                message.url,
                message.headers
            );
            assert!(body.contains("nginx"), "{http:?}: {body}");
        }
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

/// With a signature of all that is there, good for an hour.
fn signed(message: &Message) -> Message {
    let names = message.headers.iter().map(|(name, _)| name.to_lowercase());
    let names: Vec<_> = ["@method", "@target-uri"]
        .map(str::to_owned)
        .into_iter()
        .chain(names)
        .collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let (created, expires) = (token::now(), token::now() + 3600);
    let signature = Signature::install(message).covering(message, &names);
    message.carrying(&signature.parameters(&format!(";created={created};expires={expires}")))
}

fn signed_get(url: &str) -> Message {
    signed(&Message::get(url))
}

fn post(url: &str) -> Message {
    let post = Message {
        method: "POST".to_owned(),
        ..Message::get(url)
    };
    post.header("Content-Type", "application/json")
        .body(br#"{"shape":"circle"}"#)
}

/// Sent to another URL than the one that was signed.
fn to(url: &str, message: Message) -> Message {
    Message {
        url: url.to_owned(),
        ..message
    }
}

/// What proxies tell of a client, told by the client itself.
fn spoofed(message: Message, host: &str) -> Message {
    message
        .header("X-Forwarded-For", "192.0.2.1")
        .header("X-Forwarded-Host", host)
        .header("X-Forwarded-Proto", "http")
        .header("X-Original-URL", "/other")
        .header("Forwarded", &format!("for=192.0.2.1;host={host};proto=http"))
}

const EVIL: &str = "evil.example.com";
const USER: &str = "Bearer user-1";

#[test]
fn tokens_and_bindings() {
    behind("tokens_and_bindings", &guide(), |nginx| {
        let call = |path: &str| Message::new("GET", &format!("{}{path}", nginx.base));
        let (good, forged) = (token::good(), token::forged());
        let none = call("/token");
        let [with_good, with_forged] = [&good, &forged].map(|token| call("/token").header("Approov-Token", token));
        nginx.accepts(&with_good, "/token");
        for (message, code) in [
            (none.clone(), "token_missing"),
            (with_forged.clone(), "token_signature"),
            (with_good.clone().header("approov-token", &good), "token_repeated"),
            (with_good.header("Approov-Token", &forged), "token_repeated"),
            (none.header("Approov_Token", &good), "token_missing"),
            (with_forged.header("Approov_Token", &good), "token_signature"),
        ] {
            nginx.refuses(&message, code);
        }
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

/// The guide's two forms keep path and query as they were sent. The one origin counts, and nothing else.
#[test]
fn requests_that_were_signed_for_the_public_url_pass() {
    behind("requests_that_were_signed_for_the_public_url_pass", &guide(), |nginx| {
        for (path, _) in cleaned() {
            nginx.accepts(&signed_get(&format!("{}{path}", nginx.base)), &path);
        }
        let post = post(&format!("{}/a%2Fb?c", nginx.base));
        let signed_post = signed(&post);
        for message in [
            signed_post.clone(),
            signed(&post.clone().header("Authorization", USER)),
            spoofed(signed_post.clone(), EVIL),
            signed_post.clone().header("Host", EVIL),
        ] {
            nginx.accepts(&message, "/a%2Fb?c");
        }
        // Only HTTP/1.1 has these: a body in chunks, and the whole URL in the request line, as a proxy has it.
        let expected = (200, "/a%2Fb?c".to_owned(), vec![]);
        let chunked = signed(&post.clone().without("Content-Length")).header("Transfer-Encoding", "chunked");
        assert_eq!(nginx.ask(&chunked, Http::One), expected);
        for target in [post.url.clone(), post.url.replacen("https://api", "http://evil", 1)] {
            let answer = nginx.ask(&signed_post, Http::OneFor(&target));
            assert_eq!(answer, expected, "{target}");
        }
    });
}

#[test]
fn others_do_not() {
    behind("others_do_not", &guide(), |nginx| {
        let url = format!("{}/a", nginx.base);
        let (origin, other_path) = match nginx.base.strip_suffix("/app") {
            Some(origin) => (origin, "/a"),
            None => (&*nginx.base, "/app/a"),
        };
        let path = url.strip_prefix(origin).unwrap();
        let for_other = |signed_url: &str| to(&url, signed_get(signed_url));
        let other_host = for_other(&format!("https://{EVIL}{path}"));
        let query = format!("{url}?a");
        let device = Message::get(&url).header("X-Device", "d");
        for message in [
            for_other("http://127.0.0.1:8002/a"),
            for_other(&url.replacen("https", "http", 1)),
            for_other(&format!("https://{HOST}{path}")),
            for_other(&format!("{origin}{other_path}")),
            other_host.clone(),
            other_host.clone().header("Host", EVIL),
            spoofed(other_host, EVIL),
            for_other(&query),
            to(&query, signed_get(&url)),
            signed(&device).replace("X-Device", "e"),
        ] {
            nginx.refuses(&message, "signature_invalid");
        }
        nginx.refuses(&signed(&post(&url)).alter_body(), "digest_mismatch");
        nginx.refuses(&Message::get(&url), "signature_missing");
        // As the guide says, nginx drops such a header.
        let dropped = Message::get(&url).header("X_Device", "d");
        nginx.refuses(&signed(&dropped), "signature_component");
    });
}

/// As the guide says: without the public origin nothing matches.
#[test]
fn the_public_origin_is_needed() {
    if !may_install("nginx::the_public_origin_is_needed") {
        return;
    }
    let nginx = Nginx::start_with(&Configuration::whole(), false);
    let url = format!("{}/a", nginx.base);
    nginx.refuses(&signed_get(&url), "signature_invalid");
    // Not bound to a host either.
    let insecure = signed_get(&url.replacen("https", "http", 1));
    nginx.accepts(&to(&url, insecure), "/a");
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
            let answer = nginx.ask(&to(&url, as_cleaned), Http::Two);
            assert_eq!(answer, (200, cleaned.clone(), vec![]), "{path}");
            if path != cleaned {
                let (status, _, codes) = nginx.ask(&signed_get(&url), Http::Two);
                assert_eq!((status, codes), (401, vec!["signature_invalid"]), "{path}");
            }
        }
    });
}

/// What does not begin with the prefix as it was sent never reaches the server, though it may once it is cleaned.
#[test]
fn what_is_not_below_the_path_is_not_passed_on() {
    let below = [Configuration::below_a_path()];
    behind("what_is_not_below_the_path_is_not_passed_on", &below, |nginx| {
        let origin = nginx.base.strip_suffix("/app").unwrap();
        let keeps = |path: &str, status| nginx.keeps(&signed_get(&format!("{origin}{path}")), status);
        for path in cells("/application | /a | /app/../a | /a/../app/b | //app/a | /%61pp/a | /app%2Fa") {
            keeps(&path, 404);
        }
        keeps("/app", 301);
        keeps("/app/../../a", 400);
    });
}

/// What nginx says of the client replaces what the client says of itself.
#[test]
fn who_asks() {
    behind("who_asks", &[Configuration::below_a_path()], |nginx| {
        let call = signed_get(&format!("{}{WHO}", nginx.base));
        let origin = nginx.base.strip_suffix("/app").unwrap();
        let expected = format!("{origin} None Some(\"127.0.0.1\")");
        nginx.accepts(&call, &expected);
        nginx.accepts(&spoofed(call, EVIL), &expected);
    });
}

/// Clients need not say the length of a body that is not there, and actix wants it in HTTP/1.0, which is what many
/// releases of nginx speak by default.
#[test]
fn a_post_without_a_body() {
    let guide = Configuration::below_a_path();
    let trap = guide.replace("proxy_http_version 1.1;", "proxy_http_version 1.0;");
    for (configuration, status, body) in [(guide, 200, "/a"), (trap, 400, "")] {
        behind("a_post_without_a_body", &[configuration], |nginx| {
            let mut call = Message::get(&format!("{}/a", nginx.base));
            "POST".clone_into(&mut call.method);
            for http in BOTH {
                let expected = (status, body.to_owned(), vec![]);
                assert_eq!(nginx.ask(&signed(&call), http), expected, "{http:?}");
            }
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
            let sized = |size| signed(&post(&format!("{}/a", nginx.base)).body(&vec![b'a'; size]));
            nginx.accepts(&sized(limit), "/a");
            match code {
                None => nginx.keeps(&sized(limit + 1), 413),
                Some(code) => {
                    let answer = nginx.ask(&sized(limit + 1), Http::Two);
                    assert_eq!(answer, (413, "{}".to_owned(), vec![code]));
                }
            }
        });
    }
}
