//! A whole application behind one middleware; its handlers know nothing of Approov.
//!
//! `cargo run --bin hello` needs no set-up and prints how to call it.

use std::error::Error;

use actix_web::{App, HttpServer, Responder, get, middleware::Logger, web};
use approov_actix::Approov;
use approov_actix_examples::{Call, Settings};
use serde_json::json;

#[get("/")]
async fn root() -> impl Responder {
    web::Json(json!({ "message": "Hello, World!" }))
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut settings = Settings::load("info")?;
    let approov = settings.approov(Approov::builder)?;

    let server = HttpServer::new(move || {
        // actix runs the middleware that is registered last first. So register Approov after all others except the
        // access log.
        App::new()
            .service(root)
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

/// For the demo mode: accepted and refused requests.
const CALLS: [Call; 4] = [
    Call {
        title: "a genuine app",
        path: "/",
        args: "",
        token: Some(&[]),
        ..Call::OPEN
    },
    Call {
        title: "refused: no token",
        path: "/",
        args: "",
        token: None,
        ..Call::OPEN
    },
    Call {
        title: "a genuine app, and 404",
        path: "/unknown",
        args: "",
        token: Some(&[]),
        ..Call::OPEN
    },
    Call {
        title: "refused: no token, whatever the path",
        path: "/unknown",
        args: "",
        token: None,
        ..Call::OPEN
    },
];
