//! The application's own checks: when they run, and what comes of it. That they may only report: `report`. What a
//! verdict makes of them: `extractors`.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use actix_web::web;
use approov_actix::{
    ApproovBuilder, ApproovClaims, ApproovVerdict, CheckFailed, Policy, SignaturePolicy, approov_protected,
};
use serde_json::json;
use support::{
    client::Request,
    signing::{self, Message, Signature},
    token,
};

use crate::{
    builder,
    served::Served,
    signing_by,
    ways::{self, WAYS, guarded, open, with_claims},
};

pub(super) const BLOCKED: &str = "blocked-device";
const REFUSAL: &str = "application_check(device_blocked)";

/// Refuses one device.
pub(super) fn block(claims: &ApproovClaims) -> Result<(), CheckFailed> {
    let is_blocked = claims.device_id() == Some(BLOCKED);
    (!is_blocked).then_some(()).ok_or(CheckFailed::new("device_blocked"))
}

pub(super) fn blocking() -> ApproovBuilder {
    builder().check(|_, claims| block(claims))
}

/// A good token of that device, bound to `u`.
pub(super) fn blocked() -> String {
    token::with(&json!({ "did": BLOCKED, "pay": token::binding(&["u"]) }))
}

/// Blocks as well, and counts how often it is asked.
fn counting(builder: ApproovBuilder) -> (ApproovBuilder, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let builder = builder.check(move |_, claims| {
        counted.fetch_add(1, SeqCst);
        block(claims)
    });
    (builder, count)
}

#[approov_protected]
async fn thorough(_: ApproovClaims, _: Option<ApproovClaims>, verdict: ApproovVerdict) -> String {
    verdict.claims().is_some().to_string()
}

/// One further in may see more of the request. Two middlewares, the guard, and the verdict, which asks for itself; the
/// other arguments take what the guard has found. What is announced is announced once.
#[actix_web::test]
async fn each_layer_asks_for_itself() {
    let reported = format!("reported {REFUSAL}");
    let reporting = builder().policy(Policy::new().report(true));
    for (builder, of_blocked, layers_of_blocked, told) in [
        (builder(), (401, "{}"), 1, REFUSAL),
        (reporting, (200, "false"), 4, &reported),
    ] {
        let (builder, count) = counting(builder);
        let server = Served::new(builder, |app, approov| {
            let resource = web::resource("/").get(thorough).wrap(approov.middleware());
            app.service(resource.wrap(approov.middleware()));
        });
        for (token, expected, layers, told) in [
            (token::good(), (200, "true"), 4, "accepted"),
            (blocked(), of_blocked, layers_of_blocked, told),
        ] {
            for _ in 0..2 {
                let answer = server.send(&Request::get("/").token(&token));
                assert_eq!((answer.status, answer.body.as_str()), expected);
                assert_eq!((count.swap(0, SeqCst), server.told()), (layers, vec![told.to_owned()]));
            }
        }
    }
}

/// A middleware around does not know the parameters of the route yet, and must not answer for the guard.
#[actix_web::test]
async fn the_guard_sees_what_the_middleware_could_not() {
    let builder = builder().check(|request, _| match request.match_info().get("tenant") {
        Some("closed") => Err(CheckFailed::new("tenant_closed")),
        _ => Ok(()),
    });
    let server = Served::new(builder, |app, approov| {
        let scope = web::scope("").route("/{tenant}", web::get().to(guarded));
        app.service(scope.wrap(approov.middleware()));
    });
    let good = |path: &str| Request::get(path).token(&token::good());
    server.refuses("closed", "application_check", &good("/closed"));
    server.accepts("open", &good("/open"));
}

const STRICT: Policy = Policy::new()
    .binding(&["Authorization"])
    .signature(SignaturePolicy::required());

#[approov_protected(policy = STRICT)]
async fn strict(body: web::Bytes) -> web::Bytes {
    body
}

/// Otherwise a check that asks a database could be called by anyone.
#[actix_web::test]
async fn it_runs_after_all_other_checks() {
    let (builder, count) = counting(signing_by(SignaturePolicy::required().body_limit(100)));
    let server = Served::new(builder, |app, approov| {
        let echo = web::resource("/middleware").to(async |body: web::Bytes| body);
        app.route("/guard", web::to(strict))
            .service(echo.wrap(approov.middleware().policy(STRICT)));
    });
    for path in ["/guard", "/middleware"] {
        let of = |device: &str| {
            let claims = json!({ "did": device, "pay": token::binding(&["user"]) });
            Message::new("POST", &format!("https://api.example.com{path}"))
                .header("Approov-Token", &signing::token(&claims))
                .header("Authorization", "user")
                .body(b"{}")
        };
        let order = of(BLOCKED);
        let with = |name, value: &str| order.clone().replace(name, value).signed();
        let elsewhere = Signature::install(&of("another"));
        let altered = order.clone().alter_body().request();
        for (code, request) in [
            ("token_signature", with("Approov-Token", &token::forged())),
            ("binding_mismatch", with("Authorization", "another")),
            ("signature_missing", order.request()),
            ("signature_invalid", order.request().signed(&[&elsewhere])),
            ("digest_mismatch", altered.signed(&[&Signature::install(&order)])),
            ("body_too_large", order.clone().body(&[b'x'; 101]).signed()),
        ] {
            server.refuses(path, code, &request);
        }
        assert_eq!(count.load(SeqCst), 0, "{path}");

        server.refuses(path, "application_check", &order.signed());
        let whole = of(token::DEVICE_ID).body(&[b'x'; 100]).signed();
        assert_eq!(server.accepts(path, &whole).body, "x".repeat(100));
        assert_eq!(count.swap(0, SeqCst), 2, "{path}");
    }
}

/// And sees the request.
#[actix_web::test]
async fn several_checks_add_up() {
    let builder = blocking().check(|request, _| {
        let is_there = request.headers().contains_key("X-Tenant");
        is_there.then_some(()).ok_or(CheckFailed::new("tenant_missing"))
    });
    let server = Served::new(builder, ways::configure);
    let (good, blocked) = (token::good(), blocked());
    for (token, header, told) in [
        (&good, "X-Tenant", "accepted"),
        (&blocked, "X-Tenant", REFUSAL),
        (&good, "X-Other", "application_check(tenant_missing)"),
        // The first one tells.
        (&blocked, "X-Other", REFUSAL),
    ] {
        for way in WAYS {
            let _ = server.send(&Request::get(way).token(token).header(header, "a"));
            assert_eq!(server.told(), [told], "{way}");
        }
    }
}

#[actix_web::test]
async fn where_nothing_is_checked_it_does_not_run() {
    let server = Served::new(blocking(), |app, approov| {
        let scope = web::scope("/exempt")
            .route("/open", web::get().to(open))
            .route("/claims", web::get().to(with_claims));
        app.service(scope.wrap(approov.middleware().exempt_prefix("/exempt")));
    });
    assert!(server.approov.verify_token(&blocked()).is_ok(), "there is no request");
    server.accepts("exempt", &Request::get("/exempt/open").token(&blocked()));
    let claims = Request::get("/exempt/claims").token(&blocked());
    server.refuses("claims inside still ask", "application_check", &claims);
}
