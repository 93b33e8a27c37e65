//! What one route asks of signatures beyond what others do: an age, a size, a digest, more that is covered.

use std::time::Duration;

use actix_web::{App, Route, middleware::NormalizePath, web};
use approov_actix::{Approov, MessageSigning, Policy, SignaturePolicy, approov_protected};
use serde_json::json;
use support::{
    client::Request,
    signing::{Message, Signature, bytes, token},
    token::now,
};

use super::{REQUIRED, Served, guarded, layers::message, signing};

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

macro_rules! echoing {
    ($($name:ident by $policy:ident;)*) => {
        $(
            #[approov_protected(policy = $policy)]
            async fn $name(body: web::Bytes) -> web::Bytes {
                body
            }
        )*
    };
}

echoing! {
    young by YOUNG;
    small by SMALL;
    whole by WHOLE;
    covered by COVERED;
}

async fn echo(body: web::Bytes) -> web::Bytes {
    body
}

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
    let wrap = |policy| approov.middleware().policy(policy);
    let lax = || web::to(guarded);
    app.route("/lax", lax())
        .route("/guard", handler())
        .service(
            web::resource("/lax-middleware")
                .route(web::to(echo))
                .wrap(wrap(REQUIRED)),
        )
        .service(web::resource("/middleware").route(web::to(echo)).wrap(wrap(strict)))
        .service(web::resource("/lax-around").route(handler()).wrap(wrap(REQUIRED)))
        .service(web::resource("/lax-inside").route(lax()).wrap(wrap(strict)))
        .service(web::resource("/other-around").route(handler()).wrap(wrap(other)))
        .service(
            web::resource("/other-inside")
                .route(web::to(echo))
                .wrap(wrap(other))
                .wrap(wrap(strict)),
        )
        .service(
            web::resource("/between")
                .route(lax())
                .wrap(wrap(other))
                .wrap(wrap(strict))
                .wrap(wrap(REQUIRED)),
        );
}

/// A request to this path.
type Make = fn(&str) -> Request;

/// No verdict by one policy counts for another: the strict one refuses these requests, each with its code, wherever it
/// stands, and the lax one alone accepts them. The last one is good for all.
#[track_caller]
fn check(server: &Served, refused: &[(&str, Make)], accepted: Make) {
    for path in STRICT {
        for (code, request) in refused {
            if *code == "body_too_large" {
                let status = server.send(&request(path)).status;
                assert_eq!((status, server.codes()), (413, vec![*code]), "{path}");
            } else {
                server.refuses(path, code, &request(path));
            }
        }
        server.accepts(path, &accepted(path));
    }
    for path in LAX {
        for (code, request) in refused {
            server.accepts(code, &request(path));
        }
        server.accepts(path, &accepted(path));
    }
}

fn signed_ago(path: &str, seconds: u64) -> Request {
    let message = message(path);
    let (created, expires) = (now() - seconds, now() + 60);
    let signature = Signature::install(&message).parameters(&format!(";created={created};expires={expires}"));
    message.request().signed(&[&signature])
}

/// The phone's clock is never off here.
fn exact() -> approov_actix::ApproovBuilder {
    signing().message_signing(MessageSigning::new().clock_skew(Duration::ZERO))
}

#[actix_web::test]
async fn each_route_has_its_own_age() {
    let server = Served::new(exact(), |app, approov| {
        nest(app, approov, YOUNG, OLDER, || web::to(young));
    });
    check(
        &server,
        &[("signature_expired", |path| signed_ago(path, 100))],
        |path| signed_ago(path, 0),
    );
}

#[actix_web::test]
async fn each_route_has_its_own_limit_of_the_body() {
    let server = Served::new(signing(), |app, approov| {
        nest(app, approov, SMALL, LARGER, || web::to(small));
    });
    check(
        &server,
        &[("body_too_large", |path| message(path).body(b"123456").signed())],
        |path| message(path).body(b"12345").signed(),
    );
}

#[actix_web::test]
async fn each_route_may_ask_for_the_digest() {
    let server = Served::new(signing(), |app, approov| {
        nest(app, approov, WHOLE, REQUIRED, || web::to(whole));
    });
    check(
        &server,
        &[
            ("digest_missing", |path| {
                message(path).without("Content-Digest").signed()
            }),
            ("digest_missing", |path| covering(path, &[])),
        ],
        |path| message(path).signed(),
    );
}

