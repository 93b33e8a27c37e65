//! `ErrorHandlers` around Approov's middleware and inside of it, and claims as an argument of a middleware.

use actix_web::{
    Error, HttpMessage as _, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    error::ErrorUnauthorized,
    http::StatusCode,
    middleware::{ErrorHandlerResponse, ErrorHandlers, Logger, Next, from_fn},
    web,
};
use approov_actix::{ApproovClaims, Refused};
use support::{client::Request, log, token, wait_until};

use super::{Site, ways_below};
use crate::ways::WAYS;

/// A page for every 401, which knows Approov's refusals from the application's own.
fn pages<B: 'static>() -> ErrorHandlers<B> {
    ErrorHandlers::new().handler(StatusCode::UNAUTHORIZED, |response: ServiceResponse<B>| {
        let error = response.response().error();
        let page = match error.and_then(|error| error.as_error::<Refused>()) {
            Some(_) => "page: no genuine app",
            None => "page: log in",
        };
        let response = response.into_response(HttpResponse::Unauthorized().body(page));
        Ok(ErrorHandlerResponse::Response(response.map_into_right_body()))
    })
}

/// Outside, they replace every refusal. Inside, they see those of guards and arguments, and never the middleware's.
#[actix_web::test]
async fn error_handlers() {
    let site = Site::new(|app, approov| {
        // A handler's own 401: the user is not logged in.
        let log_in = async || Err::<&str, _>(ErrorUnauthorized("who are you?"));
        let scope = |path| {
            let scope = ways_below(path, approov).route("/log-in", web::to(log_in));
            scope.wrap(pages())
        };
        let exempt = approov.middleware().exempt_prefix("/exempt/");
        app.service(scope("/outside"))
            .service(scope("/inside").wrap(approov.middleware()))
            .service(scope("/exempt").wrap(exempt));
    });
    for (scope, refusal) in [
        ("/outside", "page: no genuine app"),
        ("/exempt", "page: no genuine app"),
        ("/inside", "{}"),
    ] {
        for path in WAYS.map(|way| format!("{scope}{way}")) {
            let answer = site.0.send(&Request::get(&path));
            assert_eq!((answer.status, &*answer.body), (401, refusal), "{path}");
            assert_eq!(site.0.codes(), ["token_missing"], "{path}");
            site.passes(&Request::get(&path).token(&token::good()), 200);
        }
        let log_in = Request::get(&format!("{scope}/log-in")).token(&token::good());
        assert_eq!(site.passes(&log_in, 401).body, "page: log in", "{scope}");
    }
}

/// Hands the device id to the handlers.
async fn device(
    claims: ApproovClaims,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let device = claims.device_id().unwrap().to_owned();
    request.extensions_mut().insert(device);
    next.call(request).await
}

/// Claims as an argument of a middleware protect as those of a handler do. But actix hands on the refusal as an error,
/// which the access log and `ErrorHandlers` around it never see as an answer, so Approov's own middleware belongs
/// outside.
#[actix_web::test]
async fn claims_in_a_middleware() {
    log::capture();
    let site = Site::new(|app, approov| {
        let handler = |device: web::ReqData<String>| async move { device.into_inner() };
        let scope = |path| web::scope(path).route("", web::to(handler)).wrap(from_fn(device));
        let outside = || Logger::new("%U %s middleware-log").log_target("access");
        app.service(scope("/claims-alone").wrap(pages()).wrap(outside()))
            .service(scope("/claims-behind").wrap(approov.middleware()).wrap(outside()));
    });
    for path in ["/claims-alone", "/claims-behind"] {
        assert_eq!(site.protects(&Request::get(path), 200).body, token::DEVICE_ID, "{path}");
    }
    let counts = || ["behind", "alone"].map(|path| log::lines_with(&format!("INFO access /claims-{path} ")).len());
    wait_until("the access log", || counts() == [3, 1]);
}
