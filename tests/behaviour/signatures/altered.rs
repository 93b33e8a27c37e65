//! A good signature of something else than what is sent.

use serde_json::json;
use support::{
    client::Request,
    signing::{Key, Message, Signature, sha256, sha512, token},
};

use super::{WITH_BODY, serve, signing, signing_by};

/// Signs one request and sends another one with its signatures.
fn sent_with_signature_of(signed: &Message, sent: &Message) -> [Request; 2] {
    [Signature::install(signed), Signature::account(signed)].map(|signature| sent.request().signed(&[&signature]))
}

fn covered() -> Message {
    Message::order()
        .header("Approov-TraceID", "trace")
        .header("Approov-Status", "success")
        .header("Authorization", "Bearer a")
}

#[actix_web::test]
async fn every_single_change_of_what_is_covered_is_refused() {
    let server = serve(signing());
    let covered = covered();
    let invalid = "signature_invalid";
    let other_digest = sha256(b"{\"item\":2}");
    let more_digests = sha256(br#"{"item":1}"#) + ", a=1";
    let other_token = token(&json!({ "did": "another" }));
    let mut changes = vec![(
        "token",
        "signature_invalid",
        covered.clone().replace("Approov-Token", &other_token),
    )];
    for method in ["GET", "PUT", "post", "POSTS"] {
        changes.push((
            method,
            invalid,
            Message {
                method: method.to_owned(),
                ..covered.clone()
            },
        ));
    }
    for target in [
        "/order?id=1&of=a%20b",
        "/orders/?id=1&of=a%20b",
        "//orders?id=1&of=a%20b",
        "/./orders?id=1&of=a%20b",
        "/Orders?id=1&of=a%20b",
        "/%6Frders?id=1&of=a%20b",
        "/orders?id=2&of=a%20b",
        "/orders?of=a%20b&id=1",
        "/orders?id=1&of=a+b",
        "/orders?id=1&of=a%20b&",
        "/orders?id=1&of=a%20b&id=1",
        "/orders??id=1&of=a%20b",
        "/orders?",
        "/orders",
        "/",
    ] {
        changes.push((
            target,
            invalid,
            Message {
                url: format!("https://api.example.com{target}"),
                ..covered.clone()
            },
        ));
    }
    for (name, value) in [
        ("Approov-TraceID", "tracE"),
        ("Approov-Status", "no_network"),
        ("Authorization", "Bearer b"),
        ("Authorization", "bearer a"),
        ("Authorization", ""),
        ("Content-Type", "application/json; charset=utf-8"),
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Content-Digest", other_digest.as_str()),
        ("Content-Digest", more_digests.as_str()),
    ] {
        changes.push((value, invalid, covered.clone().replace(name, value)));
    }
    for name in [
        "Approov-TraceID",
        "Approov-Status",
        "Authorization",
        "Content-Type",
        "Content-Digest",
    ] {
        changes.push((name, "signature_component", covered.clone().without(name)));
        changes.push((name, invalid, covered.clone().header(name, "once more")));
        changes.push((name, invalid, covered.clone().header(name, "")));
    }
    changes.push(("body", "digest_mismatch", covered.clone().alter_body()));
    let mut shorter = covered.clone().replace("Content-Length", "9");
    shorter.body.truncate(9);
    changes.push(("shorter body", invalid, shorter));

    for request in sent_with_signature_of(&covered, &covered) {
        server.accepts("as signed", &request);
    }
    for (case, code, sent) in changes {
        for request in sent_with_signature_of(&covered, &sent) {
            server.refuses(case, code, &request);
        }
    }
}

/// Blanks apart, there is one way only to write what was signed.
#[actix_web::test]
async fn every_single_change_of_the_signatures_input_is_refused() {
    let server = serve(signing());
    let message = Message::order();
    for signature in [Signature::install(&message), Signature::account(&message)] {
        let list = signature.list();
        for place in 0..list.len() {
            for mask in [1, 16] {
                let mut input = list.clone().into_bytes();
                input[place] ^= mask;
                let input = String::from_utf8(input).unwrap();
                if input.bytes().any(|byte| byte.is_ascii_control()) {
                    continue;
                }
                let answer = server.send(&message.request().signed(&[&signature.clone().input(&input)]));
                assert_eq!((answer.status, server.codes().len()), (401, 1), "{input}");
            }
        }
    }
}

/// A phone that attests again has a new token, and signs again.
#[actix_web::test]
async fn a_signature_of_another_request_is_no_good() {
    let server = serve(signing());
    let theirs = Message::order().replace("Approov-Token", &token(&json!({ "ipk": Key::install(2).ipk() })));
    for (case, signed, sent) in [
        ("another device's token", Message::order(), theirs.clone()),
        ("another device's signature", theirs, Message::order()),
        (
            "another host",
            Message::get("https://other.example.com/"),
            Message::get("https://api.example.com/"),
        ),
        (
            "another scheme",
            Message::get("http://api.example.com/"),
            Message::get("https://api.example.com/"),
        ),
        (
            "another port",
            Message::get("https://api.example.com:8443/"),
            Message::get("https://api.example.com/"),
        ),
        (
            "the default port",
            Message::get("https://api.example.com:443/"),
            Message::get("https://api.example.com/"),
        ),
        (
            "a fragment",
            Message::get("https://api.example.com/#a"),
            Message::get("https://api.example.com/"),
        ),
    ] {
        let request = sent.request().signed(&[&Signature::install(&signed)]);
        server.refuses(case, "signature_invalid", &request);
    }
}

#[actix_web::test]
async fn what_is_not_covered_may_change() {
    let server = serve(signing());
    let message = Message::order();
    let bare = ["@method", "@target-uri", "approov-token"];
    for signature in [
        Signature::install(&message).covering(&message, &bare),
        Signature::account(&message).covering(&message, &bare),
    ] {
        for (case, sent) in [
            ("type", message.clone().replace("Content-Type", "text/plain")),
            ("body", message.clone().alter_body()),
            ("digest", message.clone().replace("Content-Digest", "junk(")),
            ("no digest", message.clone().without("Content-Digest")),
            ("more headers", message.clone().header("X-More", "1")),
        ] {
            server.accepts(case, &sent.request().signed(&[&signature]));
        }
    }
}

#[actix_web::test]
async fn no_header_of_a_proxy_changes_the_target() {
    let without_origin = serve(crate::builder());
    let server = serve(signing());
    for (name, value) in [
        ("Forwarded", "host=evil.example.com;proto=http"),
        ("X-Forwarded-Host", "evil.example.com"),
        ("X-Forwarded-Proto", "http"),
        ("X-Forwarded-Prefix", "/orders"),
        ("X-Forwarded-Port", "81"),
        ("X-Original-URL", "/admin"),
        ("X-HTTP-Method-Override", "DELETE"),
    ] {
        let message = Message::order();
        server.accepts(name, &message.signed().header(name, value));
        let local = Message {
            url: "http://localhost/".to_owned(),
            ..message.clone()
        };
        without_origin.accepts(name, &local.signed().header(name, value));

        let elsewhere = Message {
            url: "http://evil.example.com/".to_owned(),
            ..message
        };
        without_origin.refuses(name, "signature_invalid", &elsewhere.signed().header(name, value));
    }
}

/// The body counts for nothing unless its digest is covered; then it is compared, or the configuration refuses it.
#[actix_web::test]
async fn a_body_without_a_covered_digest() {
    let lax = serve(signing());
    let strict = serve(signing_by(WITH_BODY));
    let order = Message::order();
    let bare = ["@method", "@target-uri", "approov-token"];
    let uncovered = Signature::install(&order).covering(&order, &bare);
    let none = Message::order().without("Content-Digest");
    for (case, request) in [
        ("altered", order.clone().alter_body().request().signed(&[&uncovered])),
        ("unaltered", order.request().signed(&[&uncovered])),
        ("none", none.signed()),
        ("chunked", {
            let message = Message {
                body: b"5\r\nhello\r\n0\r\n\r\n".to_vec(),
                ..none.clone().without("Content-Length")
            };
            message.header("Transfer-Encoding", "chunked").signed()
        }),
    ] {
        lax.accepts(case, &request);
        strict.refuses(case, "digest_missing", &request);
    }
    let empty = none.without("Content-Length");
    for (case, request) in [
        ("covered", order.signed()),
        ("no body", Message::get("https://api.example.com/").signed()),
        (
            "an empty body",
            Message {
                body: Vec::new(),
                ..empty.clone()
            }
            .header("Content-Length", "0")
            .signed(),
        ),
        ("an empty chunked body", {
            let message = Message {
                body: b"0\r\n\r\n".to_vec(),
                ..empty
            };
            message.header("Transfer-Encoding", "chunked").signed()
        }),
    ] {
        lax.accepts(case, &request);
        strict.accepts(case, &request);
    }
}

/// A member of `Content-Digest` covers the body only if its algorithm is one that is compared.
#[actix_web::test]
async fn one_member_of_the_digest() {
    for server in [serve(signing()), serve(signing_by(WITH_BODY))] {
        let body = br#"{"item":1}"#;
        let (short, long) = (sha256(body), sha512(body));
        let value = |digest: &str| digest.split_once('=').unwrap().1.to_owned();
        let message = Message::order().replace("Content-Digest", &format!("md5=:AAAA:, {short}, {long}"));
        let send = |message: &Message, algorithm: &str, value: &str| {
            let identifier = format!("\"content-digest\";key=\"{algorithm}\"");
            let signature = Signature::install(message)
                .covering(message, &["@method", "@target-uri", "approov-token"])
                .line(&identifier, value);
            message.request().signed(&[&signature])
        };
        server.accepts("sha-256", &send(&message, "sha-256", &value(&short)));
        server.accepts("sha-512", &send(&message, "sha-512", &value(&long)));
        server.refuses("md5", "digest_malformed", &send(&message, "md5", ":AAAA:"));
        let altered = message.alter_body();
        server.refuses("altered", "digest_mismatch", &send(&altered, "sha-256", &value(&short)));
    }
}
