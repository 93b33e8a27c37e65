//! Paths that may be read in two ways: no spelling leads to a protected handler without a token, and what is exempt
//! stays open. The rule itself has its tests in `protect/exempt.rs`; here it is asked about what actix has read.

use actix_web::{
    middleware::{NormalizePath, TrailingSlash},
    web,
};
use approov_actix::{Approov, ApproovMiddleware, Policy};
use support::{client::Request, tables::cells, token};

use crate::{builder, served::Served};

async fn open() -> &'static str {
    "open"
}

async fn secret() -> &'static str {
    "secret"
}

/// What is not open is protected, the default service included: whatever gets past an exemption gets in.
fn routes(app: &mut web::ServiceConfig) {
    for path in [
        "/health",
        "/health/",
        "/public",
        "/public/{tail:.*}",
        "/files/{name:.*}",
    ] {
        app.route(path, web::to(open));
    }
    app.route("/admin/{tail:.*}", web::to(secret))
        .default_service(web::to(secret));
}

fn middleware(approov: &Approov) -> ApproovMiddleware {
    let middleware = approov.middleware().exempt("/health");
    middleware.exempt_prefix("/public").exempt_prefix("/files/")
}

/// It needs no token, and a forged one does not matter.
#[track_caller]
fn opens(served: &Served, request: &Request) {
    let forged = request.clone().token(&token::forged());
    for request in [request, &forged] {
        assert_eq!(served.accepts("exempt", request).body, "open", "{request:?}");
    }
}

/// It needs a token, and with a good one it gets to this handler, or to any.
#[track_caller]
fn refuses(served: &Served, request: &Request, with: Option<&str>) {
    served.refuses("not exempt", "token_missing", request);
    let forged = request.clone().token(&token::forged());
    served.refuses("not exempt", "token_signature", &forged);
    let answer = served.accepts("not exempt", &request.clone().token(&token::good()));
    assert!(with.is_none_or(|with| answer.body == with), "{request:?} {answer:?}");
}

/// What is exempt, in every spelling that leaves its path as it is.
const EXEMPT: &str = "/health | /health? | /health?a=/secret | /health?/../secret | /health#/../secret
    http://evil/health | HTTP://user:password@localhost:1/health?a | /public | /public/ | /public?a=%2e%2e
    /public/a/b.css | /public/... | /public/.a | /public/a+b:c@d!$&'()*,=~ | /files/a | http://localhost/files/secret";

/// What is not exempt and leads to the protected handler, however much of it looks like what is exempt: other paths; an
/// exempt path inside of another one, its query, its fragment or its host; dot segments; empty segments;
/// percent-encoding; parameters of segments, and slashes of Windows.
const TO_THE_SECRET: &str = r"/ | /secret | /healthy | /health.json | /health:80 | /health, | /health&a=1 | /HEALTH
    /Public/a | /publications | /public. | /files.txt | /files
    /admin/health | /admin/public/a | /secret?/health | /secret?x=/public/a | /secret#/health | /?/health
    http://health/secret | http://a@health/secret | http://localhost | http://health?/health | http://public/files
    /./health | /health/. | /health/.. | /../health | /secret/../health | /admin/../public/a
    //health | //evil/health | /health// | //public/a | //localhost/../health
    /health%20 | /health%00 | /health%2f | /health%3f | /health% | /public%2fa | /%73ecret
    /health;a=1 | /health;/../secret | /public;a/b | /public\..\secret";

/// What would lead to the protected handler if actix resolved it, and what others would resolve to it. With a token it
/// is what it looks like.
const TO_THE_OPEN: &str = r"http://localhost/public/../secret | /public/. | /public/.. | /public/../secret
    /public/a/../../secret | /public/./../secret | /files/.. | /files/../secret | /public//../secret
    /%68ealth | /%70ublic/a | /public/a%20b | /public/%2e%2e/secret | /public/.%2E/secret | /public/..%2fsecret
    /public/..%5csecret | /public/%252e%252e/secret | /public/%c0%ae%c0%ae/secret | /public/%u002e%u002e/secret
    /public/..;/secret | /public/a;b | /public/..\secret";

#[actix_web::test]
async fn exemptions() {
    let served = Served::new(builder(), |app, approov| {
        app.service(web::scope("").configure(routes).wrap(middleware(approov)));
    });
    for target in cells(EXEMPT) {
        opens(&served, &Request::get(&target));
    }
    let slashes = cells("/public// | /files/ | /files//secret");
    for target in cells(TO_THE_OPEN).iter().chain(&slashes) {
        refuses(&served, &Request::get(target), Some("open"));
    }
    for target in cells(TO_THE_SECRET) {
        refuses(&served, &Request::get(&target), Some("secret"));
    }
    // For every method, and no method is an exemption.
    for method in ["POST", "OPTIONS", "TRACE", "PROPFIND", "get", "!"] {
        opens(&served, &Request::new(method, "/health"));
        for target in ["/secret", "//public", "/%73ecret", "http://health/secret"] {
            refuses(&served, &Request::new(method, target), Some("secret"));
        }
    }
    // No header says where a request goes.
    for name in cells("X-HTTP-Method-Override | X-Original-URL | X-Rewrite-URL | X-Forwarded-Prefix | Forwarded") {
        for value in ["/health", "http://localhost/public/a", "OPTIONS"] {
            refuses(&served, &Request::get("/secret").header(&name, value), Some("secret"));
        }
    }
}

