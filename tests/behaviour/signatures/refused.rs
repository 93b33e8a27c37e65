//! Signatures that nobody's client makes.

use support::signing::{Message, Signature};

use super::{serve, signing};

#[actix_web::test]
async fn too_little_is_covered() {
    let server = serve(signing());
    let message = Message::order();
    let parts = [
        "@method",
        "@target-uri",
        "@authority",
        "@path",
        "@query",
        "approov-token",
    ];
    for subset in 0..1_u32 << parts.len() {
        let names: Vec<_> = (0..parts.len())
            .filter(|n| subset >> n & 1 == 1)
            .map(|n| parts[n])
            .collect();
        let covers = |name| names.contains(&name);
        let is_enough = covers("@method")
            && covers("approov-token")
            && (covers("@target-uri") || (covers("@authority") && covers("@path") && covers("@query")));
        for signature in [Signature::install(&message), Signature::account(&message)] {
            let case = format!("{names:?}");
            let request = message.request().signed(&[&signature.covering(&message, &names)]);
            if is_enough {
                server.accepts(&case, &request);
            } else {
                server.refuses(&case, "signature_coverage", &request);
            }
        }
    }
    for part in ["content-type", "@request-target", "@scheme"] {
        let signature = Signature::install(&message).covering(&message, &["@method", "approov-token", part]);
        server.refuses(part, "signature_coverage", &message.request().signed(&[&signature]));
    }
}

/// A part of something is not the whole of it.
#[actix_web::test]
async fn parts_of_the_token_header_or_the_query_are_too_little() {
    let server = serve(signing());
    let message = Message::order();
    let query = Signature::install(&message)
        .covering(&message, &["@method", "@authority", "@path", "approov-token"])
        .line(r#""@query-param";name="id""#, "1")
        .line(r#""@query-param";name="of""#, "a%20b");
    server.refuses("query", "signature_coverage", &message.request().signed(&[&query]));
    let token = Signature::install(&message)
        .covering(&message, &["@method", "@target-uri"])
        .line(r#""approov-token";key="a""#, "1");
    server.refuses("token", "signature_coverage", &message.request().signed(&[&token]));
}
