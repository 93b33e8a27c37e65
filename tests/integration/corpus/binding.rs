//! Tokens that are not bound to what the request brings, in each way in which a binding can be asked for.

use actix_web::web;
use approov_actix::{Approov, ApproovBuilder, ApproovClaims, Policy, RoutePolicy, approov_protected};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use support::{
    corpus::bindings::{self, DEVICE, USER, bound, hash, user, user_and_device, with_pay},
    token,
};

use super::served::{Served, get};
use crate::builder;

#[approov_protected]
async fn by_default() -> &'static str {
    "in"
}

#[approov_protected(binding = "Authorization")]
async fn by_attribute() -> &'static str {
    "in"
}

#[approov_protected(binding = ["Authorization", "X-Device-Id"])]
async fn by_two() -> &'static str {
    "in"
}

#[approov_protected(policy = ByPolicy)]
async fn by_policy() -> &'static str {
    "in"
}

#[approov_protected(policy = Lenient)]
async fn lenient() -> &'static str {
    "in"
}

#[approov_protected(binding = false)]
async fn unbound() -> &'static str {
    "in"
}

async fn with_claims(_: ApproovClaims) -> &'static str {
    "in"
}

async fn open() -> &'static str {
    "in"
}

const BOUND: Policy = Policy::new().binding(&["authorization"]);
const LENIENT: Policy = BOUND.allow_missing_binding_claim(true);

struct ByPolicy;

impl RoutePolicy for ByPolicy {
    fn policy() -> &'static Policy {
        &BOUND
    }
}

struct Lenient;

impl RoutePolicy for Lenient {
    fn policy() -> &'static Policy {
        &LENIENT
    }
}

const WAYS: [&str; 6] = [
    "/default",
    "/claims",
    "/attribute",
    "/policy",
    "/middleware",
    "/middleware-policy",
];
const WAYS_FOR_TWO: [&str; 2] = ["/two", "/two-middleware"];
const LENIENT_WAYS: [&str; 2] = ["/lenient", "/lenient-middleware"];
const UNBOUND_WAYS: [&str; 2] = ["/unbound", "/unbound-middleware"];

fn serve() -> Served {
    fn configure(app: &mut web::ServiceConfig, approov: &Approov) {
        let behind = |path: &str, middleware| web::scope(path).route("", web::to(open)).wrap(middleware);
        let policy = |policy| approov.middleware().policy(policy);
        app.route("/default", web::to(by_default))
            .route("/claims", web::to(with_claims))
            .route("/attribute", web::to(by_attribute))
            .route("/policy", web::to(by_policy))
            .route("/two", web::to(by_two))
            .route("/lenient", web::to(lenient))
            .route("/unbound", web::to(unbound))
            .service(behind("/middleware", approov.middleware()))
            .service(behind("/middleware-policy", policy(BOUND)))
            .service(behind(
                "/two-middleware",
                policy(Policy::new().binding(&["Authorization", "X-Device-Id"])),
            ))
            .service(behind("/lenient-middleware", policy(LENIENT)))
            .service(behind("/unbound-middleware", policy(Policy::new().no_binding())));
    }
    let builder: ApproovBuilder = builder().binding(["Authorization"]);
    Served::new(builder, configure)
}

#[actix_web::test]
async fn each_request_is_refused_for_its_reason() {
    let served = serve();
    for (ways, rows, good) in [
        (WAYS.as_slice(), bindings::for_one_header(), bound(USER, user(USER))),
        (
            &WAYS_FOR_TWO,
            bindings::for_two_headers(),
            bound(format!("{USER}{DEVICE}"), user_and_device(USER, DEVICE)),
        ),
        (
            &LENIENT_WAYS,
            bindings::where_pay_may_be_missing(),
            with_pay(Value::Null, user(USER)),
        ),
    ] {
        for way in ways {
            served.accepts(way, &get(way, &good));
            for row in &rows {
                served.refuses(&format!("{}, {way}", row.name), &get(way, &row.value), row.refusal);
            }
            served.accepts(way, &get(way, &good));
        }
    }
}

/// Good bindings that look odd, and the limit that the documentation states: where one value ends and the next begins
/// is not bound.
#[actix_web::test]
async fn odd_bindings_that_are_good_pass() {
    let served = serve();
    for (name, lines) in [
        (
            "white space around the value",
            bound(USER, user(format!(" \t{USER}\t "))),
        ),
        (
            "another case of the name",
            bound(USER, format!("aUTHORIZATION: {USER}\r\n")),
        ),
        (
            "letters of two bytes",
            bound("Bearer gr\u{fc}n", user("Bearer gr\u{fc}n")),
        ),
        (
            "bytes that are no text",
            bound(b"Bearer \xff\x80", user(b"Bearer \xff\x80")),
        ),
        ("escapes in pay", {
            let claims = token::claims(&json!({})).to_string();
            let pay = STANDARD.encode(hash(USER)).replace('/', "\\/").replace('+', "\\u002B");
            let token = token::sign(
                token::SECRET,
                r#"{"alg":"HS256"}"#,
                &claims.replacen('{', &format!(r#"{{"pay":"{pay}","#), 1),
            );
            [format!("Approov-Token: {token}\r\n").into(), user(USER)].concat()
        }),
    ] {
        for way in WAYS.iter().chain(&LENIENT_WAYS) {
            served.accepts(&format!("{name}, {way}"), &get(way, &lines));
        }
    }
    let (start, end) = USER.split_at(10);
    for way in WAYS_FOR_TWO {
        for (one, other) in [
            (start, format!("{end}{DEVICE}")),
            (USER, DEVICE.to_owned()),
            ("B", format!("{}{DEVICE}", &USER[1..])),
        ] {
            let lines = bound(format!("{USER}{DEVICE}"), user_and_device(one, &other));
            served.accepts(&format!("{one} and {other}, {way}"), &get(way, &lines));
        }
    }
}

/// A bound token is as good as any where no binding is asked for, whatever it is bound to; a bad one is none there
/// either.
#[actix_web::test]
async fn where_no_binding_is_asked_for_none_is_looked_at() {
    let served = serve();
    for way in UNBOUND_WAYS {
        for lines in [
            bound(USER, ""),
            bound(USER, user("other")),
            bound("", ""),
            with_pay("", ""),
            with_pay("x", [user("a"), user("b")].concat()),
        ] {
            served.accepts(way, &get(way, &lines));
        }
        for row in bindings::for_no_header() {
            served.refuses(&format!("{}, {way}", row.name), &get(way, &row.value), row.refusal);
        }
    }
}
