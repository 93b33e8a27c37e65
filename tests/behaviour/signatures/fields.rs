//! RFC 9421, sections 2.1 and 2.2: how values of components come to be in the base.

use support::{
    client::Request,
    signing::{Message, Signature},
};

use super::{serve, signing};

fn message() -> Message {
    Message::get("https://api.example.com/a%2Fb/?p=1&q=a+b&q2=%C3%A9%22&r=1&r=2&empty=&flag&S=x&t%3A=~*")
}

/// With one more line in the base.
fn covering(request: Request, identifier: &str, value: &str) -> Request {
    request.signed(&[&Signature::install(&message()).line(identifier, value)])
}

/// Each header line as it is sent, and what must be in the base.
#[actix_web::test]
async fn header_lines_are_trimmed_and_joined() {
    let server = serve(signing());
    for (lines, value) in [
        (&["a"][..], "a"),
        (&[" \t a  b \t "], "a  b"),
        (&[""], ""),
        (&["  \t"], ""),
        (&["a", "b"], "a, b"),
        (&["a ", "\tb, c"], "a, b, c"),
        (&["a", "", "b"], "a, , b"),
        (&["", ""], ", "),
        (&["a,b"], "a,b"),
        (&["a", "a"], "a, a"),
    ] {
        let send = |value: &str| {
            let request = message().request();
            let request = lines
                .iter()
                .fold(request, |request, line| request.header("X-Lines", line));
            covering(request, "\"x-lines\"", value)
        };
        server.accepts(&format!("{lines:?}"), &send(value));
        for other in [
            format!("{value} "),
            format!(" {value}"),
            format!("{value},"),
            value.to_owned() + "a",
        ] {
            server.refuses(&format!("{lines:?} {other:?}"), "signature_invalid", &send(&other));
        }
    }
    let swapped = message().request().header("X-Lines", "b").header("X-Lines", "a");
    server.refuses("order", "signature_invalid", &covering(swapped, "\"x-lines\"", "a, b"));
}

#[actix_web::test]
async fn folded_lines_do_not_reach_anyone() {
    let server = serve(signing());
    let folded = message().request().header("X-Lines", "a\r\n b");
    let answer = server.send(&covering(folded, "\"x-lines\"", "a b"));
    assert_eq!(answer.status, 400);
}

/// No line of the base can be made of a value.
#[actix_web::test]
async fn bytes_beyond_ascii_are_signed_as_they_are() {
    let server = serve(signing());
    let request = message().request().header("X-Lines", "é\u{a0}");
    server.accepts("UTF-8", &covering(request, "\"x-lines\"", "é\u{a0}"));
    let request = message().request().raw_header("X-Lines", b"\xff");
    server.accepts("any byte", &covering(request, "\"x-lines\";bs", ":/w==:"));
}

#[actix_web::test]
async fn derived_components() {
    let server = serve(signing());
    let target = message().target();
    for (name, value) in [
        ("@scheme", "https"),
        ("@authority", "api.example.com"),
        ("@path", "/a%2Fb/"),
        ("@request-target", target.as_str()),
        ("@query", target.split_at(target.find('?').unwrap()).1),
    ] {
        let identifier = format!("\"{name}\"");
        server.accepts(name, &covering(message().request(), &identifier, value));
        for other in [format!("{value}a"), value.to_uppercase() + "a", String::new()] {
            let request = covering(message().request(), &identifier, &other);
            server.refuses(&format!("{name} {other}"), "signature_invalid", &request);
        }
    }
    let root = Message::get("https://api.example.com/");
    let signature = Signature::install(&root)
        .line("\"@path\"", "/")
        .line("\"@request-target\"", "/");
    server.accepts("root", &root.request().signed(&[&signature]));
}

