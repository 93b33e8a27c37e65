//! Preflights, which the middleware lets past if it is asked to. Exempt paths: `wire/paths`.

use actix_web::{HttpResponse, web};
use support::client::Request;

use crate::{builder, served::Served};

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
        ("no method", from(bare("OPTIONS", "/lax"))),
        ("no origin", to_post(bare("OPTIONS", "/lax"))),
    ] {
        server.refuses(case, "token_missing", &request);
    }
}
