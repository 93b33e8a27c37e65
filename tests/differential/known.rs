//! What the packages have found, as small as it goes. Kept as it was found.

use actix_web::{App, web};
use approov_actix::{MessageSigning, Policy, SignaturePolicy};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use support::{client::Request, token};

use crate::{builder, key, patient};

const KEY: &[u8] = b"a secret for HMAC, of 32 bytes!!";

/// The status of a request to `target`, whose signature covers method, host and token, and what is in `lines`.
fn status(target: &str, headers: &[(&str, &str)], lines: &[(&str, &str)]) -> u16 {
    let token = token::good();
    let covered = [
        (r#""@method""#, "GET"),
        (r#""@authority""#, "api.example.com"),
        (r#""approov-token""#, &token),
    ];
    let lines: Vec<_> = covered.iter().chain(lines).collect();
    let ids: Vec<_> = lines.iter().map(|(id, _)| *id).collect();
    let parameters = format!("({});created={}", ids.join(" "), token::now());
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY).unwrap();
    for (id, value) in &lines {
        mac.update(format!("{id}: {value}\n").as_bytes());
    }
    mac.update(format!("\"@signature-params\": {parameters}").as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());

    let approov = builder()
        .message_signing(
            MessageSigning::new()
                .public_origins("https://api.example.com")
                .account_key(key(&STANDARD.encode(KEY))),
        )
        .build()
        .unwrap();
    let policy = Policy::new().signature(SignaturePolicy::required());
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .default_service(web::to(async || "in"))
            .wrap(approov.middleware().policy(policy))
    });
    let request = Request::get(target)
        .token(&token)
        .header("Signature-Input", &format!("account={parameters}"))
        .header("Signature", &format!("account=:{signature}:"));
    let request = headers
        .iter()
        .fold(request, |request, (name, value)| request.header(name, value));
    request.send(server.addr()).status
}

/// The style of older releases, without the `?` in front, reads the query of `/transfer??dry-run=1` as what was signed
/// for `/transfer?dry-run=1`: the parameter's name changes to `?dry-run` unnoticed.
#[actix_web::test]
async fn a_question_mark_more() {
    for (query, sent) in [("?dry-run=1", "/transfer??dry-run=1"), ("?", "/transfer??")] {
        let lines = [(r#""@path""#, "/transfer"), (r#""@query""#, query)];
        assert_eq!(status(&format!("/transfer{query}"), &[], &lines), 200);
        assert_eq!(status(sent, &[], &lines), 401, "{sent}");
    }
}

/// RFC 9421, section 2.1.2: the member is serialised as an item or an inner list.
#[actix_web::test]
async fn a_member_that_is_an_inner_list() {
    let lines = [
        (r#""@path""#, "/"),
        (r#""@query""#, "?"),
        (r#""x-dictionary";key="a""#, r#"(1 "b";c);d"#),
    ];
    assert_eq!(status("/", &[("X-Dictionary", r#"a=( 1  "b";c );d"#)], &lines), 200);
}
