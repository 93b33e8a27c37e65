//! Routes with every kind of protection. Each handler asserts that it may run.

use actix_web::{HttpRequest, http::header::HeaderMap, web};
use approov_actix::{
    Approov, ApproovClaims, ApproovVerdict, Enforcement, Key as ApproovKey, MessageSigning, Policy, RoutePolicy,
    SignatureLabel, SignaturePolicy, approov_protected,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use sfv::{FieldType as _, ListEntry};
use support::{
    requests::ORIGIN,
    second_opinion::{assert_same_claims, components, good_claims, signature_base},
    signing::{ACCOUNT_KEY, Key, Message, sha256, sha512},
    token::{SECRET, binding},
};

use super::outcome::entered;

pub(crate) fn configure(app: &mut web::ServiceConfig) {
    let builder = || {
        Approov::builder()
            .keys(ApproovKey::from_base64_secret(SECRET).unwrap())
            .message_signing(
                MessageSigning::new()
                    .public_origins(ORIGIN)
                    .account_key(ApproovKey::from_base64_secret(ACCOUNT_KEY).unwrap()),
            )
            .logging(false)
    };
    let approov = builder().build().unwrap();
    let report = Policy::new().token_enforcement(Enforcement::Report);
    let reporting = builder().policy(report).build().unwrap();
    app.app_data(approov.clone())
        .route("/guard", web::to(guard))
        .route("/extractor", web::to(extractor))
        .route("/optional", web::to(optional))
        .route("/bound", web::to(bound))
        .route("/bound-to-two", web::to(bound_to_two))
        .route("/signed", web::to(signed))
        .route("/signed-by-account", web::to(signed_by_account))
        .service(web::scope("/report").app_data(reporting).route("", web::to(reported)))
        .service(
            web::scope("/middleware")
                .route("/open", web::to(open))
                .route("/open/{rest:.*}", web::to(open))
                .route("{rest:.*}", web::to(behind_middleware))
                .wrap(approov.middleware().exempt("/middleware/open")),
        );
}

async fn open() -> &'static str {
    entered("/middleware/open");
    ""
}

async fn behind_middleware(request: HttpRequest) -> &'static str {
    assert!(genuine(&request).is_some());
    entered("/middleware");
    ""
}

#[approov_protected]
async fn guard(request: HttpRequest, claims: ApproovClaims) -> &'static str {
    assert_same_claims(&claims, &genuine(&request).unwrap());
    entered("/guard");
    ""
}

async fn extractor(request: HttpRequest, claims: ApproovClaims) -> &'static str {
    assert_same_claims(&claims, &genuine(&request).unwrap());
    entered("/extractor");
    ""
}

async fn optional(request: HttpRequest, claims: Option<ApproovClaims>) -> &'static str {
    assert_reported(&request, claims.as_ref());
    entered("/optional");
    ""
}

async fn reported(request: HttpRequest, verdict: ApproovVerdict) -> &'static str {
    assert_reported(&request, verdict.claims());
    entered("/report");
    ""
}

#[approov_protected(binding = "Authorization")]
async fn bound(request: HttpRequest) -> &'static str {
    assert_bound(&request, &["authorization"]);
    entered("/bound");
    ""
}

#[approov_protected(binding = ["Authorization", "X-Device-Id"])]
async fn bound_to_two(request: HttpRequest) -> &'static str {
    assert_bound(&request, &["authorization", "x-device-id"]);
    entered("/bound-to-two");
    ""
}

#[approov_protected(signature = "required")]
async fn signed(request: HttpRequest, body: web::Bytes) -> &'static str {
    assert_signed(&request, &body);
    entered("/signed");
    ""
}

struct ByAccount;

impl RoutePolicy for ByAccount {
    fn policy() -> &'static Policy {
        static POLICY: Policy = Policy::new().signature(SignaturePolicy::required().label(SignatureLabel::Account));
        &POLICY
    }
}

#[approov_protected(policy = ByAccount)]
async fn signed_by_account(request: HttpRequest, body: web::Bytes) -> &'static str {
    assert_signed(&request, &body);
    entered("/signed-by-account");
    ""
}

/// The claims that the request must have, if the library is right.
fn genuine(request: &HttpRequest) -> Option<Map<String, Value>> {
    let mut values = request.headers().get_all("approov-token");
    let value = values.next()?;
    let claims = good_claims(value.as_bytes(), SECRET)?;
    values.next().is_none().then_some(claims)
}

