//! Middlewares, guards and extractors around one another, and what they say of the signature.

use actix_web::{
    body::BoxBody,
    dev::{Payload, ServiceRequest},
    middleware::{Next, from_fn},
    web,
};
use approov_actix::{MessageSigning, Policy, SignatureLabel, SignaturePolicy, approov_protected};
use serde_json::json;
use support::{
    client::Request,
    log,
    signing::{ACCOUNT_KEY, Message, OTHER_ACCOUNT_KEY, Signature, token},
    token::DEVICE_ID,
};

use super::{
    ORIGIN, REPORTED, REQUIRED, Served, echo, extractor::tell, guarded, order, serve, signing, signing_at, signing_by,
    with_signature_of,
};
use crate::behaviour::extractors::verdict;

#[approov_protected(signature = "if-able")]
async fn if_able(body: web::Bytes) -> web::Bytes {
    body
}

#[approov_protected(signature = false)]
async fn unsigned(body: web::Bytes) -> web::Bytes {
    body
}

/// With a good signature of another request.
fn signed_elsewhere(message: &Message) -> Request {
    let elsewhere = Message {
        url: format!("{ORIGIN}/elsewhere"),
        ..message.clone()
    };
    with_signature_of(&elsewhere, message)
}

/// What is between the middleware and the guard may change what both would look at.
#[actix_web::test]
async fn the_request_is_verified_once_and_as_it_arrived() {
    let server = Served::new(signing(), |app, approov| {
        let scope = |path| {
            let scope = web::scope(path).default_service(web::to(guarded));
            scope.wrap(from_fn(async |mut request: ServiceRequest, next: Next<BoxBody>| {
                request.set_payload(Payload::from(web::Bytes::from_static(b"rewritten")));
                request.head_mut().uri = "/rewritten".parse().unwrap();
                request.headers_mut().remove("content-type");
                next.call(request).await
            }))
        };
        app.service(scope("/inside").wrap(approov.middleware().policy(REQUIRED)))
            .service(scope("/outside"));
    });
    let inside = order("/inside/a");
    assert_eq!(server.accepts("inside", &inside.signed()).body, "rewritten");
    let altered = with_signature_of(&inside, &inside.clone().alter_body());
    server.refuses("altered", "digest_mismatch", &altered);
    server.refuses("outside", "signature_component", &order("/outside/a").signed());
}

#[actix_web::test]
async fn signatures_are_required_of_who_is_able() {
    let server = Served::new(signing(), |app, approov| {
        let policy = Policy::new().signature(SignaturePolicy::if_able());
        let middleware = approov.middleware().policy(policy);
        app.route("/guard", web::to(if_able))
            .service(web::resource("/middleware").to(echo).wrap(middleware));
    });
    for path in ["/guard", "/middleware"] {
        let with = |claims: serde_json::Value| order(path).replace("Approov-Token", &token(&claims));
        let (no_ipk, no_mskid) = (with(json!({ "ipk": null })), with(json!({ "mskid": null })));
        for able in [&order(path), &no_mskid, &no_ipk] {
            server.refuses(path, "signature_missing", &able.request());
            server.accepts(path, &able.request().signed(&[&Signature::account(able)]));
        }
        server.refuses(path, "signature_key_missing", &no_ipk.signed());
        server.refuses(path, "signature_invalid", &signed_elsewhere(&no_mskid));

        let unable = with(json!({ "ipk": null, "mskid": null }));
        server.accepts(path, &unable.request());
        server.accepts(path, &unable.signed());
        // Not needed, but there: it must be good.
        let bad = Signature::account(&order("/elsewhere"));
        server.refuses(path, "signature_invalid", &unable.request().signed(&[&bad]));
    }
}

#[actix_web::test]
async fn the_policy_says_which_label_is_accepted() {
    let message = Message::order();
    let (install, account) = (Signature::install(&message), Signature::account(&message));
    let bad = Signature::account(&order("/elsewhere"));
    let missing = Some("signature_missing");
    for (label, of_install, of_account) in [
        (SignatureLabel::Either, None, None),
        (SignatureLabel::Install, None, missing),
        (SignatureLabel::Account, missing, None),
    ] {
        let server = serve(signing_by(SignaturePolicy::required().label(label)));
        for (verdict, signatures) in [
            (of_install, &[&install][..]),
            (of_account, &[&account]),
            (None, &[&account, &install]),
            (Some("signature_invalid"), &[&install, &bad]),
        ] {
            let request = message.request().signed(signatures);
            server.decides(&format!("{label:?}"), verdict, &request);
        }
    }
}

