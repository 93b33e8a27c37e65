//! actix's own middleware: `Compress`, `DefaultHeaders`, `Logger`, `Condition`, `Compat` and `from_fn`.

use std::{
    io::Read as _,
    sync::atomic::{AtomicUsize, Ordering},
};

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::{Compat, Compress, Condition, DefaultHeaders, Logger, Next, from_fn},
    web,
};
use support::{client::Request, log, token};

use super::{Site, ways_below};
use crate::ways::{WAYS, open};

/// Outside, they treat a refusal like every answer. Inside, they never see one.
#[actix_web::test]
async fn compress_default_headers_and_logger() {
    log::capture();
    let site = Site::new(|app, approov| {
        let wrapped = |path| {
            ways_below(path, approov)
                .wrap(Compress::default())
                .wrap(DefaultHeaders::new().add(("X-Version", "1")))
                .wrap(Logger::new("%r %s with-others").log_target("access"))
        };
        app.service(wrapped("/logged-outside"))
            .service(wrapped("/logged-inside").wrap(approov.middleware()));
    });
    for (scope, sees_refusals) in [("/logged-outside", true), ("/logged-inside", false)] {
        for path in WAYS.map(|way| format!("{scope}{way}")) {
            for (token, status, is_seen) in [("", 401, sees_refusals), (&*token::good(), 200, true)] {
                let request = Request::get(&path).token(token).header("Accept-Encoding", "gzip");
                let mut answer = Vec::new();
                site.open(&request).read_to_end(&mut answer).unwrap();
                // A compressed body is no text.
                let answer = String::from_utf8_lossy(&answer);
                assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
                for header in ["\r\nx-version: 1\r\n", "\r\ncontent-encoding: gzip\r\n"] {
                    assert_eq!(answer.contains(header), is_seen, "{path}: {answer}");
                }
                // Whoever is let in later is logged later, so the line of a refusal would be there by then.
                if is_seen {
                    let line = format!("INFO access GET {path} HTTP/1.1 {status} with-others");
                    assert_eq!(log::wait_for_lines_with(&line), [line]);
                }
            }
            let refusals = log::lines_with(&format!("GET {path} HTTP/1.1 401 with-others"));
            assert_eq!(refusals.len(), usize::from(sees_refusals), "{path}");
        }
    }
}

/// Switched off, the middleware lets everyone in, but not to what asks for claims or is behind a guard.
#[actix_web::test]
async fn condition() {
    let site = Site::new(|app, approov| {
        let scope = |path| ways_below(path, approov).route("/open", web::to(open));
        app.service(scope("/on").wrap(Condition::new(true, approov.middleware())))
            .service(scope("/off").wrap(Condition::new(false, approov.middleware())))
            .service(scope("/compat").wrap(Condition::new(true, Compat::new(approov.middleware()))));
    });
    for scope in ["/on", "/off", "/compat"] {
        for way in ["/guard", "/claims", "/open"] {
            let request = Request::get(&format!("{scope}{way}"));
            if (scope, way) == ("/off", "/open") {
                site.passes(&request, 200);
            } else {
                site.protects(&request, 200);
            }
        }
    }
}

type Runs = web::Data<AtomicUsize>;

async fn count(
    runs: Runs,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    runs.fetch_add(1, Ordering::SeqCst);
    next.call(request).await
}

/// The application's own middleware runs for refused requests only where it is outside.
#[actix_web::test]
async fn from_fn_on_either_side() {
    let runs = Runs::default();
    let shared = runs.clone();
    let site = Site::new(move |app, approov| {
        let counted = |path| ways_below(path, approov).wrap(from_fn(count));
        app.app_data(shared.clone())
            .service(counted("/inside").wrap(approov.middleware()))
            .service(counted("/outside"));
    });
    for (scope, expected) in [("/inside", 1), ("/outside", 3)] {
        for path in WAYS.map(|way| format!("{scope}{way}")) {
            site.protects(&Request::get(&path), 200);
            assert_eq!(runs.swap(0, Ordering::SeqCst), expected, "{path}");
        }
    }
}
