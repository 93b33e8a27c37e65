//! Claims and verdicts as arguments. Of which configuration: `nearest`.

use actix_web::{FromRequest as _, HttpMessage as _, HttpRequest, web};
use approov_actix::{ApproovClaims, ApproovSignature, ApproovVerdict, Policy, Refused, Rejection, approov_protected};
use support::{client::Request, token};

use super::checks::{blocked, blocking};
use crate::{builder, served::Served};

pub(crate) async fn verdict(verdict: ApproovVerdict) -> String {
    match verdict {
        ApproovVerdict::Genuine(claims) => claims.device_id().unwrap().to_owned(),
        ApproovVerdict::Rejected(rejection) => rejection.to_string(),
    }
}

/// A verdict serves everyone and tells them apart. Nothing is genuine to it that a report would complain of, and it
/// tells nobody.
#[actix_web::test]
async fn a_verdict_does_not_know_report_mode() {
    for is_reported in [false, true] {
        let builder = blocking().binding("X-User").policy(Policy::new().report(is_reported));
        let server = Served::new(builder, |app, approov| {
            let scope = web::resource("/scope").get(verdict);
            app.route("/data", web::get().to(verdict))
                .service(scope.wrap(approov.middleware()));
        });
        // In front of the other a middleware that enforces refuses.
        for path in ["/data", "/scope"].into_iter().take(1 + usize::from(is_reported)) {
            let get = || Request::get(path).header("X-User", "u");
            for (request, body) in [
                (get().token(&token::bound(&["u"])), token::DEVICE_ID),
                (get().token(&token::bound(&["v"])), "binding_mismatch"),
                (get().token(&token::good()), "binding_claim_missing"),
                (get().token(&blocked()), "application_check(device_blocked)"),
                (get().token(&token::forged()), "token_signature"),
                (get(), "token_missing"),
            ] {
                let answer = server.send(&request);
                assert_eq!((answer.status, answer.body.as_str()), (200, body), "{path}");
                assert_eq!(server.codes().is_empty(), path == "/data" || body == token::DEVICE_ID);
            }
        }
    }
}

/// What is borrowed of a request is its handler's, also while it asks for claims.
#[actix_web::test]
async fn a_handler_may_ask_while_it_reads_the_requests_extensions() {
    async fn handler(way: web::Path<String>, request: HttpRequest) -> String {
        let (extensions, info);
        if way.as_str() == "extensions" {
            extensions = request.extensions();
            assert!(extensions.get::<u8>().is_none());
        } else {
            info = request.connection_info();
            assert_eq!(info.host(), "localhost");
        }
        let claims = ApproovClaims::extract(&request).into_inner();
        let verdict = ApproovVerdict::extract(&request).into_inner().unwrap();
        let signature = ApproovSignature::extract(&request).into_inner();
        let codes = [
            claims.as_ref().err().map(Refused::rejection),
            verdict.rejection(),
            signature.err().map(Rejection::from),
        ];
        codes.map(|code| code.map_or("in", Rejection::code)).join(" ")
    }
    async fn beside_an_argument(_: Option<ApproovClaims>, way: web::Path<String>, request: HttpRequest) -> String {
        handler(way, request).await
    }
    #[approov_protected(report = true)]
    async fn guarded(way: web::Path<String>, request: HttpRequest) -> String {
        handler(way, request).await
    }

    let server = Served::new(builder().token_cache_capacity(0), |app, approov| {
        let inside = |path: &str| web::scope(path).route("/{way}", web::get().to(handler));
        app.route("/bare/{way}", web::get().to(handler))
            .route("/argument/{way}", web::get().to(beside_an_argument))
            .route("/guard/{way}", web::get().to(guarded))
            .service(inside("/scope").wrap(approov.middleware().report(true)))
            .service(inside("/exempt").wrap(approov.middleware().exempt_prefix("/exempt")));
    });
    for place in ["bare", "argument", "guard", "scope", "exempt"] {
        for way in ["extensions", "connection-info"] {
            for (token, expected) in [
                (token::good(), "in in signature_missing"),
                (token::forged(), "token_signature token_signature token_signature"),
            ] {
                let answer = server.send(&Request::get(&format!("/{place}/{way}")).token(&token));
                assert_eq!((answer.status, answer.body.as_str()), (200, expected), "{place} {way}");
            }
        }
    }
}
