//! Checks that only report.

use actix_web::{App, test::init_service, web};
use approov_actix::{
    Approov, ApproovBuilder, ApproovClaims, Enforcement, Policy, RoutePolicy, SignaturePolicy, approov_protected,
};
use serde_json::json;
use support::{client::Request, log, token};

use super::checks::{BLOCKED, blocking};
use crate::{builder, served::Served, ways::open};

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

/// Bound to `X-User`, with a check that refuses one device.
fn checking() -> ApproovBuilder {
    blocking().binding(["X-User"])
}

fn get(path: &str, token: &str) -> Request {
    Request::get(path).token(token).header("X-User", "u")
}

#[actix_web::test]
async fn what_is_reported_passes_and_the_rest_is_enforced() {
    let report = Enforcement::Report;
    let of_tokens = Policy::new().token_enforcement(report);
    let of_bindings = Policy::new().binding_enforcement(report);
    let of_both = of_tokens.binding_enforcement(report);
    let [tokens, bindings, both] = [of_tokens, of_bindings, of_both].map(|policy| {
        Served::new(checking().policy(policy), |app, approov| {
            app.route("/guard", web::get().to(guarded))
                .route("/claims", web::get().to(with_claims))
                .route("/strict", web::get().to(strict))
                .service(web::resource("/all").get(guarded).wrap(approov.middleware()));
        })
    });
    let (empty, expired, forged) = ("", &token::expired(), &token::forged());
    let (mine, others, good) = (&token::bound(&["u"]), &token::bound(&["v"]), &token::good());
    for (server, path, token, body, told) in [
        (&tokens, "/guard", empty, "false", "reported token_empty"),
        (&tokens, "/all", empty, "false", "reported token_empty"),
        (&tokens, "/guard", mine, "true", "accepted"),
        (&tokens, "/guard", others, "{}", "binding_mismatch"),
        (&tokens, "/strict", empty, "{}", "token_empty"),
        // Claims are never handed out without a genuine token: reported by the guard, then refused.
        (
            &tokens,
            "/claims",
            expired,
            "{}",
            "reported token_expired, token_expired",
        ),
        (&bindings, "/guard", others, "true", "reported binding_mismatch"),
        (&bindings, "/all", others, "true", "reported binding_mismatch"),
        (&bindings, "/claims", good, "in", "reported binding_claim_missing"),
        (&bindings, "/guard", forged, "{}", "token_signature"),
        (&bindings, "/strict", others, "{}", "binding_mismatch"),
        (&bindings, "/strict", mine, "in", "accepted"),
        (&both, "/all", forged, "false", "reported token_signature"),
        (&both, "/all", good, "true", "reported binding_claim_missing"),
    ] {
        let answer = server.send(&get(path, token));
        let status = if body == "{}" { 401 } else { 200 };
        assert_eq!((answer.status, answer.body.as_str()), (status, body), "{path}");
        assert_eq!(server.told().join(", "), told, "{path}");
    }
}

