//! What tokens are bound to. Whether a token fits: `tests/refusals/binding_….rs`.

use actix_web::web;
use approov_actix::{ConfigError, Policy, approov_protected};
use support::{client::Request, signing::Message, token};

use crate::{
    builder,
    http2::{connect, exchange},
    patient,
    served::Served,
    ways::{self, WAYS},
};

/// HTTP/2 cuts cookies into crumbs, which are one value: RFC 9113, section 8.2.3. Signatures know the same rule.
#[actix_web::test]
async fn crumbs_of_cookies_are_one_value() {
    let cookies = || builder().binding("Cookie");
    let over_http_1 = Served::new(cookies(), ways::configure);
    let over_http_2 = Served::on(patient().h2(), cookies(), ways::configure);
    let crumbs = ["a=1", "b=2; c=3"];
    for (values, refusal) in [
        (&["a=1; b=2; c=3"][..], None),
        (&crumbs, Some("binding_mismatch")),
        (&["a=1, b=2; c=3"], Some("binding_mismatch")),
        (&["b=2; c=3; a=1"], Some("binding_mismatch")),
        (&["a=1"], Some("binding_mismatch")),
    ] {
        let token = token::bound(values);
        let [one, other] = crumbs;
        let request = Request::get("/guard").token(&token);
        let request = request.header("Cookie", one).header("Cookie", other);
        over_http_1.decides("crumbs", refusal, &request);

        let message = Message::new("GET", "http://localhost/guard").header("Approov-Token", &token);
        let message = message.header("Cookie", one).header("Cookie", other);
        let answer = exchange(connect(over_http_2.address()).await, &message, &message.url).await;
        assert_eq!(answer.0, if refusal.is_some() { 401 } else { 200 }, "{values:?}");
    }
    // Only cookies are cut.
    let server = Served::new(builder().binding("X-User"), ways::configure);
    let request = Request::get("/guard").token(&token::bound(&["a; b"]));
    let request = request.header("X-User", "a").header("X-User", "b");
    server.refuses("another header", "binding_header_repeated", &request);
}

/// Names from a configuration of the application's own, in every form in which they come.
#[actix_web::test]
async fn names_may_be_known_at_run_time_only() {
    let names = vec!["authorization".to_owned(), "X-Device-Id".to_owned()];
    let one = names[0].clone();
    let with = |policy: Result<Policy, ConfigError>| builder().policy(policy.unwrap());
    let policy = Policy::new();
    let several = policy.try_binding(&names[..]);
    for (case, builder, is_one) in [
        ("String", builder().binding(&one), true),
        ("&str", builder().binding(one.as_str()), true),
        ("&[String]", builder().binding(&names[..]), false),
        ("Vec<String>", builder().binding(names.clone()), false),
        ("Vec<&str>", builder().binding(vec![one.as_str(), "x-device-id"]), false),
        ("policy of one", with(policy.try_binding(one.clone())), true),
        ("policy of several", with(several.clone()), false),
        // The last one counts, whichever way it was set.
        ("binding, policy", with(several.clone()).binding(&one), true),
        (
            "policy, binding",
            builder().binding(&one).policy(several.clone().unwrap()),
            false,
        ),
    ] {
        let server = Served::new(builder, ways::configure);
        let mismatch = Some("binding_mismatch");
        let [of_one, of_two] = if is_one { [None, mismatch] } else { [mismatch, None] };
        for (token, refusal) in [
            (token::bound(&["user"]), of_one),
            (token::bound(&["user", "device"]), of_two),
            (token::bound(&["device", "user"]), mismatch),
            (token::good(), Some("binding_claim_missing")),
        ] {
            for way in WAYS {
                let request = Request::get(way).token(&token).header("Authorization", "user");
                server.decides(case, refusal, &request.header("X-Device-Id", "device"));
            }
        }
    }
}

#[approov_protected(binding = "Authorization")]
async fn bound() -> &'static str {
    "in"
}

/// A fault of the server, and a refusal for all that.
#[actix_web::test]
async fn a_policy_that_binds_to_the_token_header_lets_nobody_in() {
    let server = Served::new(builder().token_header("Authorization"), |app, _| {
        app.route("/bound", web::get().to(bound));
    });
    let good = Request::get("/bound").header("Authorization", &token::good());
    server.refuses("a good token", "policy_invalid", &good);
    assert_eq!(server.send(&Request::get("/bound")).status, 401);
}

#[test]
#[should_panic(expected = "tokens cannot be bound to authorization, the header that carries them")]
fn a_middleware_knows_that_at_the_start() {
    let approov = builder().token_header("Authorization").build().unwrap();
    let _ = approov.middleware().policy(Policy::new().binding(&["X-Device-Id"]));
    let _ = approov.middleware().policy(Policy::new().binding(&["Authorization"]));
}
