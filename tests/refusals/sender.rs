//! Every file of `tests/refusals`, through each way to protect a handler, and through [`Approov::verify_token`] where
//! nothing but the token counts.

use std::{collections::BTreeSet, fs, str};

use actix_web::{guard, web};
use approov_actix::{Approov, Policy, approov_protected};
use support::{
    client, codes,
    refusals::{self, Case, NOT_HTTP, PASSES, Row, Server},
};

use crate::{
    served::{Served, comparable, refused},
    ways,
};

// What takes more than one request, or a server of its own. The files with rows belong to `support`.
mod body_budget;
mod body_too_large;
pub(crate) mod body_unavailable;
mod keys_unavailable;
mod not_configured;
mod policy_invalid;
pub(crate) mod request_replayed;
mod single_use_unavailable;

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
        let served = Served::new(server.builder(), routes(server).1);
        let rows = case.rows.iter().filter(|row| row.server == server);
        let (passing, refused): (Vec<_>, Vec<_>) = rows.partition(|row| row.verdict == PASSES);
        let good = server.good();
        let passing: Vec<_> = passing.into_iter().chain([&good]).collect();
        for row in passing.iter().chain(&refused).chain(&passing) {
            check_row(&served, row);
        }
    }
}

/// What else the folder has.
const NO_CODES: [&str; 3] = ["mod", "prelude", "sender"];

/// So that no new code is left without a file. Each file of rows has attacks and what passes; each other one, tests.
#[test]
fn every_code_has_a_file_and_every_file_a_code() {
    let names = fs::read_dir("refusals").unwrap().filter_map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        name.strip_suffix(".rs").map(str::to_owned)
    });
    let files: BTreeSet<_> = names.filter(|name| !NO_CODES.contains(&&**name)).collect();
    assert_eq!(files, codes::all().map(str::to_owned).collect());
    let mut count = 0;
    let mut rest = files;
    for case in refusals::all() {
        assert!(rest.remove(case.code), "{}", case.code);
        let verdicts = case.rows.iter().map(|row| row.verdict.split('(').next().unwrap());
        let verdicts: BTreeSet<_> = verdicts.filter(|verdict| *verdict != NOT_HTTP).collect();
        assert_eq!(verdicts, BTreeSet::from([case.code, PASSES]));
        // A row that fails is found by its name.
        let names: BTreeSet<_> = case.rows.iter().map(|row| (row.server, &row.name)).collect();
        assert_eq!(names.len(), case.rows.len(), "{}", case.code);
        count += case.rows.len();
    }
    for code in rest {
        let source = fs::read_to_string(format!("refusals/{code}.rs")).unwrap();
        assert!(source.contains("#[actix_web::test]"), "{code}");
    }
    support::say(&format!(
        "there are {count} rows of requests that must be refused, or pass"
    ));
}

/// Whichever way it comes, the request passes, and nobody complains of it; or it is refused for its reason and no
/// other, and its sender cannot tell for which.
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
        Server::BoundToTwo => (&["/list", "/policy", "/middleware"], bound_to_two),
        Server::Signing | Server::SigningBodies => (&["/guard", "/middleware"], signing),
        _ => (&ways::WAYS, ways::configure),
    }
}

const TWO: Policy = Policy::new().binding(&["Authorization", "X-Device-Id"]);

#[approov_protected(binding = ["Authorization", "X-Device-Id"])]
async fn by_list() -> &'static str {
    "in"
}

#[approov_protected(policy = TWO)]
async fn by_policy() -> &'static str {
    "in"
}

fn bound_to_two(app: &mut web::ServiceConfig, approov: &Approov) {
    let open = web::scope("/middleware").default_service(web::to(ways::open));
    app.route("/list", web::to(by_list))
        .route("/policy", web::to(by_policy))
        .service(open.wrap(approov.middleware().policy(TWO)));
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
