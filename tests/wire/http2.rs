//! Tokens over HTTP/2, where header lines are no text, and trailers come without being announced.

use http::{
    HeaderMap, HeaderValue, Request,
    header::{DATE, HeaderName},
};
use support::{client::Answer, token};

use crate::{
    builder,
    http2::{connect, send},
    patient,
    served::{Served, comparable, refused},
    ways::{self, WAYS},
};

/// A line for each token.
fn lines(tokens: &[&[u8]]) -> HeaderMap {
    let line = |token: &&[u8]| {
        (
            HeaderName::from_static("approov-token"),
            HeaderValue::from_bytes(token).unwrap(),
        )
    };
    tokens.iter().map(line).collect()
}

#[actix_web::test]
async fn one_token_in_the_header_section_counts() {
    let served = Served::on(patient().workers(1).h2(), builder(), ways::configure);
    let client = connect(served.address()).await;
    let (good, forged) = (token::good(), token::forged());
    let (spaced, scheme, long) = (format!(" \t{good}\t "), format!("bearer  {good}"), "a".repeat(17_000));
    let not_text = [good.as_bytes(), b"\xff"].concat();
    let [good, forged] = [good.as_bytes(), forged.as_bytes()];
    for (case, tokens, trailers, refusal) in [
        ("good", &[good][..], &[][..], None),
        ("blanks around it", &[spaced.as_bytes()], &[], None),
        ("a scheme", &[scheme.as_bytes()], &[], None),
        ("nothing", &[], &[], Some("token_missing")),
        ("empty", &[b""], &[], Some("token_empty")),
        ("not text", &[&not_text], &[], Some("token_malformed")),
        ("long", &[long.as_bytes()], &[], Some("token_too_long")),
        ("forged", &[forged], &[], Some("token_signature")),
        ("twice", &[good, good], &[], Some("token_repeated")),
        ("good, forged", &[good, forged], &[], Some("token_repeated")),
        ("empty, good", &[b"", good], &[], Some("token_repeated")),
        ("a trailer", &[], &[good], Some("token_missing")),
        ("forged, and a trailer", &[forged], &[good], Some("token_signature")),
    ] {
        for way in WAYS {
            let mut head = Request::post(format!("http://localhost{way}")).body(()).unwrap();
            *head.headers_mut() = lines(tokens);
            let (body, trailers) = match trailers {
                [] => (&b""[..], None),
                _ => (&b"body"[..], Some(lines(trailers))),
            };
            let answer = send(client.clone(), head, body, trailers).await;
            let headers = answer.headers().iter().filter(|(name, _)| **name != DATE);
            let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
            let answer = comparable(Answer {
                status: answer.status().as_u16(),
                headers: headers.collect(),
                body: String::from_utf8_lossy(answer.body()).into_owned(),
            });
            assert_eq!(served.codes(), Vec::from_iter(refusal), "{way}: {case}");
            match refusal {
                Some(_) => assert_eq!(answer, refused(), "{way}: {case}"),
                None => assert_eq!((answer.status, &*answer.body), (200, "in"), "{way}: {case}"),
            }
        }
    }
}
