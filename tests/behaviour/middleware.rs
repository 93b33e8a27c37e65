//! The middleware around apps, scopes and resources. Beside others: `neighbours`.

use actix_web::{App, HttpResponse, web};
use approov_actix::{Enforcement, Policy};
use support::{client::Request, token};

use crate::{approov, patient};

async fn open() -> &'static str {
    "in"
}

#[actix_web::test]
async fn the_whole_application_is_behind_it() {
    let approov = approov();
    let server = actix_test::start_with(patient(), move || {
        App::new().route("/", web::get().to(open)).wrap(approov.middleware())
    });
    for method in [
        "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND",
    ] {
        for path in ["/", "/unknown", "//", "/%2e", "/a/../", "*", "http://localhost/"] {
            let request = Request::new(method, path);
            assert_eq!(request.clone().send(server.addr()).status, 401, "{method} {path}");
            assert_eq!(
                request.token(&token::forged()).send(server.addr()).status,
                401,
                "{method} {path}"
            );
        }
    }
    let ask = |method, path| {
        Request::new(method, path)
            .token(&token::good())
            .send(server.addr())
            .status
    };
    assert_eq!(ask("GET", "/"), 200);
    assert_eq!(ask("GET", "/unknown"), 404);
    assert_eq!(ask("POST", "/"), 404);
}

#[actix_web::test]
async fn a_scope_or_a_resource_is_behind_it_and_nothing_else() {
    let approov = approov();
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .route("/open", web::get().to(open))
            .service(
                web::scope("/scope")
                    .route("/a", web::get().to(open))
                    .wrap(approov.middleware()),
            )
            .service(
                web::resource("/resource")
                    .route(web::get().to(open))
                    .wrap(approov.middleware()),
            )
    });
    let ask = |method, path, token: &str| Request::new(method, path).token(token).send(server.addr()).status;
    assert_eq!(ask("GET", "/open", ""), 200);
    assert_eq!(ask("GET", "/unknown", ""), 404);
    for (method, path, with) in [
        ("GET", "/scope/a", 200),
        ("GET", "/scope/unknown", 404),
        ("GET", "/resource", 200),
        ("POST", "/resource", 405),
    ] {
        assert_eq!(ask(method, path, ""), 401, "{method} {path}");
        assert_eq!(ask(method, path, &token::good()), with, "{method} {path}");
    }
}

#[actix_web::test]
async fn exempt_paths() {
    let approov = approov();
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .route("/health", web::get().to(open))
            .route("/public/{tail:.*}", web::get().to(open))
            .route("/admin/{tail:.*}", web::get().to(open))
            .wrap(approov.middleware().exempt("/health").exempt_prefix("/public"))
    });
    let ask = |path: &str| Request::get(path).send(server.addr()).status;
    for path in [
        "/health",
        "/health?a=/admin/b",
        "/public/a",
        "/public/a/b.css",
        "http://localhost/public/a",
    ] {
        assert_eq!(ask(path), 200, "{path}");
    }
    assert_eq!(ask("/public"), 404);
    for path in [
        "/health/",
        "/Health",
        "//health",
        "/health%20",
        "/%68ealth",
        "/health;a",
        "/publications/a",
        "/public/../admin/a",
        "/public/..%2fadmin/a",
        "/public/%2e%2e/admin/a",
        "/public//a",
        "/public/a;b",
        "/public\\..\\admin/a",
        "/admin/x/../../public/y",
        "/admin/health",
        "/admin/public/a",
        "/admin//public/a",
        "//public/a",
        "/./public/a",
        "http://localhost//public/a",
        "http://public/admin/a",
        "/admin/a?x=/public/a",
    ] {
        assert_eq!(ask(path), 401, "{path}");
    }
}

/// As on the builder: a later policy leaves what it does not name.
#[actix_web::test]
async fn policies_add_up() {
    let approov = approov();
    let server = actix_test::start_with(patient(), move || {
        let bound = Policy::new().binding(&["Authorization"]);
        let middleware = approov.middleware().policy(bound);
        let scope = |path: &str| web::scope(path).route("", web::get().to(open));
        let enforcing = Policy::new().check_enforcement(Enforcement::Enforce);
        App::new()
            .service(scope("/enforced").wrap(middleware.clone().policy(enforcing)))
            .service(scope("/reported").wrap(middleware.clone().report(true).policy(enforcing)))
            .service(scope("/enforced-again").wrap(middleware.report(true).report(false)))
    });
    for (path, status) in [("/enforced", 401), ("/reported", 200), ("/enforced-again", 401)] {
        let unbound = Request::get(path).token(&token::good());
        assert_eq!(unbound.send(server.addr()).status, status, "{path}");
    }
}

