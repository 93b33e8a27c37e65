//! Checks that only report.

use std::sync::{Arc, Mutex};

use actix_test::TestServer;
use actix_web::{App, test::init_service, web};
use approov_actix::{
    Approov, ApproovBuilder, ApproovClaims, Enforcement, Policy, RoutePolicy, SignaturePolicy, approov_protected,
};
use support::{client::Request, log, token};

use crate::{builder, patient};

#[approov_protected]
async fn guarded(claims: Option<ApproovClaims>) -> String {
    claims.is_some().to_string()
}

#[approov_protected]
async fn with_claims(_: ApproovClaims) -> &'static str {
    "in"
}

struct Strict;

impl RoutePolicy for Strict {
    fn policy() -> &'static Policy {
        static POLICY: Policy = Policy::new()
            .token_enforcement(Enforcement::Enforce)
            .binding_enforcement(Enforcement::Enforce);
        &POLICY
    }
}

#[approov_protected(policy = Strict)]
async fn strict() -> &'static str {
    "in"
}

type Codes = Arc<Mutex<Vec<(&'static str, Enforcement)>>>;

/// Bound to `X-User`.
fn recording(builder: ApproovBuilder) -> (Approov, Codes) {
    let codes = Codes::default();
    let record = Arc::clone(&codes);
    let approov = builder
        .binding(["X-User"])
        .on_rejection(move |event| record.lock().unwrap().push((event.rejection.code(), event.enforcement)))
        .build()
        .unwrap();
    (approov, codes)
}

fn take(codes: &Codes) -> Vec<(&'static str, Enforcement)> {
    std::mem::take(&mut *codes.lock().unwrap())
}

/// A middleware, a guard and claims, one inside the other, on `/all`.
fn serve(builder: ApproovBuilder) -> (TestServer, Codes) {
    let (approov, codes) = recording(builder);
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .app_data(approov.clone())
            .route("/report/guard", web::get().to(guarded))
            .route("/claims", web::get().to(with_claims))
            .route("/strict", web::get().to(strict))
            .service(
                web::scope("/all")
                    .route("", web::get().to(guarded))
                    .wrap(approov.middleware()),
            )
    });
    (server, codes)
}

fn ask(server: &TestServer, path: &str, token: &str) -> (u16, String) {
    let answer = Request::get(path)
        .token(token)
        .header("X-User", "u")
        .send(server.addr());
    (answer.status, answer.body)
}

#[actix_web::test]
async fn reported_tokens_pass_and_their_binding_is_not_checked() {
    log::capture();
    let (server, codes) = serve(builder().policy(Policy::new().token_enforcement(Enforcement::Report)));
    for path in ["/report/guard", "/all"] {
        assert_eq!(ask(&server, path, ""), (200, "false".to_owned()), "{path}");
        assert_eq!(*codes.lock().unwrap(), [("token_empty", Enforcement::Report)], "{path}");
        codes.lock().unwrap().clear();
    }
    assert_eq!(log::lines_with("WOULD REJECT token_empty GET /report/guard").len(), 1);

    assert_eq!(
        ask(&server, "/report/guard", &token::bound(&["u"])),
        (200, "true".to_owned())
    );
    assert_eq!(ask(&server, "/report/guard", &token::bound(&["v"])).0, 401);
    assert_eq!(ask(&server, "/strict", "").0, 401);
    codes.lock().unwrap().clear();

    // Claims are never handed out without a genuine token: reported by the guard, then refused by the extractor.
    assert_eq!(ask(&server, "/claims", &token::expired()).0, 401);
    assert_eq!(
        *codes.lock().unwrap(),
        [
            ("token_expired", Enforcement::Report),
            ("token_expired", Enforcement::Enforce)
        ]
    );
}

#[actix_web::test]
async fn reported_bindings_pass() {
    let (server, codes) = serve(builder().policy(Policy::new().binding_enforcement(Enforcement::Report)));
    for path in ["/report/guard", "/all"] {
        assert_eq!(
            ask(&server, path, &token::bound(&["v"])),
            (200, "true".to_owned()),
            "{path}"
        );
        assert_eq!(
            *codes.lock().unwrap(),
            [("binding_mismatch", Enforcement::Report)],
            "{path}"
        );
        codes.lock().unwrap().clear();
    }
    assert_eq!(ask(&server, "/claims", &token::good()).0, 200);
    assert_eq!(ask(&server, "/report/guard", &token::forged()).0, 401);
    assert_eq!(ask(&server, "/strict", &token::bound(&["v"])).0, 401);
    assert_eq!(ask(&server, "/strict", &token::bound(&["u"])).0, 200);
}