/// With what every signature has to cover, and these.
fn covering(path: &str, more: &[&str]) -> Request {
    let message = message(path).header("X-Dictionary", "a=1, b=2");
    let names = [&["@method", "@target-uri", "approov-token"], more].concat();
    message
        .request()
        .signed(&[&Signature::install(&message).covering(&message, &names)])
}

#[actix_web::test]
async fn each_route_may_ask_for_more_to_be_covered() {
    let server = Served::new(signing(), |app, approov| {
        nest(app, approov, COVERED, COVERED_OTHERWISE, || web::to(covered));
    });
    let coverage = "signature_coverage";
    check(
        &server,
        &[
            (coverage, |path| covering(path, &["content-type"])),
            (coverage, |path| covering(path, &["content-type", "@path"])),
            (coverage, |path| covering(path, &["content-type", "x-dictionary"])),
            // What is not there cannot be covered, and an app that left it out has not said so.
            (coverage, |path| message(path).signed()),
            // A part of the header is not the header.
            (coverage, |path| {
                let message = message(path).header("X-Dictionary", "a=1, b=2");
                let signature = Signature::install(&message).line("\"@path\"", path);
                message
                    .request()
                    .signed(&[&signature.line("\"x-dictionary\";key=\"a\"", "1")])
            }),
        ],
        |path| covering(path, &["@path", "x-dictionary", "content-type"]),
    );
}

/// All of a header is covered in whatever form its value is signed, and to whatever route the request comes.
#[actix_web::test]
async fn a_header_is_covered_as_bytes_too() {
    let server = Served::new(signing(), |app, approov| {
        nest(app, approov, COVERED, COVERED_OTHERWISE, || web::to(covered));
    });
    for path in STRICT {
        let message = message(path).header("X-Dictionary", "a=1, b=2");
        let signature = Signature::install(&message).line("\"@path\"", path);
        let as_bytes = signature.clone().line("\"x-dictionary\";bs", &bytes(b"a=1, b=2"));
        server.accepts(path, &message.request().signed(&[&as_bytes]));
        let member = signature.line("\"x-dictionary\";key=\"b\"", "2");
        server.refuses(path, "signature_coverage", &message.request().signed(&[&member]));
    }
}

/// Of two signatures, each has to.
#[actix_web::test]
async fn each_signature_covers_what_is_asked_for() {
    let server = Served::new(signing(), |app, approov| {
        nest(app, approov, COVERED, COVERED_OTHERWISE, || web::to(covered));
    });
    let message = message("/guard").header("X-Dictionary", "a=1, b=2");
    let whole = |signature: Signature| {
        signature
            .line("\"@path\"", "/guard")
            .line("\"x-dictionary\"", "a=1, b=2")
    };
    let (install, account) = (Signature::install(&message), Signature::account(&message));
    for signatures in [
        vec![whole(install.clone())],
        vec![whole(account.clone())],
        vec![whole(install.clone()), whole(account.clone())],
    ] {
        let signatures: Vec<_> = signatures.iter().collect();
        server.accepts("whole", &message.request().signed(&signatures));
    }
    for signatures in [
        vec![install.clone()],
        vec![install.clone(), whole(account.clone())],
        vec![whole(install), account],
    ] {
        let signatures: Vec<_> = signatures.iter().collect();
        server.refuses("half", "signature_coverage", &message.request().signed(&signatures));
    }
}

/// What the middleware has verified is not verified again, of a path that `NormalizePath` has changed since. Age and
/// coverage still are the route's.
#[actix_web::test]
async fn a_stricter_route_goes_by_the_request_as_it_was_signed() {
    let approov = exact().build().unwrap();
    let server = actix_test::start_with(crate::patient(), move || {
        App::new()
            .route("/young", web::to(young))
            .route("/covered", web::to(covered))
            .route("/strict", web::to(strict))
            .wrap(NormalizePath::trim())
            .wrap(approov.middleware().policy(REQUIRED))
    });
    let status = |request: Request| request.send(server.addr()).status;
    for end in ["", "/"] {
        for (path, seconds, expected) in [
            ("/young", 0, 200),
            ("/young", 100, 401),
            ("/strict", 0, 200),
            ("/strict", 100, 401),
            ("/covered", 0, 401),
        ] {
            let path = format!("{path}{end}");
            assert_eq!(status(signed_ago(&path, seconds)), expected, "{path} {seconds}");
        }
        let path = format!("/covered{end}");
        assert_eq!(status(covering(&path, &["x-dictionary", "@path"])), 200, "{path}");
    }
}