fn assert_reported(request: &HttpRequest, claims: Option<&ApproovClaims>) {
    match (claims, genuine(request)) {
        (Some(claims), Some(expected)) => assert_same_claims(claims, &expected),
        // The library is the stricter one: of two members of the same name it takes none.
        (None, _) => {}
        (Some(_), None) => panic!("claims of a token that is not good"),
    }
}

fn assert_bound(request: &HttpRequest, headers: &[&str]) {
    let claims = genuine(request).unwrap();
    let values: Vec<_> = headers.iter().map(|name| only(request.headers(), name)).collect();
    assert!(values.iter().all(|value| !value.is_empty()));
    assert_eq!(claims["pay"].as_str(), Some(binding(&values).as_str()));
}

fn only<'a>(headers: &'a HeaderMap, name: &str) -> &'a [u8] {
    let mut lines = headers.get_all(name);
    let line = lines.next().unwrap();
    assert!(lines.next().is_none(), "more than one {name}");
    line.as_bytes().trim_ascii()
}

/// Whether one of the signatures is good, and covers what it has to.
fn assert_signed(request: &HttpRequest, body: &[u8]) {
    let claims = genuine(request).unwrap();
    let message = as_sent(request, body);
    let inputs: sfv::Dictionary = sfv::Parser::new(&message.value("signature-input")).parse().unwrap();
    let signatures: sfv::Dictionary = sfv::Parser::new(&message.value("signature")).parse().unwrap();
    let is_good = |label: &str, key: Option<Key>| {
        let (Some(key), Some(input), Some(signature)) = (key, inputs.get(label), signatures.get(label)) else {
            return false;
        };
        let list = spelt(input);
        let base = signature_base(&message, &list).unwrap();
        key.verifies(&base, &bytes(signature)) && covers_enough(&list) && has_its_body(&message, &list)
    };
    let install = claims.contains_key("ipk").then(|| Key::install(1));
    assert!(is_good("install", install) || is_good("account", Some(Key::account(ACCOUNT_KEY))));
}

fn as_sent(request: &HttpRequest, body: &[u8]) -> Message {
    let query = request.uri().query().map_or(String::new(), |query| format!("?{query}"));
    let url = format!("{ORIGIN}{}{query}", request.uri().path());
    let mut message = Message::new(request.method().as_str(), &url);
    message.body = body.to_vec();
    let lines = request.headers().iter();
    lines.fold(message, |message, (name, value)| match value.to_str() {
        Ok(value) => message.header(name.as_str(), value),
        // Cannot be covered by what the other reader understands.
        Err(_) => message,
    })
}

/// As RFC 9651 spells it.
fn spelt(member: &ListEntry) -> String {
    let list = sfv::List::from([member.clone()]);
    list.serialize().unwrap()
}

fn bytes(member: &ListEntry) -> Vec<u8> {
    let ListEntry::Item(item) = member else {
        panic!("a signature is no list")
    };
    let text = item
        .bare_item
        .as_string()
        .map(|text| STANDARD.decode(text.as_str()).unwrap());
    text.unwrap_or_else(|| item.bare_item.as_byte_sequence().unwrap().to_vec())
}

/// Whether a list covers method, target and token.
fn covers_enough(list: &str) -> bool {
    let components = components(list).unwrap();
    let covers = |name: &str| {
        let mut whole = components.iter().filter(|component| component.is_whole());
        whole.any(|component| component.name == name)
    };
    let covers_target = covers("@target-uri") || ["@authority", "@path", "@query"].into_iter().all(covers);
    covers("@method") && covers_target && covers("approov-token")
}

/// Whether the body is the one whose digest the list covers.
fn has_its_body(message: &Message, list: &str) -> bool {
    let components = components(list).unwrap();
    if !components.iter().any(|component| component.name == "content-digest") {
        return true;
    }
    let digests: sfv::Dictionary = sfv::Parser::new(&message.value("content-digest")).parse().unwrap();
    let is_or_not_there = |name: &str, value: String| {
        let expected: sfv::Dictionary = sfv::Parser::new(&value).parse().unwrap();
        digests
            .get(name)
            .is_none_or(|digest| bytes(digest) == bytes(&expected[name]))
    };
    is_or_not_there("sha-256", sha256(&message.body)) && is_or_not_there("sha-512", sha512(&message.body))
}
