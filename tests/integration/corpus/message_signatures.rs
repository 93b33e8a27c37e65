//! Attacks on message signatures, each refused for its reason, all with the same answer.

use std::{collections::BTreeSet, time::Duration};

use approov_actix::{MessageSigning, SignaturePolicy};
use p256::ecdsa;
use support::{
    codes,
    corpus::message_signatures::{WINDOW_SECONDS, attacks},
    signing::{Message, Signature, bytes, sha256},
};

use crate::signatures::{Served, signing_by};

fn served() -> Served {
    let window = Duration::from_secs(WINDOW_SECONDS);
    let signature = SignaturePolicy::required().max_age(window);
    Served::new(signing_by(signature).message_signing(MessageSigning::new().clock_skew(window)))
}

#[actix_web::test]
async fn every_attack_is_refused_for_its_reason() {
    let server = served();
    let order = Message::order();
    for signature in [Signature::install(&order), Signature::account(&order)] {
        server.accepts("unspoilt", &order.request().signed(&[&signature]));
    }
    for attack in attacks() {
        server.refuses(&attack.name, attack.refusal, &attack.request());
    }
}

/// What only a server with other settings refuses, and the tests of it.
const ELSEWHERE: [(&str, &str); 2] = [
    ("signature_target", include_str!("../signatures/targets.rs")),
    ("digest_missing", include_str!("../signatures/altered.rs")),
];

#[test]
fn there_is_an_attack_for_every_reason() {
    let known: BTreeSet<_> = codes::all()
        .filter(|code| code.starts_with("signature_") || code.starts_with("digest_"))
        .collect();
    let attacks = attacks();
    let mut tried: BTreeSet<_> = attacks.iter().map(|attack| attack.refusal).collect();
    for (code, tests) in ELSEWHERE {
        assert!(tests.contains(&format!("\"{code}\"")), "{code}");
        assert!(tried.insert(code), "{code}");
    }
    assert_eq!(tried, known);
}

/// To every signature there is another one that is as good, so nothing may be kept by it.
#[actix_web::test]
async fn the_other_s_is_as_good() {
    let other: fn(&[u8]) -> String = |raw| {
        let signature = ecdsa::Signature::from_slice(raw).unwrap();
        let (r, s) = signature.split_scalars();
        let other = ecdsa::Signature::from_scalars(r, -s).unwrap();
        assert_ne!(other, signature);
        bytes(&other.to_bytes())
    };
    let order = Message::order();
    let signature = Signature::install(&order).form(other);
    served().accepts("-s", &order.request().signed(&[&signature]));
}

/// The length need not be signed: the digest says it as well.
#[actix_web::test]
async fn bodies_of_any_other_length() {
    let server = served();
    let order = Message::order();
    let names = ["@method", "@target-uri", "approov-token", "content-digest"];
    let signature = Signature::install(&order).covering(&order, &names);
    let body = order.body.as_slice();
    for (case, sent) in [
        ("as signed", body.to_vec()),
        ("truncated", body[..body.len() - 1].to_vec()),
        ("extended", [body, b" "].concat()),
        ("twice", [body, body].concat()),
        ("a byte-order mark", [b"\xef\xbb\xbf", body].concat()),
        ("empty", Vec::new()),
    ] {
        let digest = order.value("Content-Digest");
        let of_length = order.clone().body(&sent).replace("Content-Digest", &digest);
        let chunk = format!("{:x}\r\n{}\r\n", sent.len(), String::from_utf8_lossy(&sent));
        let chunks = if sent.is_empty() { String::new() } else { chunk } + "0\r\n\r\n";
        let mut chunked = of_length
            .clone()
            .without("Content-Length")
            .header("Transfer-Encoding", "chunked");
        chunked.body = chunks.into_bytes();
        for sent in [of_length, chunked] {
            let request = sent.request().signed(&[&signature]);
            if case == "as signed" {
                server.accepts(case, &request);
            } else {
                server.refuses(case, "digest_mismatch", &request);
            }
        }
    }
}

/// A request without a body is not one with any body.
#[actix_web::test]
async fn a_body_that_was_not_there() {
    let server = served();
    let empty = Message::order()
        .without("Content-Length")
        .replace("Content-Digest", &sha256(b""));
    let empty = Message {
        body: Vec::new(),
        ..empty
    };
    let signature = Signature::install(&empty);
    server.accepts("none", &empty.request().signed(&[&signature]));
    let sent = Message {
        body: b"{}".to_vec(),
        ..empty.header("Content-Length", "2")
    };
    server.refuses("one", "digest_mismatch", &sent.request().signed(&[&signature]));
}
