//! `ErrorHandlers` and `from_fn`, outside and inside of Approov's middleware.

use std::sync::atomic::{AtomicUsize, Ordering};

use actix_cors::Cors;
use actix_web::{
    App, Error, HttpMessage as _, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    error::ErrorUnauthorized,
    http::StatusCode,
    middleware::{ErrorHandlerResponse, ErrorHandlers, Logger, Next, from_fn},
    web,
};
use approov_actix::{ApproovClaims, Refused};
use support::{client::Request, log, token, wait_until};

use super::{Site, claims, guarded, open};
use crate::patient;

/// A handler's own 401: the user is not logged in.
async fn log_in() -> Result<&'static str, Error> {
    Err(ErrorUnauthorized("who are you?"))
}

/// A page for every 401, which knows Approov's refusals from the application's own.
#[allow(clippy::unnecessary_wraps, reason = "actix asks for it")]
fn page<B>(response: ServiceResponse<B>) -> actix_web::Result<ErrorHandlerResponse<B>> {
    let is_approovs = response
        .response()
        .error()
        .is_some_and(|error| error.as_error::<Refused>().is_some());
    let page = if is_approovs {
        "page: no genuine app"
    } else {
        "page: log in"
    };
    let response = response.into_response(HttpResponse::Unauthorized().body(page));
    Ok(ErrorHandlerResponse::Response(response.map_into_right_body()))
}

macro_rules! pages {
    () => {
        ErrorHandlers::new().handler(StatusCode::UNAUTHORIZED, page)
    };
}

/// Outside they replace every refusal. Inside they see those of handlers, and never the middleware's.
#[actix_web::test]
async fn error_handlers() {
    let site = Site::new(|approov| {
        actix_test::start_with(patient(), move || {
            let scope = |path: &str| {
                web::scope(path)
                    .route("", web::get().to(open))
                    .route("/exempt/guard", web::get().to(guarded))
                    .route("/exempt/claims", web::get().to(claims))
                    .route("/log-in", web::get().to(log_in))
            };
            let outside = approov.middleware().exempt_prefix("/outside/exempt");
            let inside = approov.middleware().exempt_prefix("/inside/exempt");
            App::new()
                .service(scope("/outside").wrap(outside).wrap(pages!()))
                .service(scope("/inside").wrap(pages!()).wrap(inside))
        })
    });
    for (path, refusal) in [
        ("/outside", "page: no genuine app"),
        ("/outside/exempt/guard", "page: no genuine app"),
        ("/outside/exempt/claims", "page: no genuine app"),
        ("/inside", "{}"),
        ("/inside/exempt/guard", "page: no genuine app"),
        ("/inside/exempt/claims", "page: no genuine app"),
    ] {
        for (token, code) in [("", "token_empty"), (&*token::forged(), "token_signature")] {
            let (answer, codes) = site.ask(&Request::get(path).token(token));
            assert_eq!(
                (answer.status, answer.body.as_str(), codes),
                (401, refusal, vec![code]),
                "{path}"
            );
        }
        site.passes(&Request::get(path).token(&token::good()), 200);
    }
    for path in ["/outside/log-in", "/inside/log-in"] {
        let answer = site.passes(&Request::get(path).token(&token::good()), 401);
        assert_eq!(answer.body, "page: log in", "{path}");
    }
}

type Runs = web::Data<AtomicUsize>;

async fn counting(
    runs: Runs,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    runs.fetch_add(1, Ordering::SeqCst);
    next.call(request).await
}

/// The application's own middleware sees refused requests only where it is outside.
#[actix_web::test]
async fn from_fn_on_either_side() {
    let runs = Runs::default();
    let shared = runs.clone();
    let site = Site::new(move |approov| {
        actix_test::start_with(patient(), move || {
            let scope = |path: &str| web::scope(path).route("", web::get().to(open));
            App::new()
                .app_data(shared.clone())
                .service(scope("/inside").wrap(from_fn(counting)).wrap(approov.middleware()))
                .service(scope("/outside").wrap(approov.middleware()).wrap(from_fn(counting)))
        })
    });
    for (path, refused) in [("/inside", 0), ("/outside", 2)] {
        site.refuses(&Request::get(path), "token_missing");
        site.refuses(&Request::get(path).token(&token::forged()), "token_signature");
        assert_eq!(runs.swap(0, Ordering::SeqCst), refused, "{path}");
        site.passes(&Request::get(path).token(&token::good()), 200);
        assert_eq!(runs.swap(0, Ordering::SeqCst), 1, "{path}");
    }
}

#[derive(Clone)]
struct Device(String);

/// Hands the device id to the handlers.
async fn device(
    claims: ApproovClaims,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let device = Device(claims.device_id().unwrap().to_owned());
    request.extensions_mut().insert(device);
    next.call(request).await
}

/// Claims as an argument of a middleware protect as those of a handler do. But actix hands on the refusal as an error,
/// which the access log and `ErrorHandlers` around it never see as an answer, so Approov's own middleware belongs
/// outside.
#[actix_web::test]
async fn claims_in_a_middleware() {
    log::capture();
    let site = Site::new(|approov| {
        actix_test::start_with(patient(), move || {
            let scope = |path: &str| {
                let handler = |device: web::ReqData<Device>| async move { device.into_inner().0 };
                let scope = web::scope(path).app_data(approov.clone());
                scope.route("", web::get().to(handler)).wrap(from_fn(device))
            };
            let outside = || Logger::new("%U %s middleware-log").log_target("access");
            App::new()
                .app_data(approov.clone())
                .service(scope("/claims-alone").wrap(pages!()).wrap(outside()))
                .service(scope("/claims-behind").wrap(approov.middleware()).wrap(outside()))
                .wrap(Cors::default().allowed_origin("https://app.example.com"))
        })
    });
    for path in ["/claims-alone", "/claims-behind"] {
        let request = Request::get(path).header("Origin", "https://app.example.com");
        let refused = site.refuses(&request, "token_missing");
        assert!(refused.header("access-control-allow-origin").is_some(), "{path}");
        assert_eq!(site.protects(&request).body, token::DEVICE_ID, "{path}");
    }
    let lines = |path: &str| log::lines_with(&format!("INFO access {path} ")).len();
    wait_until("the access log", || {
        lines("/claims-behind") == 4 && lines("/claims-alone") == 1
    });
}
