//! Middlewares, guards and extractors around one another, and what they say of the signature.

use actix_web::{
    Error,
    body::MessageBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    middleware::{Next, NormalizePath, TrailingSlash, from_fn},
    web,
};
use approov_actix::{
    Approov, ApproovVerdict, Enforcement, MessageSigning, Policy, SignatureLabel, SignaturePolicy, approov_protected,
};
use serde_json::json;
use support::{
    client::Request,
    log,
    signing::{ACCOUNT_KEY, Message, OTHER_ACCOUNT_KEY, Signature, token},
    token::forged,
};

use super::{
    ORIGIN, REPORTED, REQUIRED, Served, broken::wait_for_codes, extractor::tell, guarded, serve, signing, signing_at,
    signing_by,
};

async fn open(body: web::Bytes) -> web::Bytes {
    body
}

#[approov_protected(signature = "if-able")]
async fn if_able() -> &'static str {
    "in"
}

#[approov_protected(signature = false)]
async fn unsigned() -> &'static str {
    "in"
}

pub(super) fn message(path: &str) -> Message {
    Message {
        url: format!("https://api.example.com{path}"),
        ..Message::order()
    }
}

/// What is between the middleware and the guard may change what both would look at.
async fn rewrite(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    request.set_payload(Payload::from(web::Bytes::from_static(b"rewritten")));
    request.head_mut().uri = "/rewritten".parse().unwrap();
    request.headers_mut().remove("content-type");
    next.call(request).await
}

#[actix_web::test]
async fn the_request_is_verified_once_and_as_it_arrived() {
    let server = Served::new(signing(), |app, approov| {
        let scope = |path: &str| {
            web::scope(path)
                .default_service(web::to(guarded))
                .wrap(from_fn(rewrite))
        };
        app.service(scope("/inside").wrap(approov.middleware().policy(REQUIRED)))
            .service(scope("/outside"));
    });
    let inside = message("/inside/a");
    assert_eq!(server.accepts("inside", &inside.signed()).body, "rewritten");
    server.refuses(
        "altered",
        "digest_mismatch",
        &inside
            .clone()
            .alter_body()
            .request()
            .signed(&[&Signature::install(&inside)]),
    );
    server.refuses("outside", "signature_component", &message("/outside/a").signed());
}

/// `NormalizePath` belongs inside of the middleware. Outside of it, the path that was signed is gone.
#[actix_web::test]
async fn normalize_path_belongs_inside() {
    let served = |outside: bool| {
        let configure: fn(&mut web::ServiceConfig, &Approov) = if outside {
            |app, approov| {
                let scope = web::scope("").route("/a/b", web::to(guarded));
                let scope = scope.wrap(approov.middleware().policy(REQUIRED));
                app.service(scope.wrap(NormalizePath::new(TrailingSlash::Trim)));
            }
        } else {
            |app, approov| {
                let scope = web::scope("").route("/{all:.*}", web::to(guarded));
                let scope = scope.wrap(NormalizePath::new(TrailingSlash::Trim));
                app.service(scope.wrap(approov.middleware().policy(REQUIRED)));
            }
        };
        Served::new(signing(), configure)
    };
    let (inside, outside) = (served(false), served(true));
    for path in ["/a/b/", "//a/b"] {
        inside.accepts(path, &message(path).signed());
        assert_ne!(outside.send(&message(path).signed()).status, 200, "{path}");
        outside.codes();
    }
    for server in [&inside, &outside] {
        server.accepts("nothing to normalize", &message("/a/b").signed());
    }
}

#[actix_web::test]
async fn signatures_are_required_of_who_is_able() {
    let server = Served::new(signing(), |app, approov| {
        let policy = Policy::new().signature(SignaturePolicy::if_able());
        app.route("/guard", web::to(if_able)).service(
            web::scope("/middleware")
                .route("", web::to(open))
                .wrap(approov.middleware().policy(policy)),
        );
    });
    for path in ["/guard", "/middleware"] {
        let with = |ipk: bool, mskid: bool| {
            let mut claims = json!({});
            if !ipk {
                claims["ipk"] = json!(null);
            }
            if !mskid {
                claims["mskid"] = json!(null);
            }
            message(path).replace("Approov-Token", &token(&claims))
        };
        for (ipk, mskid) in [(true, true), (true, false), (false, true)] {
            server.refuses(path, "signature_missing", &with(ipk, mskid).request());
            let account = with(ipk, mskid);
            server.accepts(path, &account.request().signed(&[&Signature::account(&account)]));
        }
        server.accepts(path, &with(false, false).request());
        // Not needed, but there: it must be good.
        let failover = with(false, false);
        let bad = Signature::account(&message("/elsewhere"));
        server.refuses(path, "signature_invalid", &failover.request().signed(&[&bad]));
        server.accepts(path, &failover.request().signed(&[&Signature::install(&failover)]));
        server.refuses(path, "signature_key_missing", &with(false, true).signed());
        server.refuses(path, "signature_invalid", &signed_elsewhere(&with(true, false)));
    }
}