#[approov_protected(signature = "strict")]
async fn strict(body: web::Bytes) -> web::Bytes {
    body
}

#[approov_protected]
async fn unsigned() -> &'static str {
    "in"
}

const BY_INSTALLATION: Policy = asking(SignaturePolicy::strict());

/// Strict by the word of the attribute, and by a policy; and two that are not.
fn strict_routes(app: &mut web::ServiceConfig, approov: &Approov) {
    app.route("/guard", web::to(strict))
        .route("/lax", web::to(guarded))
        .route("/unsigned", web::to(unsigned))
        .service(
            web::resource("/middleware")
                .route(web::to(echo))
                .wrap(approov.middleware().policy(BY_INSTALLATION)),
        );
}

#[actix_web::test]
async fn strict_is_by_the_installation_young_and_with_the_body() {
    let server = Served::new(exact(), strict_routes);
    for path in ["/guard", "/middleware"] {
        let message = message(path);
        let (install, account) = (Signature::install(&message), Signature::account(&message));
        let no_key = message
            .clone()
            .replace("Approov-Token", &token(&json!({ "ipk": null })));
        for (code, request) in [
            ("signature_missing", message.request().signed(&[&account])),
            ("signature_key_missing", no_key.signed()),
            ("signature_expired", signed_ago(path, 100)),
            ("digest_missing", message.clone().without("Content-Digest").signed()),
            ("digest_missing", {
                let bare = install
                    .clone()
                    .covering(&message, &["@method", "@target-uri", "approov-token"]);
                message.request().signed(&[&bare, &account])
            }),
        ] {
            server.refuses(path, code, &request);
        }
        server.refuses(path, "signature_missing", &message.request());
        for (case, request) in [
            ("fresh", message.signed()),
            ("a while ago", signed_ago(path, 30)),
            ("both", message.request().signed(&[&install, &account])),
            ("no body", Message::get(&message.url).signed()),
        ] {
            server.accepts(case, &request);
        }
    }
    let message = message("/lax");
    for (case, request) in [
        ("account", message.request().signed(&[&Signature::account(&message)])),
        ("old", signed_ago("/lax", 100)),
        ("no digest", message.clone().without("Content-Digest").signed()),
    ] {
        server.accepts(case, &request);
    }
}

/// What a policy says counts in place of the application's default, also where that is stricter; what it leaves open is
/// the default's. A default that asks for no signature says how signatures are checked where a route asks for them.
#[actix_web::test]
async fn each_setting_is_inherited_by_itself() {
    let limits = SignaturePolicy::new().max_age(Duration::from_secs(10)).body_limit(5);
    let server = Served::new(exact().policy(asking(limits)), strict_routes);
    server.accepts("no signature is asked for", &message("/unsigned").request());
    for path in ["/guard", "/middleware"] {
        let old = |seconds| {
            let message = message(path).body(b"12345");
            let parameters = format!(";created={};expires={}", now() - seconds, now() + 60);
            let signature = Signature::install(&message).parameters(&parameters);
            message.request().signed(&[&signature])
        };
        server.accepts("the strict age", &old(30));
        server.refuses("the strict age", "signature_expired", &old(100));
        let large = server.send(&message(path).body(b"123456").signed());
        assert_eq!(
            (large.status, server.codes()),
            (413, vec!["body_too_large"]),
            "the default's limit"
        );
    }
    let message = message("/lax").body(b"12345");
    server.accepts("the default's age", &message.signed());
    let parameters = format!(";created={};expires={}", now() - 30, now() + 60);
    let old = Signature::install(&message).parameters(&parameters);
    server.refuses(
        "the default's age",
        "signature_expired",
        &message.request().signed(&[&old]),
    );
}
