//! What the middleware lets past. Which paths that are: `wire/paths`. Beside others: `with_others`.

use actix_web::{HttpResponse, web};
use approov_actix::Policy;
use support::{client::Request, token};

use crate::{builder, served::Served, ways::open};

/// In every form in which a list comes. A text is one path, with or without a comma.
#[actix_web::test]
async fn several_paths_are_exempt_at_once() {
    let configured = ["/login".to_owned(), "/refresh".to_owned()];
    let server = Served::new(builder(), move |app, approov| {
        let bound = Policy::new().binding(&["Authorization"]);
        let middleware = approov
            .middleware()
            .policy(bound)
            .exempt(["/health", "/ready"])
            .exempt("/one")
            .exempt("/a,b")
            .exempt_prefix(["/public/", "/static"])
            .binding_exempt(&configured);
        app.service(web::scope("").default_service(web::to(open)).wrap(middleware));
    });
    let get = |path: &str, token: &str| Request::get(path).token(token).header("Authorization", "u");
    for path in ["/health", "/ready", "/one", "/a,b", "/public/a", "/static", "/static/a"] {
        server.accepts(path, &get(path, ""));
    }
    for path in ["/a", "/b", "/public", "/health,/ready"] {
        server.refuses(path, "token_empty", &get(path, ""));
        server.refuses(path, "binding_claim_missing", &get(path, &token::good()));
        server.accepts(path, &get(path, &token::bound(&["u"])));
    }
    for path in ["/login", "/refresh"] {
        server.refuses(path, "token_empty", &get(path, ""));
        server.accepts(path, &get(path, &token::good()));
    }
}

#[actix_web::test]
async fn preflights_pass_only_if_asked_for_and_complete() {
    let server = Served::new(builder(), |app, approov| {
        let resource = |path: &str| web::resource(path).to(async || HttpResponse::NoContent());
        app.service(resource("/strict").wrap(approov.middleware()))
            .service(resource("/lax").wrap(approov.middleware().allow_preflight()));
    });
    let bare = |method, path| Request::new(method, path);
    let from = |request: Request| request.header("Origin", "https://app.example.com");
    let to_post = |request: Request| request.header("Access-Control-Request-Method", "POST");
    assert_eq!(server.send(&from(to_post(bare("OPTIONS", "/lax")))).status, 204);
    for (case, request) in [
        ("not asked for", from(to_post(bare("OPTIONS", "/strict")))),
        ("GET", from(to_post(bare("GET", "/lax")))),
        ("POST", from(to_post(bare("POST", "/lax")))),
        ("neither header", bare("OPTIONS", "/lax")),
        ("no method", from(bare("OPTIONS", "/lax"))),
        ("no origin", to_post(bare("OPTIONS", "/lax"))),
    ] {
        server.refuses(case, "token_missing", &request);
    }
}
