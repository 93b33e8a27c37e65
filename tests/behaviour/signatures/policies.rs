//! What one route asks of signatures beyond what others do: an age, a size, a digest, more that is covered.

use std::time::Duration;

use actix_web::{App, Route, middleware::NormalizePath, web};
use approov_actix::{Approov, ApproovBuilder, MessageSigning, Policy, SignaturePolicy, approov_protected};
use serde_json::json;
use support::{
    client::Request,
    signing::{Message, Signature, bytes, token},
    token::now,
};

use super::{LEAST, REQUIRED, Served, echo, guarded, least, order, serve, signing};

const fn asking(signature: SignaturePolicy) -> Policy {
    Policy::new().signature(signature)
}

const YOUNG: Policy = asking(SignaturePolicy::required().max_age(Duration::from_secs(60)));
const SMALL: Policy = asking(SignaturePolicy::required().body_limit(5));
const WHOLE: Policy = asking(SignaturePolicy::required().require_content_digest(true));
const COVERED: Policy = asking(SignaturePolicy::required().covers(&["X-Dictionary", "@path"]));

/// Others that ask for more than nothing, and for something else.
const OLDER: Policy = asking(SignaturePolicy::required().max_age(Duration::from_secs(1000)));
const LARGER: Policy = asking(SignaturePolicy::required().body_limit(10));
const COVERED_OTHERWISE: Policy = asking(SignaturePolicy::required().covers(&["Content-Type"]));

/// Where the strict policy decides, alone and beside others.
const STRICT: [&str; 7] = [
    "/guard",
    "/middleware",
    "/lax-around",
    "/lax-inside",
    "/other-around",
    "/other-inside",
    "/between",
];
const LAX: [&str; 2] = ["/lax", "/lax-middleware"];

/// The handler, whose policy is the strict one, and everything else that may be around or inside of it.
fn nest(app: &mut web::ServiceConfig, approov: &Approov, strict: Policy, other: Policy, handler: fn() -> Route) {
    let lax = || web::to(guarded);
    let open = || web::to(echo);
    for (path, inside, around) in [
        ("/lax-middleware", open(), &[REQUIRED][..]),
        ("/middleware", open(), &[strict]),
        ("/lax-around", handler(), &[REQUIRED]),
        ("/lax-inside", lax(), &[strict]),
        ("/other-around", handler(), &[other]),
        ("/other-inside", open(), &[other, strict]),
        ("/between", lax(), &[other, strict, REQUIRED]),
    ] {
        let inside = web::scope("").route("", inside);
        let around = around.iter().fold(inside, |scope, policy| {
            web::scope("").service(scope.wrap(approov.middleware().policy(*policy)))
        });
        app.service(web::scope(path).service(around));
    }
    app.route("/lax", lax()).route("/guard", handler());
}

/// A request to this path.
type Make = fn(&str) -> Request;

/// No verdict by one policy counts for another: the strict one refuses these requests for this reason, wherever it
/// stands, and the lax one alone accepts them. The last ones are good for all.
#[track_caller]
fn check(server: &Served, code: &str, refused: &[Make], accepted: &[Make]) {
    for path in STRICT {
        for request in refused {
            server.refuses(path, code, &request(path));
        }
    }
    for path in STRICT.into_iter().chain(LAX) {
        for request in accepted {
            server.accepts(path, &request(path));
        }
    }
    for path in LAX {
        for request in refused {
            server.accepts(path, &request(path));
        }
    }
}

fn signed_ago(message: &Message, seconds: u64) -> Request {
    let (created, expires) = (now() - seconds, now() + 60);
    let signature = Signature::install(message).parameters(&format!(";created={created};expires={expires}"));
    message.request().signed(&[&signature])
}

/// The phone's clock is never off here.
fn exact() -> ApproovBuilder {
    signing().message_signing(MessageSigning::new().clock_skew(Duration::ZERO))
}

