//! A server that wants a signature for every path, and says which one it was given, or who asks.

use std::{
    io,
    path::Path,
    sync::mpsc,
    thread::{self, JoinHandle},
};

use actix_web::{App, HttpRequest, HttpServer, dev::ServerHandle, rt, web};
use approov_actix::{Approov, Key, MessageSigning, approov_protected};
use support::{codes::Codes, token::SECRET};

/// The path where it says who asks.
pub(super) const WHO: &str = "/who";

pub(super) struct Echo {
    handle: ServerHandle,
    /// Where it listens, if not on a socket.
    pub(super) port: u16,
    /// Why requests were refused.
    pub(super) codes: Codes,
    thread: Option<JoinHandle<io::Result<()>>>,
}

#[approov_protected(signature = "required")]
async fn echo(request: HttpRequest, _: web::Bytes) -> String {
    if request.path() != WHO {
        return request.uri().to_string();
    }
    let info = request.connection_info();
    let (peer, client) = (info.peer_addr(), info.realip_remote_addr());
    format!("{}://{} {peer:?} {client:?}", info.scheme(), info.host())
}

#[approov_protected]
async fn token(request: HttpRequest) -> String {
    request.uri().to_string()
}

#[approov_protected(binding = "Authorization")]
async fn bound(request: HttpRequest) -> String {
    request.uri().to_string()
}

impl Echo {
    /// On a Unix socket, or else on a port.
    pub(super) fn start(socket: Option<&Path>, origin: Option<&str>) -> Self {
        let signing = MessageSigning::new();
        let signing = match origin {
            Some(origin) => signing.public_origins(origin),
            None => signing,
        };
        let builder = Approov::builder().keys(Key::from_base64_secret(SECRET).unwrap());
        let (approov, codes) = Codes::of(builder.message_signing(signing));
        let socket = socket.map(Path::to_owned);
        let (started, is_started) = mpsc::channel();
        let thread = thread::spawn(move || {
            rt::System::new().block_on(async move {
                let server = HttpServer::new(move || {
                    App::new()
                        .app_data(approov.clone())
                        .app_data(web::PayloadConfig::new(4 << 20))
                        .route("/token", web::to(token))
                        .route("/bound", web::to(bound))
                        .default_service(web::to(echo))
                });
                let server = server.workers(1).disable_signals();
                let server = match socket {
                    Some(socket) => server.bind_uds(socket)?,
                    None => server.bind(("127.0.0.1", 0))?,
                };
                let port = server.addrs()[0].port();
                let server = server.run();
                started.send((server.handle(), port)).unwrap();
                server.await
            })
        });
        let (handle, port) = is_started.recv().unwrap();
        Self {
            handle,
            port,
            codes,
            thread: Some(thread),
        }
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            // A panic there has failed the test already.
            let _ = thread.join();
        }
    }
}
