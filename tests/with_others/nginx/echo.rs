//! A server on a Unix socket that wants a signature for every path, and says which one it was given, or who asks.

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
    codes: Codes,
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

impl Echo {
    pub(super) fn start(socket: &Path, origins: &[String]) -> Self {
        let builder = Approov::builder()
            .keys(Key::from_base64_secret(SECRET).unwrap())
            .message_signing(MessageSigning::new().public_origins(origins));
        let (approov, codes) = Codes::of(builder);
        let socket = socket.to_owned();
        let (started, is_started) = mpsc::channel();
        let thread = thread::spawn(move || {
            rt::System::new().block_on(async move {
                let server = HttpServer::new(move || {
                    App::new()
                        .app_data(approov.clone())
                        .app_data(web::PayloadConfig::new(4 << 20))
                        .default_service(web::to(echo))
                });
                let server = server.workers(1).disable_signals().bind_uds(socket)?.run();
                started.send(server.handle()).unwrap();
                server.await
            })
        });
        Self {
            handle: is_started.recv().unwrap(),
            codes,
            thread: Some(thread),
        }
    }

    /// Why requests were refused since this was last asked.
    pub(super) fn codes(&self) -> Vec<&'static str> {
        self.codes.take()
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
