//! Every kind of connection that a server has: TLS with HTTP/1.1 and HTTP/2, and Unix sockets. Those that are open when
//! it stops: `tests/servers/shutdown.rs`.

mod tls;
#[cfg(unix)]
mod unix_socket;

use std::{
    mem,
    net::SocketAddr,
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use actix_web::{App, HttpServer, dev::ServerHandle, rt, web};
use approov_actix::{Approov, ApproovBuilder, MessageSigning, Policy, SignaturePolicy, approov_protected};
use support::{
    signing::{Message, Signature},
    token,
};

use crate::{ORIGIN, builder, ways};

/// Where a server listens.
enum Listen {
    Tcp,
    Tls,
    #[cfg(unix)]
    Unix(std::path::PathBuf),
}

/// What was refused, and whom.
type Refusals = Vec<(&'static str, Option<SocketAddr>)>;

/// A server as an application starts it: actix-test's has no Unix sockets.
struct Running {
    handle: ServerHandle,
    addresses: Vec<SocketAddr>,
    refusals: Arc<Mutex<Refusals>>,
}

impl Running {
    fn start(builder: ApproovBuilder, listen: Vec<Listen>) -> Self {
        let refusals = Arc::<Mutex<Refusals>>::default();
        let record = Arc::clone(&refusals);
        let builder = builder.on_rejection(move |event| {
            let mut refusals = record.lock().unwrap();
            refusals.push((event.rejection.code(), event.request.peer_addr));
        });
        let approov = builder.build().unwrap();
        let (started, is_started) = mpsc::channel();
        let serve = || async move {
            let app = move || {
                App::new()
                    .app_data(approov.clone())
                    .configure(|app| configure(app, &approov))
            };
            // A slow machine is no reason to give up.
            let mut server = HttpServer::new(app)
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
                }
                .unwrap();
            }
            let addresses = server.addrs();
            let server = server.run();
            started.send((server.handle(), addresses)).unwrap();
            server.await.unwrap();
        };
        thread::spawn(|| rt::System::new().block_on(serve()));
        let (handle, addresses) = is_started.recv().unwrap();
        Self {
            handle,
            addresses,
            refusals,
        }
    }

    /// What was refused since this was last asked.
    fn refusals(&self) -> Refusals {
        mem::take(&mut *self.refusals.lock().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

#[approov_protected(binding = false, signature = "required")]
async fn signed_guarded(body: web::Bytes) -> web::Bytes {
    body
}

const SIGNED: Policy = Policy::new().no_binding().signature(SignaturePolicy::required());

/// The three ways to protect, with tokens that are bound, and two of them with signatures.
fn configure(app: &mut web::ServiceConfig, approov: &Approov) {
    let signed_middleware = web::resource("/signed/middleware")
        .route(web::to(async |body: web::Bytes| body))
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
    builder().binding("Authorization")
}

/// The same, and reached under the public origin.
fn bound_at_origin() -> ApproovBuilder {
    bound().message_signing(MessageSigning::new().public_origins(ORIGIN))
}

/// A request, and its answer's body or the code of its refusal.
type Row = (&'static str, Message, Result<String, &'static str>);

const USER: &str = "Bearer user-1";

/// Through every way to protect. `base` is the URL of the routes as the client sees it.
fn rows(base: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    for way in ways::WAYS {
        let message = Message::new("GET", &format!("{base}{way}?a=b")).header("Authorization", USER);
        let with = |token: &str| message.clone().header("Approov-Token", token);
        let good = with(&token::bound(&[USER]));
        let other = good.clone().replace("Authorization", "Bearer user-2");
        rows.extend([
            ("good", good, Ok("in".to_owned())),
            ("no token", message.clone(), Err("token_missing")),
            ("forged", with(&token::forged()), Err("token_signature")),
            ("other user", other, Err("binding_mismatch")),
        ]);
    }
    // With a body and its digest.
    for way in ["guard", "middleware"] {
        let order = Message {
            url: format!("{base}/signed/{way}?id=1&of=a%20b"),
            ..Message::order()
        };
        let body = String::from_utf8(order.body.clone()).unwrap();
        let signed_for = |url: String| Message {
            url: order.url.clone(),
            ..signed(&Message { url, ..order.clone() })
        };
        let other_scheme = match order.url.strip_prefix("https:") {
            Some(rest) => format!("http:{rest}"),
            None => order.url.replacen("http:", "https:", 1),
        };
        let other_host = order.url.replacen("//", "//evil.", 1);
        rows.extend([
            ("signed", signed(&order), Ok(body)),
            ("another body", signed(&order).alter_body(), Err("digest_mismatch")),
            ("the other scheme", signed_for(other_scheme), Err("signature_invalid")),
            ("another host", signed_for(other_host), Err("signature_invalid")),
            ("unsigned", order, Err("signature_missing")),
        ]);
    }
    rows
}

/// The message with the signature of the first installation.
fn signed(message: &Message) -> Message {
    message.carrying(&Signature::install(message))
}

/// Each row is answered as it says, and its refusal told of this client.
async fn check(server: &Running, base: &str, send: impl AsyncFn(&Message) -> Exchange) {
    for (name, message, expected) in rows(base) {
        let (status, body, client) = send(&message).await;
        let expected = match expected {
            Ok(body) => (200, body, Vec::new()),
            Err(code) => (401, "{}".to_owned(), vec![(code, client)]),
        };
        assert_eq!((status, body, server.refusals()), expected, "{name} {}", message.url);
    }
}

/// Status and body of an answer, and the address of who asked.
type Exchange = (u16, String, Option<SocketAddr>);
