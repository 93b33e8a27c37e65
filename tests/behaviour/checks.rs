//! The application's own checks: when they run, and what comes of it.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use actix_test::TestServer;
use actix_web::{App, web};
use approov_actix::{
    Approov, ApproovBuilder, ApproovClaims, ApproovVerdict, CheckFailed, Enforcement, Policy, SignaturePolicy,
    approov_protected,
};
use serde_json::json;
use support::{
    client::Request,
    log,
    signing::{self, Message, Signature},
    token,
};

use crate::{
    builder, patient,
    served::Served,
    signing_by,
    ways::{self, WAYS},
};

const BLOCKED: &str = "blocked-device";

/// Refuses one device.
fn blocking() -> ApproovBuilder {
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

/// Reason, device id and enforcement of each refusal and each report.
type Events = Arc<Mutex<Vec<(String, Option<String>, Enforcement)>>>;

fn recording(builder: ApproovBuilder) -> (Approov, Events) {
    let events = Events::default();
    let record = Arc::clone(&events);
    let builder = builder.on_rejection(move |event| {
        let device = event.claims.and_then(|claims| claims.device_id().map(str::to_owned));
        let event = (event.rejection.to_string(), device, event.enforcement);
        record.lock().unwrap().push(event);
    });
    (builder.build().unwrap(), events)
}

fn told(events: &Events) -> Vec<(String, Option<String>, Enforcement)> {
    std::mem::take(&mut *events.lock().unwrap())
}

fn of_blocked(enforcement: Enforcement) -> (String, Option<String>, Enforcement) {
    let reason = "application_check(device_blocked)".to_owned();
    (reason, Some(BLOCKED.to_owned()), enforcement)
}

/// The three ways to protect a handler, below `/own-check`.
fn serve(approov: Approov) -> TestServer {
    actix_test::start_with(patient(), move || {
        let scope = web::scope("/own-check").configure(|app| ways::configure(app, &approov));
        App::new().app_data(approov.clone()).service(scope)
    })
}

#[actix_web::test]
async fn each_way_refuses_what_the_check_refuses() {
    log::capture();
    let (approov, events) = recording(blocking());
    let server = serve(approov);
    for way in WAYS {
        let path = format!("/own-check{way}");
        let ask = |token: &str| Request::get(&path).token(token).send(server.addr());
        let refused = ask(&blocked());
        assert_eq!((refused.status, refused.body.as_str()), (401, "{}"), "{path}");
        assert_eq!(told(&events), [of_blocked(Enforcement::Enforce)], "{path}");
        let line = format!(
            "INFO approov_actix REJECTED application_check(device_blocked) GET {path} arc={} did={BLOCKED}",
            token::ARC
        );
        assert_eq!(log::lines_with(&line), [line], "{path}");

        assert_eq!(ask(&token::good()).status, 200, "{path}");
        assert_eq!(told(&events), [], "{path}");
    }
}

#[approov_protected]
async fn guarded() -> &'static str {
    "in"
}

#[approov_protected(report = true)]
async fn reporting() -> &'static str {
    "in"
}

#[actix_web::test]
async fn a_check_that_only_reports_lets_the_request_pass() {
    log::capture();
    let report = Enforcement::Report;
    for (case, policy, of_forged) in [
        ("alone", Policy::new().check_enforcement(report), 401),
        ("all", Policy::new().report(true), 200),
    ] {
        let (approov, events) = recording(blocking().policy(policy));
        let path = format!("/check-reported-{case}");
        let route = path.clone();
        let server = actix_test::start_with(patient(), move || {
            App::new()
                .app_data(approov.clone())
                .route(&route, web::get().to(guarded))
                .wrap(approov.middleware())
        });
        let ask = |token: &str| Request::get(&path).token(token).send(server.addr()).status;
        assert_eq!(
            (ask(&blocked()), told(&events)),
            (200, vec![of_blocked(report)]),
            "{case}"
        );
        let line = format!("INFO approov_actix WOULD REJECT application_check(device_blocked) GET {path} ");
        assert_eq!(log::lines_with(&line).len(), 1, "{case}");
        assert!(log::lines_with(&format!("ACCEPTED GET {path} ")).is_empty(), "{case}");
        assert_eq!((ask(&token::good()), told(&events)), (200, Vec::new()), "{case}");
        assert_eq!(log::lines_with(&format!("ACCEPTED GET {path} ")).len(), 1, "{case}");
        // There are no claims to ask about.
        assert_eq!(ask(&token::forged()), of_forged, "{case}");
        let reasons: Vec<_> = told(&events).into_iter().map(|(reason, ..)| reason).collect();
        assert_eq!(reasons, ["token_signature"], "{case}");
    }
}

