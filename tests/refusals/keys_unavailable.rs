//! A server without any key: it says so, with 503, to whoever may have a good token.

use actix_web::{HttpResponse, web};
use approov_actix::{Approov, Enforcement, Policy, Rejection};
use support::{
    client::Request,
    key_server::{Behaviour, KeyServer, Reply},
    log, oct, token,
};

use crate::{
    keys::refresh::{SECOND, keys_at, wait_until_accepted},
    served::Served,
    ways::{WAYS, configure},
};

/// Inside of a runtime, from which the sources of keys need nothing.
#[actix_web::test]
async fn without_keys_a_token_is_503_and_none_is_401_as_ever() {
    async fn ready(approov: web::Data<Approov>) -> HttpResponse {
        let status = approov.status();
        if status.key_count() > 0 && status.is_refreshing() {
            HttpResponse::Ok().finish()
        } else {
            HttpResponse::ServiceUnavailable().finish()
        }
    }
    log::capture();
    let source = KeyServer::start(Behaviour::Close);
    let keys = keys_at(&source, SECOND).start_without_keys(true);
    let builder = Approov::builder().name("unavailable").keys(keys);
    let server = Served::new(builder, |app, approov| {
        let report = Policy::new().token_enforcement(Enforcement::Report);
        let reported = web::scope("/unavailable-report").route("", web::to(async || "in"));
        app.configure(|app| configure(app, approov))
            .app_data(web::Data::new(approov.clone()))
            .route("/ready", web::to(ready))
            .service(reported.wrap(approov.middleware().policy(report)));
    });
    let start = "ERROR approov_actix the address given to `JwksUrl::new` names an address that ";
    let mut lines = log::lines_with("; the server starts without these keys name=unavailable");
    lines.retain(|line| line.starts_with(start));
    assert_eq!(lines.len(), 1);
    let ask = |path: &str, token: &str| server.send(&Request::get(path).token(token));
    let good = oct::token("unavailable");
    assert_eq!(server.approov.status().key_count(), 0);
    assert_eq!(ask("/ready", "").status, 503);
    for token in [&good, &token::good(), &oct::naming("made-up", token::SECRET)] {
        for way in WAYS {
            let answer = ask(way, token);
            assert_eq!(
                (answer.status, &*answer.body, server.codes()),
                (503, "{}", vec!["keys_unavailable"])
            );
            // Nobody knows when, and all apps would come back in the same second.
            assert_eq!(answer.header("retry-after"), None);
        }
    }
    for way in WAYS {
        server.refuses(way, "token_missing", &Request::get(way));
        server.refuses(way, "token_empty", &Request::get(way).token(""));
        server.refuses(way, "token_malformed", &Request::get(way).token("a.b"));
    }
    assert_eq!(ask("/unavailable-report", &good).status, 200);
    let line = "WOULD REJECT keys_unavailable GET /unavailable-report";
    assert_eq!(log::lines_with(line).len(), 1);
    server.codes();

    source.set(Reply::keys(&["unavailable"]));
    wait_until_accepted(&server.approov, "unavailable");
    assert_eq!(ask("/ready", "").status, 200);
    for path in WAYS.into_iter().chain(["/unavailable-report"]) {
        server.accepts(path, &Request::get(path).token(&good));
    }
    server.refuses(
        "another key",
        "token_signature",
        &Request::get("/guard").token(&token::good()),
    );
    let status = server.approov.status();
    assert_eq!(status.key_count(), 1);
    assert!(status.oldest_reading().is_some() && status.is_refreshing());
}

/// A hook may choose another answer, knowing which one is meant.
#[actix_web::test]
async fn reject_with_is_asked() {
    let source = KeyServer::start(Behaviour::Close);
    let keys = keys_at(&source, SECOND).start_without_keys(true);
    let builder = Approov::builder()
        .keys(keys)
        .reject_with(|event| HttpResponse::build(event.default_status()).body(event.rejection.code()));
    let answer = Served::new(builder, configure).send(&Request::get("/guard").token(&token::good()));
    assert_eq!((answer.status, answer.body.as_str()), (503, "keys_unavailable"));
    assert!(!Rejection::KeysUnavailable.is_server_fault());
}
