//! What an application keeps beside its requests: its data, their extensions, and those of the connection.

use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::{
    App, Error, HttpMessage as _, HttpRequest, HttpServer,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::{Next, from_fn},
    web,
};
use approov_actix::{Approov, ApproovClaims, approov_protected};
use support::{client::Request, codes::Codes, token};

use crate::builder;

#[derive(Clone)]
struct FromOutside(u32);

#[derive(Clone)]
struct FromInside(u32);

/// What a connection brought with it.
struct Connection(u32);

type Counter = web::Data<AtomicUsize>;

async fn outside(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    request.extensions_mut().insert(FromOutside(1));
    let response = next.call(request).await?;
    // Also of a refused request: nothing was cleared on its way.
    assert_eq!(
        response.request().extensions().get::<FromOutside>().map(|from| from.0),
        Some(1)
    );
    Ok(response)
}

async fn inside(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    request.extensions_mut().insert(FromInside(2));
    next.call(request).await
}

/// Everything that a handler may ask for, in one line.
fn all(request: &HttpRequest, outside: &FromOutside, inside: &FromInside, counter: &Counter) -> String {
    let connection = request.conn_data::<Connection>().unwrap().0;
    let requests = counter.fetch_add(1, Ordering::SeqCst);
    assert!(request.peer_addr().is_some() && request.match_name() == Some("named"));
    format!("{} {} {connection} {requests}", outside.0, inside.0)
}

async fn open(
    request: HttpRequest,
    outside: web::ReqData<FromOutside>,
    inside: web::ReqData<FromInside>,
    counter: Counter,
) -> String {
    all(&request, &outside, &inside, &counter)
}

#[approov_protected]
async fn guarded(
    request: HttpRequest,
    outside: web::ReqData<FromOutside>,
    inside: web::ReqData<FromInside>,
    counter: Counter,
) -> String {
    all(&request, &outside, &inside, &counter)
}

/// Reads the extensions, and has the claims at the same time.
async fn claims(claims: ApproovClaims, request: HttpRequest, counter: Counter) -> String {
    assert_eq!(claims.device_id(), Some(token::DEVICE_ID));
    let extensions = request.extensions();
    let (outside, inside) = (extensions.get().unwrap(), extensions.get().unwrap());
    all(&request, outside, inside, &counter)
}

/// With a hook for connections, which `actix_test` does not have.
fn serve(approov: &Approov, counter: &Counter) -> (actix_web::dev::Server, std::net::SocketAddr) {
    let (approov, counter) = (approov.clone(), counter.clone());
    let server = HttpServer::new(move || {
        let named = |path: &str| web::resource(path.to_owned()).name("named");
        App::new()
            .app_data(counter.clone())
            .service(
                web::scope("/guard")
                    .service(named("").get(guarded))
                    .wrap(from_fn(inside)),
            )
            .service(
                web::scope("/claims")
                    .service(named("").get(claims))
                    .wrap(from_fn(inside)),
            )
            .service(
                web::scope("/middleware")
                    .service(named("").get(open))
                    .wrap(from_fn(inside)),
            )
            .wrap(approov.middleware())
            .wrap(from_fn(outside))
    })
    .on_connect(|_, extensions| {
        extensions.insert(Connection(3));
    })
    .workers(1)
    .disable_signals()
    .bind(("127.0.0.1", 0))
    .unwrap();
    let address = server.addrs()[0];
    (server.run(), address)
}

#[actix_web::test]
async fn nothing_of_the_application_is_lost() {
    let (approov, codes) = Codes::of(builder());
    let counter = Counter::default();
    let (server, address) = serve(&approov, &counter);
    let handle = server.handle();
    actix_web::rt::spawn(server);
    let ask = async |request: Request| web::block(move || request.send(address)).await.unwrap();
    for (requests, path) in ["/guard", "/claims", "/middleware"].into_iter().enumerate() {
        for (token, code) in [("", "token_empty"), (&*token::forged(), "token_signature")] {
            assert_eq!(ask(Request::get(path).token(token)).await.status, 401, "{path}");
            assert_eq!(codes.take(), [code], "{path}");
        }
        let answer = ask(Request::get(path).token(&token::good())).await;
        assert_eq!(
            (answer.status, answer.body),
            (200, format!("1 2 3 {requests}")),
            "{path}"
        );
    }
    assert_eq!(counter.load(Ordering::SeqCst), 3);
    assert!(codes.take().is_empty());
    handle.stop(false).await;
}
