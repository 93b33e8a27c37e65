//! The tokens of `tests/refusals` over HTTP/2, where header lines are no text and names have one case.

use std::time::{Duration, Instant};

use actix_web::web::{Bytes, BytesMut};
use h2::client::SendRequest;
use http::{
    HeaderMap, HeaderValue, Request,
    header::{AUTHORIZATION, COOKIE, DATE, HeaderName},
};
use support::{
    client::Answer,
    refusals::{self, PASSES, Server},
    tables::named,
    token,
};

use crate::{
    http2::connect,
    patient,
    refusals::serve,
    served::{comparable, refused},
    ways::WAYS,
};

const TOKEN: HeaderName = HeaderName::from_static("approov-token");

/// Sends these headers, and these trailers behind a body if there are any.
async fn ask(client: &SendRequest<Bytes>, way: &str, headers: HeaderMap, trailers: Option<HeaderMap>) -> Answer {
    let mut request = Request::new(());
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = format!("http://localhost{way}").parse().unwrap();
    *request.version_mut() = http::Version::HTTP_2;
    *request.headers_mut() = headers;
    let mut client = client.clone().ready().await.unwrap();
    let (response, mut body) = client.send_request(request, trailers.is_none()).unwrap();
    if let Some(trailers) = trailers {
        body.send_data(Bytes::from_static(b"a"), false).unwrap();
        // The server may have refused by now.
        let _ = body.send_trailers(trailers);
    }
    let (head, mut body) = response.await.unwrap().into_parts();
    let mut whole = BytesMut::new();
    while let Some(chunk) = body.data().await {
        whole.extend_from_slice(&chunk.unwrap());
    }
    let headers = head.headers.iter().filter(|(name, _)| **name != DATE);
    let text = |(name, value): (&HeaderName, &HeaderValue)| (name.to_string(), value.to_str().unwrap().to_owned());
    comparable(Answer {
        status: head.status.as_u16(),
        headers: headers.map(text).collect(),
        body: String::from_utf8(whole.to_vec()).unwrap(),
    })
}

fn with_token(value: &[u8]) -> Option<HeaderMap> {
    HeaderValue::from_bytes(value)
        .ok()
        .map(|value| HeaderMap::from_iter([(TOKEN, value)]))
}

#[actix_web::test]
async fn each_token_is_refused_for_its_reason() {
    let rows = refusals::all()
        .flat_map(|case| case.rows)
        .filter(|row| row.server == Server::Secret);
    let served = serve(patient().workers(1).h2(), Server::Secret);
    let (mut client, mut connected) = (connect(served.address()).await, Instant::now());
    for row in rows {
        // actix pings after five seconds, and ends the connection where either side is too busy to notice the answer.
        if connected.elapsed() > Duration::from_secs(1) {
            (client, connected) = (connect(served.address()).await, Instant::now());
        }
        // What is larger says nothing new, and keeps a busy machine encoding for these seconds. A control character
        // cannot be written.
        let Some(headers) = row.token().filter(|value| value.len() <= 20_000).and_then(with_token) else {
            continue;
        };
        let answer = ask(&client, "/guard", headers, None).await;
        if row.verdict == PASSES {
            assert_eq!((answer.status, served.refusals()), (200, Vec::new()), "{}", row.name);
        } else {
            assert_eq!(answer, refused(), "{}", row.name);
            assert_eq!(served.refusals(), [row.verdict], "{}", row.name);
        }
    }
}

#[actix_web::test]
async fn each_request_is_refused_for_its_reason() {
    let served = serve(patient().workers(1).h2(), Server::Secret);
    let client = connect(served.address()).await;
    let value = |text: &str| HeaderValue::try_from(text).unwrap();
    let (good, forged, empty) = (value(&token::good()), value(&token::forged()), value(""));
    let lines = |lines: &[(HeaderName, &HeaderValue)]| {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name, (*value).clone());
        }
        headers
    };
    let tokens = |names: &str| {
        let value = |name| match name {
            "good" => &good,
            "forged" => &forged,
            _ => &empty,
        };
        lines(&names.split(", ").map(|name| (TOKEN, value(name))).collect::<Vec<_>>())
    };
    let repeated = named("good, good | good, forged | forged, good | empty, good", tokens).into_iter();
    let repeated = repeated.map(|(names, headers)| (names, headers, None, "token_repeated"));
    let cookie = value(&format!("approov-token={}", token::good()));
    let (missing, trailers) = ("token_missing", Some(tokens("good")));
    let others = [
        ("nothing", lines(&[]), None, missing),
        ("Authorization", lines(&[(AUTHORIZATION, &good)]), None, missing),
        ("Cookie", lines(&[(COOKIE, &cookie)]), None, missing),
        ("trailer", lines(&[]), trailers.clone(), missing),
        ("trailer, and forged", tokens("forged"), trailers, "token_signature"),
    ];
    let others = others.map(|(name, headers, trailers, code)| (name.to_owned(), headers, trailers, code));
    for (name, headers, trailers, refusal) in repeated.chain(others) {
        for way in WAYS {
            let answer = ask(&client, way, headers.clone(), trailers.clone()).await;
            assert_eq!(answer, refused(), "{name}, {way}");
            assert_eq!(served.refusals(), [refusal], "{name}, {way}");
        }
    }
    for way in WAYS {
        let answer = ask(&client, way, lines(&[(TOKEN, &good)]), None).await;
        assert_eq!((answer.status, served.refusals()), (200, Vec::new()), "{way}");
    }
}
