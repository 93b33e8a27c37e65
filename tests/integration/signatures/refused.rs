//! Signatures that nobody's client makes.

use support::{
    client::Request,
    signing::{Key, Message, OTHER_ACCOUNT_KEY, Signature, bytes},
    token::now,
};

use super::{Served, signing};

#[actix_web::test]
async fn too_little_is_covered() {
    let server = Served::new(signing());
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
    let server = Served::new(signing());
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

#[actix_web::test]
async fn components_that_are_not_understood() {
    let server = Served::new(signing());
    let message = Message::order().header("X-A", "a=1");
    for (identifier, value) in [
        // Twice.
        (r#""@method""#, "POST"),
        (r#""content-type""#, "application/json"),
        (r#""approov-token""#, message.headers[0].1.as_str()),
        // Unknown.
        (r#""@unknown""#, ""),
        (r#""@status""#, "200"),
        (r#""@signature-params""#, ""),
        (r#""@""#, ""),
        (r#""@Method""#, "POST"),
        (r#""@query-params";name="id""#, "1"),
        // No component name.
        (r#""Content-Length""#, "10"),
        (r#""""#, ""),
        (r#""x a""#, ""),
        (r#""x-a:""#, ""),
        ("x-a", "a=1"),
        ("1", ""),
        (":eC1h:", "a=1"),
        // Parameters.
        (r#""@path";req"#, "/orders"),
        (r#""x-a";req"#, "a=1"),
        (r#""x-a";tr"#, ""),
        (r#""x-a";unknown"#, "a=1"),
        (r#""x-a";bs;sf"#, ":YT0x:"),
        (r#""x-a";bs;key="a""#, "1"),
        (r#""x-a";bs=?0"#, "a=1"),
        (r#""x-a";bs=1"#, ":YT0x:"),
        (r#""x-a";sf"#, "a=1"),
        (r#""x-a";key"#, "1"),
        (r#""x-a";key=a"#, "1"),
        (r#""x-a";key="b""#, ""),
        (r#""@path";sf"#, "/orders"),
        (r#""@method";bs"#, ":UE9TVA==:"),
        (r#""@query";name="id""#, "1"),
        (r#""@query-param""#, ""),
        (r#""@query-param";name=id"#, "1"),
        (r#""@query-param";name="id";x"#, "1"),
        (r#""@query-param";name="absent""#, ""),
        // Absent.
        (r#""x-b""#, ""),
        (r#""x-b";bs"#, ""),
        (r#""transfer-encoding""#, ""),
    ] {
        for signature in [Signature::install(&message), Signature::account(&message)] {
            let signature = signature.line(identifier, value);
            let request = message.request().signed(&[&signature]);
            server.refuses(identifier, "signature_component", &request);
        }
    }
    for identifier in [r#""@query-param";name="id""#, r#""x-a";key="a""#] {
        let signature = Signature::install(&message).line(identifier, "1").line(identifier, "1");
        let request = message.request().signed(&[&signature]);
        server.refuses(identifier, "signature_component", &request);
    }
}

#[actix_web::test]
async fn one_label_in_place_of_the_other() {
    let server = Served::new(signing());
    let message = Message::order();
    let created = format!(";created={}", now());
    let install = Signature::install(&message).parameters(&created).label("account");
    let account = Signature::account(&message).parameters(&created).label("install");
    for signatures in [vec![&install], vec![&account], vec![&install, &account]] {
        server.refuses("", "signature_invalid", &message.request().signed(&signatures));
    }
    for label in ["sig1", "Install", "*install", "install2"] {
        let signature = Signature::install(&message).label(label);
        let code = if label == "Install" {
            "signature_malformed"
        } else {
            "signature_missing"
        };
        server.refuses(label, code, &message.request().signed(&[&signature]));
    }
}

#[actix_web::test]
async fn headers_that_are_no_pair() {
    let server = Served::new(signing());
    let message = Message::order();
    let (input, signature) = Signature::install(&message).members();
    let (other_input, other) = Signature::account(&message).members();
    let send = |inputs: &[&str], signatures: &[&str]| -> Request {
        let request = inputs.iter().fold(message.request(), |request, input| {
            request.header("Signature-Input", input)
        });
        signatures
            .iter()
            .fold(request, |request, signature| request.header("Signature", signature))
    };
    let (missing, malformed) = ("signature_missing", "signature_malformed");
    for (case, code, request) in [
        ("none", missing, send(&[], &[])),
        ("empty", missing, send(&[""], &["", ""])),
        ("no input", malformed, send(&[], &[&signature])),
        ("no signature", malformed, send(&[&input], &[])),
        ("not its own", malformed, send(&[&input], &[&other])),
        ("one too few", malformed, send(&[&input, &other_input], &[&signature])),
        (
            "twice in one line",
            malformed,
            send(&[&format!("{input}, {input}")], &[&signature]),
        ),
        ("twice in two lines", malformed, send(&[&input, &input], &[&signature])),
        ("signature twice", malformed, send(&[&input], &[&signature, &signature])),
        ("another twice", malformed, send(&[&input, "a=1, a=2"], &[&signature])),
        (
            "an item",
            malformed,
            send(&[&format!("install={}", bytes(b"a"))], &[&signature]),
        ),
        ("a flag", malformed, send(&["install"], &[&signature])),
        ("junk", malformed, send(&["install=("], &[&signature])),
        ("junk beside", malformed, send(&[&input, "???"], &[&signature])),
        ("junk signature", malformed, send(&[&input], &["install=:a"])),
        (
            "trailing comma",
            malformed,
            send(&[&format!("{input},")], &[&signature]),
        ),
        (
            "parameter twice",
            malformed,
            send(&[&format!("{input};created=1")], &[&signature]),
        ),
        (
            "65 labels",
            malformed,
            send(
                &[&input, &(0..65).map(|n| format!("l{n}")).collect::<Vec<_>>().join(",")],
                &[&signature],
            ),
        ),
    ] {
        server.refuses(case, code, &request);
    }
    let request = send(&[], &[&signature]).raw_header("Signature-Input", &[input.as_bytes(), b";x=\"\xE9\""].concat());
    server.refuses("not ASCII", malformed, &request);
}

/// A held key's bad signature is a refusal, even beside a good one.
#[actix_web::test]
async fn a_bad_signature_beside_a_good_one() {
    let server = Served::new(signing());
    let message = Message::order();
    let elsewhere = Message {
        url: "https://api.example.com/".to_owned(),
        ..message.clone()
    };
    let (install, account) = (Signature::install(&message), Signature::account(&message));
    for (bad, good) in [
        (Signature::install(&elsewhere), &account),
        (Signature::account(&elsewhere), &install),
        (Signature::new(Key::install(2), &message), &account),
        (Signature::new(Key::account(OTHER_ACCOUNT_KEY), &message), &install),
    ] {
        for signatures in [[&bad, good], [good, &bad]] {
            server.refuses("", "signature_invalid", &message.request().signed(&signatures));
        }
    }
}
