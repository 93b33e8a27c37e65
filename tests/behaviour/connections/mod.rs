//! Every kind of connection that a server has: TLS with HTTP/1.1 and HTTP/2, Unix sockets, and those that are open when
//! it stops.

mod shutdown;
mod tls;
#[cfg(unix)]
mod unix_socket;

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        mpsc::{self, Sender},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use actix_web::{App, HttpServer, dev::ServerHandle, rt, web};
use approov_actix::{Approov, ApproovBuilder, MessageSigning, OneOrMany, Policy, SignaturePolicy, approov_protected};
use support::{
    signing::{Message, Signature},
    token,
};

use crate::{builder, ways};

/// Where a server listens.
enum Listen {
    Tcp,
    Tls,
    #[cfg(unix)]
    Unix(std::path::PathBuf),
}

/// What was refused, and whom.
type Refusals = Arc<Mutex<Vec<(&'static str, Option<SocketAddr>)>>>;

/// A server as an application starts it: actix-test's has no Unix sockets, and does not wait for anybody when it stops.
struct Running {
    handle: ServerHandle,
    addresses: Vec<SocketAddr>,
    refusals: Refusals,
    thread: JoinHandle<io::Result<()>>,
}

impl Running {
    fn start(
        builder: ApproovBuilder,
        listen: Vec<Listen>,
        configure: impl Fn(&mut web::ServiceConfig, &Approov) + Send + Sync + 'static,
    ) -> Self {
        let refusals = Refusals::default();
        let record = Arc::clone(&refusals);
        let builder = builder.on_rejection(move |event| {
            let mut refusals = record.lock().unwrap();
            refusals.push((event.rejection.code(), event.request.peer_addr));
        });
        let approov = builder.build().unwrap();
        let (started, is_started) = mpsc::channel();
        let thread = thread::spawn(move || {
            let configure = move |app: &mut web::ServiceConfig| {
                app.app_data(approov.clone());
                configure(app, &approov);
            };
            let server = serve(listen, started, Arc::new(configure));
            rt::System::new().block_on(server)
        });
        let (handle, addresses) = is_started.recv().unwrap();
        Self {
            handle,
            addresses,
            refusals,
            thread,
        }
    }

    /// What was refused since this was last asked.
    fn refusals(&self) -> Vec<(&'static str, Option<SocketAddr>)> {
        std::mem::take(&mut *self.refusals.lock().unwrap())
    }

    fn stop_at_once(self) {
        drop(self.handle.stop(false));
        self.join();
    }

    /// Waits for its end, which must be a good one.
    fn join(self) {
        self.thread.join().unwrap().unwrap();
    }
}

/// Says where it listens, and runs until it is stopped.
async fn serve(
    listen: Vec<Listen>,
    started: Sender<(ServerHandle, Vec<SocketAddr>)>,
    configure: Arc<dyn Fn(&mut web::ServiceConfig) + Send + Sync>,
) -> io::Result<()> {
    // A slow machine is no reason to give up.
    let mut server = HttpServer::new(move || App::new().configure(|app| configure(app)))
        .tls_handshake_timeout(Duration::from_secs(60))
        .client_request_timeout(Duration::from_secs(60))
        .workers(1)
        .disable_signals();
    for listen in listen {
        server = match listen {
            Listen::Tcp => server.bind("127.0.0.1:0"),
            Listen::Tls => server.bind_rustls_0_23("127.0.0.1:0", tls::server_config()),
            #[cfg(unix)]
            Listen::Unix(path) => server.bind_uds(path),
        }?;
    }
    let addresses = server.addrs();
    let server = server.run();
    started.send((server.handle(), addresses)).unwrap();
    server.await
}

#[approov_protected(binding = false, signature = "required")]
async fn signed_guarded(body: web::Bytes) -> web::Bytes {
    body
}

async fn echo(body: web::Bytes) -> web::Bytes {
    body
}

const SIGNED: Policy = Policy::new().no_binding().signature(SignaturePolicy::required());

/// The three ways to protect, with tokens that are bound, and two of them with signatures.
fn configure(app: &mut web::ServiceConfig, approov: &Approov) {
    let signed_middleware = web::resource("/signed/middleware")
        .route(web::to(echo))
        .wrap(approov.middleware().policy(SIGNED));
    app.service(
        web::scope("/{area}")
            .configure(|app| ways::configure(app, approov))
            .route("/signed/guard", web::to(signed_guarded))
            .service(signed_middleware),
    );
}

/// Every token is bound to `Authorization`, where the route does not say otherwise.
fn bound() -> ApproovBuilder {
    builder().binding(["Authorization"])
}

/// The same, and reached under these origins.
fn bound_at(origins: impl OneOrMany) -> ApproovBuilder {
    bound().message_signing(MessageSigning::new().public_origins(origins))
}

/// A request, and its answer's body or the code of its refusal.
type Row = (&'static str, Message, Result<String, &'static str>);

const TOKEN: &str = "Approov-Token";
const USER: &str = "Bearer user-1";

/// Through every way to protect. `base` is the URL of the routes as the client sees it.
fn rows(base: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    for face in ["guard", "claims", "middleware"] {
        let user = || Message::new("GET", &format!("{base}/{face}?a=b")).header("Authorization", USER);
        let good = user().header(TOKEN, &token::bound(&[USER]));
        let other = good.clone().replace("Authorization", "Bearer user-2");
        rows.extend([
            ("good", good, Ok("in".to_owned())),
            ("no token", user(), Err("token_missing")),
            ("forged", user().header(TOKEN, &token::forged()), Err("token_signature")),
            ("other user", other, Err("binding_mismatch")),
        ]);
    }
    for face in ["guard", "middleware"] {
        rows.extend(signed_rows(&format!("{base}/signed/{face}")));
    }
    rows
}

/// With a body and its digest. `url` is the one that the client sees.
fn signed_rows(url: &str) -> Vec<Row> {
    let order = Message {
        url: format!("{url}?id=1&of=a%20b"),
        ..Message::order()
    };
    let body = String::from_utf8(order.body.clone()).unwrap();
    let signed_for = |from: &str, to: &str| {
        let url = order.url.replacen(from, to, 1);
        Message {
            url: order.url.clone(),
            ..signed(&Message { url, ..order.clone() })
        }
    };
    let other_scheme = if url.starts_with("https:") {
        signed_for("https:", "http:")
    } else {
        signed_for("http:", "https:")
    };
    vec![
        ("signed", signed(&order), Ok(body)),
        (
            "signed, without a body",
            signed(&Message::get(&order.url)),
            Ok(String::new()),
        ),
        ("unsigned", order.clone(), Err("signature_missing")),
        ("another body", signed(&order).alter_body(), Err("digest_mismatch")),
        ("the other scheme", other_scheme, Err("signature_invalid")),
        ("another host", signed_for("//", "//evil."), Err("signature_invalid")),
    ]
}

/// The message with the signature of the first installation.
fn signed(message: &Message) -> Message {
    message.carrying(&Signature::install(message))
}

/// Each row is answered as it says, and its refusal told of this client.
async fn check(server: &Running, base: &str, send: impl AsyncFn(&Message) -> Exchange) {
    for (name, message, expected) in rows(base) {
        let (status, body, client) = send(&message).await;
        let (url, refusals) = (&message.url, server.refusals());
        match expected {
            Ok(expected) => assert_eq!((status, body, refusals), (200, expected, Vec::new()), "{name} {url}"),
            Err(code) => assert_eq!(
                (status, body.as_str(), refusals),
                (401, "{}", vec![(code, client)]),
                "{name} {url}"
            ),
        }
    }
}

/// Status and body of an answer, and the address of who asked.
type Exchange = (u16, String, Option<SocketAddr>);
