//! Paths that may be read in two ways: no spelling leads to a protected handler without a token, and what is exempt stays open.

use std::{
    fmt::Write as _,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use actix_test::TestServer;
use actix_web::{
    App, HttpResponse,
    middleware::{NormalizePath, TrailingSlash},
    web,
};
use approov_actix::{Approov, approov_protected};
use support::{client::Answer, token};

use super::wire::{answers, exchange};
use crate::builder;

/// Where a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// In the handler that is open to everyone.
    Open,
    /// In the protected handler.
    Secret,
    /// At Approov: 401.
    Refused,
    /// No such route: 404.
    Absent,
    /// No such method: 405.
    Method,
    /// At actix, which cannot read it: 400.
    Bad,
}

use Outcome::{Absent, Bad, Method, Open, Refused, Secret};

type Runs = web::Data<AtomicUsize>;

async fn open() -> HttpResponse {
    HttpResponse::Ok().insert_header(("handler", "open")).finish()
}

async fn secret(runs: Runs) -> HttpResponse {
    runs.fetch_add(1, Ordering::SeqCst);
    HttpResponse::Ok().insert_header(("handler", "secret")).finish()
}

#[approov_protected]
async fn guarded(runs: Runs) -> HttpResponse {
    secret(runs).await
}

/// A server, how often its protected handlers ran, and the codes of what it refused.
struct Site {
    name: &'static str,
    server: TestServer,
    runs: Runs,
    codes: Arc<Mutex<Vec<&'static str>>>,
}

impl Site {
    fn new(name: &'static str, start: impl FnOnce(Approov, Runs) -> TestServer) -> Self {
        let runs = Runs::new(AtomicUsize::new(0));
        let codes = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&codes);
        let approov = builder()
            .on_rejection(move |event| record.lock().unwrap().push(event.rejection.code()))
            .build()
            .unwrap();
        Self {
            name,
            server: start(approov, runs.clone()),
            runs,
            codes,
        }
    }

    /// Where the request ends. What matters is asserted here, for every request that is sent: without a genuine token no protected handler runs,
    /// and every refusal has its reason.
    #[track_caller]
    fn send(&self, request: &Line<'_>, token: Option<&str>, code: Option<&'static str>) -> Outcome {
        let received = exchange(self.server.addr(), &request.with(token), None);
        let case = format!("{}: {request:?} {code:?}", self.name);
        let answers = answers(&received);
        assert_eq!(answers.len(), 1, "{case}: {answers:?}");
        let outcome = Outcome::of(&answers[0]);
        assert!(outcome.is_some(), "{case}: {answers:?}");
        let outcome = outcome.unwrap();
        let runs = self.runs.swap(0, Ordering::SeqCst);
        assert_eq!(runs, usize::from(outcome == Secret), "{case}");
        assert!(code.is_none() || runs == 0, "{case}");
        let codes = std::mem::take(&mut *self.codes.lock().unwrap());
        let expected = code.filter(|_| outcome == Refused);
        assert_eq!(codes, Vec::from_iter(expected), "{case}");
        outcome
    }

    /// Sends the request as it is, and with a forged token.
    #[track_caller]
    fn send_without(&self, request: &Line<'_>) -> Outcome {
        let outcome = self.send(request, None, Some("token_missing"));
        let forged = self.send(request, Some(&token::forged()), Some("token_signature"));
        assert_eq!(forged, outcome, "{}: {request:?}", self.name);
        outcome
    }

    /// Where the request ends without a genuine token, and with one.
    #[track_caller]
    fn check(&self, request: &Line<'_>, without: Outcome, with: Outcome) {
        let outcomes = (
            self.send_without(request),
            self.send(request, Some(&token::good()), None),
        );
        assert_eq!(outcomes, (without, with), "{}: {request:?}", self.name);
    }

    /// It needs a token, and gets somewhere with it.
    #[track_caller]
    fn refuses(&self, request: &Line<'_>) {
        assert_eq!(self.send_without(request), Refused, "{}: {request:?}", self.name);
        let with = self.send(request, Some(&token::good()), None);
        assert!(matches!(with, Open | Secret), "{}: {request:?}: {with:?}", self.name);
    }

    #[track_caller]
    fn check_all(&self, rows: &[(&str, Outcome, Outcome)]) {
        for (target, without, with) in rows {
            self.check(&Line::get(target), *without, *with);
        }
    }
}