#[actix_web::test]
async fn both_reported() {
    let both = Policy::new()
        .token_enforcement(Enforcement::Report)
        .binding_enforcement(Enforcement::Report);
    let (server, codes) = serve(builder().policy(both));
    assert_eq!(ask(&server, "/all", &token::forged()), (200, "false".to_owned()));
    assert_eq!(ask(&server, "/all", &token::good()), (200, "true".to_owned()));
    assert_eq!(
        *codes.lock().unwrap(),
        [
            ("token_signature", Enforcement::Report),
            ("binding_claim_missing", Enforcement::Report)
        ]
    );
}

#[approov_protected(report = true)]
async fn reporting() -> &'static str {
    "in"
}

#[approov_protected(report = false)]
async fn enforcing() -> &'static str {
    "in"
}

const REPORT: Policy = Policy::new().report(true);
const ENFORCE: Policy = Policy::new().report(false);

/// What is not said is inherited from the application, and from nothing in between.
#[actix_web::test]
async fn one_route_or_scope_reports_while_the_rest_enforces_and_the_other_way_round() {
    const ENFORCED: [u16; 2] = [401, 401];
    const REPORTED: [u16; 2] = [200, 200];
    for (builder, inherited) in [(builder(), ENFORCED), (builder().policy(REPORT), REPORTED)] {
        let (approov, codes) = recording(builder);
        let server = actix_test::start_with(patient(), move || {
            let open = || web::get().to(|| async { "in" });
            let around = |path: &str, middleware| web::resource(path).route(open()).wrap(middleware);
            let middleware = || approov.middleware();
            App::new()
                .app_data(approov.clone())
                .route("/guard", web::get().to(guarded))
                .route("/guard/report", web::get().to(reporting))
                .route("/guard/enforce", web::get().to(enforcing))
                .service(around("/scope", middleware()))
                .service(around("/scope/report", middleware().report(true)))
                .service(around("/scope/enforce", middleware().report(false)))
                .service(around("/policy/report", middleware().policy(REPORT)))
                .service(around("/policy/enforce", middleware().policy(ENFORCE)))
                // Of both the last one counts.
                .service(around("/both/1", middleware().policy(REPORT).report(false)))
                .service(around("/both/2", middleware().report(false).policy(REPORT)))
                .service(around(
                    "/token-only",
                    middleware().policy(REPORT.binding_enforcement(Enforcement::Enforce)),
                ))
        });
        for (path, statuses) in [
            ("/guard", inherited),
            ("/guard/report", REPORTED),
            ("/guard/enforce", ENFORCED),
            ("/scope", inherited),
            ("/scope/report", REPORTED),
            ("/scope/enforce", ENFORCED),
            ("/policy/report", REPORTED),
            ("/policy/enforce", ENFORCED),
            ("/both/1", ENFORCED),
            ("/both/2", REPORTED),
            ("/token-only", [200, 401]),
        ] {
            for (code, token, status) in [
                ("token_signature", token::forged(), statuses[0]),
                ("binding_mismatch", token::bound(&["v"]), statuses[1]),
            ] {
                let enforcement = if status == 401 {
                    Enforcement::Enforce
                } else {
                    Enforcement::Report
                };
                assert_eq!(ask(&server, path, &token).0, status, "{path}");
                assert_eq!(take(&codes), [(code, enforcement)], "{path}");
            }
            assert_eq!(ask(&server, path, &token::bound(&["u"])).0, 200, "{path}");
            assert_eq!(take(&codes), [], "{path}");
        }
    }
}

