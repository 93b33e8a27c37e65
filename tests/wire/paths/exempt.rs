//! What is exempt from the check of a whole application, and what only looks like it.

use actix_web::{App, web};
use approov_actix::Policy;
use support::{tables::cells, token};

use super::{
    Line,
    Outcome::{Absent, Bad, Open, Refused, Secret},
    Site, config, outer_scope, secret, whole_application,
};

/// What is exempt, in every spelling that leaves its path as it is.
const EXEMPT: &str = "/health | /health? | /health?a=/secret | /health?/../secret | /health#/../secret | /health#
    http://localhost/health | http://evil/health | https://user:password@localhost:1/health?a
    HTTP://LOCALHOST/health | ftp://localhost/health | /public | /public/ | /public?a=%2e%2e | /public/a/b.css
    /public/... | /public/.a | /public/a. | /public/a+b:c@d!$&'()*,=~ | /files/a | http://localhost/files/secret";

/// What is not exempt and leads to the protected handler, however much of it looks like what is exempt: other paths; an
/// exempt path inside of another one, its query, its fragment or its host; dot segments; empty segments;
/// percent-encoding; parameters of segments, and slashes of Windows.
pub(super) const TO_THE_SECRET: &str = r"/ | /secret | /secret/ | /admin/ | /healthy | /health. | /health.json
    /health:80 | /health, | /health&a=1 | /health= | /Health | /HEALTH | /Public/a | /publications
    /public. | /public: | /files.txt | /filesystem
    /secret/health | /admin/health | /admin/public/a | /secret?/health | /secret?x=/public/a | /secret#/health
    /secret?#/public/ | /?/health | /#/health | http://health/secret | http://localhost/secret?/health
    http://a@health/secret | http://localhost | http://health?/health
    /./health | /health/. | /health/.. | /../health | /secret/../health | /admin/../public/a
    //evil/health | //localhost/../health
    /health%20 | /health%00 | /health%0a | /health%2f | /health%3f | /health%23 | /health% | /public%2fa | /%73ecret
    /secre%74
    /health;a=1 | /health;/../secret | /public;a/b | /public\..\secret";

/// What would lead to the protected handler if actix resolved it, and what others would resolve to it. With a token it
/// is what it looks like.
pub(super) const TO_THE_OPEN: &str = r"http://localhost/public/../secret
    /public/. | /public/.. | /public/../secret | /public/../public/a | /public/a/../../secret | /public/./../secret
    /files/.. | /files/../secret
    /public//../secret
    /%68ealth | /%70ublic/a | /public/a%20b | /public/%2e%2e/secret | /public/%2E%2e/secret | /public/.%2e/secret
    /public/..%2fsecret | /public/..%2Fsecret | /public/..%5csecret | /public/%252e%252e/secret
    /public/%25%32%65%25%32%65/secret | /public/%c0%ae%c0%ae/secret | /public/..%c0%afsecret
    /public/%e0%80%ae%e0%80%ae/secret | /public/%u002e%u002e/secret | /public/%ef%bc%8e%ef%bc%8e/secret
    /public/..;/secret | /public/a;b | /public/..\secret";

/// What `NormalizePath` may make exempt, and where it leads without it.
const SLASHES: [(&str, super::Outcome); 10] = [
    ("/health/", Open),
    ("/health//", Secret),
    ("//health", Secret),
    ("///health", Secret),
    ("//public/a", Secret),
    ("/public//", Open),
    ("/files", Secret),
    ("/files/", Open),
    ("/files//secret", Open),
    ("http://public/files", Secret),
];

/// All of it.
pub(super) fn not_exempt() -> Vec<(String, super::Outcome)> {
    let of = |table, outcome| cells(table).into_iter().map(move |target| (target, outcome));
    let slashes = SLASHES.map(|(target, outcome)| (target.to_owned(), outcome));
    of(TO_THE_SECRET, Secret)
        .chain(of(TO_THE_OPEN, Open))
        .chain(slashes)
        .collect()
}