#[actix_web::test]
async fn single_parameters_of_the_query() {
    let server = serve(signing());
    for (name, value) in [
        ("p", "1"),
        ("q", "a%20b"),
        ("q2", "%C3%A9%22"),
        ("empty", ""),
        ("flag", ""),
        ("S", "x"),
        ("t%3A", "%7E*"),
    ] {
        let identifier = format!("\"@query-param\";name=\"{name}\"");
        server.accepts(name, &covering(message().request(), &identifier, value));
        let request = covering(message().request(), &identifier, &format!("{value}a"));
        server.refuses(name, "signature_invalid", &request);
    }
    // Which of two values is meant nobody can tell; and names are compared as they are encoded.
    for (name, value) in [("r", "1"), ("s", "x"), ("t:", "%7E*"), ("t%3a", "%7E*"), ("", "")] {
        let identifier = format!("\"@query-param\";name=\"{name}\"");
        let request = covering(message().request(), &identifier, value);
        server.refuses(name, "signature_component", &request);
    }
    let two = Signature::install(&message())
        .line(r#""@query-param";name="p""#, "1")
        .line(r#""@query-param";name="q""#, "a%20b");
    server.accepts("two", &message().request().signed(&[&two]));
}

/// The examples of section 2.2.8.
#[actix_web::test]
async fn percent_encoded_parameters_of_the_query() {
    let server = serve(signing());
    let url = "https://api.example.com/parameters?var=this%20is%20a%20big%0Amultiline%20value&bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something";
    let message = Message::get(url);
    for (name, value) in [
        ("var", "this%20is%20a%20big%0Amultiline%20value"),
        ("bar", "with%20plus%20whitespace"),
        ("fa%C3%A7ade%22%3A%20", "something"),
    ] {
        let signature = Signature::install(&message).line(&format!("\"@query-param\";name=\"{name}\""), value);
        server.accepts(name, &message.request().signed(&[&signature]));
    }
}

/// Sections 2.1.1 and 2.1.2, with the dictionary of their examples.
#[actix_web::test]
async fn structured_fields_and_members_of_dictionaries() {
    let server = serve(signing());
    let lines = [
        "  a=1,    b=2;x=1;y=2,   c=(a   b    c), d",
        " e=(\"f\";g=1   2.0);h, i=?0",
    ];
    let request = || {
        let request = message().request();
        let request = lines
            .iter()
            .fold(request, |request, line| request.header("Example-Dict", line));
        request.header("Priority", " u=1,   i ").header("Priority", "x=?1")
    };
    for (identifier, value) in [
        (r#""priority";sf"#, "u=1, i, x"),
        (r#""priority""#, "u=1,   i, x=?1"),
        (r#""priority";key="x""#, "?1"),
        (r#""example-dict";key="a""#, "1"),
        (r#""example-dict";key="b""#, "2;x=1;y=2"),
        (r#""example-dict";key="c""#, "(a b c)"),
        (r#""example-dict";key="d""#, "?1"),
        (r#""example-dict";key="e""#, r#"("f";g=1 2.0);h"#),
        (r#""example-dict";key="i""#, "?0"),
    ] {
        server.accepts(identifier, &covering(request(), identifier, value));
        let altered = covering(request(), identifier, &format!("{value} "));
        server.refuses(identifier, "signature_invalid", &altered);
    }
    for (lines, identifier, value) in [
        (["a=1, b=2", "a=3"], r#""x-dict";key="a""#, "3"),
        (["a=1, b=2", "a=3"], r#""x-dict";key="b""#, "2"),
        (["a=(", "b"], r#""x-dict";key="b""#, "?1"),
        (["u=1", "("], r#""priority";sf"#, "u=1"),
        // Nothing says of which type it is.
        (["a=1", "b=2"], r#""x-dict";sf"#, "a=1, b=2"),
    ] {
        let name = identifier.split('"').nth(1).unwrap();
        let request = message().request();
        let request = lines.iter().fold(request, |request, line| request.header(name, line));
        server.refuses(identifier, "signature_component", &covering(request, identifier, value));
    }
}

/// Section 2.1.3.
#[actix_web::test]
async fn byte_sequences_keep_lines_apart() {
    let server = serve(signing());
    let two = message()
        .request()
        .header("Example-Header", "value, with, lots")
        .header("Example-Header", " of, commas ");
    let one = message()
        .request()
        .header("Example-Header", "value, with, lots, of, commas");
    let identifier = "\"example-header\";bs";
    let (of_two, of_one) = (
        ":dmFsdWUsIHdpdGgsIGxvdHM=:, :b2YsIGNvbW1hcw==:",
        ":dmFsdWUsIHdpdGgsIGxvdHMsIG9mLCBjb21tYXM=:",
    );
    server.accepts("two", &covering(two.clone(), identifier, of_two));
    server.accepts("one", &covering(one.clone(), identifier, of_one));
    server.refuses("one", "signature_invalid", &covering(one.clone(), identifier, of_two));
    server.refuses("two", "signature_invalid", &covering(two.clone(), identifier, of_one));
    // Without `bs` they are the same.
    for request in [one, two] {
        server.accepts(
            "joined",
            &covering(request, "\"example-header\"", "value, with, lots, of, commas"),
        );
    }
    let token = message().value("approov-token");
    let token = support::signing::bytes(token.as_bytes());
    let message = message();
    let signature = Signature::install(&message)
        .covering(&message, &["@method", "@target-uri"])
        .line("\"approov-token\";bs", &token);
    server.accepts("the token", &message.request().signed(&[&signature]));
}
