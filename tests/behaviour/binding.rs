//! Tokens that are bound to headers.

use actix_test::{TestServer, TestServerConfig};
use actix_web::{App, web};
use approov_actix::{ApproovBuilder, ApproovClaims, ConfigError, Policy, RoutePolicy, approov_protected};
use serde_json::json;
use support::{client::Request, signing::Message, token};

use crate::{
    approov, builder,
    http2::{connect, exchange},
    patient,
};

#[approov_protected(binding = "Authorization")]
async fn one() -> &'static str {
    "in"
}

#[approov_protected(binding = ["Authorization", "X-Device-Id"])]
async fn two() -> &'static str {
    "in"
}

#[approov_protected(binding = false)]
async fn unbound() -> &'static str {
    "in"
}

#[approov_protected]
async fn default() -> &'static str {
    "in"
}

async fn claims(claims: ApproovClaims) -> String {
    claims.token_binding().unwrap_or("unbound").to_owned()
}

struct Lenient;

impl RoutePolicy for Lenient {
    fn policy() -> &'static Policy {
        static POLICY: Policy = Policy::new()
            .binding(&["authorization"])
            .allow_missing_binding_claim(true);
        &POLICY
    }
}

#[approov_protected(policy = Lenient)]
async fn lenient() -> &'static str {
    "in"
}

/// The application's default binds to `X-User`.
fn serve() -> TestServer {
    serve_with(builder().binding(["X-User"]))
}

fn serve_with(builder: ApproovBuilder) -> TestServer {
    serve_on(patient(), builder)
}

fn serve_on(config: TestServerConfig, builder: ApproovBuilder) -> TestServer {
    let approov = builder.build().unwrap();
    actix_test::start_with(config, move || {
        App::new()
            .app_data(approov.clone())
            .route("/one", web::get().to(one))
            .route("/two", web::get().to(two))
            .route("/unbound", web::get().to(unbound))
            .route("/default", web::get().to(default))
            .route("/claims", web::get().to(claims))
            .route("/lenient", web::get().to(lenient))
            .service(
                web::scope("/scope")
                    .route("", web::get().to(|| async { "in" }))
                    .wrap(approov.middleware().policy(Policy::new().binding(&["Authorization"]))),
            )
    })
}

const USER: &str = "Bearer myauth_token";

