//! Signatures that are dear to verify. A line of a header can cost its sender one byte (HPACK), so what is joined is
//! limited before it is.

use support::signing::{Message, Signature, bytes};

use super::{ORIGIN, serve, signing};

const KIB: usize = 1024;
const MALFORMED: Option<&str> = Some("signature_malformed");
const COMPONENT: Option<&str> = Some("signature_component");

/// The message with so many members of a dictionary, a line each.
fn with_members(message: Message, name: &str, count: usize) -> Message {
    (0..count).fold(message, |message, number| message.header(name, &format!("m{number}=1")))
}

#[actix_web::test]
async fn the_lines_of_signatures() {
    let server = serve(signing());
    let message = Message::get(ORIGIN);
    for name in ["Signature-Input", "Signature"] {
        let carrying = message.carrying(&Signature::install(&message));
        for (count, refusal) in [(63, None), (64, MALFORMED)] {
            let request = with_members(carrying.clone(), name, count).request();
            server.decides(name, refusal, &request);
        }
    }
}

#[actix_web::test]
async fn the_lines_of_what_is_covered() {
    let server = serve(signing());
    for (count, refusal) in [(64, None), (65, COMPONENT)] {
        let message = with_members(Message::get(ORIGIN), "Priority", count);
        let lines: Vec<_> = message.lines("priority").collect();
        let byte_sequences: Vec<_> = lines.iter().map(|line| bytes(line.as_bytes())).collect();
        for (identifier, value) in [
            ("\"priority\"", lines.join(", ")),
            ("\"priority\";sf", lines.join(", ")),
            ("\"priority\";bs", byte_sequences.join(", ")),
            ("\"priority\";key=\"m7\"", "1".to_owned()),
        ] {
            let signature = Signature::install(&message).line(identifier, &value);
            server.decides(identifier, refusal, &message.request().signed(&[&signature]));
        }
    }
}

#[actix_web::test]
async fn the_bytes_of_what_is_covered() {
    let server = serve(signing());
    let long = "x".repeat(30 * KIB);
    let message = Message::get(ORIGIN).header("X-Long", &long);
    let [install, account] =
        [Signature::install, Signature::account].map(|sign| sign(&message).line("\"x-long\"", &long));
    // Each of the two is read, and then written a third longer.
    let encoded = bytes(long.as_bytes());
    let again = |signature: &Signature| signature.clone().line("\"x-long\";bs", &encoded);
    for (case, refusal, signatures) in [
        ("once", None, &[&install][..]),
        ("by both labels", None, &[&install, &account]),
        ("in two forms", None, &[&again(&install)]),
        (
            "in two forms by both labels",
            COMPONENT,
            &[&again(&install), &again(&account)],
        ),
    ] {
        server.decides(case, refusal, &message.request().signed(signatures));
    }
}

/// To parse costs more than to read.
#[actix_web::test]
async fn the_bytes_of_what_is_parsed() {
    let server = serve(signing());
    for (length, refusal) in [(7 * KIB, None), (8 * KIB, COMPONENT)] {
        let text = format!("\"{}\"", "x".repeat(length));
        let member = format!("long={text}");
        let message = Message::get(ORIGIN).header("Priority", &member);
        for (identifier, value, refusal) in [
            ("\"priority\";sf", &member, refusal),
            ("\"priority\";key=\"long\"", &text, refusal),
            ("\"priority\"", &member, None),
        ] {
            let signature = Signature::install(&message).line(identifier, value);
            server.decides(identifier, refusal, &message.request().signed(&[&signature]));
        }
    }
}

#[actix_web::test]
async fn the_parameters_of_a_query() {
    let server = serve(signing());
    for (others, refusal) in [(999, None), (1000, COMPONENT)] {
        let message = Message::get(&format!("{ORIGIN}/query?q=1{}", "&a".repeat(others)));
        let signature = Signature::install(&message).line("\"@query-param\";name=\"q\"", "1");
        server.decides("parameters", refusal, &message.request().signed(&[&signature]));
        server.accepts("nobody asks for one", &message.signed());
    }
}