/// A request without a body.
struct Line<'a> {
    method: &'a str,
    target: &'a [u8],
    header: &'a str,
}

impl<'a> Line<'a> {
    fn get(target: &'a str) -> Self {
        Self::new("GET", target)
    }

    fn new(method: &'a str, target: &'a str) -> Self {
        Self {
            method,
            target: target.as_bytes(),
            header: "",
        }
    }

    fn with(&self, token: Option<&str>) -> Vec<u8> {
        let mut headers = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n".to_owned();
        if !self.header.is_empty() {
            write!(headers, "{}\r\n", self.header).unwrap();
        }
        if let Some(token) = token {
            write!(headers, "Approov-Token: {token}\r\n").unwrap();
        }
        [self.method.as_bytes(), b" ", self.target, headers.as_bytes(), b"\r\n"].concat()
    }
}

impl std::fmt::Debug for Line<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let target = self.target.escape_ascii().to_string();
        write!(f, "{} {target:.200} {}", self.method, self.header)
    }
}

impl Outcome {
    fn of(answer: &Answer) -> Option<Self> {
        match (answer.status, answer.header("handler")) {
            (200, Some("open")) => Some(Open),
            (200, Some("secret")) => Some(Secret),
            (401, None) => Some(Refused),
            (404, None) => Some(Absent),
            (405, None) => Some(Method),
            (400, None) => Some(Bad),
            _ => None,
        }
    }
}

/// What is not open is protected, the default service included: whatever gets past an exemption gets in.
fn routes(app: &mut web::ServiceConfig) {
    for path in [
        "/health",
        "/health/",
        "/public",
        "/public/{tail:.*}",
        "/files/{name:.*}",
    ] {
        app.route(path, web::to(open));
    }
    for path in ["/secret", "/secret/", "/files", "/admin/{tail:.*}", "/v/{one}/{two}"] {
        app.route(path, web::to(secret));
    }
    app.default_service(web::to(secret));
}

fn middleware(approov: &Approov) -> approov_actix::ApproovMiddleware {
    let middleware = approov.middleware().exempt("/health");
    middleware.exempt_prefix("/public").exempt_prefix("/files/")
}

fn whole_application() -> Site {
    Site::new("application", |approov, runs| {
        actix_test::start(move || {
            App::new()
                .app_data(runs.clone())
                .configure(routes)
                .wrap(middleware(&approov))
        })
    })
}

/// The same as a scope around everything.
fn outer_scope() -> Site {
    Site::new("scope", |approov, runs| {
        actix_test::start(move || {
            let scope = web::scope("").configure(routes).wrap(middleware(&approov));
            App::new().app_data(runs.clone()).service(scope)
        })
    })
}

/// What is exempt, in every spelling that leaves its path as it is.
const EXEMPT: [&str; 22] = [
    "/health",
    "/health?",
    "/health?a=/secret",
    "/health?/../secret",
    "/health#/../secret",
    "/health#",
    "http://localhost/health",
    "http://evil/health",
    "https://user:password@localhost:1/health?a",
    "HTTP://LOCALHOST/health",
    "ftp://localhost/health",
    "/public",
    "/public/",
    "/public?a=%2e%2e",
    "/public/a/b.css",
    "/public/...",
    "/public/.a",
    "/public/a.",
    "/public/a+b:c@d!$&'()*,=~",
    "/files/",
    "/files/a",
    "http://localhost/files/secret",
];

