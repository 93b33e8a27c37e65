//! Handlers protected one by one, laid out like Approov's newest samples.
//!
//! `cargo run --bin quickstart` needs no set-up and prints how to call it.

use std::{env, error::Error};

use actix_web::{App, HttpResponse, HttpServer, Responder, get, middleware::Logger, post, web};
use approov_actix::{Approov, ApproovBuilder, ApproovClaims, ConfigError, MemoryStore, SingleUse, approov_protected};
use approov_actix_examples::{Call, Settings, Signed};
use serde::Serialize;
use serde_json::{Value, json};

#[get("/unprotected")]
async fn unprotected() -> impl Responder {
    web::Json(Hello {
        message: "Hello, World!",
    })
}

#[derive(Serialize)]
struct Hello {
    message: &'static str,
}

#[get("/token-check")]
#[approov_protected]
async fn token_check(claims: ApproovClaims) -> impl Responder {
    hello(&claims)
}

#[post("/token-check")]
#[approov_protected]
async fn token_check_post(claims: ApproovClaims, body: web::Json<Value>) -> impl Responder {
    web::Json(json!({ "echo": *body, "device_id": claims.device_id() }))
}

#[get("/token-binding")]
#[approov_protected(binding = "Authorization")]
async fn token_binding(claims: ApproovClaims) -> impl Responder {
    hello(&claims)
}

#[get("/token-double-binding")]
#[approov_protected(binding = ["Authorization", "X-Device-Id"])]
async fn token_double_binding(claims: ApproovClaims) -> impl Responder {
    hello(&claims)
}

#[get("/message-signing")]
#[approov_protected(signature = "required")]
async fn message_signing(claims: ApproovClaims) -> impl Responder {
    hello(&claims)
}

#[post("/message-signing")]
#[approov_protected(signature = "required")]
async fn message_signing_post(body: web::Json<Value>) -> impl Responder {
    web::Json(json!({ "echo": *body }))
}

#[post("/transfer")]
#[approov_protected(signature = "required", single_use = true)]
async fn transfer(_order: web::Json<Value>) -> impl Responder {
    web::Json(json!({ "accepted": true }))
}

fn hello(claims: &ApproovClaims) -> HttpResponse {
    HttpResponse::Ok().json(HelloDevice {
        device_id: claims.device_id(),
        message: "Hello, World!",
    })
}

#[derive(Serialize)]
struct HelloDevice<'a> {
    device_id: Option<&'a str>,
    message: &'static str,
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut settings = Settings::load("info")?;
    let approov = settings.approov(builder()?)?;

    let server = HttpServer::new(move || {
        App::new()
            .app_data(approov.clone())
            .service(unprotected)
            .service(token_check)
            .service(token_check_post)
            .service(token_binding)
            .service(token_double_binding)
            .service(message_signing)
            .service(message_signing_post)
            .service(transfer)
            .wrap(Logger::default())
    })
    .workers(settings.workers)
    // HTTP/2 without TLS too: `curl --http2-prior-knowledge`.
    .bind_auto_h2c((settings.host.as_str(), settings.port))
    .map_err(|error| settings.bind_error(&error))?;
    settings.announce(&CALLS);
    server.run().await?;
    Ok(())
}

/// Claims are kept in memory, unless the environment names a store.
fn builder() -> Result<impl Fn() -> ApproovBuilder, ConfigError> {
    let memory = match env::var_os("APPROOV_SINGLE_USE_STORE") {
        None => Some(SingleUse::new(MemoryStore::new(100_000)?)),
        Some(_) => None,
    };
    Ok(move || match &memory {
        Some(memory) => Approov::builder().single_use(memory.clone()),
        None => Approov::builder(),
    })
}

const AUTHORIZATION: &str = " -H 'Authorization: Bearer user-1'";
const OTHER_AUTHORIZATION: &str = " -H 'Authorization: Bearer user-2'";

/// For the demo mode: an accepted and a refused request of each route.
const CALLS: [Call; 14] = [
    Call {
        title: "everyone",
        path: "/unprotected",
        args: "",
        token: None,
        ..Call::OPEN
    },
    Call {
        title: "a genuine app",
        path: "/token-check",
        args: "",
        token: Some(&[]),
        ..Call::OPEN
    },
    Call {
        title: "refused: no token",
        path: "/token-check",
        args: "",
        token: None,
        ..Call::OPEN
    },
    Call {
        title: "a genuine app sends JSON",
        path: "/token-check",
        args: r#" -H 'Content-Type: application/json' -d '{"shape":"circle"}'"#,
        token: Some(&[]),
        ..Call::OPEN
    },
    Call {
        title: "refused before the JSON is looked at: no token",
        path: "/token-check",
        args: r" -H 'Content-Type: application/json' -d '{not even JSON'",
        token: None,
        ..Call::OPEN
    },
    Call {
        title: "a genuine app of this user",
        path: "/token-binding",
        args: AUTHORIZATION,
        token: Some(&["Bearer user-1"]),
        ..Call::OPEN
    },
    Call {
        title: "refused: the token is bound to another user",
        path: "/token-binding",
        args: OTHER_AUTHORIZATION,
        token: Some(&["Bearer user-1"]),
        ..Call::OPEN
    },
    Call {
        title: "a genuine app of this user on this device",
        path: "/token-double-binding",
        args: " -H 'Authorization: Bearer user-1' -H 'X-Device-Id: device-1'",
        token: Some(&["Bearer user-1", "device-1"]),
        ..Call::OPEN
    },
    Call {
        title: "refused: one of the two bound headers is missing",
        path: "/token-double-binding",
        args: AUTHORIZATION,
        token: Some(&["Bearer user-1", "device-1"]),
        ..Call::OPEN
    },
    Call {
        title: "a request that was signed on the device",
        path: "/message-signing",
        token: Some(&[]),
        signed: Some(Signed::Get),
        ..Call::OPEN
    },
    Call {
        title: "signed, with the digest of its body",
        path: "/message-signing",
        args: r#" -H 'Content-Type: application/json' -d '{"shape":"circle"}'"#,
        token: Some(&[]),
        signed: Some(Signed::Post(r#"{"shape":"circle"}"#)),
    },
    Call {
        title: "refused: the body is not the one that was signed",
        path: "/message-signing",
        args: r#" -H 'Content-Type: application/json' -d '{"shape":"square"}'"#,
        token: Some(&[]),
        signed: Some(Signed::Post(r#"{"shape":"circle"}"#)),
    },
    Call {
        title: "a transfer, accepted once: send it again, and the answer is 409",
        path: "/transfer",
        args: r#" -H 'Content-Type: application/json' -d '{"to":"Ada","amount":10}'"#,
        token: Some(&[]),
        signed: Some(Signed::Post(r#"{"to":"Ada","amount":10}"#)),
    },
    Call {
        title: "refused: a stolen token, without a signature",
        path: "/message-signing",
        token: Some(&[]),
        ..Call::OPEN
    },
];
