//! actix's own middleware: `Compress`, `Logger`, `DefaultHeaders`, `Condition`, `Compat` and `Identity`.

use std::io::Read as _;

use actix_web::{
    App,
    middleware::{Compat, Compress, Condition, DefaultHeaders, Identity, Logger},
    web,
};
use support::{client::Request, log, token};

use super::{Site, claims, guarded, open};
use crate::patient;

const FACES: [&str; 3] = ["/middleware", "/guard", "/claims"];

/// The three faces under `path`.
macro_rules! faces {
    ($path:expr, $approov:expr) => {
        web::scope($path)
            .app_data($approov.clone())
            .route("/guard", web::get().to(guarded))
            .route("/claims", web::get().to(claims))
            .service(
                web::resource("/middleware")
                    .route(web::get().to(open))
                    .wrap($approov.middleware()),
            )
    };
}

/// The status, `Content-Encoding` and the body as it came.
async fn compressed(site: &Site, path: &str, token: &str, encoding: &str) -> (u16, Option<String>, Vec<u8>) {
    let request = site.server.get(path).insert_header(("Accept-Encoding", encoding));
    let mut answer = request.insert_header(("Approov-Token", token)).send().await.unwrap();
    let header = answer.headers().get("content-encoding");
    let header = header.map(|value| value.to_str().unwrap().to_owned());
    (answer.status().as_u16(), header, answer.body().await.unwrap().to_vec())
}

fn decoded(encoding: &str, bytes: &[u8]) -> String {
    let mut text = String::new();
    match encoding {
        "gzip" => flate2::read::GzDecoder::new(bytes).read_to_string(&mut text),
        "br" => brotli::Decompressor::new(bytes, 4096).read_to_string(&mut text),
        _ => unreachable!("{encoding}"),
    }
    .unwrap();
    text
}

/// Compressed or not, a refusal reads `{}`, and an answer reads as the handler wrote it.
#[actix_web::test]
async fn compress() {
    let site = Site::new(|approov| {
        actix_test::start_with(patient(), move || {
            let inside = web::resource("/inside/middleware").route(web::get().to(open));
            App::new()
                .service(inside.wrap(Compress::default()).wrap(approov.middleware()))
                .service(faces!("/outside", approov).wrap(Compress::default()))
        })
    });
    let paths = FACES.map(|face| format!("/outside{face}"));
    for path in paths.iter().map(String::as_str).chain(["/inside/middleware"]) {
        let is_outside = path.starts_with("/outside");
        for encoding in ["gzip", "br"] {
            let (status, header, body) = compressed(&site, path, "", encoding).await;
            assert_eq!((status, site.codes.take()), (401, vec!["token_empty"]), "{path}");
            // Outside, `Compress` treats a refusal as it treats every answer; inside, it never sees one.
            assert_eq!(header.as_deref(), is_outside.then_some(encoding), "{path}");
            let body = if is_outside {
                decoded(encoding, &body)
            } else {
                String::from_utf8(body).unwrap()
            };
            assert_eq!(body, "{}", "{path}");

            let (status, header, body) = compressed(&site, path, &token::good(), encoding).await;
            assert_eq!((status, site.codes.take()), (200, vec![]), "{path}");
            assert_eq!(header.as_deref(), Some(encoding), "{path}");
            let expected = if path.ends_with("claims") {
                token::DEVICE_ID
            } else {
                "in"
            };
            assert_eq!(decoded(encoding, &body), expected, "{path}");
        }
        site.protects(&Request::get(path));
    }
}