/// What takes the binding away from a path takes it from no other spelling.
#[actix_web::test]
async fn exemptions_from_the_binding() {
    let served = Served::new(builder(), |app, approov| {
        let bound = approov.middleware().policy(Policy::new().binding(&["authorization"]));
        let scope = web::scope("").default_service(web::to(secret));
        app.service(scope.wrap(bound.binding_exempt("/health")));
    });
    let unbound = |target: &str| Request::get(target).token(&token::good());
    served.accepts("exempt", &unbound("/health"));
    for target in [TO_THE_SECRET, TO_THE_OPEN].into_iter().flat_map(cells) {
        served.refuses("not exempt", "binding_header_missing", &unbound(&target));
    }
}

/// What does not reach a scope reaches the open handler, and that one only. Exemptions are compared with whole paths.
#[actix_web::test]
async fn scopes_beside_open_handlers() {
    let served = Served::new(builder(), |app, approov| {
        let [api, tenant] = ["/api", "/t/{tenant}"].map(|path| web::scope(path).default_service(web::to(secret)));
        app.service(api.wrap(approov.middleware()))
            .service(tenant.wrap(approov.middleware().exempt_prefix("/t/public")))
            .default_service(web::to(open));
    });
    for target in cells(r"/API/secret | /apiary | /api. | /api;a/secret | /api%2fsecret | /api\secret | //api/secret") {
        opens(&served, &Request::get(&target));
    }
    for target in cells(
        "/api | /api/secret | /api/../open | /api//secret | /%61pi/secret | /api?/open | http://open/api/secret
        /t/a/secret | /t/public/../a/secret | /t/%70ublic/secret | /t/public%2fa/secret | /t/publicity/secret",
    ) {
        refuses(&served, &Request::get(&target), Some("secret"));
    }
}

/// With `NormalizePath` around Approov's middleware, which then sees the path that is routed; or inside, as the
/// documentation has it: then it sees the path as it was sent. A server for each mode.
fn normalized(is_outside: bool) -> [Served; 3] {
    [TrailingSlash::Trim, TrailingSlash::Always, TrailingSlash::MergeOnly].map(|mode| {
        Served::new(builder(), move |app, approov| {
            let (scope, normalize) = (web::scope("").configure(routes), NormalizePath::new(mode));
            if is_outside {
                app.service(scope.wrap(middleware(approov)).wrap(normalize));
            } else {
                app.service(scope.wrap(normalize).wrap(middleware(approov)));
            }
        })
    })
}

/// Nothing that `NormalizePath` does makes one of these exempt, wherever it stands.
#[actix_web::test]
async fn normalized_paths_that_are_never_exempt() {
    let slashes = "//public/../secret | /public/..//secret// | //secret// | /public/%2e%2e//secret";
    for served in [true, false].map(normalized).iter().flatten() {
        for target in cells(slashes).into_iter().chain(cells(TO_THE_OPEN)) {
            refuses(served, &Request::get(&target), None);
        }
    }
}

/// Outside, what is exempt is what the path has become, which is also what is routed. One column for each mode.
#[actix_web::test]
async fn paths_that_are_exempt_after_normalizing() {
    let servers = normalized(true);
    for (target, exempt) in [
        ("/health", [true, false, true]),
        ("//health", [true, false, true]),
        ("/health/", [true, false, false]),
        ("//public///a//", [true; 3]),
        ("/files//a", [true; 3]),
        ("/files/", [false; 3]),
    ] {
        for (served, is_exempt) in servers.iter().zip(exempt) {
            if is_exempt {
                opens(served, &Request::get(target));
            } else {
                refuses(served, &Request::get(target), None);
            }
        }
    }
}

/// Inside, only what was sent without anything to normalize is exempt, but for a slash at its end. The prefix `/files/`
/// does not cover `/files`, and trimming makes this of `/files/` after the check.
#[actix_web::test]
async fn paths_that_are_exempt_before_normalizing() {
    for served in normalized(false) {
        for target in ["/health", "/public", "/public/", "/public/a", "/public/a/", "/files/a"] {
            opens(&served, &Request::get(target));
        }
        for target in [
            "//health",
            "/health//",
            "/public//a",
            "//public/a",
            "/files//a",
            "/files/",
        ] {
            refuses(&served, &Request::get(target), None);
        }
    }
}
