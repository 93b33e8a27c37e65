//! A server without any key: it says so, with 503, to whoever may have a good token.

use actix_web::{App, HttpResponse, web};
use approov_actix::{Approov, ApproovClaims, ApproovVerdict, Enforcement, Policy, Rejection};
use support::{
    client::Request,
    key_server::{Behaviour, KeyServer, Reply},
    log, oct, token,
};

use super::{SECOND, keys_at, wait_until_accepted};
use crate::patient;

async fn ready(approov: web::Data<Approov>) -> HttpResponse {
    let status = approov.status();
    if status.key_count() > 0 && status.is_refreshing() {
        HttpResponse::Ok().finish()
    } else {
        HttpResponse::ServiceUnavailable().finish()
    }
}

async fn verdict(verdict: ApproovVerdict) -> String {
    match verdict {
        ApproovVerdict::Genuine(_) => "genuine".to_owned(),
        ApproovVerdict::Rejected(rejection) => rejection.to_string(),
    }
}

fn serve(approov: Approov) -> actix_test::TestServer {
    actix_test::start_with(patient(), move || {
        App::new()
            .app_data(web::Data::new(approov.clone()))
            .route("/ready", web::get().to(ready))
            .route("/unavailable", web::get().to(|_: ApproovClaims| async { "in" }))
            .route("/verdict", web::get().to(verdict))
            .service(
                web::scope("/scope")
                    .route("", web::get().to(|| async { "in" }))
                    .wrap(approov.middleware()),
            )
            .service(
                web::scope("/unavailable-report")
                    .route("", web::get().to(|| async { "in" }))
                    .wrap(
                        approov
                            .middleware()
                            .policy(Policy::new().token_enforcement(Enforcement::Report)),
                    ),
            )
    })
}

#[actix_web::test]
async fn without_keys_a_token_is_503_and_none_is_401_as_ever() {
    log::capture();
    let source = KeyServer::start(Behaviour::Close);
    let keys = keys_at(&source, SECOND).start_without_keys(true);
    let approov = Approov::builder().keys(keys).build().unwrap();
    let server = serve(approov.clone());
    let ask = |path: &str, token: Option<&str>| {
        let request = Request::get(path);
        token
            .map_or(request.clone(), |token| request.token(token))
            .send(server.addr())
    };
    let good = oct::token("unavailable");
    assert_eq!(approov.status().key_count(), 0);
    assert_eq!(ask("/ready", None).status, 503);
    for token in [&good, &token::good(), &oct::naming("made-up", token::SECRET)] {
        for path in ["/unavailable", "/scope"] {
            let answer = ask(path, Some(token));
            assert_eq!((answer.status, answer.body.as_str()), (503, "{}"));
            // Nobody knows when, and all apps would come back in the same second.
            assert_eq!(answer.header("retry-after"), None);
        }
        assert_eq!(ask("/verdict", Some(token)).body, "keys_unavailable");
    }
    for (token, code) in [
        (None, "token_missing"),
        (Some(""), "token_empty"),
        (Some("a.b"), "token_malformed"),
    ] {
        assert_eq!(ask("/scope", token).status, 401, "{code}");
        assert_eq!(ask("/verdict", token).body, code);
    }
    assert_eq!(ask("/unavailable-report", Some(&good)).status, 200);
    assert_eq!(
        log::lines_with("WOULD REJECT keys_unavailable GET /unavailable-report").len(),
        1
    );
    assert_eq!(log::lines_with("REJECTED keys_unavailable GET /unavailable").len(), 3);

    source.set(Reply::keys(&["unavailable"]));
    wait_until_accepted(&approov, "unavailable");
    assert_eq!(ask("/ready", None).status, 200);
    for path in ["/unavailable", "/scope", "/unavailable-report"] {
        assert_eq!(ask(path, Some(&good)).status, 200, "{path}");
    }
    assert_eq!(ask("/scope", Some(&token::good())).status, 401);
    let status = approov.status();
    assert_eq!(status.key_count(), 1);
    assert!(status.oldest_reading().is_some() && status.is_refreshing());
}

/// A hook may choose another answer, knowing which one is meant.
#[actix_web::test]
async fn reject_with_is_asked() {
    let source = KeyServer::start(Behaviour::Close);
    let keys = keys_at(&source, SECOND).start_without_keys(true);
    let approov = Approov::builder()
        .keys(keys)
        .reject_with(|event| HttpResponse::build(event.default_status()).body(event.rejection.code()))
        .build()
        .unwrap();
    let server = serve(approov);
    let answer = Request::get("/scope").token(&token::good()).send(server.addr());
    assert_eq!((answer.status, answer.body.as_str()), (503, "keys_unavailable"));
    assert!(!Rejection::KeysUnavailable.is_server_fault());
}
