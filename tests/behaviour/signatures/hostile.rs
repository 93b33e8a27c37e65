//! Signatures that are dear to verify. A line of a header can cost its sender one byte (HPACK), so what is joined is
//! limited before it is.

use support::{
    client::Request,
    signing::{Message, Signature, bytes},
};

use super::{Served, serve, signing};

const KIB: usize = 1024;

/// A member for each of these numbers, a line each.
fn members(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(|number| format!("m{number}=1")).collect()
}

fn with_lines(message: &Message, name: &str, lines: &[String]) -> Message {
    let lines = lines.iter();
    lines.fold(message.clone(), |message, line| message.header(name, line))
}

#[actix_web::test]
async fn the_lines_of_signatures() {
    let server = serve(signing());
    let message = Message::get("https://api.example.com/lines");
    for name in ["Signature-Input", "Signature"] {
        let carrying = message.carrying(&Signature::install(&message));
        for (lines, is_good) in [(members(0..63), true), (members(0..64), false)] {
            let request = with_lines(&carrying, name, &lines).request();
            check(&server, name, is_good, "signature_malformed", &request);
        }
        for (length, is_good) in [(63 * KIB, true), (64 * KIB, false)] {
            let long = format!("long=\"{}\"", "x".repeat(length));
            let request = carrying.clone().header(name, &long).request();
            check(&server, name, is_good, "signature_malformed", &request);
        }
    }
}

#[actix_web::test]
async fn the_lines_of_what_is_covered() {
    let server = serve(signing());
    let message = Message::get("https://api.example.com/covered");
    for (lines, is_good) in [(members(0..64), true), (members(0..65), false)] {
        let message = with_lines(&message, "Priority", &lines);
        let byte_sequences: Vec<_> = lines.iter().map(|line| bytes(line.as_bytes())).collect();
        for (identifier, value) in [
            ("\"priority\"", lines.join(", ")),
            ("\"priority\";sf", lines.join(", ")),
            ("\"priority\";bs", byte_sequences.join(", ")),
            ("\"priority\";key=\"m7\"", "1".to_owned()),
        ] {
            let signature = Signature::install(&message).line(identifier, &value);
            let request = message.request().signed(&[&signature]);
            check(&server, identifier, is_good, "signature_component", &request);
        }
    }
}

#[actix_web::test]
async fn the_bytes_of_what_is_covered() {
    let server = serve(signing());
    let message = Message::get("https://api.example.com/bytes");
    let long = "x".repeat(30 * KIB);
    let message = message.header("X-Long", &long);
    let covered = Signature::install(&message).line("\"x-long\"", &long);
    server.accepts("once", &message.request().signed(&[&covered]));
    let account = Signature::account(&message).line("\"x-long\"", &long);
    server.accepts("by both labels", &message.request().signed(&[&covered, &account]));
    // Each of the two is read, and then written a third longer.
    let encoded = bytes(long.as_bytes());
    let again = |signature: Signature| signature.line("\"x-long\";bs", &encoded);
    server.accepts("in two forms", &message.request().signed(&[&again(covered.clone())]));
    server.refuses(
        "in two forms by both labels",
        "signature_component",
        &message.request().signed(&[&again(covered), &again(account)]),
    );
}

/// To parse costs more than to read.
#[actix_web::test]
async fn the_bytes_of_what_is_parsed() {
    let server = serve(signing());
    for (length, is_good) in [(7 * KIB, true), (8 * KIB, false)] {
        let member = format!("long=\"{}\"", "x".repeat(length));
        let message = Message::get("https://api.example.com/parsed").header("Priority", &member);
        for (identifier, value) in [
            ("\"priority\";sf", member.clone()),
            ("\"priority\";key=\"long\"", format!("\"{}\"", "x".repeat(length))),
        ] {
            let signature = Signature::install(&message).line(identifier, &value);
            let request = message.request().signed(&[&signature]);
            check(&server, identifier, is_good, "signature_component", &request);
        }
        let whole = Signature::install(&message).line("\"priority\"", &member);
        server.accepts("not parsed", &message.request().signed(&[&whole]));
    }
}

#[actix_web::test]
async fn the_parameters_of_a_query() {
    let server = serve(signing());
    for (others, is_good) in [(999, true), (1000, false)] {
        let message = Message::get(&format!("https://api.example.com/query?q=1{}", "&a".repeat(others)));
        let signature = Signature::install(&message).line("\"@query-param\";name=\"q\"", "1");
        let request = message.request().signed(&[&signature]);
        check(&server, "parameters", is_good, "signature_component", &request);
        server.accepts("nobody asks for one", &message.signed());
    }
}

#[track_caller]
fn check(server: &Served, case: &str, is_good: bool, code: &str, request: &Request) {
    if is_good {
        server.accepts(case, request);
    } else {
        server.refuses(case, code, request);
    }
}