fn with_dictionary(path: &str) -> Message {
    order(path).header("X-Dictionary", "a=1, b=2")
}

/// With what every signature has to cover, and these.
fn covering(path: &str, more: &[&str]) -> Request {
    let message = with_dictionary(path);
    let signature = Signature::install(&message).covering(&message, &[&LEAST, more].concat());
    message.request().signed(&[&signature])
}

/// With the path, and a line for the header in this form.
fn covering_in_form(path: &str, identifier: &str, value: &str) -> Request {
    let message = with_dictionary(path);
    let signature = Signature::install(&message).line("\"@path\"", path);
    message.request().signed(&[&signature.line(identifier, value)])
}

macro_rules! each_route_has_its_own {
    ($($what:ident: $strict:ident beside $other:ident, $code:literal, $refused:expr, $accepted:expr;)*) => {$(
        #[actix_web::test]
        async fn $what() {
            #[approov_protected(policy = $strict)]
            async fn handler(body: web::Bytes) -> web::Bytes {
                body
            }
            let server = Served::new(exact(), |app, approov| {
                nest(app, approov, $strict, $other, || web::to(handler));
            });
            check(&server, $code, &$refused, &$accepted);
        }
    )*};
}

each_route_has_its_own! {
    age: YOUNG beside OLDER, "signature_expired",
        [|path| signed_ago(&order(path), 100)],
        [|path| signed_ago(&order(path), 0)];
    limit_of_the_body: SMALL beside LARGER, "body_too_large",
        [|path| order(path).body(b"123456").signed()],
        [|path| order(path).body(b"12345").signed()];
    demand_for_the_digest: WHOLE beside REQUIRED, "digest_missing",
        [
            |path| order(path).without("Content-Digest").signed(),
            |path| order(path).request().signed(&[&least(&order(path))]),
        ],
        [|path| order(path).signed()];
    coverage: COVERED beside COVERED_OTHERWISE, "signature_coverage",
        [
            |path| covering(path, &["content-type"]),
            |path| covering(path, &["content-type", "@path"]),
            |path| covering(path, &["content-type", "x-dictionary"]),
            // What is not there cannot be covered, and an app that left it out has not said so.
            |path| order(path).signed(),
            // A part of the header is not the header.
            |path| covering_in_form(path, "\"x-dictionary\";key=\"a\"", "1"),
        ],
        [
            |path| covering(path, &["@path", "x-dictionary", "content-type"]),
            |path| covering_in_form(path, "\"x-dictionary\";bs", &bytes(b"a=1, b=2")),
        ];
}

/// Of two signatures, each has to.
#[actix_web::test]
async fn each_signature_covers_what_is_asked_for() {
    let server = serve(signing().policy(COVERED));
    let message = with_dictionary("/guard");
    let [install, account] = [Signature::install, Signature::account].map(|sign| sign(&message));
    let [whole_install, whole_account] = [&install, &account].map(|signature| {
        let signature = signature.clone().line("\"@path\"", "/guard");
        signature.line("\"x-dictionary\"", "a=1, b=2")
    });
    let coverage = Some("signature_coverage");
    for (case, refusal, signatures) in [
        ("install", None, &[&whole_install][..]),
        ("account", None, &[&whole_account]),
        ("both", None, &[&whole_install, &whole_account]),
        ("none", coverage, &[&install]),
        ("the account's alone", coverage, &[&install, &whole_account]),
        ("the installation's alone", coverage, &[&whole_install, &account]),
    ] {
        server.decides(case, refusal, &message.request().signed(signatures));
    }
}

#[approov_protected(signature = "strict")]
async fn strict(body: web::Bytes) -> web::Bytes {
    body
}

#[approov_protected(policy = COVERED)]
async fn covered(body: web::Bytes) -> web::Bytes {
    body
}

