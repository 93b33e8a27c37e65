//! actix-cors outside of Approov's middleware, where it belongs, and inside of it.

use actix_cors::Cors;
use actix_test::TestServer;
use actix_web::{App, web};
use approov_actix::Approov;
use support::{client::Request, token};

use super::{Site, claims, guarded, open};
use crate::patient;

const ORIGIN: &str = "https://app.example.com";

fn cors() -> Cors {
    Cors::default()
        .allowed_origin(ORIGIN)
        .allowed_methods(["POST"])
        .allowed_header("approov-token")
        .expose_headers(["x-request-id"])
        .max_age(600)
}

fn from(origin: &str, request: Request) -> Request {
    request.header("Origin", origin)
}

fn preflight(path: &str) -> Request {
    from(ORIGIN, Request::new("OPTIONS", path))
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "approov-token")
}

fn post(path: &str) -> Request {
    from(ORIGIN, Request::post(path, "text/plain", "body"))
}

const FACES: [&str; 3] = ["/guard", "/claims", "/middleware"];

/// Around everything.
fn outside(approov: Approov) -> TestServer {
    actix_test::start_with(patient(), move || {
        App::new()
            .app_data(approov.clone())
            .route("/guard", web::post().to(guarded))
            .route("/claims", web::post().to(claims))
            .service(
                web::resource("/middleware")
                    .route(web::post().to(open))
                    .wrap(approov.middleware()),
            )
            .wrap(cors())
    })
}

/// A browser shows a page no answer without these headers: a refusal without them would look like a broken network.
#[actix_web::test]
async fn outside_of_approov_every_answer_has_its_headers() {
    let site = Site::new(outside);
    for face in FACES {
        let answers = [
            site.refuses(&post(face), "token_missing"),
            site.refuses(&post(face).token(&token::forged()), "token_signature"),
            site.passes(&post(face).token(&token::good()), 200),
        ];
        for answer in answers {
            assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN), "{face}");
            assert_eq!(answer.header("access-control-expose-headers"), Some("x-request-id"));
            assert!(
                answer.header("vary").is_some_and(|vary| vary.contains("Origin")),
                "{answer:?}"
            );
        }
        let elsewhere = from("https://evil.example.com", Request::post(face, "text/plain", ""));
        let refused = site.refuses(&elsewhere, "token_missing");
        assert_eq!(refused.header("access-control-allow-origin"), None, "{face}");
    }
}

/// A preflight carries no token: it is answered before Approov is asked.
#[actix_web::test]
async fn outside_of_approov_it_answers_preflights() {
    let site = Site::new(outside);
    for face in FACES {
        let answer = site.passes(&preflight(face), 200);
        assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN), "{face}");
        assert_eq!(answer.header("access-control-allow-headers"), Some("approov-token"));
        assert_eq!(answer.header("access-control-max-age"), Some("600"));
    }
    // Without the method this is no preflight.
    site.refuses(&from(ORIGIN, Request::new("OPTIONS", "/middleware")), "token_missing");
}

/// In the wrong order preflights are refused. With `allow_preflight` they are not, but refusals have no CORS headers.
#[actix_web::test]
async fn inside_of_approov_it_needs_preflights_to_be_let_through() {
    let site = Site::new(|approov| {
        actix_test::start_with(patient(), move || {
            let scope = |path: &str| web::scope(path).route("", web::post().to(open)).wrap(cors());
            App::new()
                .service(scope("/strict").wrap(approov.middleware()))
                .service(scope("/preflight").wrap(approov.middleware().allow_preflight()))
        })
    });
    site.refuses(&preflight("/strict"), "token_missing");
    let answer = site.passes(&preflight("/preflight"), 200);
    assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN));
    for path in ["/strict", "/preflight"] {
        let refused = site.refuses(&post(path), "token_missing");
        assert_eq!(refused.header("access-control-allow-origin"), None, "{path}");
        let accepted = site.passes(&post(path).token(&token::good()), 200);
        assert_eq!(accepted.header("access-control-allow-origin"), Some(ORIGIN), "{path}");
    }
    let no_method = from(ORIGIN, Request::new("OPTIONS", "/preflight"));
    site.refuses(&no_method, "token_missing");
}
