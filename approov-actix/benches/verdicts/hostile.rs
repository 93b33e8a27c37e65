//! What a caller with a genuine token can make a signature cost: headers as long and as many as HTTP/2 lets through,
//! beside an ordinary signed request. None of the signatures is good, and each but those that are refused for their
//! size is looked at in full.

use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::{HttpRequest, test::TestRequest};
use approov_actix::{Approov, Rejection, testing::InstallationKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use criterion::Criterion;

use crate::{message_signature, minter::Minter, request::verdict};

const INPUT: &str = "signature-input";

const INVALID: &str = "signature_invalid";
const MALFORMED: &str = "signature_malformed";
const COMPONENT: &str = "signature_component";

pub(crate) fn all(criterion: &mut Criterion) {
    let caller = Caller::new();
    let mut group = criterion.benchmark_group("hostile");
    for (id, code, request) in cases(&caller) {
        check(&request, code);
        group.bench_function(id, |bencher| bencher.iter(|| check(&request, code)));
    }
    group.finish();
}

fn check(request: &HttpRequest, code: &str) {
    let verdict = verdict(request);
    assert_eq!(verdict.rejection().map(Rejection::code), Some(code));
}

fn cases(caller: &Caller) -> Vec<(&'static str, &'static str, HttpRequest)> {
    let lines = |name: &str, count: usize, line: &str| vec![(name.to_owned(), line.to_owned()); count];
    let members = |count: usize| (0..count).map(|n| (INPUT.to_owned(), format!("m{n}=1"))).collect();
    let kilobyte = "x".repeat(1000);
    let many: Vec<_> = (0..60).map(|n| (format!("x-{n}"), kilobyte.clone())).collect();
    let many_names = (0..60).map(|n| format!("\"x-{n}\"")).collect::<Vec<_>>().join(" ");
    let query = format!("/?{}q0&q1&q2&q3&q4&q5&q6&q7", "a&".repeat(992));
    let asked = (0..8)
        .map(|n| format!("\"@query-param\";name=\"q{n}\""))
        .collect::<Vec<_>>()
        .join(" ");
    let parameters = (0..60)
        .map(|n| format!("p{n}=\"{kilobyte}\""))
        .collect::<Vec<_>>()
        .join(";");
    vec![
        ("ordinary", INVALID, caller.request("/", "", vec![])),
        ("input/64_lines", INVALID, caller.request("/", "", members(63))),
        (
            "input/170000_lines",
            MALFORMED,
            caller.request("/", "", members(170_000)),
        ),
        (
            "input/60000_bytes_of_parameters",
            INVALID,
            caller.request("/", "", vec![(INPUT.to_owned(), format!("m=1;{parameters}"))]),
        ),
        (
            "covered/64_lines",
            INVALID,
            caller.request("/", r#""x""#, lines("x", 64, &kilobyte)),
        ),
        (
            "covered/200000_lines",
            COMPONENT,
            caller.request("/", r#""x""#, lines("x", 200_000, "y")),
        ),
        (
            "bs/64_lines",
            INVALID,
            caller.request("/", r#""x";bs"#, lines("x", 64, &kilobyte[..700])),
        ),
        (
            "bs/15000_lines",
            COMPONENT,
            caller.request("/", r#""x";bs"#, lines("x", 15_000, &kilobyte)),
        ),
        (
            "sf/64_lines",
            INVALID,
            caller.request("/", r#""priority";sf"#, lines("priority", 64, "u=1, i")),
        ),
        (
            "sf/7000_bytes",
            INVALID,
            caller.request("/", r#""priority";sf"#, vec![("priority".to_owned(), lists(7000))]),
        ),
        (
            "sf/60000_bytes",
            COMPONENT,
            caller.request("/", r#""priority";sf"#, vec![("priority".to_owned(), lists(60_000))]),
        ),
        (
            "sf/200000_lines",
            COMPONENT,
            caller.request("/", r#""priority";sf"#, lines("priority", 200_000, "u=1")),
        ),
        ("query_params/8", INVALID, caller.request(&query, &asked, vec![])),
        (
            "components/60_of_1000_bytes",
            INVALID,
            caller.request("/", &many_names, many),
        ),
    ]
}

/// A dictionary of lists of single letters, which takes as long to parse as any.
fn lists(bytes: usize) -> String {
    let list = format!("({})", "a ".repeat(60).trim_end());
    let member = |number: usize| format!("k{number:02}={list}");
    let members: Vec<_> = (0..bytes / (list.len() + 6)).map(member).collect();
    members.join(", ")
}

/// Has a genuine token.
struct Caller {
    approov: Approov,
    token: String,
}

impl Caller {
    fn new() -> Self {
        let minter = Minter::hs256().with_installation_key(&InstallationKey::new().public_key());
        Self {
            approov: message_signature::approov(&minter),
            token: minter.mint(),
        }
    }

    /// A signature of the usual components and of these, and further header lines.
    fn request(&self, target: &str, components: &str, more: Vec<(String, String)>) -> HttpRequest {
        let created = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let input = format!(r#"install=("@method" "@target-uri" "approov-token" {components});created={created}"#);
        let request = TestRequest::get()
            .uri(target)
            .app_data(self.approov.clone())
            .insert_header(("approov-token", self.token.as_str()))
            .insert_header(("signature-input", input))
            .insert_header(("signature", format!("install=:{}:", STANDARD.encode([1; 64]))));
        let more = more.into_iter();
        more.fold(request, |request, (name, value)| request.append_header((name, value)))
            .to_http_request()
    }
}