#[actix_web::test]
async fn one_header() {
    let server = serve();
    for path in ["/one", "/scope", "/lenient"] {
        let status = |token: &str, value: &str| {
            let request = Request::get(path).token(token).header("Authorization", value);
            request.send(server.addr()).status
        };
        let bound = token::bound(&[USER]);
        assert_eq!(status(&bound, USER), 200, "{path}");
        assert_eq!(status(&bound, &format!("  {USER}\t ")), 200, "{path}");
        for other in [
            "myauth_token",
            "bearer myauth_token",
            "Bearer  myauth_token",
            "Bearer myauth_toke",
            "Bearer myauth_token2",
            "Bearer other",
            "",
            " ",
        ] {
            assert_eq!(status(&bound, other), 401, "{path} {other:?}");
        }
        let unbound = if path == "/lenient" { 200 } else { 401 };
        assert_eq!(status(&token::good(), USER), unbound, "{path}");

        let pay = token::binding(&[USER]);
        for pay in [
            json!(""),
            json!(" "),
            json!(5),
            json!(false),
            json!([pay]),
            json!(pay.trim_end_matches('=')),
            json!(pay.replace('+', "-").replace('/', "_") + "x"),
            json!(pay.to_uppercase()),
            json!(format!("{pay}\n")),
            json!(token::binding(&[""])),
        ] {
            assert_eq!(status(&token::with(&json!({ "pay": pay })), USER), 401, "{path} {pay}");
        }
        let null = token::claims(&json!({}))
            .to_string()
            .replacen('{', r#"{"pay":null,"#, 1);
        let null = token::sign(token::SECRET, r#"{"alg":"HS256"}"#, &null);
        assert_eq!(status(&null, USER), 401, "{path}");
        assert_eq!(status(&token::bound(&[""]), ""), 401, "{path}");
    }
}

#[actix_web::test]
async fn the_bound_header_must_be_there_once_even_if_pay_may_be_missing() {
    let server = serve();
    for (path, token) in [
        ("/one", token::bound(&[USER])),
        ("/lenient", token::good()),
        ("/scope", token::bound(&[USER])),
    ] {
        let request = Request::get(path).token(&token);
        assert_eq!(request.clone().send(server.addr()).status, 401, "{path}");
        let empty = request.clone().header("Authorization", "");
        assert_eq!(empty.send(server.addr()).status, 401, "{path}");
        let twice = request
            .clone()
            .header("Authorization", USER)
            .header("Authorization", USER);
        assert_eq!(twice.send(server.addr()).status, 401, "{path}");
        let with_empty = request
            .clone()
            .header("Authorization", USER)
            .header("Authorization", "");
        assert_eq!(with_empty.send(server.addr()).status, 401, "{path}");
        let once = request.header("Authorization", USER);
        assert_eq!(once.send(server.addr()).status, 200, "{path}");
    }
}

/// HTTP/2 cuts cookies into crumbs, which are one value: RFC 9113, section 8.2.3. Signatures know the same rule.
#[actix_web::test]
async fn crumbs_of_cookies_are_one_value() {
    let server = serve_with(builder().binding("Cookie"));
    let over_http_2 = serve_on(patient().h2(), builder().binding("Cookie"));
    let crumbs = ["a=1", "b=2; c=3"];
    for (values, status) in [
        (&["a=1; b=2; c=3"][..], 200),
        (&crumbs, 401),
        (&["a=1, b=2; c=3"], 401),
        (&["b=2; c=3; a=1"], 401),
        (&["a=1"], 401),
    ] {
        let request = Request::get("/default").token(&token::bound(values));
        let over_http_1 = crumbs
            .iter()
            .fold(request, |request, crumb| request.header("Cookie", crumb));
        assert_eq!(over_http_1.send(server.addr()).status, status, "{values:?}");

        let message = Message::new("GET", "http://localhost/default").header("Approov-Token", &token::bound(values));
        let message = crumbs
            .iter()
            .fold(message, |message, crumb| message.header("Cookie", crumb));
        let answer = exchange(connect(over_http_2.addr()).await, &message, &message.url).await;
        assert_eq!(answer.0, status, "{values:?}");
    }
    // Only cookies are cut.
    let other = serve();
    let request = Request::get("/default").token(&token::bound(&["a; b"]));
    let request = request.header("X-User", "a").header("X-User", "b");
    assert_eq!(request.send(other.addr()).status, 401);
}

#[actix_web::test]
async fn two_headers_in_order() {
    let server = serve();
    let status = |token: &str, user: &str, device: &str| {
        let request = Request::get("/two").token(token);
        let request = request.header("X-Device-Id", device).header("Authorization", user);
        request.send(server.addr()).status
    };
    let example = token::with(&json!({ "pay": "71tnS3rSq2lanEWrKz4MoexiOMtv7w0fspfM8BAQKNU=" }));
    assert_eq!(status(&example, USER, "my-device-id"), 200);
    assert_eq!(status(&example, &format!("{USER} "), " my-device-id"), 200);
    assert_eq!(status(&example, "my-device-id", USER), 401);
    assert_eq!(status(&example, USER, "other"), 401);
    assert_eq!(status(&example, USER, ""), 401);
    assert_eq!(status(&token::bound(&[USER]), USER, "my-device-id"), 401);
    assert_eq!(
        status(&token::bound(&[USER, " ", "my-device-id"]), USER, "my-device-id"),
        401
    );
    // A weakness of the protocol, stated in the documentation.
    assert_eq!(status(&example, "Bearer myauth_tokenmy", "-device-id"), 200);
}

#[actix_web::test]
async fn the_value_is_bytes_as_sent() {
    let server = serve();
    let user = "Bearer grüße";
    let request = Request::get("/one").header("Authorization", user);
    assert_eq!(
        request.clone().token(&token::bound(&[user])).send(server.addr()).status,
        200
    );
    assert_eq!(
        request
            .token(&token::bound(&["Bearer gruße"]))
            .send(server.addr())
            .status,
        401
    );
}

#[actix_web::test]
async fn handlers_inherit_replace_or_switch_off_the_default() {
    let server = serve();
    let user = |path| Request::get(path).header("X-User", "u");
    let bound = token::bound(&["u"]);
    assert_eq!(user("/default").token(&bound).send(server.addr()).status, 200);
    assert_eq!(user("/default").token(&token::good()).send(server.addr()).status, 401);
    assert_eq!(Request::get("/default").token(&bound).send(server.addr()).status, 401);
    assert_eq!(user("/claims").token(&bound).send(server.addr()).status, 200);
    assert_eq!(user("/claims").token(&token::good()).send(server.addr()).status, 401);
    assert_eq!(user("/one").token(&bound).send(server.addr()).status, 401);
    assert_eq!(
        Request::get("/unbound")
            .token(&token::good())
            .send(server.addr())
            .status,
        200
    );
    assert_eq!(
        Request::get("/unbound")
            .token(&token::forged())
            .send(server.addr())
            .status,
        401
    );
}

/// Names from a configuration of the application's own, in every form in which they come.
#[actix_web::test]
async fn names_may_be_known_at_run_time_only() {
    let names = vec!["authorization".to_owned(), "X-Device-Id".to_owned()];
    let one = names[0].clone();
    let with = |policy: Result<Policy, ConfigError>| builder().policy(policy.unwrap());
    let policy = Policy::new();
    for (case, builder, is_one) in [
        ("String", builder().binding(&one), true),
        ("&str", builder().binding(one.as_str()), true),
        ("&[String]", builder().binding(&names[..]), false),
        ("Vec<String>", builder().binding(names.clone()), false),
        ("Vec<&str>", builder().binding(vec![one.as_str(), "x-device-id"]), false),
        ("policy of one", with(policy.try_binding(one.clone())), true),
        ("policy of several", with(policy.try_binding(&names[..])), false),
        // The last one counts, whichever way it was set.
        (
            "binding, policy",
            with(policy.try_binding(&names[..])).binding(&one),
            true,
        ),
        (
            "policy, binding",
            builder().binding(&one).policy(policy.try_binding(&names[..]).unwrap()),
            false,
        ),
    ] {
        let server = serve_with(builder);
        let status = |token: &str| {
            let request = Request::get("/default").token(token).header("Authorization", USER);
            request.header("X-Device-Id", "device").send(server.addr()).status
        };
        let statuses = (status(&token::bound(&[USER])), status(&token::bound(&[USER, "device"])));
        assert_eq!(statuses, if is_one { (200, 401) } else { (401, 200) }, "{case}");
        assert_eq!(status(&token::good()), 401, "{case}");
    }

    let approov = approov();
    let policy = policy.try_binding(names).unwrap();
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .default_service(web::to(|| async { "in" }))
            .wrap(approov.middleware().policy(policy))
    });
    for (values, status) in [(&[USER, "device"][..], 200), (&[USER], 401), (&["device", USER], 401)] {
        let request = Request::get("/")
            .token(&token::bound(values))
            .header("Authorization", USER);
        assert_eq!(
            request.header("X-Device-Id", "device").send(server.addr()).status,
            status,
            "{values:?}"
        );
    }
}