/// With a good signature of another request.
fn signed_elsewhere(message: &Message) -> Request {
    let elsewhere = Message {
        url: "https://api.example.com/elsewhere".to_owned(),
        ..message.clone()
    };
    message.request().signed(&[&Signature::install(&elsewhere)])
}

#[actix_web::test]
async fn the_policy_says_which_label_is_accepted() {
    let message = Message::order();
    let (install, account) = (Signature::install(&message), Signature::account(&message));
    let bad = Signature::account(&Message::get("https://api.example.com/elsewhere"));
    let missing = Some("signature_missing");
    for (label, of_install, of_account) in [
        (SignatureLabel::Either, None, None),
        (SignatureLabel::Install, None, missing),
        (SignatureLabel::Account, missing, None),
    ] {
        let server = serve(signing_by(SignaturePolicy::required().label(label)));
        let case = format!("{label:?}");
        for (signature, verdict) in [(&install, of_install), (&account, of_account)] {
            let request = message.request().signed(&[signature]);
            server.decides(&case, verdict, &request);
        }
        server.accepts(&case, &message.request().signed(&[&install, &account]));
        server.refuses(&case, "signature_invalid", &message.request().signed(&[&install, &bad]));
    }
}

/// A digest that only the other signature covers says nothing for the accepted one.
#[actix_web::test]
async fn a_required_digest_is_covered_by_an_accepted_label() {
    let server = serve(signing_by(
        SignaturePolicy::required()
            .label(SignatureLabel::Install)
            .require_content_digest(true),
    ));
    let message = Message::order();
    let bare = Signature::install(&message).covering(&message, &["@method", "@target-uri", "approov-token"]);
    let account = Signature::account(&message);
    server.refuses(
        "account",
        "digest_missing",
        &message.request().signed(&[&bare, &account]),
    );
    server.accepts("install", &message.signed());
    server.accepts(
        "both",
        &message.request().signed(&[&Signature::install(&message), &account]),
    );
}