#[actix_web::test]
async fn each_route_may_enforce_or_report_for_itself() {
    let (approov, events) = recording(blocking());
    let enforced = Policy::new().report(true).check_enforcement(Enforcement::Enforce);
    let server = actix_test::start_with(patient(), move || {
        let scope = |path: &str| web::scope(path).route("", web::get().to(|| async { "in" }));
        App::new()
            .app_data(approov.clone())
            .route("/guard", web::get().to(guarded))
            .route("/guard/report", web::get().to(reporting))
            .service(scope("/middleware").wrap(approov.middleware()))
            .service(scope("/middleware-reports").wrap(approov.middleware().report(true)))
            .service(scope("/middleware-reports-the-rest").wrap(approov.middleware().policy(enforced)))
    });
    for (path, of_blocked, of_forged) in [
        ("/guard", 401, 401),
        ("/guard/report", 200, 200),
        ("/middleware", 401, 401),
        ("/middleware-reports", 200, 200),
        ("/middleware-reports-the-rest", 401, 200),
    ] {
        let ask = |token: &str| Request::get(path).token(token).send(server.addr()).status;
        assert_eq!(
            (ask(&blocked()), ask(&token::forged())),
            (of_blocked, of_forged),
            "{path}"
        );
        assert_eq!(ask(&token::good()), 200, "{path}");
        let events = told(&events);
        let reasons: Vec<_> = events.iter().map(|(reason, ..)| reason.as_str()).collect();
        assert_eq!(
            reasons,
            ["application_check(device_blocked)", "token_signature"],
            "{path}"
        );
    }
}

#[approov_protected]
async fn thorough(_: ApproovClaims, _: Option<ApproovClaims>, verdict: ApproovVerdict) -> String {
    verdict.claims().is_some().to_string()
}

/// One further in may see more of the request. Two middlewares, the guard, and the verdict, which asks for itself; the
/// other arguments take what the guard has found. What is announced is announced once.
#[actix_web::test]
async fn each_layer_asks_for_itself() {
    let (enforced, count) = counting(builder());
    let (reported, count_reported) = counting(builder().policy(Policy::new().report(true)));
    for (builder, count, of_blocked, layers_of_blocked) in [
        (enforced, count, (401, "{}"), 1),
        (reported, count_reported, (200, "false"), 4),
    ] {
        let (approov, events) = recording(builder);
        let server = actix_test::start_with(patient(), move || {
            App::new()
                .route("/", web::get().to(thorough))
                .wrap(approov.middleware())
                .wrap(approov.middleware())
        });
        for (token, expected, layers) in [
            (token::good(), (200, "true"), 4),
            (blocked(), of_blocked, layers_of_blocked),
        ] {
            for _ in 0..2 {
                let answer = Request::get("/").token(&token).send(server.addr());
                assert_eq!((answer.status, answer.body.as_str()), expected);
                assert_eq!(count.swap(0, SeqCst), layers);
            }
        }
        assert_eq!(told(&events).len(), 2, "once for each request of the blocked device");
    }
}

#[approov_protected]
async fn tenant() -> &'static str {
    "in"
}

/// A middleware around does not know the parameters of the route yet, and must not answer for the guard.
#[actix_web::test]
async fn the_guard_sees_what_the_middleware_could_not() {
    let builder = builder().check(|request, _| match request.match_info().get("tenant") {
        Some("closed") => Err(CheckFailed::new("tenant_closed")),
        _ => Ok(()),
    });
    let (approov, events) = recording(builder);
    let server = actix_test::start_with(patient(), move || {
        let route = || web::resource("/{tenant}").route(web::get().to(tenant));
        App::new()
            .service(web::scope("/alone").app_data(approov.clone()).service(route()))
            .service(web::scope("/scope").service(route()).wrap(approov.middleware()))
    });
    for path in ["/alone", "/scope"] {
        for (name, status) in [("closed", 401), ("open", 200)] {
            let request = Request::get(&format!("{path}/{name}")).token(&token::good());
            assert_eq!(request.send(server.addr()).status, status, "{path}/{name}");
        }
        let reasons: Vec<_> = told(&events).into_iter().map(|(reason, ..)| reason).collect();
        assert_eq!(reasons, ["application_check(tenant_closed)"], "{path}");
    }
}

