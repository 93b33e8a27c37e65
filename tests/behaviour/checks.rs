//! The application's own checks: when they run, and what comes of it. That they may only report: `report`.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use actix_web::web;
use approov_actix::{
    ApproovBuilder, ApproovClaims, ApproovVerdict, CheckFailed, Enforcement, Policy, SignaturePolicy, approov_protected,
};
use serde_json::json;
use support::{
    client::Request,
    log,
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
pub(super) fn blocking() -> ApproovBuilder {
    builder().check(|_, claims| block(claims))
}

fn block(claims: &ApproovClaims) -> Result<(), CheckFailed> {
    if claims.device_id() == Some(BLOCKED) {
        Err(CheckFailed::new("device_blocked"))
    } else {
        Ok(())
    }
}

/// A good token of that device.
fn blocked() -> String {
    token::with(&json!({ "did": BLOCKED }))
}

/// The same, and counts how often it is asked.
fn counting(builder: ApproovBuilder) -> (ApproovBuilder, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let builder = builder.check(move |_, claims| {
        counted.fetch_add(1, SeqCst);
        block(claims)
    });
    (builder, count)
}

#[actix_web::test]
async fn each_way_refuses_what_the_check_refuses() {
    log::capture();
    let devices = Arc::<Mutex<Vec<_>>>::default();
    let record = Arc::clone(&devices);
    let builder = blocking().on_rejection(move |event| {
        let device = event.claims.and_then(ApproovClaims::device_id);
        record.lock().unwrap().push(device.map(str::to_owned));
    });
    let server = Served::new(builder, |app, approov| {
        app.service(web::scope("/own-check").configure(|app| ways::configure(app, approov)));
    });
    for way in WAYS {
        let path = format!("/own-check{way}");
        server.refuses(way, "application_check", &Request::get(&path).token(&blocked()));
        assert_eq!(server.told(), [REFUSAL], "{way}");
        let line = format!(
            "INFO approov_actix REJECTED {REFUSAL} GET {path} arc={} did={BLOCKED}",
            token::ARC
        );
        assert_eq!(log::lines_with(&line), [line], "{way}");
        server.accepts(way, &Request::get(&path).token(&token::good()));
        server.told();
    }
    assert_eq!(*devices.lock().unwrap(), vec![Some(BLOCKED.to_owned()); 3]);
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
        let scope = |path: &str| web::scope(path).route("/{tenant}", web::get().to(guarded));
        app.service(scope("/alone"))
            .service(scope("/scope").wrap(approov.middleware()));
    });
    for path in ["/alone", "/scope"] {
        let of_tenant = |tenant: &str| Request::get(&format!("{path}/{tenant}")).token(&token::good());
        server.refuses(path, "application_check", &of_tenant("closed"));
        server.accepts(path, &of_tenant("open"));
    }
}

#[actix_web::test]
async fn each_configuration_runs_its_own() {
    let inner = blocking().build().unwrap();
    let server = Served::new(builder(), move |app, outer| {
        let resource = |path: &str| web::resource(path).get(guarded);
        let inside = resource("/inner").wrap(inner.middleware());
        app.service(inside.wrap(outer.middleware()))
            .service(resource("/outer").wrap(outer.middleware()));
    });
    for (path, of_blocked) in [("/outer", 200), ("/inner", 401)] {
        let ask = |token: &str| server.send(&Request::get(path).token(token)).status;
        assert_eq!((ask(&blocked()), ask(&token::good())), (of_blocked, 200), "{path}");
    }
}

const STRICT: Policy = Policy::new()
    .binding(&["Authorization"])
    .signature(SignaturePolicy::required());

#[approov_protected(policy = STRICT)]
async fn strict(body: web::Bytes) -> web::Bytes {
    body
}

