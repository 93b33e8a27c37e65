//! RFC 9421, sections 2.1 and 2.2: how values of components come to be in the base.

use support::{
    client::Request,
    signing::{Message, Signature, bytes},
};

use super::{LEAST, Served, serve, signing};

const COMPONENT: &str = "signature_component";

fn message() -> Message {
    Message::get("https://api.example.com/a%2Fb/?p=1&q=a+b&q2=%C3%A9%22&r=1&r=2&flag&t%3A=~*")
}

fn with_lines(name: &str, lines: &[&str]) -> Request {
    let request = message().request();
    lines.iter().fold(request, |request, line| request.header(name, line))
}

/// With one more line in the base.
fn covering(request: &Request, identifier: &str, value: &str) -> Request {
    let signature = Signature::install(&message()).line(identifier, value);
    request.clone().signed(&[&signature])
}

/// In the base this has to be the value, and nothing else.
#[track_caller]
fn check(server: &Served, request: &Request, identifier: &str, value: &str) {
    server.accepts(identifier, &covering(request, identifier, value));
    let other = covering(request, identifier, &format!("{value} "));
    server.refuses(identifier, "signature_invalid", &other);
}

/// Each header line as it is sent, and what must be in the base.
#[actix_web::test]
async fn header_lines_are_trimmed_and_joined() {
    let server = serve(signing());
    for (lines, value) in [
        (&[" \t a  b \t "][..], "a  b"),
        (&["  \t"], ""),
        (&["b", "a"], "b, a"),
        (&["a ", "\tb, c"], "a, b, c"),
        (&["a", "", "b"], "a, , b"),
        (&["", ""], ", "),
        (&["é\u{a0}"], "é\u{a0}"),
    ] {
        check(&server, &with_lines("X-Lines", lines), "\"x-lines\"", value);
    }
    let any_byte = message().request().raw_header("X-Lines", b"\xff");
    server.accepts("any byte", &covering(&any_byte, "\"x-lines\";bs", ":/w==:"));
}

#[actix_web::test]
async fn derived_components() {
    let server = serve(signing());
    let (target, request) = (message().target(), message().request());
    for (identifier, value) in [
        ("\"@scheme\"", "https"),
        ("\"@authority\"", "api.example.com"),
        ("\"@path\"", "/a%2Fb/"),
        ("\"@request-target\"", &*target),
        ("\"@query\"", target.trim_start_matches("/a%2Fb/")),
        ("\"@query-param\";name=\"p\"", "1"),
        ("\"@query-param\";name=\"q\"", "a%20b"),
        ("\"@query-param\";name=\"q2\"", "%C3%A9%22"),
        ("\"@query-param\";name=\"flag\"", ""),
        ("\"@query-param\";name=\"t%3A\"", "%7E*"),
    ] {
        check(&server, &request, identifier, value);
    }
    // Which of two values is meant nobody can tell; and names are compared as they are encoded.
    for (name, value) in [("r", "1"), ("P", "1"), ("t:", "%7E*"), ("t%3a", "%7E*"), ("", "")] {
        let identifier = format!("\"@query-param\";name=\"{name}\"");
        server.refuses(name, COMPONENT, &covering(&request, &identifier, value));
    }
}

/// Sections 2.1.1 and 2.1.2, with the dictionary of their examples.
#[actix_web::test]
async fn structured_fields_and_members_of_dictionaries() {
    let server = serve(signing());
    let priority = with_lines("Priority", &[" u=1,   i ", "x=?1"]);
    let first = "  a=1,    b=2;x=1;y=2,   c=(a   b    c), d";
    let dictionary = with_lines("Example-Dict", &[first, " e=(\"f\";g=1   2.0);h, i=?0"]);
    for (request, identifier, value) in [
        (&priority, r#""priority";sf"#, "u=1, i, x"),
        (&priority, r#""priority""#, "u=1,   i, x=?1"),
        (&priority, r#""priority";key="x""#, "?1"),
        (&dictionary, r#""example-dict";key="a""#, "1"),
        (&dictionary, r#""example-dict";key="b""#, "2;x=1;y=2"),
        (&dictionary, r#""example-dict";key="c""#, "(a b c)"),
        (&dictionary, r#""example-dict";key="d""#, "?1"),
        (&dictionary, r#""example-dict";key="e""#, r#"("f";g=1 2.0);h"#),
        (&dictionary, r#""example-dict";key="i""#, "?0"),
    ] {
        check(&server, request, identifier, value);
    }
    for (name, lines, identifier, value) in [
        ("X-Dict", ["a=1, b=2", "a=3"], r#""x-dict";key="a""#, "3"),
        ("X-Dict", ["a=1, b=2", "a=3"], r#""x-dict";key="b""#, "2"),
        ("X-Dict", ["a=(", "b"], r#""x-dict";key="b""#, "?1"),
        ("Priority", ["u=1", "("], r#""priority";sf"#, "u=1"),
        // Nothing says of which type it is.
        ("X-Dict", ["a=1", "b=2"], r#""x-dict";sf"#, "a=1, b=2"),
    ] {
        let request = with_lines(name, &lines);
        server.refuses(identifier, COMPONENT, &covering(&request, identifier, value));
    }
}

/// Section 2.1.3.
#[actix_web::test]
async fn byte_sequences_keep_lines_apart() {
    let server = serve(signing());
    let two = with_lines("Example-Header", &["value, with, lots", " of, commas "]);
    let one = with_lines("Example-Header", &["value, with, lots, of, commas"]);
    let of_two = ":dmFsdWUsIHdpdGgsIGxvdHM=:, :b2YsIGNvbW1hcw==:";
    let of_one = ":dmFsdWUsIHdpdGgsIGxvdHMsIG9mLCBjb21tYXM=:";
    for (request, value, other) in [(&two, of_two, of_one), (&one, of_one, of_two)] {
        let covering = |value| covering(request, "\"example-header\";bs", value);
        server.accepts(value, &covering(value));
        server.refuses(value, "signature_invalid", &covering(other));
    }
    let token = bytes(message().value("approov-token").as_bytes());
    let signature = Signature::install(&message()).covering(&message(), &LEAST[..2]);
    let signature = signature.line("\"approov-token\";bs", &token);
    server.accepts("the token", &message().request().signed(&[&signature]));
}
