//! Paths that may be read in two ways: no spelling leads to a protected handler without a token, and what is exempt
//! stays open.

mod beside;
mod exempt;
mod normalized;

use std::{
    fmt::Write as _,
    sync::atomic::{AtomicUsize, Ordering},
};

use actix_test::TestServer;
use actix_web::{App, HttpResponse, web};
use approov_actix::{Approov, ApproovMiddleware};
use beside::{beside_open_ones, guards};
use support::{client::Answer, codes::Codes, tables::cells, token};

use super::{answers, config, exchange};
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

/// A server, how often its protected handlers ran, and the codes of what it refused.
struct Site {
    name: &'static str,
    server: TestServer,
    runs: Runs,
    codes: Codes,
}

impl Site {
    fn new(name: &'static str, start: impl FnOnce(Approov, Runs) -> TestServer) -> Self {
        let runs = Runs::new(AtomicUsize::new(0));
        let (approov, codes) = Codes::of(builder());
        Self {
            name,
            server: start(approov, runs.clone()),
            runs,
            codes,
        }
    }

    /// Where the request ends. What matters is asserted here, for every request that is sent: without a genuine token
    /// no protected handler runs, and every refusal has its reason.
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
        let codes = self.codes.take();
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
    fn check_all(&self, rows: &[(Outcome, Outcome, &str)]) {
        for (without, with, targets) in rows {
            for target in cells(targets) {
                self.check(&Line::get(&target), *without, *with);
            }
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

fn middleware(approov: &Approov) -> ApproovMiddleware {
    let middleware = approov.middleware().exempt("/health");
    middleware.exempt_prefix("/public").exempt_prefix("/files/")
}

fn whole_application() -> Site {
    Site::new("application", |approov, runs| {
        actix_test::start_with(config(), move || {
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
        actix_test::start_with(config(), move || {
            let scope = web::scope("").configure(routes).wrap(middleware(&approov));
            App::new().app_data(runs.clone()).service(scope)
        })
    })
}

#[actix_web::test]
async fn no_header_says_where_a_request_goes() {
    for site in [whole_application(), outer_scope(), beside_open_ones(), guards()] {
        let names = cells(
            "X-HTTP-Method-Override | X-HTTP-Method | X-Method-Override | X-Original-URL | X-Original-URI
            X-Rewrite-URL | X-Forwarded-Prefix | X-Forwarded-Path | X-Forwarded-URI | X-Envoy-Original-Path
            X-Accel-Redirect | Forwarded | Referer | Location | :path",
        );
        for name in &names {
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