/// What is not exempt and leads to the protected handler, however much of it looks like what is exempt.
const TO_THE_SECRET: [&str; 55] = [
    // Other paths.
    "/",
    "/secret",
    "/secret/",
    "/admin/",
    "/healthy",
    "/health.",
    "/health.json",
    "/health:80",
    "/health,",
    "/health&a=1",
    "/health=",
    "/Health",
    "/HEALTH",
    "/Public/a",
    "/publications",
    "/public.",
    "/public:",
    "/files.txt",
    "/filesystem",
    // An exempt path inside of another one, its query, its fragment or its host.
    "/secret/health",
    "/admin/health",
    "/admin/public/a",
    "/secret?/health",
    "/secret?x=/public/a",
    "/secret#/health",
    "/secret?#/public/",
    "/?/health",
    "/#/health",
    "http://health/secret",
    "http://localhost/secret?/health",
    "http://a@health/secret",
    "http://localhost",
    "http://health?/health",
    // Dot segments.
    "/./health",
    "/health/.",
    "/health/..",
    "/../health",
    "/secret/../health",
    "/admin/../public/a",
    // Empty segments.
    "//evil/health",
    "//localhost/../health",
    // Percent-encoding, once and twice, right and wrong.
    "/health%20",
    "/health%00",
    "/health%0a",
    "/health%2f",
    "/health%3f",
    "/health%23",
    "/health%",
    "/public%2fa",
    "/%73ecret",
    "/secre%74",
    // Parameters of segments, and slashes of Windows.
    "/health;a=1",
    "/health;/../secret",
    "/public;a/b",
    "/public\\..\\secret",
];

/// What would lead to the protected handler if actix resolved it, and what others would resolve to it. With a token it is what it looks like.
const TO_THE_OPEN: [&str; 29] = [
    // An exempt path inside of another one, its query, its fragment or its host.
    "http://localhost/public/../secret",
    // Dot segments.
    "/public/.",
    "/public/..",
    "/public/../secret",
    "/public/../public/a",
    "/public/a/../../secret",
    "/public/./../secret",
    "/files/..",
    "/files/../secret",
    // Empty segments.
    "/public//../secret",
    // Percent-encoding, once and twice, right and wrong.
    "/%68ealth",
    "/%70ublic/a",
    "/public/a%20b",
    "/public/%2e%2e/secret",
    "/public/%2E%2e/secret",
    "/public/.%2e/secret",
    "/public/..%2fsecret",
    "/public/..%2Fsecret",
    "/public/..%5csecret",
    "/public/%252e%252e/secret",
    "/public/%25%32%65%25%32%65/secret",
    "/public/%c0%ae%c0%ae/secret",
    "/public/..%c0%afsecret",
    "/public/%e0%80%ae%e0%80%ae/secret",
    "/public/%u002e%u002e/secret",
    "/public/%ef%bc%8e%ef%bc%8e/secret",
    // Parameters of segments, and slashes of Windows.
    "/public/..;/secret",
    "/public/a;b",
    "/public/..\\secret",
];

/// What `NormalizePath` may make exempt, and where it leads without it.
const SLASHES: [(&str, Outcome); 9] = [
    ("/health/", Open),
    ("/health//", Secret),
    ("//health", Secret),
    ("///health", Secret),
    ("//public/a", Secret),
    ("/public//", Open),
    ("/files", Secret),
    ("/files//secret", Open),
    ("http://public/files", Secret),
];

/// All of it.
fn not_exempt() -> impl Iterator<Item = (&'static str, Outcome)> {
    let secrets = TO_THE_SECRET.map(|target| (target, Secret));
    let open = TO_THE_OPEN.map(|target| (target, Open));
    secrets.into_iter().chain(open).chain(SLASHES)
}

#[actix_web::test]
async fn exemptions_of_an_application() {
    for site in [whole_application(), outer_scope()] {
        for target in EXEMPT {
            site.check(&Line::get(target), Open, Open);
        }
        for (target, with) in not_exempt() {
            site.check(&Line::get(target), Refused, with);
        }
    }
}

/// What no URL has, as bytes. Some of it actix does not read.
#[actix_web::test]
async fn bytes_in_a_target() {
    let site = whole_application();
    for (target, without, with) in [
        (&b"/health\0"[..], Bad, Bad),
        (b"/health\x7f", Bad, Bad),
        (b"/health\t", Bad, Bad),
        (b"/health /secret", Bad, Bad),
        (b"/secret /health", Bad, Bad),
        (b"/public/../\0secret", Bad, Bad),
        (b"/public/\xc0\xae\xc0\xae/secret", Bad, Bad),
        (b"/health\xff", Bad, Bad),
        (b"/health\xc3\xa9", Bad, Bad),
        (b"/public/\xef\xbc\x8e\xef\xbc\x8e/secret", Bad, Bad),
        (b"?/health", Bad, Bad),
        // To actix a host.
        (b"health", Refused, Secret),
        (b"*", Refused, Secret),
        (b"", Bad, Bad),
    ] {
        let line = Line {
            target,
            ..Line::get("")
        };
        site.check(&line, without, with);
    }
}