#[actix_web::test]
async fn a_report_is_made_once_and_lets_the_request_pass() {
    log::capture();
    let server = Served::new(signing_by(REPORTED), |app, approov| {
        let required = || approov.middleware().policy(REQUIRED);
        let all = web::resource("/reported/all").to(guarded);
        app.route("/reported/guard", web::to(guarded))
            .service(all.wrap(required()).wrap(required()))
            .service(web::resource("/reported/tell").to(tell).wrap(required()))
            .service(web::resource("/reported/verdict").to(verdict).wrap(required()));
    });
    for path in ["/reported/guard", "/reported/all"] {
        let message = order(path);
        let altered = message.clone().alter_body();
        for (code, request, body) in [
            ("signature_missing", message.request(), &message.body),
            ("signature_invalid", signed_elsewhere(&message), &message.body),
            ("digest_mismatch", with_signature_of(&message, &altered), &altered.body),
        ] {
            let answer = server.send(&request);
            assert_eq!((answer.status, server.codes()), (200, vec![code]), "{path}");
            assert_eq!(answer.body.as_bytes(), body, "{path}");
            let line = format!("INFO approov_actix WOULD REJECT {code} POST {path} ");
            assert_eq!(log::lines_with(&line).len(), 1, "{line}");
        }
        server.accepts(path, &message.signed());
    }
    // The extractor never hands out a signature that was only reported.
    let answer = server.send(&order("/reported/tell").request());
    assert_eq!((answer.status, server.codes()), (401, vec!["signature_missing"; 2]));
    // Nor is its sender called genuine.
    let message = order("/reported/verdict").without("Content-Digest");
    for (request, expected) in [
        (message.signed(), DEVICE_ID),
        (message.request(), "signature_missing"),
        (signed_elsewhere(&message), "signature_invalid"),
    ] {
        assert_eq!(server.send(&request).body, expected);
    }
}

#[actix_web::test]
async fn a_lax_scope_never_satisfies_a_strict_handler_nor_the_other_way_round() {
    let server = Served::new(signing(), |app, approov| {
        let by_account = SignaturePolicy::required().label(SignatureLabel::Account);
        let around = |policy| approov.middleware().policy(policy);
        let lax = around(Policy::new().signature(REPORTED));
        for (path, handler, around) in [
            ("/off", web::to(guarded), around(Policy::new().no_signature())),
            ("/exempt", web::to(guarded), approov.middleware().exempt("/exempt")),
            (
                "/account",
                web::to(guarded),
                around(Policy::new().signature(by_account)),
            ),
            ("/strict", web::to(unsigned), around(REQUIRED)),
            ("/lax", web::to(echo), lax),
        ] {
            app.service(web::resource(path).route(handler).wrap(around));
        }
        app.route("/unsigned", web::to(unsigned));
    });
    for path in ["/off", "/exempt", "/strict"] {
        server.accepts(path, &order(path).signed());
        server.refuses(path, "signature_missing", &order(path).request());
        server.refuses(path, "signature_invalid", &signed_elsewhere(&order(path)));
    }
    server.refuses("/account", "signature_missing", &order("/account").signed());
    server.accepts("/unsigned", &order("/unsigned").request());
    server.accepts("/unsigned", &signed_elsewhere(&order("/unsigned")));
    assert_eq!(server.send(&order("/lax").request()).status, 200);
}

/// What one configuration found good is no pass for another one, with other keys, inside of it.
#[actix_web::test]
async fn each_configuration_verifies_for_itself() {
    let server = Served::new(signing(), |app, approov| {
        let inner = |path: &str, key: &str| {
            let signing = MessageSigning::new().account_key(crate::key(key));
            let approov = signing_at(ORIGIN).message_signing(signing).build().unwrap();
            web::resource(path).to(echo).wrap(approov.middleware().policy(REQUIRED))
        };
        let outer = web::scope("")
            .service(inner("/same", ACCOUNT_KEY))
            .service(inner("/other", OTHER_ACCOUNT_KEY));
        app.service(outer.wrap(approov.middleware().policy(REQUIRED)));
    });
    for (path, status) in [("/same", 200), ("/other", 401)] {
        let message = order(path);
        let answer = server.send(&message.request().signed(&[&Signature::account(&message)]));
        // The outer one has nothing to say against it.
        assert_eq!((answer.status, server.codes()), (status, vec![]), "{path}");
    }
}
