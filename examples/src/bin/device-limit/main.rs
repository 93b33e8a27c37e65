//! A rate limit for each device, by the device id of the verified claims: with `governor` in one process, or with a
//! script in a Redis that servers share.
//!
//! `cargo run --features neighbours --bin device-limit` needs no set-up and prints how to call it: a device has ten
//! requests, and one more every six seconds; with `DEVICE_LIMIT_STORE=redis://…`, on all servers together.

mod limiter;

use std::{error::Error, num::NonZeroU32, time::Duration};

use actix_web::{
    App, HttpResponse, HttpServer, Responder,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    get,
    http::header::RETRY_AFTER,
    middleware::{Logger, Next, from_fn},
    rt, web,
};
use approov_actix::{Approov, ApproovVerdict};
use approov_actix_examples::{Call, Settings, number};
use limiter::DeviceLimiter;
use serde_json::json;

/// Thousands of phones can share an address, and a phone can change its address at will. Only Approov puts device ids
/// into tokens. Tokens without one share a limit.
///
/// It takes the verdict, because the claims would refuse requests that Approov only reports. A request without claims
/// was let in by Approov.
async fn limit_device(
    verdict: ApproovVerdict,
    limiter: web::Data<DeviceLimiter>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let Some(claims) = verdict.claims() else {
        return Ok(next.call(request).await?.map_into_left_body());
    };
    match limiter.take(claims.device_id().unwrap_or_default()).await {
        Ok(()) => Ok(next.call(request).await?.map_into_left_body()),
        Err(wait) => {
            // Whole seconds, rounded up: RFC 9110, section 10.2.3.
            let seconds = (wait + Duration::from_nanos(999_999_999)).as_secs();
            let response = HttpResponse::TooManyRequests()
                .insert_header((RETRY_AFTER, seconds))
                .finish();
            Ok(request.into_response(response).map_into_right_body())
        }
    }
}

#[get("/orders")]
async fn orders() -> impl Responder {
    web::Json(json!({ "orders": [] }))
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut settings = Settings::load("info")?;
    let approov = settings.approov(Approov::builder)?;
    let per_minute = number("DEVICE_REQUESTS_PER_MINUTE")?.unwrap_or(const { NonZeroU32::new(10).unwrap() });
    // Made once, so that all workers share it.
    let limiter = web::Data::new(DeviceLimiter::from_env(per_minute)?);
    rt::spawn(forget_idle_devices(limiter.clone()));

    let server = HttpServer::new(move || {
        // Approov is registered after the limit, so it runs first: a refused request uses up nobody's limit.
        App::new()
            .app_data(limiter.clone())
            .service(orders)
            .wrap(from_fn(limit_device))
            .wrap(approov.middleware())
            .wrap(Logger::default())
    })
    .workers(settings.workers)
    .bind((settings.host.as_str(), settings.port))
    .map_err(|error| settings.bind_error(&error))?;
    settings.announce(&CALLS);
    server.run().await?;
    Ok(())
}

async fn forget_idle_devices(limiter: web::Data<DeviceLimiter>) {
    loop {
        rt::time::sleep(Duration::from_secs(60)).await;
        limiter.forget_idle_devices();
    }
}

/// For the demo mode.
const CALLS: [Call; 2] = [
    Call {
        title: "a genuine device, fifteen times: ten get in, the rest is answered with 429",
        path: "/orders?[1-15]",
        args: " -s -o /dev/null -w '%{http_code}\\n'",
        token: Some(&[]),
        ..Call::OPEN
    },
    Call {
        title: "refused: no token",
        path: "/orders",
        args: "",
        token: None,
        ..Call::OPEN
    },
];
