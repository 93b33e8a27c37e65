//! One connection to the application.

use std::{io::Cursor, net::SocketAddr, rc::Rc};

use actix_http::{HttpService, KeepAlive};
use actix_service::{Service as _, ServiceFactory as _, map_config};
use actix_web::{App, dev::AppConfig, rt::Runtime};
use futures_util::future::LocalBoxFuture;
use tokio::io;

use super::{
    handlers,
    outcome::{OUTCOME, Outcome},
};
use support::{placeholders::filled, requests::genuine};

thread_local! {
    // Never dropped: at a thread's end, what actix keeps for the thread may be gone before it.
    static SERVER: &'static Server = Box::leak(Box::new(Server::new()));
}

/// Sends these bytes, and nothing more after them. Panics if the server fails to give an answer of its own.
#[must_use]
pub fn exchange(bytes: &[u8]) -> Outcome {
    OUTCOME.take();
    SERVER.with(|server| server.runtime.block_on((server.serve)(bytes.to_vec())));
    let outcome = OUTCOME.take();
    assert!(outcome.statuses.iter().all(|status| *status < 500), "{outcome:?}");
    outcome
}

/// A fuzzer that gets in nowhere finds nothing.
pub fn assert_all_can_be_entered() {
    for (route, request) in genuine() {
        let outcome = exchange(&filled(&request));
        assert_eq!((outcome.entered, outcome.statuses), (vec![route], vec![200]));
    }
}

struct Server {
    runtime: Runtime,
    serve: Box<dyn Fn(Vec<u8>) -> LocalBoxFuture<'static, ()>>,
}

impl Server {
    fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let serve = runtime.block_on(async {
            let app = App::new().configure(handlers::configure).wrap_fn(|request, next| {
                let answer = next.call(request);
                async {
                    let answer = answer.await;
                    let status = match &answer {
                        Ok(answer) => answer.status(),
                        Err(error) => error.as_response_error().status_code(),
                    };
                    OUTCOME.with_borrow_mut(|outcome| outcome.statuses.push(status.as_u16()));
                    answer
                }
            });
            let factory = HttpService::build()
                .keep_alive(KeepAlive::Os)
                .h1(map_config(app, |()| AppConfig::default()));
            let service = Rc::new(factory.new_service(()).await.unwrap());
            Box::new(move |bytes| {
                let stream = io::join(Cursor::new(bytes), io::sink());
                let service = Rc::clone(&service);
                let served: LocalBoxFuture<'static, ()> = Box::pin(async move {
                    // What is no HTTP ends in an error, which is not of interest here.
                    let _ = service.call((stream, None::<SocketAddr>)).await;
                });
                served
            }) as Box<dyn Fn(Vec<u8>) -> LocalBoxFuture<'static, ()>>
        });
        Self { runtime, serve }
    }
}
