//! Every file of `tests/refusals`, through each way to protect a handler, and through [`Approov::verify_token`] where
//! nothing but the token counts.

use std::{
    collections::BTreeSet,
    fs,
    io::{ErrorKind, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    str,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use actix_test::{TestServer, TestServerConfig};
use actix_web::{App, guard, web};
use approov_actix::{Approov, Policy, RoutePolicy, approov_protected};
use support::{
    codes,
    refusals::{self, Case, NOT_HTTP, PASSES, Row, Server},
};

use crate::{patient, ways};

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
        let served = Served::at(server);
        let rows = case.rows.iter().filter(|row| row.server == server);
        let (passing, refused): (Vec<_>, Vec<_>) = rows.partition(|row| row.verdict == PASSES);
        let good = server.good();
        let passing: Vec<_> = passing.into_iter().chain([&good]).collect();
        for row in passing.iter().chain(&refused).chain(&passing) {
            served.check(row);
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
    let names: BTreeSet<_> = names.filter(|name| name != "mod" && name != "make").collect();
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

/// What every refusal looks like, whatever its reason, with its headers in order: actix sends them in any. Apart from
/// `Date`, and from `Connection`, which repeats the request's own.
const REFUSED: &str = "HTTP/1.1 401 Unauthorized\r\ncache-control: no-store\r\ncontent-length: 2\r\n\
                       content-type: application/json\r\nwww-authenticate: Approov\r\n\r\n{}";

/// A server, and what it says of every request that it refuses.
pub(crate) struct Served {
    server: TestServer,
    refusals: Arc<Mutex<Vec<String>>>,
    approov: Approov,
    ways: &'static [&'static str],
}

impl Served {
    fn at(server: Server) -> Self {
        Self::on(patient().workers(1).h1(), server)
    }

    pub(crate) fn on(config: TestServerConfig, server: Server) -> Self {
        let refusals = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&refusals);
        let builder = server.builder().on_rejection(move |event| {
            let mut refusals = record.lock().unwrap_or_else(PoisonError::into_inner);
            refusals.push(event.rejection.to_string());
        });
        let approov = builder.build().unwrap();
        let (ways, configure) = routes(server);
        let shared = approov.clone();
        let server = actix_test::start_with(config, move || {
            let approov = shared.clone();
            App::new()
                .app_data(approov.clone())
                .configure(|app| configure(app, &approov))
        });
        Self {
            server,
            refusals,
            approov,
            ways,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.addr()
    }

    /// What was refused since this was last asked.
    pub(crate) fn refusals(&self) -> Vec<String> {
        std::mem::take(&mut *self.refusals.lock().unwrap())
    }

    /// Whichever way it comes, the request passes, and nobody complains of it; or it is refused for its reason and no
    /// other, and its sender cannot tell for which.
    #[track_caller]
    fn check(&self, row: &Row) {
        for way in self.ways {
            let Some((request, verdict)) = row.request(way) else {
                continue;
            };
            let (answer, refusals) = self.ask(&request);
            let case = format!("{}, {:?} {way}: {refusals:?}, {answer}", row.name, row.server);
            match verdict {
                PASSES => assert!(
                    answer.starts_with("HTTP/1.1 200 OK\r\n") && refusals.is_empty(),
                    "{case}"
                ),
                NOT_HTTP => assert!(answer.starts_with("HTTP/1.1 400 ") && refusals.is_empty(), "{case}"),
                refusal => {
                    assert_eq!(refusals, [refusal], "{case}");
                    assert_eq!(comparable(&answer), REFUSED, "{case}");
                }
            }
        }
        if let Some(text) = row.token().and_then(|value| str::from_utf8(value).ok()) {
            let verified = self.approov.verify_token(text);
            let verdict = verified.map_or_else(|rejection| rejection.to_string(), |_| PASSES.to_owned());
            assert_eq!(verdict, row.verdict, "{}", row.name);
        }
    }

    /// Sends it on a connection of its own. What comes back, and what was said of it.
    fn ask(&self, request: &[u8]) -> (String, Vec<String>) {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        if let Err(error) = stream.read_to_end(&mut answer) {
            // Closed before it had read everything.
            assert_eq!(error.kind(), ErrorKind::ConnectionReset, "no whole answer: {error}");
        }
        (String::from_utf8(answer).unwrap(), self.refusals())
    }
}

/// Without the lines that vary, and in order.
fn comparable(answer: &str) -> String {
    let varies = |line: &&str| line.starts_with("date: ") || line.starts_with("connection: ");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let (status, headers) = head.split_once("\r\n").unwrap();
    let mut headers: Vec<_> = headers.split("\r\n").filter(|line| !varies(line)).collect();
    headers.sort_unstable();
    format!("{status}\r\n{}\r\n\r\n{body}", headers.join("\r\n"))
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
