//! Server-sent events.

use std::{
    future::ready,
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use actix_web::{Error, HttpResponse, middleware::Compress, web};
use approov_actix::approov_protected;
use futures_util::{StreamExt as _, stream};
use support::{client::Request, token};

use super::Site;

/// After the first one there never comes another, so whoever waits for more waits for ever.
async fn events() -> HttpResponse {
    let first = ready(Ok::<_, Error>(web::Bytes::from_static(b"data: 1\n\n")));
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .streaming(stream::once(first).chain(stream::pending()))
}

#[approov_protected]
async fn guarded_events() -> HttpResponse {
    events().await
}

#[actix_web::test]
async fn events_arrive_as_they_are_made() {
    let site = Site::new(|app, approov| {
        let scope = |path| {
            web::scope(path)
                .route("", web::get().to(events))
                .wrap(approov.middleware())
        };
        app.route("/guard", web::get().to(guarded_events))
            .service(scope("/middleware"))
            .service(scope("/compress").wrap(Compress::default()));
    });
    for path in ["/guard", "/middleware", "/compress"] {
        site.refuses(&Request::get(path), "token_missing");
        let mut stream = TcpStream::connect(site.0.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let request = Request::get(path).token(&token::good());
        stream.write_all(&request.bytes()).unwrap();
        let mut text = String::new();
        while !text.contains("data: 1\n\n") {
            let mut chunk = [0; 1024];
            let length = stream.read(&mut chunk).unwrap();
            assert_ne!(length, 0, "{path}: {text}");
            text += &String::from_utf8_lossy(&chunk[..length]);
        }
    }
}