#[actix_web::test]
async fn a_report_is_made_once_and_lets_the_request_pass() {
    log::capture();
    let server = Served::new(signing_by(REPORTED), |app, approov| {
        app.route("/reported/guard", web::to(guarded))
            .service(
                web::scope("/reported/all")
                    .route("", web::to(guarded))
                    .wrap(approov.middleware().policy(REQUIRED))
                    .wrap(approov.middleware().policy(REQUIRED)),
            )
            .service(
                web::scope("/reported/tell")
                    .route("", web::to(tell))
                    .wrap(approov.middleware().policy(REQUIRED)),
            );
    });
    for path in ["/reported/guard", "/reported/all"] {
        let message = message(path);
        let elsewhere = signed_elsewhere(&message);
        let altered = message.clone().alter_body();
        for (code, request, body) in [
            ("signature_missing", message.request(), &message.body),
            ("signature_invalid", elsewhere, &message.body),
            (
                "digest_mismatch",
                altered.request().signed(&[&Signature::install(&message)]),
                &altered.body,
            ),
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
    let answer = server.send(&message("/reported/tell").request());
    assert_eq!(
        (answer.status, server.codes()),
        (401, vec!["signature_missing", "signature_missing"])
    );
}

#[actix_web::test]
async fn a_lax_scope_never_satisfies_a_strict_handler_nor_the_other_way_round() {
    let server = Served::new(signing(), |app, approov| {
        let lax = Policy::new().signature(SignaturePolicy::required().enforcement(Enforcement::Report));
        let off = Policy::new().no_signature();
        let account = Policy::new().signature(SignaturePolicy::required().label(SignatureLabel::Account));
        app.service(
            web::scope("/off")
                .route("", web::to(guarded))
                .wrap(approov.middleware().policy(off)),
        )
        .service(
            web::scope("/exempt")
                .route("", web::to(guarded))
                .wrap(approov.middleware().exempt("/exempt")),
        )
        .service(
            web::scope("/account")
                .route("", web::to(guarded))
                .wrap(approov.middleware().policy(account)),
        )
        .service(
            web::scope("/strict")
                .route("", web::to(unsigned))
                .wrap(approov.middleware().policy(REQUIRED)),
        )
        .service(
            web::scope("/lax")
                .route("", web::to(open))
                .wrap(approov.middleware().policy(lax)),
        )
        .route("/unsigned", web::to(unsigned));
    });
    for path in ["/off", "/exempt", "/strict"] {
        let message = message(path);
        server.accepts(path, &message.signed());
        server.refuses(path, "signature_missing", &message.request());
        server.refuses(path, "signature_invalid", &signed_elsewhere(&message));
    }
    server.refuses("/account", "signature_missing", &message("/account").signed());
    server.accepts("/unsigned", &message("/unsigned").request());
    server.accepts("/unsigned", &signed_elsewhere(&message("/unsigned")));
    assert_eq!(server.send(&message("/lax").request()).status, 200);
}

/// What one configuration found good is no pass for another one, with other keys, inside of it.
#[actix_web::test]
async fn each_configuration_verifies_for_itself() {
    let server = Served::new(signing(), |app, approov| {
        let outer = approov.middleware().policy(REQUIRED);
        let inner = |path: &str, key: &str| {
            let signing = MessageSigning::new().account_key(crate::key(key));
            let approov = signing_at(ORIGIN).message_signing(signing).build().unwrap();
            web::scope(path)
                .route("", web::to(open))
                .wrap(approov.middleware().policy(REQUIRED))
        };
        app.service(
            web::scope("")
                .service(inner("/same", ACCOUNT_KEY))
                .service(inner("/other", OTHER_ACCOUNT_KEY))
                .wrap(outer),
        );
    });
    for (path, status) in [("/same", 200), ("/other", 401)] {
        let message = message(path);
        let signed = message.request().signed(&[&Signature::account(&message)]);
        assert_eq!(server.send(&signed).status, status, "{path}");
        // The outer one has nothing to say against it.
        assert_eq!(server.codes(), Vec::<&str>::new(), "{path}");
    }
}

async fn verdict(verdict: ApproovVerdict) -> String {
    match verdict {
        ApproovVerdict::Genuine(_) => "genuine".to_owned(),
        ApproovVerdict::Rejected(rejection) => rejection.to_string(),
    }
}

/// What is said of the app is true, also where faults are only reported.
#[actix_web::test]
async fn what_is_only_reported_is_not_genuine() {
    let server = Served::new(signing_by(REPORTED), |app, approov| {
        let scope = web::scope("/verdict").route("", web::to(verdict));
        app.service(scope.wrap(approov.middleware().policy(REQUIRED)));
    });
    let message = Message::get("https://api.example.com/verdict");
    for (request, expected) in [
        (message.signed(), "genuine"),
        (message.request(), "signature_missing"),
        (signed_elsewhere(&message), "signature_invalid"),
    ] {
        let answer = server.send(&request);
        assert_eq!((answer.status, answer.body.as_str()), (200, expected));
    }
}

#[actix_web::test]
async fn no_signature_is_handed_out_for_a_token_that_is_only_reported() {
    let report = Policy::new().token_enforcement(Enforcement::Report);
    let server = Served::new(signing().policy(report), |app, approov| {
        app.route("/alone", web::to(tell)).service(
            web::scope("/middleware")
                .route("", web::to(tell))
                .wrap(approov.middleware().policy(REQUIRED)),
        );
    });
    for path in ["/alone", "/middleware"] {
        let message = Message::get(&format!("https://api.example.com{path}"));
        assert_eq!(server.send(&message.signed()).status, 200, "{path}");
        let forged = message.replace("Approov-Token", &forged());
        assert_eq!(server.send(&forged.signed()).status, 401, "{path}");
        assert!(server.codes().iter().all(|code| *code == "token_signature"), "{path}");
    }
}

/// Two requests of one connection, the second of them behind the body of the first.
#[actix_web::test]
async fn nothing_of_one_request_is_left_for_the_next() {
    let server = serve(signing());
    let first = Message::order();
    let second = "POST /orders?id=1&of=a%20b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nApproov-Token: ";
    let second = format!("{second}{}\r\nContent-Length: 0\r\n\r\n", first.value("approov-token"));
    let request = first.signed().connection("keep-alive").body(second.as_bytes());
    let answer = request.send_and_hang_up(server.address()).unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(wait_for_codes(&server), ["signature_missing"]);
}