#[actix_web::test]
async fn exemptions_of_an_application() {
    for site in [whole_application(), outer_scope()] {
        for target in cells(EXEMPT) {
            site.check(&Line::get(&target), Open, Open);
        }
        for (target, with) in not_exempt() {
            site.check(&Line::get(&target), Refused, with);
        }
    }
}

/// What no URL has, as bytes. Some of it actix does not read.
#[actix_web::test]
async fn bytes_in_a_target() {
    let site = whole_application();
    for (target, without, with) in [
        (&b"/health\0"[..], Bad, Bad),
        (b"/health\x7f", Bad, Bad),
        (b"/health\t", Bad, Bad),
        (b"/health /secret", Bad, Bad),
        (b"/secret /health", Bad, Bad),
        (b"/public/../\0secret", Bad, Bad),
        (b"/public/\xc0\xae\xc0\xae/secret", Bad, Bad),
        (b"/health\xff", Bad, Bad),
        (b"/health\xc3\xa9", Bad, Bad),
        (b"/public/\xef\xbc\x8e\xef\xbc\x8e/secret", Bad, Bad),
        (b"?/health", Bad, Bad),
        // To actix a host.
        (b"health", Refused, Secret),
        (b"*", Refused, Secret),
        (b"", Bad, Bad),
    ] {
        let line = Line {
            target,
            ..Line::get("")
        };
        site.check(&line, without, with);
    }
}

#[actix_web::test]
async fn paths_of_any_length() {
    let site = whole_application();
    for (start, without, with) in [("/public/", Open, Open), ("/secret", Refused, Secret)] {
        for length in [1000, 60_000] {
            let target = start.to_owned() + &"a".repeat(length);
            site.check(&Line::get(&target), without, with);
        }
        let target = start.to_owned() + &"a".repeat(70_000);
        site.check(&Line::get(&target), Bad, Bad);
    }
    let up = "/public".to_owned() + &"/..".repeat(10_000) + "/secret";
    site.check(&Line::get(&up), Refused, Open);
}

#[actix_web::test]
async fn an_exemption_is_for_every_method_and_no_method_is_an_exemption() {
    let long = "M".repeat(3000);
    for site in [whole_application(), outer_scope()] {
        for method in [
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "QUERY", "get", "A", "!",
            &long,
        ] {
            site.check(&Line::new(method, "/health"), Open, Open);
            for target in ["/secret", "//public", "/%73ecret", "http://health/secret"] {
                site.check(&Line::new(method, target), Refused, Secret);
            }
        }
        for method in ["G(T", "GET/health", "G\u{e9}T"] {
            site.check(&Line::new(method, "/health"), Bad, Bad);
        }
        // For actix `*` is in no scope.
        let (without, with) = if site.name == "scope" {
            (Absent, Absent)
        } else {
            (Refused, Secret)
        };
        site.check(&Line::new("OPTIONS", "*"), without, with);
        // The form that only `CONNECT` may have. It has no path.
        for target in ["localhost:80", "health:443", "public"] {
            site.check(&Line::new("CONNECT", target), Refused, Secret);
            site.check(&Line::new("GET", target), Refused, Secret);
        }
    }
}

/// What takes the binding away from a path takes it from no other spelling.
#[actix_web::test]
async fn exemptions_from_the_binding() {
    let site = Site::new("binding", |approov, runs| {
        actix_test::start_with(config(), move || {
            let bound = approov.middleware().policy(Policy::new().binding(&["authorization"]));
            App::new()
                .app_data(runs.clone())
                .default_service(web::to(secret))
                .wrap(bound.binding_exempt("/health"))
        })
    });
    let unbound = token::good();
    let send = |target: &str, code| site.send(&Line::get(target), Some(&unbound), code);
    assert_eq!(send("/health", None), Secret);
    for (target, _) in not_exempt() {
        assert_eq!(send(&target, Some("binding_header_missing")), Refused, "{target}");
    }
}