/// Which is bound to `user`.
fn order(path: &str, device: &str) -> Message {
    let claims = json!({ "did": device, "pay": token::binding(&["user"]) });
    Message {
        url: format!("https://api.example.com{path}"),
        ..Message::order()
    }
    .replace("Approov-Token", &signing::token(&claims))
    .header("Authorization", "user")
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
        for device in [BLOCKED, token::DEVICE_ID] {
            let order = order(path, device);
            let with = |name, value: &str| order.clone().replace(name, value).signed();
            let elsewhere = Signature::install(&Message::order());
            let altered = order.clone().alter_body().request();
            for (code, request) in [
                ("token_signature", with("Approov-Token", &token::forged())),
                ("token_expired", with("Approov-Token", &token::expired())),
                ("binding_mismatch", with("Authorization", "another")),
                (
                    "binding_header_missing",
                    order.clone().without("Authorization").signed(),
                ),
                ("signature_missing", order.request()),
                ("signature_invalid", order.request().signed(&[&elsewhere])),
                ("digest_mismatch", altered.signed(&[&Signature::install(&order)])),
                ("body_too_large", order.clone().body(&[b'x'; 101]).signed()),
            ] {
                server.refuses(path, code, &request);
            }
            assert_eq!(count.load(SeqCst), 0, "{path}");

            let whole = order.body(&[b'x'; 100]).signed();
            if device == BLOCKED {
                server.refuses(path, "application_check", &whole);
            } else {
                assert_eq!(server.accepts(path, &whole).body, "x".repeat(100));
            }
            assert_eq!(count.swap(0, SeqCst), 1, "{path}");
        }
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
    for way in WAYS {
        let get = |token: &str| Request::get(way).token(token);
        for (request, told) in [
            (get(&token::good()).header("X-Tenant", "a"), "accepted"),
            (get(&blocked()).header("X-Tenant", "a"), REFUSAL),
            (get(&token::good()), "application_check(tenant_missing)"),
            // The first one tells.
            (get(&blocked()), REFUSAL),
        ] {
            let status = if told == "accepted" { 200 } else { 401 };
            assert_eq!(server.send(&request).status, status, "{way} {told}");
            assert_eq!(server.told(), [told], "{way}");
        }
    }
}

/// Nobody is told, as for every other reason: what to do is the handler's decision.
#[actix_web::test]
async fn to_a_verdict_the_device_is_not_genuine() {
    async fn verdict(verdict: ApproovVerdict) -> String {
        let rejection = verdict.rejection().map(|rejection| rejection.to_string());
        rejection.unwrap_or_else(|| "genuine".to_owned())
    }
    async fn optional(claims: Option<ApproovClaims>) -> &'static str {
        if claims.is_some() { "genuine" } else { "no claims" }
    }
    let reported = blocking().policy(Policy::new().check_enforcement(Enforcement::Report));
    // An argument takes the application at its word; a verdict does not know reports.
    for (builder, of_optional) in [(blocking(), "no claims"), (reported, "genuine")] {
        let server = Served::new(builder, |app, _| {
            app.route("/verdict", web::get().to(verdict))
                .route("/optional", web::get().to(optional));
        });
        let ask = |path, token: &str| server.send(&Request::get(path).token(token)).body;
        assert_eq!(ask("/verdict", &blocked()), REFUSAL);
        assert!(server.codes().is_empty());
        assert_eq!(ask("/optional", &blocked()), of_optional);
        for path in ["/verdict", "/optional"] {
            assert_eq!(ask(path, &token::good()), "genuine");
        }
    }
}

#[actix_web::test]
async fn where_nothing_is_checked_it_does_not_run() {
    let (builder, count) = counting(builder());
    let server = Served::new(builder, |app, approov| {
        let scope = web::scope("/exempt")
            .route("/open", web::get().to(open))
            .route("/claims", web::get().to(with_claims));
        app.service(scope.wrap(approov.middleware().exempt_prefix("/exempt")));
    });
    assert!(server.approov.verify_token(&blocked()).is_ok(), "there is no request");
    server.accepts("exempt", &Request::get("/exempt/open").token(&blocked()));
    assert_eq!(count.load(SeqCst), 0);
    let claims = |token: &str| Request::get("/exempt/claims").token(token);
    server.refuses("claims inside still ask", "application_check", &claims(&blocked()));
    assert_eq!(count.load(SeqCst), 1);
    server.accepts("claims inside", &claims(&token::good()));
}
