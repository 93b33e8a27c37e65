//! Every variant that clients send.

use std::time::Duration;

use approov_actix::{MessageSigning, SignaturePolicy};
use serde_json::json;
use support::{
    client::Request,
    signing::{ACCOUNT_KEY, Key, Message, OTHER_ACCOUNT_KEY, Signature, bytes, sha256, sha512, text, token},
    token::now,
};

use super::{serve, signing, signing_at, signing_by};

#[actix_web::test]
async fn signatures_as_clients_make_them_by_default() {
    let server = serve(signing());
    for (case, message) in [
        ("a body", Message::order()),
        ("no body", Message::get("https://api.example.com/orders")),
        (
            "everything that a client covers",
            Message::order()
                .header("Approov-TraceID", "trace")
                .header("Approov-Status", "success")
                .header("Authorization", "Bearer a"),
        ),
        ("an empty body with its digest", Message::order().body(b"")),
        ("no digest", Message::order().without("Content-Digest")),
        (
            "another method",
            Message {
                method: "PATCH".to_owned(),
                ..Message::order()
            },
        ),
        (
            "a method of one's own",
            Message {
                method: "PURGE".to_owned(),
                ..Message::order()
            },
        ),
    ] {
        for signature in [Signature::install(&message), Signature::account(&message)] {
            let answer = server.accepts(case, &message.request().signed(&[&signature]));
            assert_eq!(answer.body.as_bytes(), message.body, "{case}");
        }
    }
}

#[actix_web::test]
async fn both_signatures_at_once_and_others_beside_them() {
    let server = serve(signing());
    let message = Message::order();
    let (install, account) = (Signature::install(&message), Signature::account(&message));
    let stranger = Signature::new(Key::install(9), &message).label("sig1");
    for signatures in [
        vec![&install, &account],
        vec![&account, &install],
        vec![&stranger, &install],
        vec![&install, &stranger],
    ] {
        server.accepts("one line", &message.request().signed(&signatures));
        let lines = message.request();
        let lines = signatures.iter().fold(lines, |request, signature| {
            let (input, signature) = signature.members();
            request
                .header("Signature-Input", &input)
                .header("signature", &signature)
        });
        server.accepts("a line each", &lines);
    }
}

#[actix_web::test]
async fn the_signature_is_a_byte_sequence_or_a_string() {
    let server = serve(signing());
    let message = Message::order();
    for (install, account) in [
        (bytes as fn(&[u8]) -> String, text as fn(&[u8]) -> String),
        (text, bytes),
    ] {
        let install = Signature::install(&message).form(install);
        let account = Signature::account(&message).form(account);
        for signatures in [vec![&install], vec![&account], vec![&install, &account]] {
            server.accepts("", &message.request().signed(&signatures));
        }
    }
}

/// The parameters are signed as they were received: in their order, and none dropped.
#[actix_web::test]
async fn parameters_of_any_kind_in_any_order() {
    let server = serve(signing());
    let message = Message::order();
    let (alg, created, expires) = (
        r#";alg="ecdsa-p256-sha256""#,
        format!(";created={}", now()),
        format!(";expires={}", now() + 15),
    );
    for parameters in [
        format!("{alg}{created}{expires}"),
        format!("{created}{expires}{alg}"),
        format!("{expires}{alg}{created}"),
        created.clone(),
        format!("{created};keyid=\"a \\\"b\\\\\";tag=\"app\";nonce=\"n\""),
        format!(";nonce=\"n\"{created};x"),
        format!(";a=?0{created};b=1.5;c=token/*;d=:AAE=:;e=-3"),
        format!(";x_-.*=1{created}"),
    ] {
        let signature = Signature::install(&message).parameters(&parameters);
        server.accepts(&parameters, &message.request().signed(&[&signature]));
    }
}

/// The base has the canonical form, whatever the blanks on the wire.
#[actix_web::test]
async fn blanks_where_structured_fields_allow_them() {
    let server = serve(signing());
    let message = Message::order();
    let signature = Signature::install(&message);
    let list = signature.list();
    for input in [
        list.replacen('(', "(  ", 1).replace("\" \"", "\"   \""),
        list.replace(';', ";  "),
        format!("{list} \t"),
    ] {
        server.accepts(&input, &message.request().signed(&[&signature.clone().input(&input)]));
    }
    let (input, bytes) = signature.members();
    let request = message.request();
    let request = request.header("Signature-Input", &format!("  a=1 \t,\t{input}  "));
    server.accepts("around", &request.header("Signature", &format!("\t{bytes} ,  a=1\t")));
    let request = message
        .request()
        .header("Signature-Input", "")
        .header("Signature-Input", &input);
    server.accepts(
        "an empty line",
        &request.header("Signature", "").header("Signature", &bytes),
    );
}

