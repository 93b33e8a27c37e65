//! Signatures that are dear to verify. A line of a header can cost its sender one byte (HPACK), so what is joined is
//! limited before it is.

use support::signing::{Message, Signature, bytes};

use super::{ORIGIN, serve, signing};

const KIB: usize = 1024;
const COMPONENT: Option<&str> = Some("signature_component");

/// The message with so many members of a dictionary, a line each.
fn with_members(message: Message, name: &str, count: usize) -> Message {
    (0..count).fold(message, |message, number| message.header(name, &format!("m{number}=1")))
}

/// Signed with each of these lines, the message is refused for this reason, or passes if there is none.
#[track_caller]
fn check(refusal: Option<&str>, message: &Message, lines: &[(&str, &str)]) {
    let server = serve(signing());
    for (identifier, value) in lines {
        let signature = Signature::install(message).line(identifier, value);
        server.decides(identifier, refusal, &message.request().signed(&[&signature]));
    }
}

#[actix_web::test]
async fn the_lines_of_signatures() {
    let server = serve(signing());
    let message = Message::get(ORIGIN);
    for name in ["Signature-Input", "Signature"] {
        for (count, refusal) in [(63, None), (64, Some("signature_malformed"))] {
            let carrying = message.carrying(&Signature::install(&message));
            server.decides(name, refusal, &with_members(carrying, name, count).request());
        }
    }
}

#[actix_web::test]
async fn the_lines_of_what_is_covered() {
    for (count, refusal) in [(64, None), (65, COMPONENT)] {
        let message = with_members(Message::get(ORIGIN), "Priority", count);
        let joined = message.value("priority");
        let lines = ["\"priority\"", "\"priority\";sf"].map(|identifier| (identifier, &*joined));
        check(refusal, &message, &lines);
    }
}

#[actix_web::test]
async fn the_bytes_of_what_is_covered() {
    let server = serve(signing());
    let long = "x".repeat(30 * KIB);
    let message = Message::get(ORIGIN).header("X-Long", &long);
    let once = [Signature::install, Signature::account].map(|sign| sign(&message).line("\"x-long\"", &long));
    // It is read again, and then written a third longer.
    let twice = once.clone().map(|it| it.line("\"x-long\";bs", &bytes(long.as_bytes())));
    for (case, refusal, signatures) in [
        ("by both labels", None, [&once[0], &once[1]]),
        (
            "in two forms by one label",
            None,
            [&twice[0], &Signature::account(&message)],
        ),
        ("in two forms by both labels", COMPONENT, [&twice[0], &twice[1]]),
    ] {
        server.decides(case, refusal, &message.request().signed(&signatures));
    }
}

/// To parse costs more than to read.
#[actix_web::test]
async fn the_bytes_of_what_is_parsed() {
    for (length, refusal) in [(7 * KIB, None), (8 * KIB, COMPONENT)] {
        let text = format!("\"{}\"", "x".repeat(length));
        let member = format!("long={text}");
        let message = Message::get(ORIGIN).header("Priority", &member);
        let parsed = [("\"priority\";sf", &*member), ("\"priority\";key=\"long\"", &text)];
        check(refusal, &message, &parsed);
        check(None, &message, &[("\"priority\"", &member)]);
    }
}

#[actix_web::test]
async fn the_parameters_of_a_query() {
    for (others, refusal) in [(999, None), (1000, COMPONENT)] {
        let message = Message::get(&format!("{ORIGIN}/query?q=1{}", "&a".repeat(others)));
        check(refusal, &message, &[("\"@query-param\";name=\"q\"", "1")]);
        // Nobody asks for one.
        check(None, &message, &[("\"@path\"", "/query")]);
    }
}
