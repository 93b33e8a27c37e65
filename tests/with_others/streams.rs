//! Bodies that come or go in parts: server-sent events, and uploads with actix-multipart.

use std::{
    future::ready,
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, channel},
    },
    time::Duration,
};

use actix_multipart::{Multipart, MultipartError};
use actix_web::{App, Error, HttpResponse, middleware::Compress, web};
use approov_actix::{ApproovClaims, approov_protected};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use support::{client::Request, token};

use super::Site;
use crate::patient;

/// Says when the second event may be made.
type Go = web::Data<Mutex<Receiver<()>>>;

async fn events(go: Go) -> HttpResponse {
    let first = ready(Ok::<_, Error>(web::Bytes::from_static(b"data: 1\n\n")));
    let second = async move {
        let went = web::block(move || go.lock().unwrap().recv().is_ok()).await?;
        Ok(web::Bytes::from(format!("data: 2 {went}\n\n")))
    };
    let events = stream::once(first).chain(stream::once(second));
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .streaming(Box::pin(events))
}

#[approov_protected]
async fn guarded_events(go: Go) -> HttpResponse {
    events(go).await
}

async fn claims_and_events(_: ApproovClaims, go: Go) -> HttpResponse {
    events(go).await
}

fn read_until(stream: &mut TcpStream, end: &str) {
    let mut text = Vec::new();
    while !String::from_utf8_lossy(&text).contains(end) {
        let mut chunk = [0; 1024];
        let length = stream.read(&mut chunk).unwrap();
        assert_ne!(length, 0, "no {end:?}: {}", String::from_utf8_lossy(&text));
        text.extend(&chunk[..length]);
    }
}

/// The second event is made only after the first one has arrived, so nothing on the way waits for more.
#[actix_web::test]
async fn events_arrive_as_they_are_made() {
    let (sender, receiver) = channel();
    let go = Go::new(Mutex::new(receiver));
    let site = Site::new(|approov| {
        actix_test::start_with(patient(), move || {
            let both = web::resource("/compress").route(web::get().to(events));
            App::new()
                .app_data(approov.clone())
                .app_data(go.clone())
                .route("/guard", web::get().to(guarded_events))
                .route("/claims", web::get().to(claims_and_events))
                .service(
                    web::resource("/middleware")
                        .route(web::get().to(events))
                        .wrap(approov.middleware()),
                )
                .service(both.wrap(approov.middleware()).wrap(Compress::default()))
        })
    });
    for path in ["/guard", "/claims", "/middleware", "/compress"] {
        site.refuses(&Request::get(path), "token_missing");
        let mut stream = TcpStream::connect(site.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
            .write_all(&Request::get(path).token(&token::good()).bytes())
            .unwrap();
        read_until(&mut stream, "data: 1");
        sender.send(()).unwrap();
        read_until(&mut stream, "data: 2 true");
    }
}

/// How many parts were parsed.
type Parts = web::Data<AtomicUsize>;

async fn upload(mut body: Multipart, parts: Parts) -> Result<String, MultipartError> {
    let mut text = String::new();
    while let Some(mut field) = body.try_next().await? {
        parts.fetch_add(1, Ordering::SeqCst);
        while let Some(chunk) = field.try_next().await? {
            text += &String::from_utf8_lossy(&chunk);
        }
    }
    Ok(text)
}

#[approov_protected]
async fn guarded_upload(body: Multipart, parts: Parts) -> Result<String, MultipartError> {
    upload(body, parts).await
}

async fn claims_and_upload(_: ApproovClaims, body: Multipart, parts: Parts) -> Result<String, MultipartError> {
    upload(body, parts).await
}

fn multipart(path: &str) -> Request {
    let part = |name: &str, text: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}\"\r\n\r\n{text}\r\n")
    };
    let body = [
        part("a", "one,"),
        part("b", &"two".repeat(10_000)),
        "--b--\r\n".to_owned(),
    ]
    .concat();
    Request::post(path, "multipart/form-data; boundary=b", &body)
}

/// Nothing of a refused upload is parsed, and the refusal does not wait for it.
#[actix_web::test]
async fn uploads() {
    let parts = Parts::default();
    let shared = parts.clone();
    let site = Site::new(move |approov| {
        actix_test::start_with(patient(), move || {
            App::new()
                .app_data(approov.clone())
                .app_data(shared.clone())
                .route("/guard", web::post().to(guarded_upload))
                .route("/claims", web::post().to(claims_and_upload))
                .service(
                    web::resource("/middleware")
                        .route(web::post().to(upload))
                        .wrap(approov.middleware()),
                )
        })
    });
    for path in ["/guard", "/claims", "/middleware"] {
        let never = Request::new("POST", path)
            .header("Content-Type", "multipart/form-data; boundary=b")
            .header("Content-Length", "99999999");
        for request in [
            multipart(path),
            Request::post(path, "multipart/form-data", "no boundary"),
        ] {
            site.refuses(&request, "token_missing");
            site.refuses(&request.token(&token::forged()), "token_signature");
        }
        site.refuses(&never.clone().token(&token::expired()), "token_expired");
        // actix invites the body before it asks anybody; the refusal follows at once.
        let (invited, codes) = site.ask(&never.header("Expect", "100-continue"));
        assert_eq!((invited.status, codes), (100, vec!["token_missing"]), "{path}");
        assert!(invited.body.starts_with("HTTP/1.1 401 "), "{path}: {invited:?}");
        assert_eq!(parts.load(Ordering::SeqCst), 0, "{path}");
        let answer = site.passes(&multipart(path).token(&token::good()), 200);
        assert_eq!(answer.body, format!("one,{}", "two".repeat(10_000)), "{path}");
        assert_eq!(parts.swap(0, Ordering::SeqCst), 2, "{path}");
    }
}