#[actix_web::test]
async fn digests_of_both_algorithms_in_both_forms() {
    let server = serve(signing());
    let body = br#"{"item":1}"#;
    let as_text = |digest: &str| {
        let (algorithm, bytes) = digest.split_once('=').unwrap();
        format!("{algorithm}=\"{}\"", bytes.trim_matches(':'))
    };
    let (short, long) = (sha256(body), sha512(body));
    for digest in [
        short.clone(),
        long.clone(),
        as_text(&short),
        as_text(&long),
        format!("{short}, {long}"),
        format!("{long},{}", as_text(&short)),
        format!("md5=:AAAA:, {short}"),
        format!("{short}, unixsum=1, sha=(1 2)"),
        format!("{short};a=1"),
    ] {
        let message = Message::order().replace("Content-Digest", &digest);
        server.accepts(&digest, &message.signed());
    }
    let split = Message::order()
        .replace("Content-Digest", &short)
        .header("Content-Digest", &long);
    server.accepts("two lines", &split.signed());
}

#[actix_web::test]
async fn clocks_may_be_off_by_the_skew() {
    let server = serve(signing());
    let strict = serve(signing().message_signing(MessageSigning::new().clock_skew(Duration::ZERO)));
    let message = Message::order();
    let sign = |created: u64, expires: u64| {
        let signature = Signature::install(&message).parameters(&format!(";created={created};expires={expires}"));
        message.request().signed(&[&signature])
    };
    // The ages leave some seconds for a slow machine.
    server.accepts("ahead", &sign(now() + 59, now() + 74));
    server.accepts("behind", &sign(now() - 65, now() - 50));
    strict.accepts("exact", &sign(now(), now() + 15));
    strict.refuses("ahead", "signature_not_yet_valid", &sign(now() + 10, now() + 20));
    strict.refuses("behind", "signature_expired", &sign(now() - 20, now() - 1));
}

#[actix_web::test]
async fn what_times_are_needed_is_configured() {
    let message = Message::order();
    let sign = |parameters: &str| {
        let signature = Signature::install(&message).parameters(parameters);
        message.request().signed(&[&signature])
    };
    let (created, expires) = (format!(";created={}", now()), format!(";expires={}", now() + 15));
    let (none, old) = (String::new(), format!(";created={}", now() - 100_000));
    let missing = "signature_time_missing";
    let minute = Duration::from_secs(60);
    let no_created = || MessageSigning::new().require_created(false);
    for (case, builder, verdicts) in [
        ("default", signing(), [None, Some(missing), Some(missing), None]),
        (
            "no created",
            signing().message_signing(no_created()),
            [None, None, None, None],
        ),
        (
            "expires",
            signing().message_signing(no_created().require_expires(true)),
            [Some(missing), None, Some(missing), Some(missing)],
        ),
        (
            "an age",
            signing_by(SignaturePolicy::required().max_age(minute)).message_signing(no_created()),
            [None, Some(missing), Some(missing), Some("signature_expired")],
        ),
    ] {
        let server = serve(builder);
        for (parameters, verdict) in [&created, &expires, &none, &old].into_iter().zip(verdicts) {
            let case = format!("{case} {parameters}");
            server.decides(&case, verdict, &sign(parameters));
        }
    }
}

#[actix_web::test]
async fn account_keys_are_chosen_by_their_ids() {
    let url_safe = ACCOUNT_KEY.replace('+', "-").replace('/', "_").replace('=', "");
    let signed = |key: &str, mskid: Option<&str>| -> Request {
        let message = Message::order().replace("Approov-Token", &token(&json!({ "mskid": mskid })));
        message
            .request()
            .signed(&[&Signature::new(Key::account(key), &message)])
    };
    let keys = |keys: &[(&str, Option<&str>)]| {
        let signing = keys.iter().fold(MessageSigning::new(), |signing, (key, id)| {
            let key = crate::key(key);
            signing.account_key(id.map_or(key.clone(), |id| key.with_key_id(id)))
        });
        signing_at(super::ORIGIN).message_signing(signing)
    };
    let (first, other) = (ACCOUNT_KEY, OTHER_ACCOUNT_KEY);
    let (one, two) = ([(first, None)], [(first, None), (other, None)]);
    let (one_id, two_ids) = ([(first, Some("a"))], [(first, Some("a")), (other, Some("b"))]);
    let (invalid, missing) = (Some("signature_invalid"), Some("signature_key_missing"));
    for (case, builder, key, mskid, verdict) in [
        ("one, no id", keys(&one), first, Some("j3AWy6"), None),
        ("one, no id, no mskid", keys(&one), first, None, None),
        ("base64url", keys(&[(&url_safe, None)]), first, None, None),
        ("the other one", keys(&one), other, None, invalid),
        ("two, the first", keys(&two), first, None, None),
        ("two, the second", keys(&two), other, Some("x"), None),
        ("an id", keys(&one_id), first, Some("a"), None),
        ("another id", keys(&one_id), first, Some("b"), missing),
        ("an id, no mskid", keys(&one_id), first, None, missing),
        ("ids, first", keys(&two_ids), first, Some("a"), None),
        ("ids, second", keys(&two_ids), other, Some("b"), None),
        ("ids, swapped", keys(&two_ids), other, Some("a"), invalid),
        ("no key", signing_at(super::ORIGIN), first, Some("a"), missing),
    ] {
        let server = serve(builder);
        server.decides(case, verdict, &signed(key, mskid));
    }
}
