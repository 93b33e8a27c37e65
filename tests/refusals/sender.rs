//! Every file of `tests/refusals`, through each way to protect a handler, and through [`Approov::verify_token`] where
//! nothing but the token counts.

use std::{collections::BTreeSet, fs, path::Path, str};

use actix_test::TestServerConfig;
use actix_web::{guard, web};
use approov_actix::{Approov, Policy, RoutePolicy, approov_protected};
use support::{
    client, codes,
    refusals::{self, Case, NOT_HTTP, PASSES, Row, Server},
};

use crate::{
    patient,
    served::{Served, comparable, refused},
    ways,
};

macro_rules! tests {
    ($($code:ident)+) => {$(
        #[actix_web::test]
        async fn $code() {
            check(&refusals::of(stringify!($code)));
        }
    )+};
}

support::each_refusal!(tests);

/// What passes does so before and after all attacks.
fn check(case: &Case) {
    let servers: BTreeSet<_> = case.rows.iter().map(|row| row.server).collect();
    for server in servers {
        let served = serve(patient().workers(1).h1(), server);
        let rows = case.rows.iter().filter(|row| row.server == server);
        let (passing, refused): (Vec<_>, Vec<_>) = rows.partition(|row| row.verdict == PASSES);
        let good = server.good();
        let passing: Vec<_> = passing.into_iter().chain([&good]).collect();
        for row in passing.iter().chain(&refused).chain(&passing) {
            check_row(&served, row);
        }
    }
    if let Some((file, test)) = case.proof {
        let source = fs::read_to_string(root().join(file)).expect(file);
        assert!(
            source.contains(&format!("async fn {test}() {{")),
            "{file} has no {test}"
        );
    }
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// So that no new code is left without an attack.
#[test]
fn every_code_has_its_file_and_every_file_its_code() {
    let codes: BTreeSet<_> = codes::all().map(str::to_owned).collect();
    let cases: Vec<_> = refusals::all().collect();
    assert_eq!(
        cases.iter().map(|case| case.code.to_owned()).collect::<BTreeSet<_>>(),
        codes
    );
    let entries = fs::read_dir(root().join("tests/refusals")).unwrap();
    let names = entries.map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned());
    let names: BTreeSet<_> = names
        .filter(|name| name != "mod" && name != "make" && name != "sender")
        .collect();
    assert_eq!(names, codes);

    let mut count = 0;
    for case in cases {
        let verdicts: BTreeSet<_> = case
            .rows
            .iter()
            .map(|row| row.verdict.split('(').next().unwrap())
            .collect();
        let expected = BTreeSet::from([case.code, PASSES]);
        let is_whole = verdicts.is_superset(&expected)
            && verdicts
                .iter()
                .all(|verdict| expected.contains(verdict) || *verdict == NOT_HTTP);
        assert!(
            is_whole || (case.proof.is_some() && case.rows.is_empty()),
            "{}: {verdicts:?}",
            case.code
        );
        count += case.rows.len();
    }
    support::say(&format!(
        "there are {count} rows of requests that must be refused, or pass"
    ));
}

/// A row that fails is found by its name.
#[test]
fn each_row_has_a_name_of_its_own() {
    for case in refusals::all() {
        let mut names = BTreeSet::new();
        // What two keys have signed has one name.
        let tokens = case
            .rows
            .iter()
            .filter(|row| !matches!(row.sent, refusals::Sent::Whole(_)));
        let twice: Vec<_> = tokens.filter(|row| !names.insert((row.server, &row.name))).collect();
        assert!(twice.is_empty(), "{twice:#?}");
    }
}

pub(crate) fn serve(config: TestServerConfig, server: Server) -> Served {
    Served::on(config, server.builder(), routes(server).1)
}

/// Whichever way it comes, the request passes, and nobody complains of it; or it is refused for its reason and no other,
/// and its sender cannot tell for which.
#[track_caller]
fn check_row(served: &Served, row: &Row) {
    for way in routes(row.server).0 {
        let Some((request, verdict)) = row.request(way) else {
            continue;
        };
        let answer = client::send(&request, served.address());
        let refusals = served.refusals();
        let case = format!("{}, {:?} {way}: {refusals:?}, {answer:?}", row.name, row.server);
        match verdict {
            PASSES => assert!(answer.status == 200 && refusals.is_empty(), "{case}"),
            NOT_HTTP => assert!(answer.status == 400 && refusals.is_empty(), "{case}"),
            refusal => {
                assert_eq!(refusals, [refusal], "{case}");
                assert_eq!(comparable(answer), refused(), "{case}");
            }
        }
    }
    if let Some(text) = row.token().and_then(|value| str::from_utf8(value).ok()) {
        let verified = served.approov.verify_token(text);
        let verdict = verified.map_or_else(|rejection| rejection.to_string(), |_| PASSES.to_owned());
        assert_eq!(verdict, row.verdict, "{}", row.name);
    }
}

type Configure = fn(&mut web::ServiceConfig, &Approov);

/// The ways to protect that a server has, and its routes.
fn routes(server: Server) -> (&'static [&'static str], Configure) {
    match server {
        Server::Bound => (
            &[
                "/guard",
                "/claims",
                "/middleware",
                "/attribute",
                "/policy",
                "/middleware-policy",
            ],
            binding,
        ),
        Server::BoundToTwo => (&["/two", "/two-middleware"], binding),
        Server::Lenient => (&["/lenient", "/lenient-middleware"], binding),
        Server::Unbound => (&["/unbound", "/unbound-middleware"], binding),
        Server::Signing | Server::SigningBodies => (&["/guard", "/middleware"], signing),
        _ => (&ways::WAYS, ways::configure),
    }
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

const BOUND: Policy = Policy::new().binding(&["authorization"]);
const LENIENT: Policy = BOUND.allow_missing_binding_claim(true);
const TWO: Policy = Policy::new().binding(&["Authorization", "X-Device-Id"]);

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

/// Each way in which a binding can be asked for.
fn binding(app: &mut web::ServiceConfig, approov: &Approov) {
    ways::configure(app, approov);
    app.route("/attribute", web::to(by_attribute))
        .route("/policy", web::to(by_policy))
        .route("/two", web::to(by_two))
        .route("/lenient", web::to(lenient))
        .route("/unbound", web::to(unbound));
    for (path, policy) in [
        ("/middleware-policy", BOUND),
        ("/two-middleware", TWO),
        ("/lenient-middleware", LENIENT),
        ("/unbound-middleware", Policy::new().no_binding()),
    ] {
        let open = web::scope(path).route("", web::to(async || "in"));
        app.service(open.wrap(approov.middleware().policy(policy)));
    }
}

#[approov_protected]
async fn signed(body: web::Bytes) -> web::Bytes {
    body
}

/// The path is signed, so a header says which way is meant.
fn signing(app: &mut web::ServiceConfig, approov: &Approov) {
    let open = web::scope("").default_service(web::to(async |body: web::Bytes| body));
    let open = open.guard(guard::Header("x-way", "/middleware"));
    app.service(open.wrap(approov.middleware()))
        .default_service(web::to(signed));
}
