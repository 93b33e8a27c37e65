//! A server that stops, as at SIGTERM: who is in gets an answer, nobody else gets in, and nothing is left of the
//! configuration.

use std::{
    io::Write as _,
    net::{Shutdown, SocketAddr, TcpStream},
    sync::{
        Arc, Mutex,
        mpsc::{self, Receiver, Sender},
    },
    thread,
    time::Duration,
};

use actix_web::{
    HttpMessage as _,
    dev::{Payload, Service, ServiceRequest},
    web,
};
use approov_actix::{Approov, ApproovClaims, JwksUrl, MessageSigning, approov_protected};
use futures_util::TryStreamExt as _;
use support::{
    client::{Answer, Request, TIMEOUT},
    key_server::{Behaviour, KeyServer, Reply},
    signing::Message,
    token, wait_until,
};

use super::{Listen, Running, SIGNED, echo, signed, signed_guarded};
use crate::{ORIGIN, builder};

impl Running {
    fn stop(&self) {
        drop(self.handle.stop(true));
        let address = self.addresses[0];
        wait_until("the end of listening", || TcpStream::connect(address).is_err());
    }
}

/// Says when a handler runs, and keeps it there.
#[derive(Clone)]
struct Gate {
    reached: Sender<()>,
    leave: Arc<Mutex<Receiver<()>>>,
}

async fn slow(gate: web::Data<Gate>) -> &'static str {
    gate.reached.send(()).unwrap();
    web::block(move || gate.leave.lock().unwrap().recv())
        .await
        .unwrap()
        .unwrap();
    "done"
}

#[approov_protected]
async fn slow_guarded(gate: web::Data<Gate>) -> &'static str {
    slow(gate).await
}

async fn slow_with_claims(_: ApproovClaims, gate: web::Data<Gate>) -> &'static str {
    slow(gate).await
}

#[test]
fn handlers_that_run_finish() {
    const FACES: [&str; 3] = ["/guard", "/claims", "/middleware"];
    let (reached, is_reached) = mpsc::channel();
    let (leave, may_leave) = mpsc::channel();
    let gate = Gate {
        reached,
        leave: Arc::new(Mutex::new(may_leave)),
    };
    let server = Running::start(builder(), vec![Listen::Tcp], move |app, approov| {
        let middleware = web::resource("/middleware").route(web::to(slow));
        app.app_data(web::Data::new(gate.clone()))
            .route("/guard", web::to(slow_guarded))
            .route("/claims", web::to(slow_with_claims))
            .service(middleware.wrap(approov.middleware()));
    });
    let address = server.addresses[0];
    let clients = FACES.map(|face| thread::spawn(move || Request::get(face).token(&token::good()).send(address)));
    for _ in FACES {
        is_reached.recv().unwrap();
    }
    server.stop();
    for _ in FACES {
        leave.send(()).unwrap();
    }
    for (face, client) in FACES.iter().zip(clients) {
        let answer = client.join().unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (200, "done"), "{face}");
    }
    server.join();
}

/// Says when the first bytes of the body are read: that is the guard, or the middleware, which the handler has to wait
/// for.
fn watched<S: Service<ServiceRequest>>(mut request: ServiceRequest, service: &S, reached: &Sender<()>) -> S::Future {
    let reached = reached.clone();
    let payload = request.take_payload().inspect_ok(move |_| {
        // Nobody listens for the rest.
        let _ = reached.send(());
    });
    request.set_payload(Payload::Stream {
        payload: Box::pin(payload),
    });
    service.call(request)
}

/// How the rest of a body comes.
#[derive(Debug, Clone, Copy)]
enum Rest {
    AsSigned,
    Altered,
    Never,
}

/// A client whose request is half sent.
struct Client {
    stream: TcpStream,
    rest: Vec<u8>,
}

impl Client {
    fn start(server: SocketAddr, path: &str, rest: Rest) -> Self {
        let message = signed(&Message {
            url: format!("{ORIGIN}{path}"),
            ..Message::order()
        });
        let mut bytes = message.request().bytes();
        let half = bytes.len() - message.body.len() / 2;
        if matches!(rest, Rest::Altered) {
            bytes[half] ^= 1;
        }
        let mut stream = TcpStream::connect(server).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        stream.write_all(&bytes[..half]).unwrap();
        bytes.drain(..half);
        if matches!(rest, Rest::Never) {
            bytes.clear();
        }
        Self { stream, rest: bytes }
    }

    fn finish(mut self) -> Answer {
        self.stream.write_all(&self.rest).unwrap();
        self.stream.shutdown(Shutdown::Write).unwrap();
        Answer::read(self.stream).unwrap()
    }
}

#[test]
fn signed_bodies_that_are_on_their_way_are_compared() {
    let (reached, is_reached) = mpsc::channel();
    let signing = builder().message_signing(MessageSigning::new().public_origins(ORIGIN));
    let server = Running::start(signing, vec![Listen::Tcp], move |app, approov| {
        let (first, second) = (reached.clone(), reached.clone());
        let guard = web::resource("/guard").route(web::to(signed_guarded));
        let middleware = web::resource("/middleware")
            .route(web::to(echo))
            .wrap(approov.middleware().policy(SIGNED));
        app.service(guard.wrap_fn(move |request, service| watched(request, service, &first)))
            .service(middleware.wrap_fn(move |request, service| watched(request, service, &second)));
    });
    let order = String::from_utf8(Message::order().body).unwrap();
    let mut clients = Vec::new();
    for path in ["/guard", "/middleware"] {
        for (rest, expected, code) in [
            (Rest::AsSigned, (200, order.as_str()), None),
            (Rest::Altered, (401, "{}"), Some("digest_mismatch")),
            (Rest::Never, (401, "{}"), Some("body_unavailable")),
        ] {
            let client = Client::start(server.addresses[0], path, rest);
            is_reached.recv().unwrap();
            clients.push((format!("{path} {rest:?}"), client, expected, code));
        }
    }
    server.stop();
    assert_eq!(server.refusals(), []);
    for (name, client, expected, code) in clients {
        let answer = client.finish();
        assert_eq!((answer.status, answer.body.as_str()), expected, "{name}");
        let codes: Vec<_> = server.refusals().into_iter().map(|(code, _)| code).collect();
        assert_eq!(codes, code.into_iter().collect::<Vec<_>>(), "{name}");
    }
    server.join();
}

/// Although a source of keys does not answer just then. That the requests to it end with the configuration:
/// refresh/addresses.rs.
#[test]
fn the_configuration_ends_with_the_server() {
    let keys = KeyServer::start(Reply::keys(&["shutdown"]));
    let source = JwksUrl::new(keys.url())
        .allow_secrets(true)
        .refresh_interval(Duration::from_secs(1));
    let server = Running::start(Approov::builder().keys(source), vec![Listen::Tcp], |_, _| ());
    keys.set(Behaviour::Hang);
    keys.wait_for_more(1);
    // The hook has the other clone.
    let refusals = Arc::clone(&server.refusals);
    assert!(Arc::strong_count(&refusals) > 2);
    server.stop();
    server.join();
    wait_until("the end of the configuration", || Arc::strong_count(&refusals) == 1);
}