#[actix_web::test]
async fn paths_of_any_length() {
    let site = whole_application();
    for (start, without, with) in [("/public/", Open, Open), ("/secret", Refused, Secret)] {
        for length in [1000, 60_000] {
            let target = start.to_owned() + &"a".repeat(length);
            site.check(&Line::get(&target), without, with);
        }
        let target = start.to_owned() + &"a".repeat(70_000);
        site.check(&Line::get(&target), Bad, Bad);
    }
    let up = "/public".to_owned() + &"/..".repeat(10_000) + "/secret";
    site.check(&Line::get(&up), Refused, Open);
}

#[actix_web::test]
async fn an_exemption_is_for_every_method_and_no_method_is_an_exemption() {
    let long = "M".repeat(3000);
    for site in [whole_application(), outer_scope()] {
        for method in [
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "QUERY", "get", "A", "!",
            &long,
        ] {
            site.check(&Line::new(method, "/health"), Open, Open);
            for target in ["/secret", "//public", "/%73ecret", "http://health/secret"] {
                site.check(&Line::new(method, target), Refused, Secret);
            }
        }
        for method in ["G(T", "GET/health", "G\u{e9}T"] {
            site.check(&Line::new(method, "/health"), Bad, Bad);
        }
        // For actix `*` is in no scope.
        let (without, with) = if site.name == "scope" {
            (Absent, Absent)
        } else {
            (Refused, Secret)
        };
        site.check(&Line::new("OPTIONS", "*"), without, with);
        // The form that only `CONNECT` may have. It has no path.
        for target in ["localhost:80", "health:443", "public"] {
            site.check(&Line::new("CONNECT", target), Refused, Secret);
            site.check(&Line::new("GET", target), Refused, Secret);
        }
    }
}

#[actix_web::test]
async fn no_header_says_where_a_request_goes() {
    for site in [whole_application(), outer_scope(), beside_open_ones(), guards()] {
        for name in [
            "X-HTTP-Method-Override",
            "X-HTTP-Method",
            "X-Method-Override",
            "X-Original-URL",
            "X-Original-URI",
            "X-Rewrite-URL",
            "X-Forwarded-Prefix",
            "X-Forwarded-Path",
            "X-Forwarded-URI",
            "X-Envoy-Original-Path",
            "X-Accel-Redirect",
            "Forwarded",
            "Referer",
            "Location",
            ":path",
        ] {
            for value in ["/health", "http://localhost/public/a", "OPTIONS"] {
                let header = format!("{name}: {value}");
                let line = |target: &'static str| Line {
                    header: &header,
                    ..Line::get(target)
                };
                if name == ":path" {
                    site.check(&line("/api/v1/secret"), Bad, Bad);
                } else {
                    site.check(&line("/api/v1/secret"), Refused, Secret);
                    site.check(&line("/health"), Open, Open);
                }
            }
        }
    }
}

/// Protected scopes and resources beside open ones, and an open handler for all the rest, as single-page applications have it.
fn beside_open_ones() -> Site {
    Site::new("beside open ones", |approov, runs| {
        actix_test::start(move || {
            let nested = web::scope("/v1").route("/secret", web::to(secret));
            let api = web::scope("/api").service(nested).default_service(web::to(secret));
            let inner = web::scope("/inner").route("/secret", web::to(secret));
            let mixed = web::scope("/mixed").route("/open", web::to(open));
            let tenant = web::scope("/t/{tenant}").route("/{tail:.*}", web::to(secret));
            let resource = web::resource("/resource").route(web::get().to(secret));
            App::new()
                .app_data(runs.clone())
                .route("/open", web::to(open))
                .service(api.wrap(approov.middleware()))
                .service(mixed.service(inner.wrap(approov.middleware())))
                .service(tenant.wrap(approov.middleware().exempt_prefix("/t/public")))
                .service(resource.wrap(approov.middleware()))
                .route("/{tail:.*}", web::to(open))
        })
    })
}