#[actix_web::test]
async fn a_handler_that_enforces_is_not_loosened_by_a_scope_that_reports() {
    let (approov, codes) = recording(builder());
    let server = actix_test::start_with(patient(), move || {
        App::new().service(
            web::scope("/scope")
                .route("/enforce", web::get().to(enforcing))
                .route("/report", web::get().to(reporting))
                .wrap(approov.middleware().report(true)),
        )
    });
    for (code, token) in [
        ("token_signature", token::forged()),
        ("binding_mismatch", token::bound(&["v"])),
    ] {
        assert_eq!(ask(&server, "/scope/enforce", &token).0, 401);
        assert_eq!(
            take(&codes),
            [(code, Enforcement::Report), (code, Enforcement::Enforce)]
        );
        assert_eq!(ask(&server, "/scope/report", &token).0, 200);
        assert_eq!(take(&codes), [(code, Enforcement::Report)], "once");
    }
    for path in ["/scope/enforce", "/scope/report"] {
        assert_eq!(ask(&server, path, &token::bound(&["u"])).0, 200, "{path}");
        assert_eq!(take(&codes), [], "{path}");
    }
}

#[test]
fn a_check_that_only_reports_says_so_at_start_up() {
    log::capture();
    let build = |token, binding| {
        let policy = Policy::new().token_enforcement(token).binding_enforcement(binding);
        builder().policy(policy).binding(["X-User"]).build().unwrap();
    };
    build(Enforcement::Report, Enforcement::Report);
    assert!(!log::own_lines_with("only REPORTS requests without a genuine token").is_empty());
    assert!(!log::own_lines_with("only REPORTS tokens that are not bound").is_empty());
    build(Enforcement::Report, Enforcement::Enforce);
    assert!(!log::own_lines_with("who leaves the token out avoids the binding").is_empty());

    let own_check = || log::own_lines_with("only REPORTS requests that the application's own check refuses").len();
    builder().policy(REPORT).build().unwrap();
    assert_eq!(own_check(), 0, "there is none");
    builder().policy(REPORT).check(|_, _| Ok(())).build().unwrap();
    assert_eq!(own_check(), 1);
}

#[actix_web::test]
async fn a_middleware_that_only_reports_says_so_at_start_up() {
    log::capture();
    let approov = builder().build().unwrap();
    let reports = || log::own_lines_with("the middleware's policy only REPORTS requests without a genuine token").len();
    let unprotected_hosts = || log::own_lines_with("without a public origin").len();

    // As two workers do it.
    let start = async |policy| {
        for _ in 0..2 {
            drop(init_service(App::new().wrap(approov.middleware().policy(policy))).await);
        }
    };
    start(Policy::new()).await;
    start(Policy::new().token_enforcement(Enforcement::Enforce)).await;
    assert_eq!((reports(), unprotected_hosts()), (0, 0));

    start(Policy::new().token_enforcement(Enforcement::Report)).await;
    assert_eq!((reports(), unprotected_hosts()), (1, 0));

    start(Policy::new().signature(SignaturePolicy::required())).await;
    assert_eq!((reports(), unprotected_hosts()), (1, 1));

    let own_check = || {
        log::own_lines_with("the middleware's policy only REPORTS requests that the application's own check refuses")
            .len()
    };
    drop(init_service(App::new().wrap(approov.middleware().report(true))).await);
    assert_eq!((reports(), unprotected_hosts(), own_check()), (1, 1, 0));
    for unasked in ["tokens that are not bound", "without a good message signature"] {
        assert!(log::own_lines_with(unasked).is_empty(), "{unasked}");
    }

    let checking = builder().name("retail").check(|_, _| Ok(())).build().unwrap();
    drop(init_service(App::new().wrap(checking.middleware().report(true))).await);
    assert_eq!((reports(), unprotected_hosts(), own_check()), (2, 1, 1));
    assert_eq!(log::own_lines_with("lets them in name=retail").len(), 2);
    let bound = Policy::new()
        .binding(&["X-User"])
        .signature(SignaturePolicy::required());
    drop(init_service(App::new().wrap(checking.middleware().policy(bound.report(true)))).await);
    assert_eq!(log::own_lines_with("lets them in name=retail").len(), 4);
    assert_eq!(log::own_lines_with("set APPROOV_PUBLIC_ORIGIN name=retail").len(), 1);
}

#[actix_web::test]
async fn what_the_application_reports_is_not_repeated_for_its_middleware() {
    log::capture();
    let report = Policy::new().token_enforcement(Enforcement::Report);
    let approov = builder().policy(report).build().unwrap();
    drop(init_service(App::new().wrap(approov.middleware())).await);
    assert_eq!(
        log::own_lines_with("only REPORTS requests without a genuine token").len(),
        1
    );
}