/// A refusal has its line in the access log, with its status and size, and the headers that every answer gets.
#[actix_web::test]
async fn logger_and_default_headers() {
    log::capture();
    let site = Site::new(|approov| {
        actix_test::start_with(patient(), move || {
            let inside = web::resource("/inside-of-log").route(web::get().to(open));
            let inside = inside.wrap(DefaultHeaders::new().add(("X-Version", "1")));
            let inside = inside.wrap(Logger::new("%r %s inner-log").log_target("access"));
            App::new().service(inside.wrap(approov.middleware())).service(
                faces!("/logged", approov)
                    .wrap(DefaultHeaders::new().add(("X-Version", "1")))
                    .wrap(Logger::new("%r %s %b outer-log").log_target("access")),
            )
        })
    });
    for face in FACES {
        let path = format!("/logged{face}");
        let request = Request::get(&path);
        for (refused, token) in [(true, ""), (false, &*token::good())] {
            let request = request.clone().token(token);
            let answer = if refused {
                site.refuses(&request, "token_empty")
            } else {
                site.passes(&request, 200)
            };
            assert_eq!(answer.header("x-version"), Some("1"), "{path}");
            let (status, length) = (answer.status, answer.body.len());
            let line = format!("INFO access GET {path} HTTP/1.1 {status} {length} outer-log");
            assert_eq!(log::wait_for_lines_with(&line).len(), 1, "{line}");
        }
    }
    // Inside of the middleware nothing is logged or added, until a request passes.
    let inside = Request::get("/inside-of-log");
    assert_eq!(site.refuses(&inside, "token_missing").header("x-version"), None);
    assert_eq!(
        site.passes(&inside.token(&token::good()), 200).header("x-version"),
        Some("1")
    );
    let lines = log::wait_for_lines_with("GET /inside-of-log HTTP/1.1");
    assert_eq!(lines, ["INFO access GET /inside-of-log HTTP/1.1 200 inner-log"]);
}

/// Switched off, the middleware lets everyone in, and what asks for claims or stands behind a guard still refuses.
#[actix_web::test]
async fn condition() {
    let site = Site::new(|approov| {
        actix_test::start_with(patient(), move || {
            let scope = |path: &str| {
                web::scope(path)
                    .app_data(approov.clone())
                    .route("/middleware", web::get().to(open))
                    .route("/guard", web::get().to(guarded))
                    .route("/claims", web::get().to(claims))
            };
            App::new()
                .service(scope("/on").wrap(Condition::new(true, approov.middleware())))
                .service(scope("/off").wrap(Condition::new(false, approov.middleware())))
                .service(scope("/compat-on").wrap(Condition::new(true, Compat::new(approov.middleware()))))
                .service(scope("/compat-off").wrap(Condition::new(false, Compat::new(approov.middleware()))))
                .service(scope("/compat").wrap(Compat::new(approov.middleware())))
                .service(
                    scope("/identity")
                        .wrap(Identity::default())
                        .wrap(approov.middleware())
                        .wrap(Identity::default()),
                )
        })
    });
    for scope in ["/on", "/compat-on", "/compat", "/identity"] {
        for face in FACES {
            site.protects(&Request::get(&format!("{scope}{face}")));
        }
        site.protects_until(&Request::get(&format!("{scope}/unknown")), 404);
    }
    for scope in ["/off", "/compat-off"] {
        site.passes(&Request::get(&format!("{scope}/middleware")), 200);
        site.passes(&Request::get(&format!("{scope}/unknown")), 404);
        for face in ["/guard", "/claims"] {
            site.protects(&Request::get(&format!("{scope}{face}")));
        }
    }
}

/// Where the middleware was the only configuration, switching it off must not open the handlers that need it.
#[actix_web::test]
async fn a_condition_that_takes_the_only_configuration_away() {
    let site = Site::new(|approov| {
        actix_test::start_with(patient(), move || {
            App::new()
                .route("/guard", web::get().to(guarded))
                .route("/claims", web::get().to(claims))
                .wrap(Condition::new(false, approov.middleware()))
        })
    });
    for path in ["/guard", "/claims"] {
        for request in [Request::get(path), Request::get(path).token(&token::good())] {
            let answer = site.passes(&request, 500);
            assert_eq!(answer.body, "{}");
        }
    }
}