/// In every form in which a list comes. A text is one path, with or without a comma.
#[actix_web::test]
async fn several_paths_are_exempt_at_once() {
    let approov = approov();
    let configured = ["/login".to_owned(), "/refresh".to_owned()];
    let server = actix_test::start_with(patient(), move || {
        let bound = Policy::new().binding(&["Authorization"]);
        let middleware = approov
            .middleware()
            .policy(bound)
            .exempt(["/health", "/ready"])
            .exempt("/one")
            .exempt("/a,b")
            .exempt_prefix(["/public/", "/static"])
            .binding_exempt(&configured);
        App::new().default_service(web::to(open)).wrap(middleware)
    });
    let ask = |path: &str, token: &str| {
        let request = Request::get(path).token(token).header("Authorization", "u");
        request.send(server.addr()).status
    };
    for path in ["/health", "/ready", "/one", "/a,b", "/public/a", "/static", "/static/a"] {
        assert_eq!(ask(path, ""), 200, "{path}");
    }
    for path in ["/a", "/b", "/public", "/health,/ready"] {
        assert_eq!((ask(path, ""), ask(path, &token::good())), (401, 401), "{path}");
        assert_eq!(ask(path, &token::bound(&["u"])), 200, "{path}");
    }
    for path in ["/login", "/refresh"] {
        assert_eq!((ask(path, ""), ask(path, &token::good())), (401, 200), "{path}");
    }
}

/// The other half of an exemption: the scope's prefix is part of the path.
#[actix_web::test]
async fn exemptions_in_a_scope_are_whole_paths() {
    let approov = approov();
    let server = actix_test::start_with(patient(), move || {
        App::new().service(
            web::scope("/api")
                .route("/health", web::get().to(open))
                .route("/health/api/health", web::get().to(open))
                .wrap(approov.middleware().exempt("/api/health")),
        )
    });
    assert_eq!(Request::get("/api/health").send(server.addr()).status, 200);
    assert_eq!(Request::get("/api/health/api/health").send(server.addr()).status, 401);
}

#[actix_web::test]
async fn preflights_pass_only_if_asked_for_and_complete() {
    let approov = approov();
    let server = actix_test::start_with(patient(), move || {
        let answer = || std::future::ready(HttpResponse::NoContent());
        App::new()
            .service(
                web::scope("/strict")
                    .route("", web::to(answer))
                    .wrap(approov.middleware()),
            )
            .service(
                web::scope("/lax")
                    .route("", web::to(answer))
                    .wrap(approov.middleware().allow_preflight()),
            )
    });
    let preflight = |method, path| {
        Request::new(method, path)
            .header("Origin", "https://app.example.com")
            .header("Access-Control-Request-Method", "POST")
    };
    assert_eq!(preflight("OPTIONS", "/lax").send(server.addr()).status, 204);
    assert_eq!(preflight("OPTIONS", "/strict").send(server.addr()).status, 401);
    assert_eq!(preflight("GET", "/lax").send(server.addr()).status, 401);
    assert_eq!(preflight("POST", "/lax").send(server.addr()).status, 401);
    assert_eq!(Request::new("OPTIONS", "/lax").send(server.addr()).status, 401);
    let no_method = Request::new("OPTIONS", "/lax").header("Origin", "https://app.example.com");
    assert_eq!(no_method.send(server.addr()).status, 401);
    let no_origin = Request::new("OPTIONS", "/lax").header("Access-Control-Request-Method", "POST");
    assert_eq!(no_origin.send(server.addr()).status, 401);
}

/// Requests that come one after the other on one connection share nothing.
#[actix_web::test]
async fn connections_are_reused_without_reusing_verdicts() {
    use std::io::{Read as _, Write as _};
    let approov = approov();
    let server = actix_test::start_with(patient(), move || {
        App::new().route("/", web::get().to(open)).wrap(approov.middleware())
    });
    let mut stream = std::net::TcpStream::connect(server.addr()).unwrap();
    let good = format!("GET / HTTP/1.1\r\nHost: a\r\nApproov-Token: {}\r\n\r\n", token::good());
    let bad = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let last = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    stream.write_all([&good, bad, &good, last].concat().as_bytes()).unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    let statuses: Vec<_> = answers
        .match_indices("HTTP/1.1 ")
        .map(|(i, _)| &answers[i + 9..i + 12])
        .collect();
    assert_eq!(statuses, ["200", "401", "200", "401"]);
}
