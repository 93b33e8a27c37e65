//! What an application or one of its routes asks of signatures: times, a size, a digest, more that is covered.

use std::time::Duration;

use actix_web::{App, middleware::NormalizePath, web};
use approov_actix::{Approov, ApproovBuilder, MessageSigning, Policy, SignaturePolicy, approov_protected};
use serde_json::json;
use support::{
    client::Request,
    signing::{Message, Signature, token},
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

#[approov_protected(policy = COVERED)]
async fn covered(body: web::Bytes) -> web::Bytes {
    body
}

#[approov_protected(signature = "strict")]
async fn strict(body: web::Bytes) -> web::Bytes {
    body
}

/// A handler that is lax, and what may be around it, the innermost first.
fn nest(app: &mut web::ServiceConfig, approov: &Approov, strict: Policy, other: Policy) {
    for (path, around) in [
        ("/lax", &[REQUIRED][..]),
        ("/strict", &[strict]),
        ("/lax-around", &[strict, REQUIRED]),
        ("/other-around", &[strict, other]),
        ("/other-inside", &[other, strict]),
        ("/between", &[other, strict, REQUIRED]),
    ] {
        let handler = web::scope("").route("", web::to(guarded));
        let around = around.iter().fold(handler, |scope, policy| {
            web::scope("").service(scope.wrap(approov.middleware().policy(*policy)))
        });
        app.service(web::scope(path).service(around));
    }
}

/// To this path, what a strict policy refuses, and at the end what is good for all.
type Requests = fn(&str) -> Vec<Request>;

/// No verdict by one policy counts for another: the strict one refuses wherever it stands, and the lax one alone
/// accepts.
#[actix_web::test]
async fn each_layer_has_its_own_demands() {
    let of_age: Requests = |path| [100, 0].map(|seconds| signed_ago(&order(path), seconds)).into();
    let of_size: Requests = |path| {
        [&b"123456"[..], b"12345"]
            .map(|body| order(path).body(body).signed())
            .into()
    };
    let of_digest: Requests = |path| {
        let none = order(path).without("Content-Digest").signed();
        let uncovered = order(path).request().signed(&[&least(&order(path))]);
        vec![none, uncovered, order(path).signed()]
    };
    let of_coverage: Requests = |path| {
        // What is not there cannot be covered, and an app that left it out has not said so.
        let absent = order(path).signed();
        let more = [&["@path"][..], &["x-dictionary"], &["x-dictionary", "@path"]];
        let [part, other_part, whole] = more.map(|more| covering(path, more));
        vec![absent, part, other_part, whole]
    };
    for (strict, other, code, requests) in [
        (YOUNG, OLDER, "signature_expired", of_age),
        (SMALL, LARGER, "body_too_large", of_size),
        (WHOLE, REQUIRED, "digest_missing", of_digest),
        (COVERED, COVERED_OTHERWISE, "signature_coverage", of_coverage),
    ] {
        let server = Served::new(exact(), move |app, approov| nest(app, approov, strict, other));
        for path in "/strict /lax-around /other-around /other-inside /between /lax".split(' ') {
            let requests = requests(path);
            let (good, refused) = requests.split_last().unwrap();
            server.accepts(path, good);
            for request in refused {
                server.decides(path, (path != "/lax").then_some(code), request);
            }
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

/// With what every signature has to cover, the type of the body, and these.
fn covering(path: &str, more: &[&str]) -> Request {
    let message = order(path).header("X-Dictionary", "a=1, b=2");
    let signature = Signature::install(&message).covering(&message, &[&LEAST[..], &["content-type"], more].concat());
    message.request().signed(&[&signature])
}

/// Of two signatures, each has to.
#[actix_web::test]
async fn each_signature_covers_what_is_asked_for() {
    let server = serve(signing().policy(COVERED));
    let message = order("/guard").header("X-Dictionary", "a=1");
    let part = [Signature::install(&message), Signature::account(&message)];
    let whole = part.clone().map(|signature| {
        let signature = signature.line("\"@path\"", "/guard");
        signature.line("\"x-dictionary\"", "a=1")
    });
    let coverage = Some("signature_coverage");
    for (refusal, signatures) in [
        (None, [&whole[0], &whole[1]]),
        (coverage, [&part[0], &whole[1]]),
        (coverage, [&whole[0], &part[1]]),
    ] {
        server.decides("both", refusal, &message.request().signed(&signatures));
    }
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
    for (path, seconds, status) in [
        ("/strict", 0, 200),
        ("/strict/", 0, 200),
        ("/strict/", 100, 401),
        ("//strict", 0, 200),
        ("/covered/", 0, 401),
    ] {
        let answer = signed_ago(&order(path), seconds).send(server.addr());
        assert_eq!(answer.status, status, "{path} {seconds}");
    }
    let request = covering("/covered/", &["x-dictionary", "@path"]);
    assert_eq!(request.send(server.addr()).status, 200);
}

#[actix_web::test]
async fn strict_is_by_the_installation_young_and_with_the_body() {
    let server = Served::new(exact(), |app, approov| {
        let middleware = approov.middleware().policy(asking(SignaturePolicy::strict()));
        app.route("/guard", web::to(strict))
            .route("/lax", web::to(guarded))
            .service(web::resource("/middleware").to(echo).wrap(middleware));
    });
    for path in ["/guard", "/middleware", "/lax"] {
        let message = order(path);
        let (install, account) = (Signature::install(&message), Signature::account(&message));
        let no_key = order(path).replace("Approov-Token", &token(&json!({ "ipk": null })));
        let no_digest = order(path).without("Content-Digest");
        let signed = |signatures: &[&Signature]| message.request().signed(signatures);
        let strict = |code| (path != "/lax").then_some(code);
        for (refusal, request) in [
            (Some("signature_missing"), message.request()),
            (Some("signature_key_missing"), no_key.signed()),
            (strict("signature_missing"), signed(&[&account])),
            (strict("signature_expired"), signed_ago(&message, 100)),
            (strict("digest_missing"), no_digest.signed()),
            // What the account's covers says nothing for the installation's.
            (strict("digest_missing"), signed(&[&least(&message), &account])),
            (None, signed_ago(&message, 30)),
            (None, signed(&[&install, &account])),
            (None, Message::get(&message.url).signed()),
        ] {
            server.decides(path, refusal, &request);
        }
    }
}

#[actix_web::test]
async fn what_times_are_needed_is_configured() {
    let message = Message::order();
    let created = format!(";created={}", now());
    let expires = format!(";expires={}", now() + 15);
    let both = created.clone() + &expires;
    let missing = Some("signature_time_missing");
    for (require_created, require_expires, verdicts) in [
        (false, false, [None; 4]),
        (false, true, [missing, missing, None, None]),
        (true, true, [missing, missing, missing, None]),
    ] {
        let times = MessageSigning::new().require_created(require_created);
        let server = serve(signing().message_signing(times.require_expires(require_expires)));
        for (parameters, verdict) in ["", &created, &expires, &both].into_iter().zip(verdicts) {
            let signature = Signature::install(&message).parameters(parameters);
            server.decides(parameters, verdict, &message.request().signed(&[&signature]));
        }
    }
}
