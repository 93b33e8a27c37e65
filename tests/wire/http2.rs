//! The tokens of `tests/refusals` over HTTP/2, where header lines are no text and names have one case.

use std::time::{Duration, Instant};

use actix_web::web::Bytes;
use h2::client::SendRequest;
use http::{
    HeaderMap, HeaderValue, Request,
    header::{DATE, HeaderName},
};
use support::{
    client::Answer,
    refusals::{self, PASSES, Server},
    token,
};

use crate::{
    http2::{connect, send},
    patient,
    refusals::serve,
    served::{comparable, refused},
    ways::WAYS,
};

const TOKEN: HeaderName = HeaderName::from_static("approov-token");

/// A line for each token. None where one has a control character, which cannot be written.
fn lines(tokens: &[&[u8]]) -> Option<HeaderMap> {
    let values = tokens.iter().map(|token| HeaderValue::from_bytes(token).ok());
    values.map(|value| Some((TOKEN, value?))).collect()
}

/// Sends these headers, and these trailers behind a body if there are any.
async fn ask(client: &SendRequest<Bytes>, way: &str, headers: HeaderMap, trailers: Option<HeaderMap>) -> Answer {
    let mut head = Request::post(format!("http://localhost{way}")).body(()).unwrap();
    *head.headers_mut() = headers;
    let body: &[u8] = if trailers.is_some() { b"body" } else { b"" };
    let answer = send(client.clone(), head, body, trailers).await;
    let headers = answer.headers().iter().filter(|(name, _)| **name != DATE);
    let text = |(name, value): (&HeaderName, &HeaderValue)| (name.to_string(), value.to_str().unwrap().to_owned());
    comparable(Answer {
        status: answer.status().as_u16(),
        headers: headers.map(text).collect(),
        body: String::from_utf8(answer.into_body()).unwrap(),
    })
}

#[actix_web::test]
async fn each_token_is_refused_for_its_reason() {
    let rows = refusals::all().flat_map(|case| case.rows);
    let served = serve(patient().workers(1).h2(), Server::Secret);
    let (mut client, mut connected) = (connect(served.address()).await, Instant::now());
    for row in rows.filter(|row| row.server == Server::Secret) {
        // actix pings after five seconds, and ends the connection where either side is too busy to notice the answer.
        if connected.elapsed() > Duration::from_secs(1) {
            (client, connected) = (connect(served.address()).await, Instant::now());
        }
        // What is larger says nothing new, and keeps a busy machine encoding for these seconds.
        let token = row.token().filter(|value| value.len() <= 20_000);
        let Some(headers) = token.and_then(|value| lines(&[value])) else {
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
async fn one_token_in_the_header_section_counts() {
    let served = serve(patient().workers(1).h2(), Server::Secret);
    let client = connect(served.address()).await;
    let (good, forged) = (token::good(), token::forged());
    let [good, forged] = [good.as_bytes(), forged.as_bytes()];
    for (tokens, trailers, refusal) in [
        (&[good][..], &[][..], None),
        (&[good, good], &[], Some("token_repeated")),
        (&[good, forged], &[], Some("token_repeated")),
        (&[forged, good], &[], Some("token_repeated")),
        (&[b"", good], &[], Some("token_repeated")),
        (&[], &[], Some("token_missing")),
        (&[], &[good], Some("token_missing")),
        (&[forged], &[good], Some("token_signature")),
    ] {
        for way in WAYS {
            let trailers = lines(trailers).filter(|trailers| !trailers.is_empty());
            let answer = ask(&client, way, lines(tokens).unwrap(), trailers).await;
            let expected = if refusal.is_some() { 401 } else { 200 };
            assert_eq!(
                (answer.status, served.codes()),
                (expected, Vec::from_iter(refusal)),
                "{way} {tokens:?}"
            );
        }
    }
}
