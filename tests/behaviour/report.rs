//! Checks that only report.

use actix_web::{App, test::init_service, web};
use approov_actix::{
    Approov, ApproovBuilder, ApproovClaims, ApproovMiddleware, Enforcement, Policy, SignaturePolicy, approov_protected,
};
use support::{client::Request, log, token};

use super::checks::{blocked, blocking};
use crate::{approov, builder, served::Served, ways::open};

#[approov_protected]
async fn guarded(claims: Option<ApproovClaims>) -> String {
    claims.is_some().to_string()
}

#[approov_protected]
async fn with_claims(_: ApproovClaims) -> &'static str {
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
const ALL_BUT_BINDINGS: Policy = REPORT.binding_enforcement(Enforcement::Enforce);
const NOT_THE_CHECK: Policy = Policy::new().check_enforcement(Enforcement::Enforce);

/// Bound to `X-User`, with a check that refuses one device.
fn checking() -> ApproovBuilder {
    blocking().binding("X-User")
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
                .route("/strict", web::get().to(enforcing))
                .service(web::resource("/all").get(guarded).wrap(approov.middleware()));
        })
    });
    let (empty, expired, forged) = ("", &token::expired(), &token::forged());
    let (mine, others, good) = (&token::bound(&["u"]), &token::bound(&["v"]), &token::good());
    for (server, path, token, body, told) in [
        (&tokens, "/guard", empty, "false", "reported token_empty"),
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

/// The statuses for a forged token, for one that is bound to another user, and for one of a blocked device.
type Statuses = [u16; 3];
const ENFORCED: Statuses = [401, 401, 401];
const REPORTED: Statuses = [200, 200, 200];

type Change = fn(ApproovMiddleware) -> ApproovMiddleware;

const SCOPES: [(&str, Change, Statuses); 6] = [
    ("/scope/report", |scope| scope.report(true), REPORTED),
    ("/scope/enforce", |scope| scope.report(false), ENFORCED),
    // Of both the last one counts.
    ("/both/1", |scope| scope.policy(REPORT).report(false), ENFORCED),
    ("/both/2", |scope| scope.report(false).policy(REPORT), REPORTED),
    (
        "/not-the-binding",
        |scope| scope.policy(ALL_BUT_BINDINGS),
        [200, 401, 200],
    ),
    // A later policy leaves what it does not name.
    (
        "/not-the-check",
        |scope| scope.report(true).policy(NOT_THE_CHECK),
        [200, 200, 401],
    ),
];

/// What is not said is inherited from the application, and from nothing in between.
#[actix_web::test]
async fn one_route_or_scope_reports_while_the_rest_enforces_and_the_other_way_round() {
    for (builder, inherited) in [(checking(), ENFORCED), (checking().policy(REPORT), REPORTED)] {
        let server = Served::new(builder, |app, approov| {
            app.route("/guard", web::get().to(guarded))
                .route("/guard/report", web::get().to(reporting))
                .route("/guard/enforce", web::get().to(enforcing))
                .service(web::resource("/scope").get(open).wrap(approov.middleware()));
            for (path, change, _) in SCOPES {
                app.service(web::resource(path).get(open).wrap(change(approov.middleware())));
            }
        });
        let others = [
            ("/guard", inherited),
            ("/guard/report", REPORTED),
            ("/guard/enforce", ENFORCED),
            ("/scope", inherited),
        ];
        let scopes = SCOPES.map(|(path, _, statuses)| (path, statuses));
        for (path, statuses) in others.into_iter().chain(scopes) {
            let refused = [
                ("token_signature", token::forged()),
                ("binding_mismatch", token::bound(&["v"])),
                ("application_check(device_blocked)", blocked()),
            ];
            for ((refusal, token), status) in refused.into_iter().zip(statuses) {
                assert_eq!(server.send(&get(path, &token)).status, status, "{path} {refusal}");
                let mode = if status == 401 { "" } else { "reported " };
                assert_eq!(server.told(), [format!("{mode}{refusal}")], "{path}");
            }
            server.accepts(path, &get(path, &token::bound(&["u"])));
            assert_eq!(server.told(), ["accepted"], "{path}");
        }
    }
}

#[test]
fn an_application_that_only_reports_says_so_at_the_start() {
    log::capture();
    let lines = || {
        [
            "the application's policy only REPORTS requests without a genuine token",
            "only REPORTS tokens that are not bound",
            "who leaves the token out avoids the binding",
            "only REPORTS requests that the application's own check refuses",
        ]
        .map(|text| log::own_lines_with(text).len())
    };
    let bound = || builder().binding("X-User");
    for (builder, expected) in [
        (bound().policy(REPORT), [1, 1, 0, 0]),
        (bound().policy(ALL_BUT_BINDINGS), [2, 1, 1, 0]),
        (checking().policy(REPORT), [3, 2, 1, 1]),
        (checking().policy(ENFORCE), [3, 2, 1, 1]),
    ] {
        builder.build().unwrap();
        assert_eq!(lines(), expected);
    }
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
    let (approov, named) = (approov(), blocking().name("retail").build().unwrap());
    // What the application reports is not repeated for its middleware.
    let reporting = builder().policy(REPORT).build().unwrap();
    let tokens = Policy::new().token_enforcement(Enforcement::Report);
    let signed = Policy::new().signature(SignaturePolicy::required());
    for (approov, policy, expected) in [
        (&approov, ENFORCE, [0, 0, 0, 0]),
        (&approov, tokens, [1, 0, 0, 0]),
        (&approov, signed, [1, 0, 1, 0]),
        (&approov, REPORT, [1, 0, 1, 0]),
        (&named, REPORT, [2, 1, 1, 2]),
        (&named, signed.binding(&["X-User"]).report(true), [2, 1, 2, 4]),
        (&reporting, Policy::new(), [2, 1, 2, 4]),
    ] {
        start(approov, policy).await;
        assert_eq!(lines(), expected);
    }
    assert_eq!(log::own_lines_with("set APPROOV_PUBLIC_ORIGIN name=retail").len(), 1);
}