/// What does not reach the scope reaches the open handler, and that one only.
#[actix_web::test]
async fn scopes_and_resources_beside_open_ones() {
    beside_open_ones().check_all(&[
        ("/open", Open, Open),
        ("/api", Refused, Secret),
        ("/api/", Refused, Secret),
        ("/api/v1/secret", Refused, Secret),
        ("/api/v1/unknown", Refused, Absent),
        ("/api/../open", Refused, Secret),
        ("/api/%2e%2e/open", Refused, Secret),
        ("/api/v1/../../open", Refused, Absent),
        ("/api//v1/secret", Refused, Secret),
        ("/api/v1;a/secret", Refused, Secret),
        ("/api/v1/secret%00", Refused, Absent),
        ("/%61pi/v1/secret", Refused, Secret),
        ("/api/v1/%73ecret", Refused, Secret),
        ("/api?/open", Refused, Secret),
        ("/api#/open", Refused, Secret),
        ("http://open/api/v1/secret", Refused, Secret),
        ("/API/v1/secret", Open, Open),
        ("/apiary", Open, Open),
        ("/api.", Open, Open),
        ("/api;a/v1/secret", Open, Open),
        ("/api%2fv1/secret", Open, Open),
        ("/api%252fv1/secret", Open, Open),
        ("/api\\v1\\secret", Open, Open),
        ("/api%5cv1/secret", Open, Open),
        ("//api/v1/secret", Open, Open),
        ("/./api/v1/secret", Open, Open),
        ("/open/../api/v1/secret", Open, Open),
        ("/%2e/api/v1/secret", Open, Open),
        ("/mixed/open", Open, Open),
        ("/mixed/inner/secret", Refused, Secret),
        ("/mixed/%69nner/secret", Refused, Secret),
        ("/mixed/inner", Refused, Absent),
        ("/mixed/inner/../open", Refused, Absent),
        ("/mixed//inner/secret", Absent, Absent),
        ("/mixed/./inner/secret", Absent, Absent),
        ("/mixed/inner%2fsecret", Absent, Absent),
        ("/mixed/open/../inner/secret", Absent, Absent),
        ("/t/a/secret", Refused, Secret),
        ("/t/public/../a/secret", Refused, Secret),
        ("/t/%70ublic/secret", Refused, Secret),
        ("/t/public%2fa/secret", Refused, Secret),
        ("/t/publicity/secret", Refused, Secret),
        ("/resource", Refused, Secret),
        ("/resource?", Refused, Secret),
        ("/%72esource", Refused, Secret),
        ("/resource/", Open, Open),
        ("//resource", Open, Open),
        ("/resource;a", Open, Open),
        ("/resource/..", Open, Open),
        ("/Resource", Open, Open),
    ]);
}

/// The middleware of a resource runs for every method, before the resource says which ones it has.
#[actix_web::test]
async fn methods_of_a_protected_resource() {
    let site = beside_open_ones();
    for method in ["HEAD", "POST", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get"] {
        site.check(&Line::new(method, "/resource"), Refused, Method);
    }
}

/// The check stands at the handlers, so no path goes past it.
fn guards() -> Site {
    Site::new("guards", |approov, runs| {
        actix_test::start(move || {
            App::new()
                .app_data(approov.clone())
                .app_data(runs.clone())
                .route("/open", web::to(open))
                .route("/health", web::to(open))
                .service(web::scope("/api").route("/{tail:.*}", web::to(guarded)))
                .service(
                    web::resource("/both")
                        .route(web::get().to(open))
                        .route(web::to(guarded)),
                )
                .default_service(web::to(guarded))
        })
    })
}