#[actix_web::test]
async fn each_configuration_runs_its_own() {
    let (outer, inner) = (builder(), blocking());
    let (outer, inner) = (outer.build().unwrap(), inner.build().unwrap());
    let server = actix_test::start_with(patient(), move || {
        let scope = |path: &str| web::scope(path).route("", web::get().to(guarded));
        App::new()
            .service(scope("/inner").wrap(inner.middleware()))
            .service(scope("/outer"))
            .wrap(outer.middleware())
    });
    let ask = |path, token: &str| Request::get(path).token(token).send(server.addr()).status;
    assert_eq!((ask("/outer", &blocked()), ask("/inner", &blocked())), (200, 401));
    assert_eq!(
        (ask("/outer", &token::good()), ask("/inner", &token::good())),
        (200, 200)
    );
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
        app.route("/guard", web::to(strict)).service(
            web::scope("/middleware")
                .route("", web::to(async |body: web::Bytes| body))
                .wrap(approov.middleware().policy(STRICT)),
        );
    });
    for path in ["/guard", "/middleware"] {
        for device in [BLOCKED, token::DEVICE_ID] {
            let order = order(path, device);
            let elsewhere = Signature::install(&Message::order());
            let altered = order.clone().alter_body();
            for (code, request) in [
                (
                    "token_signature",
                    order.clone().replace("Approov-Token", &token::forged()).signed(),
                ),
                (
                    "token_expired",
                    order.clone().replace("Approov-Token", &token::expired()).signed(),
                ),
                (
                    "binding_mismatch",
                    order.clone().replace("Authorization", "another").signed(),
                ),
                (
                    "binding_header_missing",
                    order.clone().without("Authorization").signed(),
                ),
                ("signature_missing", order.request()),
                ("signature_invalid", order.request().signed(&[&elsewhere])),
                (
                    "digest_mismatch",
                    altered.request().signed(&[&Signature::install(&order)]),
                ),
            ] {
                server.refuses(path, code, &request);
            }
            let large = server.send(&order.clone().body(&[b'x'; 101]).signed());
            assert_eq!((large.status, server.codes()), (413, vec!["body_too_large"]), "{path}");
            assert_eq!(count.load(SeqCst), 0, "{path}");

            let whole = order.body(&[b'x'; 100]);
            if device == BLOCKED {
                server.refuses(path, "application_check", &whole.signed());
            } else {
                assert_eq!(server.accepts(path, &whole.signed()).body, "x".repeat(100));
            }
            assert_eq!(count.swap(0, SeqCst), 1, "{path}");
        }
    }
}

/// And sees the request.
#[actix_web::test]
async fn several_checks_add_up() {
    // What the log says of these paths another test counts.
    let (approov, events) = recording(blocking().logging(false).check(|request, _| {
        let is_there = request.headers().contains_key("X-Tenant");
        if is_there {
            Ok(())
        } else {
            Err(CheckFailed::new("tenant_missing"))
        }
    }));
    let server = serve(approov);
    for way in WAYS {
        for (token, has_tenant, reason) in [
            (token::good(), true, None),
            (blocked(), true, Some("application_check(device_blocked)")),
            (token::good(), false, Some("application_check(tenant_missing)")),
            // The first one tells.
            (blocked(), false, Some("application_check(device_blocked)")),
        ] {
            let request = Request::get(&format!("/own-check{way}")).token(&token);
            let request = if has_tenant {
                request.header("X-Tenant", "a")
            } else {
                request
            };
            let status = if reason.is_some() { 401 } else { 200 };
            assert_eq!(request.send(server.addr()).status, status, "{way} {reason:?}");
            let reasons: Vec<_> = told(&events).into_iter().map(|(reason, ..)| reason).collect();
            assert_eq!(reasons, reason.into_iter().collect::<Vec<_>>(), "{way}");
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
    let enforced = blocking();
    let reported = blocking().policy(Policy::new().check_enforcement(Enforcement::Report));
    // An argument takes the application at its word; a verdict does not know reports.
    for (builder, of_optional) in [(enforced, "no claims"), (reported, "genuine")] {
        let (approov, events) = recording(builder);
        let server = actix_test::start_with(patient(), move || {
            App::new()
                .app_data(approov.clone())
                .route("/verdict", web::get().to(verdict))
                .route("/optional", web::get().to(optional))
        });
        let ask = |path, token: &str| Request::get(path).token(token).send(server.addr()).body;
        assert_eq!(ask("/verdict", &blocked()), "application_check(device_blocked)");
        assert_eq!(told(&events), []);
        assert_eq!(ask("/optional", &blocked()), of_optional);
        for path in ["/verdict", "/optional"] {
            assert_eq!(ask(path, &token::good()), "genuine");
        }
    }
}

#[actix_web::test]
async fn where_nothing_is_checked_it_does_not_run() {
    let (builder, count) = counting(builder());
    let (approov, events) = recording(builder);
    assert!(approov.verify_token(&blocked()).is_ok(), "there is no request");
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .route("/exempt/open", web::get().to(|| async { "in" }))
            .route("/exempt/claims", web::get().to(|_: ApproovClaims| async { "in" }))
            .wrap(approov.middleware().exempt_prefix("/exempt"))
    });
    let ask = |path, token: &str| Request::get(path).token(token).send(server.addr()).status;
    assert_eq!(ask("/exempt/open", &blocked()), 200);
    assert_eq!((count.load(SeqCst), told(&events)), (0, Vec::new()));
    // Claims inside still ask.
    assert_eq!(ask("/exempt/claims", &blocked()), 401);
    assert_eq!(
        (count.load(SeqCst), told(&events)),
        (1, vec![of_blocked(Enforcement::Enforce)])
    );
    assert_eq!(ask("/exempt/claims", &token::good()), 200);
}
