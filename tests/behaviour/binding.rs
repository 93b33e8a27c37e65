//! What tokens are bound to. Whether a token fits: `tests/refusals/binding_….rs`.

use actix_web::web;
use approov_actix::{ConfigError, Policy};
use support::{client::Request, signing::Message, token};

use super::bound;
use crate::{
    builder,
    http2::{connect, exchange},
    patient,
    served::Served,
    ways,
};

/// HTTP/2 cuts cookies into crumbs, which are one value: RFC 9113, section 8.2.3. Signatures know the same rule.
#[actix_web::test]
async fn crumbs_of_cookies_are_one_value() {
    let cookies = || builder().binding("Cookie");
    let over_http_1 = Served::new(cookies(), ways::configure);
    let over_http_2 = Served::on(patient().h2(), cookies(), ways::configure);
    let [one, other] = ["a=1", "b=2; c=3"];
    for (bound_to, refusal) in [
        (&["a=1; b=2; c=3"][..], None),
        (&[one, other], Some("binding_mismatch")),
        (&["b=2; c=3; a=1"], Some("binding_mismatch")),
    ] {
        let message = Message::new("GET", "http://localhost/guard").header("Approov-Token", &token::bound(bound_to));
        let message = message.header("Cookie", one).header("Cookie", other);
        over_http_1.decides("crumbs", refusal, &message.request());
        let answer = exchange(connect(over_http_2.address()).await, &message, &message.url).await;
        assert_eq!(answer.0, if refusal.is_some() { 401 } else { 200 }, "{bound_to:?}");
    }
}

/// Names from a configuration of the application's own. In which forms they come: `one_or_many.rs`.
#[actix_web::test]
async fn names_may_be_known_at_run_time_only() {
    let names = vec!["authorization".to_owned(), "X-Device-Id".to_owned()];
    let one = names[0].clone();
    let with = |policy: Result<Policy, ConfigError>| builder().policy(policy.unwrap());
    let several = || Policy::new().try_binding(&names[..]);
    let after_one = builder().binding(&one).policy(several().unwrap());
    let (of_one, of_two) = (token::bound(&["user"]), token::bound(&["user", "device"]));
    for (case, builder, good, bad) in [
        ("one", builder().binding(&one), &of_one, &of_two),
        ("several", builder().binding(names.clone()), &of_two, &of_one),
        ("policy of one", with(Policy::new().try_binding(&one)), &of_one, &of_two),
        ("policy of several", with(several()), &of_two, &of_one),
        // The last one counts, whichever way it was set.
        ("policy, then one", with(several()).binding(&one), &of_one, &of_two),
        ("one, then policy", after_one, &of_two, &of_one),
    ] {
        let server = Served::new(builder, ways::configure);
        let request = Request::get("/guard").header("Authorization", "user");
        let request = request.header("X-Device-Id", "device");
        server.accepts(case, &request.clone().token(good));
        server.refuses(case, "binding_mismatch", &request.token(bad));
    }
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