#[actix_web::test]
async fn guarded_handlers() {
    let site = guards();
    for target in ["/open", "/%6fpen", "/open?a", "http://evil/open", "/both"] {
        site.check(&Line::get(target), Open, Open);
    }
    // actix decodes this one before it looks for a route.
    for (target, _) in not_exempt().filter(|(target, _)| *target != "/%68ealth") {
        site.check(&Line::get(target), Refused, Secret);
    }
    for target in ["/open/", "//open", "/api/../open", "/open/..", "/open;a", "/Open", "*"] {
        site.check(&Line::get(target), Refused, Secret);
    }
    for method in ["HEAD", "POST", "OPTIONS", "TRACE", "CONNECT", "get"] {
        site.check(&Line::new(method, "/both"), Refused, Secret);
    }
    // The header would have to change the method for the open one to answer.
    let line = Line {
        header: "X-HTTP-Method-Override: GET",
        ..Line::new("POST", "/both")
    };
    site.check(&line, Refused, Secret);
}

/// `NormalizePath` around Approov's middleware: both see the path that is routed.
fn normalized_outside(mode: TrailingSlash) -> Site {
    Site::new("normalized outside", move |approov, runs| {
        actix_test::start(move || {
            App::new()
                .app_data(runs.clone())
                .configure(routes)
                .wrap(middleware(&approov))
                .wrap(NormalizePath::new(mode))
        })
    })
}

/// `NormalizePath` inside, as the documentation has it: Approov's middleware sees the path as it was sent.
fn normalized_inside(mode: TrailingSlash) -> Site {
    Site::new("normalized inside", move |approov, runs| {
        actix_test::start(move || {
            App::new()
                .app_data(runs.clone())
                .configure(routes)
                .wrap(NormalizePath::new(mode))
                .wrap(middleware(&approov))
        })
    })
}

const MODES: [TrailingSlash; 3] = [TrailingSlash::Trim, TrailingSlash::Always, TrailingSlash::MergeOnly];

/// Nothing that `NormalizePath` does makes one of these exempt, wherever it stands.
#[actix_web::test]
async fn normalized_paths_that_are_never_exempt() {
    for site in MODES
        .map(normalized_outside)
        .iter()
        .chain(&MODES.map(normalized_inside))
    {
        for target in TO_THE_SECRET.into_iter().chain(TO_THE_OPEN) {
            site.refuses(&Line::get(target));
        }
        for target in [
            "//public/../secret",
            "/public/..//secret//",
            "//secret//",
            "/public/%2e%2e//secret",
            "//health/../secret",
        ] {
            site.refuses(&Line::get(target));
        }
        site.check(&Line::new("CONNECT", "localhost:80"), Refused, Secret);
        site.check(&Line::new("OPTIONS", "*"), Refused, Secret);
    }
}

/// Outside, what is exempt is what the path has become, which is also what is routed. One column for each mode.
#[actix_web::test]
async fn paths_that_are_exempt_after_normalizing() {
    let sites = MODES.map(normalized_outside);
    for (target, exempt) in [
        ("/health", [true, false, true]),
        ("//health", [true, false, true]),
        ("/health/", [true, false, false]),
        ("/health//", [true, false, false]),
        ("/public//a", [true; 3]),
        ("//public///a//", [true; 3]),
        ("/files//a", [true; 3]),
        ("/files/", [false, true, true]),
        ("/files", [false, true, false]),
    ] {
        for (site, is_exempt) in sites.iter().zip(exempt) {
            if is_exempt {
                site.check(&Line::get(target), Open, Open);
            } else {
                site.refuses(&Line::get(target));
            }
        }
    }
}

/// Inside, only what was sent without anything to normalize is exempt, but for a slash at its end.
#[actix_web::test]
async fn paths_that_are_exempt_before_normalizing() {
    for site in MODES.map(normalized_inside) {
        for target in ["/health", "/public", "/public/", "/public/a", "/public/a/", "/files/a"] {
            site.check(&Line::get(target), Open, Open);
        }
        for target in ["//health", "/health//", "/public//a", "//public/a", "/files//a"] {
            site.check(&Line::get(target), Refused, Open);
        }
    }
}

/// `/files/` is exempt and `/files` is not; trimming makes one of the other after the check.
#[actix_web::test]
#[ignore = "gets in: a prefix that ends in a slash covers itself, which `NormalizePath` inside trims"]
async fn a_trimmed_prefix() {
    normalized_inside(TrailingSlash::Trim).refuses(&Line::get("/files/"));
}
