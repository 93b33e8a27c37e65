//! `prometheus`, as its table promises.

use std::net::{SocketAddr, TcpStream};

use support::{
    client::Request,
    token::{self, DEVICE_ID, SECRET},
};

use crate::process::{Process, free_port};

const PROMETHEUS: &str = env!("CARGO_BIN_EXE_prometheus");

struct Server {
    process: Process,
    metrics: SocketAddr,
}

impl Server {
    fn new(enforces_bindings: &str) -> Self {
        let port = free_port();
        let vars = [
            ("APPROOV_BASE64_SECRET", SECRET),
            ("APPROOV_TOKEN_CACHE_CAPACITY", "100"),
            ("APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN_BINDING", enforces_bindings),
            ("METRICS_PORT", &port.to_string()),
        ];
        let process = Process::serve(PROMETHEUS, &vars, None);
        let metrics = SocketAddr::from(([127, 0, 0, 1], port));
        // It listens there a moment later.
        support::wait_until("the metrics are served", || TcpStream::connect(metrics).is_ok());
        Self { process, metrics }
    }

    fn ask(&self, path: &str, token: &str) -> u16 {
        let request = Request::get(path).header("Authorization", "user").token(token);
        request.send(self.process.address()).status
    }

    /// The counters, in the order of the page.
    fn counters(&self) -> Vec<String> {
        let answer = Request::get("/metrics").send(self.metrics);
        let content_type = answer.header("content-type");
        assert_eq!(content_type, Some("text/plain; version=0.0.4; charset=utf-8"));
        assert!(!answer.body.contains(DEVICE_ID));
        let lines = answer.body.lines().filter(|line| line.starts_with("approov_"));
        lines.map(str::to_owned).collect()
    }
}

#[test]
fn decisions_are_counted() {
    let server = Server::new("true");
    assert!(server.counters().is_empty());
    // Metrics are not for the public.
    for path in ["/metrics", "/"] {
        assert_eq!(Request::get(path).send(server.process.address()).status, 404);
    }
    let page = Request::get("/").send(server.metrics);
    assert!(page.body.contains("<h1>Approov: decisions</h1>"));

    let (good, reporting) = (token::good(), Server::new("false"));
    assert_eq!([(); 3].map(|()| server.ask("/whoami", &good)), [200; 3]);
    assert_eq!([(); 2].map(|()| server.ask("/whoami", &token::forged())), [401; 2]);
    assert_eq!(server.ask("/orders", ""), 401);
    assert_eq!(server.ask("/orders", &good), 401);
    assert_eq!(server.ask("/orders", &token::bound(&["user"])), 200);
    assert_eq!(
        server.counters(),
        [
            r#"approov_accepted_requests_total{token="cached"} 2"#,
            r#"approov_accepted_requests_total{token="verified"} 2"#,
            r#"approov_refused_requests_total{code="binding_claim_missing"} 1"#,
            r#"approov_refused_requests_total{code="token_empty"} 1"#,
            r#"approov_refused_requests_total{code="token_signature"} 2"#,
        ]
    );
    assert_eq!(reporting.ask("/orders", &good), 200);
    assert_eq!(
        reporting.counters(),
        [r#"approov_reported_requests_total{code="binding_claim_missing"} 1"#]
    );
}