/// What the middleware has verified is not verified again, of a path that `NormalizePath` has changed since. Age and
/// coverage still are the route's.
#[actix_web::test]
async fn a_stricter_route_goes_by_the_request_as_it_was_signed() {
    let approov = exact().build().unwrap();
    let server = actix_test::start_with(crate::patient(), move || {
        App::new()
            .route("/strict", web::to(strict))
            .route("/covered", web::to(covered))
            .wrap(NormalizePath::trim())
            .wrap(approov.middleware().policy(REQUIRED))
    });
    for (path, seconds, expected) in [
        ("/strict", 0, 200),
        ("/strict", 100, 401),
        ("/strict/", 0, 200),
        ("/strict/", 100, 401),
        ("//strict", 0, 200),
        ("/covered/", 0, 401),
    ] {
        let answer = signed_ago(&order(path), seconds).send(server.addr());
        assert_eq!(answer.status, expected, "{path} {seconds}");
    }
    for path in ["/covered", "/covered/"] {
        let request = covering(path, &["x-dictionary", "@path"]);
        assert_eq!(request.send(server.addr()).status, 200, "{path}");
    }
}

#[approov_protected]
async fn as_by_default(body: web::Bytes) -> web::Bytes {
    body
}

/// Strict by the word of the attribute, and by a policy; and two that are not.
fn strict_routes(app: &mut web::ServiceConfig, approov: &Approov) {
    let middleware = approov.middleware().policy(asking(SignaturePolicy::strict()));
    app.route("/guard", web::to(strict))
        .route("/lax", web::to(guarded))
        .route("/unsigned", web::to(as_by_default))
        .service(web::resource("/middleware").route(web::to(echo)).wrap(middleware));
}

#[actix_web::test]
async fn strict_is_by_the_installation_young_and_with_the_body() {
    let server = Served::new(exact(), strict_routes);
    for path in ["/guard", "/middleware", "/lax"] {
        let message = order(path);
        let (install, account) = (Signature::install(&message), Signature::account(&message));
        let no_key = message
            .clone()
            .replace("Approov-Token", &token(&json!({ "ipk": null })));
        server.refuses(path, "signature_missing", &message.request());
        server.refuses(path, "signature_key_missing", &no_key.signed());
        for (code, request) in [
            ("signature_missing", message.request().signed(&[&account])),
            ("signature_expired", signed_ago(&message, 100)),
            ("digest_missing", message.clone().without("Content-Digest").signed()),
            // What the account's covers says nothing for the installation's.
            (
                "digest_missing",
                message.request().signed(&[&least(&message), &account]),
            ),
        ] {
            server.decides(path, (path != "/lax").then_some(code), &request);
        }
        for (case, request) in [
            ("fresh", message.signed()),
            ("a while ago", signed_ago(&message, 30)),
            ("both", message.request().signed(&[&install, &account])),
            ("no body", Message::get(&message.url).signed()),
        ] {
            server.accepts(case, &request);
        }
    }
}

/// What a policy says counts in place of the application's default, also where that is stricter; what it leaves open is
/// the default's. A default that asks for no signature says how signatures are checked where a route asks for them.
#[actix_web::test]
async fn each_setting_is_inherited_by_itself() {
    let limits = SignaturePolicy::new().max_age(Duration::from_secs(10)).body_limit(5);
    let server = Served::new(exact().policy(asking(limits)), strict_routes);
    server.accepts("no signature is asked for", &order("/unsigned").request());
    for path in ["/guard", "/middleware"] {
        let small = order(path).body(b"12345");
        server.accepts("the strict age", &signed_ago(&small, 30));
        server.refuses("the strict age", "signature_expired", &signed_ago(&small, 100));
        let large = order(path).body(b"123456");
        server.refuses("the default's limit", "body_too_large", &large.signed());
    }
    let small = order("/lax").body(b"12345");
    server.accepts("the default's age", &small.signed());
    server.refuses("the default's age", "signature_expired", &signed_ago(&small, 30));
}