#[test]
fn names_that_no_header_has() {
    let fault = |headers: &[&str]| Policy::new().try_binding(headers).unwrap_err().to_string();
    let invalid = "a header given to `try_binding` is not a header name: it may have letters, digits, `-`, `_` and `.`, but no quotes and \
         no `$VARIABLE`; several headers are given as a list";
    for (headers, sentence) in [
        (
            &[][..],
            "the list given to `try_binding` names no header; for no binding say `no_binding`",
        ),
        (&[""], invalid),
        (&["X Device"], invalid),
        (&["Authorization, X-Device-Id"], invalid),
        (&["Authorization:"], invalid),
        (&["'Authorization'"], invalid),
        (&["$HEADER"], invalid),
        (
            &["X-Device-Id", "x-device-id"],
            "a header given to `try_binding` is named twice",
        ),
    ] {
        assert_eq!(fault(headers), sentence, "{headers:?}");
    }
    assert!(Policy::new().try_binding(["X-Device-Id", "x-device"]).is_ok());
    // For the builder no name is no binding.
    assert!(builder().binding([""; 0]).build().is_ok());
}

/// A fault of the server, and a refusal for all that.
#[actix_web::test]
async fn a_policy_that_binds_to_the_token_header_lets_nobody_in() {
    let approov = builder().token_header("Authorization").build().unwrap();
    let server = actix_test::start_with(patient(), move || {
        App::new().app_data(approov.clone()).route("/one", web::get().to(one))
    });
    let good = Request::get("/one").header("Authorization", &token::good());
    let answer = good.send(server.addr());
    assert_eq!((answer.status, answer.body.as_str()), (500, "{}"));
    assert_eq!(Request::get("/one").send(server.addr()).status, 401);
}

#[test]
#[should_panic(expected = "tokens cannot be bound to authorization, the header that carries them")]
fn a_middleware_knows_that_at_the_start() {
    let approov = builder().token_header("Authorization").build().unwrap();
    let _ = approov.middleware().policy(Policy::new().binding(&["X-Device-Id"]));
    let _ = approov.middleware().policy(Policy::new().binding(&["Authorization"]));
}
