//! What clients may leave out, add, or write in another way. How the bytes of signatures and digests may be written:
//! the rows of `tests/refusals` that pass.

use approov_actix::MessageSigning;
use support::{
    signing::{Message, Signature},
    tables::cells,
    token::now,
};

use super::{serve, signing};

const PARAMETERS: &str = r#"
    ;alg="ecdsa-p256-sha256";created={at};expires={at} | ;expires={at};alg="ecdsa-p256-sha256";created={at}
    ;created={at};keyid="a \"b\\";tag="app";nonce="n" | ;nonce="n";created={at};x
    ;a=?0;created={at};b=1.5;c=token/*;d=:AAE=:;e=-3 | ;x_-.*=1;created={at}
"#;

/// The parameters are signed as they were received: in their order, and none dropped. But for the blanks around them,
/// which are not signed.
#[actix_web::test]
async fn parameters_of_any_kind_in_any_order() {
    let server = serve(signing());
    let message = Message::order();
    for parameters in cells(PARAMETERS) {
        let signature = Signature::install(&message).parameters(&parameters.replace("{at}", &now().to_string()));
        let list = signature.list();
        for input in [
            list.replacen('(', "(  ", 1).replace("\" \"", "\"   \""),
            list.replace(';', ";  "),
            list,
        ] {
            server.accepts(&input, &message.request().signed(&[&signature.clone().input(&input)]));
        }
    }
}

#[actix_web::test]
async fn what_times_are_needed_is_configured() {
    let message = Message::order();
    let created = format!(";created={}", now());
    let expires = format!(";expires={}", now() + 15);
    let both = created.clone() + &expires;
    let missing = Some("signature_time_missing");
    for (require_created, require_expires, verdicts) in [
        (true, false, [missing, None, missing, None]),
        (false, false, [None; 4]),
        (false, true, [missing, missing, None, None]),
        (true, true, [missing, missing, missing, None]),
    ] {
        let signing_times = MessageSigning::new()
            .require_created(require_created)
            .require_expires(require_expires);
        let server = serve(signing().message_signing(signing_times));
        for (parameters, verdict) in ["", &created, &expires, &both].into_iter().zip(verdicts) {
            let signature = Signature::install(&message).parameters(parameters);
            server.decides(parameters, verdict, &message.request().signed(&[&signature]));
        }
    }
}

/// Signatures are about the header that carries the token, whatever its name.
#[actix_web::test]
async fn the_token_header_is_the_configured_one() {
    let server = serve(signing().token_header("Authorization"));
    let token = Message::order().value("approov-token");
    let message = Message::order().header("Authorization", &format!("Bearer {token}"));
    let coverage = Some("signature_coverage");
    for (token_header, refusal) in [("authorization", None), ("approov-token", coverage)] {
        let covered = ["@method", "@target-uri", token_header];
        let signature = Signature::install(&message).covering(&message, &covered);
        server.decides(token_header, refusal, &message.request().signed(&[&signature]));
    }
}
