//! A good signature of something else than what is sent.

use serde_json::json;
use support::{
    signing::{Message, Signature, sha256, sha512, token},
    tables::{cells, named},
    token::now,
};

use super::{WITH_BODY, builder, least, order, serve, signing, signing_by};

const INVALID: &str = "signature_invalid";

const TARGET: &str = "/orders?id=1&of=a%20b";
const OTHER_TARGETS: &str = "/order?id=1&of=a%20b | /orders/?id=1&of=a%20b | //orders?id=1&of=a%20b
    /./orders?id=1&of=a%20b | /Orders?id=1&of=a%20b | /%6Frders?id=1&of=a%20b | /orders?id=2&of=a%20b
    /orders?of=a%20b&id=1 | /orders?id=1&of=a+b | /orders?id=1&of=a%20b& | /orders??id=1&of=a%20b | /orders? | /orders";

const VALUES: &str = "Approov-TraceID: tracE | Approov-Status: no_network | Authorization: Bearer b
    Authorization: bearer a | Authorization: ∅ | Content-Type: application/json; charset=utf-8
    Content-Type: application/x-www-form-urlencoded | Content-Digest: md5=:AAAA:";

/// All that a client covers.
fn covered() -> Message {
    Message::order()
        .header("Approov-TraceID", "trace")
        .header("Approov-Status", "success")
        .header("Authorization", "Bearer a")
}

#[actix_web::test]
async fn every_single_change_of_what_is_covered_is_refused() {
    let server = serve(signing());
    let to = |method: &str, target: &str| Message {
        method: method.to_owned(),
        url: order(target).url,
        ..covered()
    };
    let values = named(VALUES, |line| {
        let (name, value) = line.split_once(": ").unwrap();
        covered().replace(name, value)
    });
    let names = "Approov-TraceID | Approov-Status | Authorization | Content-Type | Content-Digest";
    let other_token = |did: &str| covered().replace("Approov-Token", &token(&json!({ "did": did })));
    for (code, changes) in [
        (INVALID, named("GET | PUT | post | POSTS", |method| to(method, TARGET))),
        (INVALID, named(OTHER_TARGETS, |target| to("POST", target))),
        (INVALID, values),
        (INVALID, named(names, |name| covered().header(name, "once more"))),
        (INVALID, named(names, |name| covered().header(name, ""))),
        (INVALID, named("another", other_token)),
        ("signature_component", named(names, |name| covered().without(name))),
        ("digest_mismatch", named("the body", |_| covered().alter_body())),
    ] {
        for (case, sent) in changes {
            for sign in [Signature::install, Signature::account] {
                let signature = sign(&covered());
                server.accepts("as signed", &covered().request().signed(&[&signature]));
                server.refuses(&case, code, &sent.request().signed(&[&signature]));
            }
        }
    }
}

/// Parameters of any kind are signed as they were received. Blanks apart, there is one way only to write what was
/// signed.
#[actix_web::test]
async fn every_single_change_of_the_signatures_input_is_refused() {
    let server = serve(signing());
    let message = Message::order();
    let parameters = format!(
        r#";a=?0;created={};b=1.5;c=token/*;d=:AAE=:;e=-3;keyid="a \"b\\";x"#,
        now()
    );
    for signature in [
        Signature::install(&message),
        Signature::account(&message).parameters(&parameters),
    ] {
        let list = signature.list();
        let with_input = |input: &str| message.request().signed(&[&signature.clone().input(input)]);
        let blanks = list.replacen('(', "(  ", 1).replace("\" \"", "\"   \"");
        server.accepts("blanks", &with_input(&blanks.replace(';', ";  ")));
        let empty = message.request().header("Signature-Input", "").header("Signature", "");
        server.accepts("empty lines in front", &empty.signed(&[&signature]));
        for (place, mask) in (0..list.len()).flat_map(|place| [(place, 1), (place, 16)]) {
            let mut input = list.clone().into_bytes();
            input[place] ^= mask;
            let input = String::from_utf8(input).unwrap();
            if input.bytes().any(|byte| byte.is_ascii_control()) {
                continue;
            }
            let answer = server.send(&with_input(&input));
            assert_eq!((answer.status, server.codes().len()), (401, 1), "{input}");
        }
    }
}

#[actix_web::test]
async fn no_header_of_a_proxy_changes_the_target() {
    let (server, without_origin) = (serve(signing()), serve(builder()));
    for line in cells(
        "Forwarded: host=evil.example.com;proto=http | X-Forwarded-Host: evil.example.com | X-Forwarded-Proto: http
        X-Forwarded-Prefix: /orders | X-Forwarded-Port: 81 | X-Original-URL: /admin | X-HTTP-Method-Override: DELETE",
    ) {
        let (name, value) = line.split_once(": ").unwrap();
        let send = |message: &Message| message.signed().header(name, value);
        server.accepts(name, &send(&Message::order()));
        without_origin.accepts(name, &send(&Message::get("http://localhost/")));
        without_origin.refuses(name, INVALID, &send(&Message::get("http://evil.example.com/")));
    }
}

/// A member of `Content-Digest` covers the body only if its algorithm is one that is compared.
#[actix_web::test]
async fn one_member_of_the_digest() {
    for server in [serve(signing()), serve(signing_by(WITH_BODY))] {
        let body = Message::order().body;
        let (short, long) = (sha256(&body), sha512(&body));
        let message = Message::order().replace("Content-Digest", &format!("md5=:AAAA:, {short}, {long}"));
        for (member, refusal, refusal_if_altered) in [
            (&*short, None, "digest_mismatch"),
            (&*long, None, "digest_mismatch"),
            ("md5=:AAAA:", Some("digest_malformed"), "digest_malformed"),
        ] {
            let (algorithm, value) = member.split_once('=').unwrap();
            let signature = least(&message).line(&format!("\"content-digest\";key=\"{algorithm}\""), value);
            server.decides(member, refusal, &message.request().signed(&[&signature]));
            let altered = message.clone().alter_body().request();
            server.refuses(member, refusal_if_altered, &altered.signed(&[&signature]));
        }
    }
}

#[actix_web::test]
async fn what_is_not_covered_may_change() {
    let message = Message::order();
    let sent = message.clone().replace("Content-Digest", "junk(").alter_body();
    let sent = sent
        .replace("Content-Type", "text/plain")
        .header("X-More", "1")
        .request();
    serve(signing()).accepts("", &sent.signed(&[&least(&message)]));
}

/// Signatures are about the header that carries the token, whatever its name.
#[actix_web::test]
async fn the_token_header_is_the_configured_one() {
    let server = serve(signing().token_header("Authorization"));
    let token = Message::order().value("approov-token");
    let message = Message::order().header("Authorization", &format!("Bearer {token}"));
    for (name, refusal) in [("authorization", None), ("approov-token", Some("signature_coverage"))] {
        let signature = least(&message).covering(&message, &["@method", "@target-uri", name]);
        server.decides(name, refusal, &message.request().signed(&[&signature]));
    }
}
