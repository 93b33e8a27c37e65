//! A server for the corpus, which says of every request why it was refused, and the one answer that every refusal has.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use actix_test::{TestServer, TestServerConfig};
use actix_web::{App, web};
use approov_actix::{Approov, ApproovBuilder};
use support::corpus::NOT_HTTP;

use crate::patient;

/// What every refusal looks like, whatever its reason, with its headers in order: actix sends them in any. Apart from
/// `Date`, and from `Connection`, which repeats the request's own.
const REFUSED: &str = "HTTP/1.1 401 Unauthorized\r\ncache-control: no-store\r\ncontent-length: 2\r\ncontent-type: application/json\r\n\
                       www-authenticate: Approov\r\n\r\n{}";

/// The routes of a server.
type Configure = fn(&mut web::ServiceConfig, &Approov);

pub(super) struct Served {
    server: TestServer,
    refusals: Arc<Mutex<Vec<String>>>,
    approov: Approov,
}

impl Served {
    pub(super) fn new(builder: ApproovBuilder, configure: Configure) -> Self {
        Self::on(patient().workers(1).h1(), builder, configure)
    }

    pub(super) fn on(config: TestServerConfig, builder: ApproovBuilder, configure: Configure) -> Self {
        let refusals = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&refusals);
        let approov = builder
            .on_rejection(move |event| {
                let mut refusals = record.lock().unwrap_or_else(PoisonError::into_inner);
                refusals.push(event.rejection.to_string());
            })
            .build()
            .unwrap();
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
        }
    }

    pub(super) fn approov(&self) -> &Approov {
        &self.approov
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.server.addr()
    }

    /// What was refused since this was last asked.
    pub(super) fn refusals(&self) -> Vec<String> {
        std::mem::take(&mut *self.refusals.lock().unwrap())
    }

    /// The request passes, and nobody complains of it.
    #[track_caller]
    pub(super) fn accepts(&self, name: &str, request: &[u8]) {
        let (answer, refusals) = self.ask(request);
        let passed = answer.starts_with("HTTP/1.1 200 OK\r\n") && refusals.is_empty();
        assert!(passed, "{name} is refused: {refusals:?}, {answer}");
    }

    /// The request is refused for this reason and no other, and its sender cannot tell for which.
    #[track_caller]
    pub(super) fn refuses(&self, name: &str, request: &[u8], refusal: &str) {
        let (answer, refusals) = self.ask(request);
        if refusal == NOT_HTTP {
            let by_actix = answer.starts_with("HTTP/1.1 400 ") && refusals.is_empty();
            assert!(by_actix, "{name}: not actix's own 400: {refusals:?}, {answer}");
            return;
        }
        assert_eq!(refusals, [refusal], "{name}: {answer}");
        assert_eq!(comparable(&answer), REFUSED, "{name}");
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

/// A request for this path with these header lines, each with its end.
pub(super) fn get(path: &str, lines: &[u8]) -> Vec<u8> {
    let start = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    [start.as_bytes(), lines, b"\r\n"].concat()
}
