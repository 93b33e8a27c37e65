//! The server that `compare` measures: the same answer from a route that anyone may call, from one that the library
//! protects, and from one that is protected by hand, as a good programmer does it with `jsonwebtoken` in ten minutes.

#![allow(missing_docs, clippy::print_stderr, reason = "a program for measurements")]

use std::env;

use actix_web::{
    App, Error, HttpMessage as _, HttpResponse, HttpServer,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    get,
    middleware::{Next, from_fn},
    web,
};
use approov_actix::{Approov, ApproovClaims, Key, approov_protected};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct Hello {
    message: &'static str,
}

fn hello() -> HttpResponse {
    HttpResponse::Ok().json(Hello {
        message: "Hello, World!",
    })
}

#[get("/unprotected")]
async fn unprotected() -> HttpResponse {
    hello()
}

#[get("/protected")]
#[approov_protected]
async fn protected(claims: ApproovClaims) -> HttpResponse {
    std::hint::black_box(claims);
    hello()
}

#[get("/protected")]
async fn by_hand(claims: web::ReqData<HandClaims>) -> HttpResponse {
    std::hint::black_box(claims);
    hello()
}

/// What the handlers of an application would read.
#[derive(Clone, Deserialize)]
#[allow(dead_code, reason = "they are read from the token, which is what is measured")]
struct HandClaims {
    exp: u64,
    iss: Option<String>,
    did: Option<String>,
    ip: Option<String>,
    arc: Option<String>,
    pay: Option<String>,
}

struct HandKey {
    key: DecodingKey,
    validation: Validation,
}

async fn verify_by_hand<B: MessageBody + 'static>(
    key: web::Data<HandKey>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let token = request
        .headers()
        .get("Approov-Token")
        .and_then(|value| value.to_str().ok());
    let claims = token.and_then(|token| decode::<HandClaims>(token, &key.key, &key.validation).ok());
    let Some(claims) = claims else {
        let refusal = HttpResponse::Unauthorized().json(serde_json::json!({}));
        return Ok(request.into_response(refusal).map_into_right_body());
    };
    request.extensions_mut().insert(claims.claims);
    Ok(next.call(request).await?.map_into_left_body())
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Ok(secret) = env::var("APPROOV_BASE64_SECRET") else {
        eprintln!("a server for approov-actix/benches/http: nothing to do by itself");
        return Ok(());
    };
    let (port, workers): (u16, usize) = (env::var("HTTP_PORT")?.parse()?, env::var("HTTP_WORKERS")?.parse()?);
    let approov = Approov::builder().keys(Key::from_base64_secret(&secret)?).build()?;
    let key = web::Data::new(HandKey {
        key: DecodingKey::from_secret(&STANDARD.decode(&secret)?),
        validation: Validation::new(Algorithm::HS256),
    });
    let server = HttpServer::new(move || {
        let scope_by_hand = web::scope("/by-hand").wrap(from_fn(verify_by_hand)).service(by_hand);
        App::new()
            .app_data(approov.clone())
            .app_data(key.clone())
            .service(unprotected)
            .service(protected)
            .service(web::scope("/scope").wrap(approov.middleware()).service(unprotected))
            .service(scope_by_hand)
    });
    server.workers(workers).bind(("127.0.0.1", port))?.run().await?;
    Ok(())
}