/// What is not said is inherited from the application, and from nothing in between.
#[actix_web::test]
async fn one_route_or_scope_reports_while_the_rest_enforces_and_the_other_way_round() {
    const ENFORCED: [u16; 3] = [401, 401, 401];
    const REPORTED: [u16; 3] = [200, 200, 200];
    let enforce = Enforcement::Enforce;
    for (builder, inherited) in [(checking(), ENFORCED), (checking().policy(REPORT), REPORTED)] {
        let server = Served::new(builder, move |app, approov| {
            let middleware = || approov.middleware();
            app.route("/guard", web::get().to(guarded))
                .route("/guard/report", web::get().to(reporting))
                .route("/guard/enforce", web::get().to(enforcing));
            let of_checks = ENFORCE.check_enforcement(Enforcement::Report);
            let not_of_checks = Policy::new().check_enforcement(enforce);
            for (path, middleware) in [
                ("/scope", middleware()),
                ("/scope/report", middleware().report(true)),
                ("/scope/enforce", middleware().report(false)),
                ("/policy/report", middleware().policy(REPORT)),
                ("/policy/enforce", middleware().policy(ENFORCE)),
                // Of both the last one counts.
                ("/both/1", middleware().policy(REPORT).report(false)),
                ("/both/2", middleware().report(false).policy(REPORT)),
                // A later policy leaves what it does not name.
                ("/token-only", middleware().policy(REPORT.binding_enforcement(enforce))),
                ("/not-the-check", middleware().report(true).policy(not_of_checks)),
                ("/check-only", middleware().policy(of_checks)),
            ] {
                app.service(web::resource(path).get(open).wrap(middleware));
            }
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
            ("/token-only", [200, 401, 200]),
            ("/not-the-check", [200, 200, 401]),
            ("/check-only", [401, 401, 200]),
        ] {
            let pay = token::binding(&["u"]);
            let blocked = token::with(&json!({ "did": BLOCKED, "pay": pay }));
            for ((refusal, token), status) in [
                ("token_signature", token::forged()),
                ("binding_mismatch", token::bound(&["v"])),
                ("application_check(device_blocked)", blocked),
            ]
            .into_iter()
            .zip(statuses)
            {
                assert_eq!(server.send(&get(path, &token)).status, status, "{path} {refusal}");
                let mode = if status == 401 { "" } else { "reported " };
                assert_eq!(server.told(), [format!("{mode}{refusal}")], "{path}");
            }
            server.accepts(path, &get(path, &token::bound(&["u"])));
            assert_eq!(server.told(), ["accepted"], "{path}");
        }
    }
}

#[actix_web::test]
async fn a_handler_that_enforces_is_not_loosened_by_a_scope_that_reports() {
    let server = Served::new(checking(), |app, approov| {
        let scope = web::scope("")
            .route("/enforce", web::get().to(enforcing))
            .route("/report", web::get().to(reporting));
        app.service(scope.wrap(approov.middleware().report(true)));
    });
    for (code, token) in [
        ("token_signature", token::forged()),
        ("binding_mismatch", token::bound(&["v"])),
    ] {
        let reported = format!("reported {code}");
        assert_eq!(server.send(&get("/enforce", &token)).status, 401);
        assert_eq!(server.told(), [&reported, code]);
        assert_eq!(server.send(&get("/report", &token)).status, 200);
        assert_eq!(server.told(), [reported], "once");
    }
    for path in ["/enforce", "/report"] {
        server.accepts(path, &get(path, &token::bound(&["u"])));
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
    blocking().policy(REPORT).build().unwrap();
    assert_eq!(own_check(), 1);
}

#[actix_web::test]
async fn a_middleware_that_only_reports_says_so_once() {
    async fn start(approov: &Approov, policy: Policy) {
        // As two workers do it.
        for _ in 0..2 {
            drop(init_service(App::new().wrap(approov.middleware().policy(policy))).await);
        }
    }
    log::capture();
    let lines = || {
        [
            "the middleware's policy only REPORTS requests without a genuine token",
            "the middleware's policy only REPORTS requests that the application's own check refuses",
            "without a public origin",
            "lets them in name=retail",
        ]
        .map(|text| log::own_lines_with(text).len())
    };
    let approov = builder().build().unwrap();
    let signed = Policy::new().signature(SignaturePolicy::required());
    let tokens = |enforcement| Policy::new().token_enforcement(enforcement);
    for (policy, expected) in [
        (Policy::new(), [0, 0, 0, 0]),
        (tokens(Enforcement::Enforce), [0, 0, 0, 0]),
        (tokens(Enforcement::Report), [1, 0, 0, 0]),
        (signed, [1, 0, 1, 0]),
        (REPORT, [1, 0, 1, 0]),
    ] {
        start(&approov, policy).await;
        assert_eq!(lines(), expected);
    }
    for unasked in ["tokens that are not bound", "without a good message signature"] {
        assert!(log::own_lines_with(unasked).is_empty(), "{unasked}");
    }

    let named = blocking().name("retail").build().unwrap();
    start(&named, REPORT).await;
    assert_eq!(lines(), [2, 1, 1, 2]);
    start(&named, signed.binding(&["X-User"]).report(true)).await;
    assert_eq!(lines()[3], 4);
    assert_eq!(log::own_lines_with("set APPROOV_PUBLIC_ORIGIN name=retail").len(), 1);

    // What the application reports is not repeated for its middleware.
    let all = || log::own_lines_with("only REPORTS requests without a genuine token").len();
    let before = all();
    let reporting = builder().policy(tokens(Enforcement::Report)).build().unwrap();
    start(&reporting, Policy::new()).await;
    assert_eq!(all(), before + 1);
}
