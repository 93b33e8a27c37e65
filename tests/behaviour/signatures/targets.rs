//! Where a request is addressed to: origins, hosts, and what clients make of URLs.

use support::{
    client::Request,
    signing::{Message, Signature},
};

use super::{serve, signing, signing_at};
use crate::builder;

/// A `GET` whose client signs `signed`, while `target` is on the wire.
fn get(signed: &str, target: &str) -> Request {
    let message = Message::get(signed);
    message.request_to(target).signed(&[&Signature::install(&message)])
}

/// As [`get`], with these values of components in place of `@target-uri`.
fn get_parts(authority: &str, path: &str, query: &str, target: &str) -> Request {
    let message = Message::get("https://unused.example.com/");
    let signature = Signature::install(&message)
        .covering(&message, &["@method", "@authority", "@path", "@query", "approov-token"])
        .value("@authority", authority)
        .value("@path", path)
        .value("@query", query);
    message.request_to(target).signed(&[&signature])
}

const INVALID: &str = "signature_invalid";
const TARGET: &str = "signature_target";

/// What has no path would pass for the root.
#[actix_web::test]
async fn a_target_without_a_path() {
    let server = serve(signing());
    for method in ["GET", "OPTIONS"] {
        for signed in ["https://api.example.com", "https://api.example.com/"] {
            let message =
                Message::new(method, signed).header("Approov-Token", &support::signing::token(&serde_json::json!({})));
            let signature = Signature::install(&message);
            let sent = |target: &str| message.request_to(target).signed(&[&signature]);
            server.accepts(signed, &sent("/"));
            server.refuses(signed, TARGET, &sent("evil.example.com:80"));
            if method == "GET" {
                server.refuses(signed, TARGET, &sent("*"));
            }
        }
    }
}

#[actix_web::test]
async fn older_android_releases_escape_what_stands_raw_on_the_wire() {
    let server = serve(signing());
    for (signed, target) in [
        ("/a%5Bb%5D", "/a[b]"),
        ("/a%5B%5D?b[]=1", "/a[]?b[]=1"),
        ("/a?b=%7B%7C%7D", "/a?b={|}"),
        ("/a?b=%5C%5E%60", "/a?b=\\^`"),
        ("/?a=%7C", "/?a=|"),
        ("/a%20b?c=%7C%20%25", "/a%20b?c=|%20%25"),
        ("/a?q=100%25", "/a?q=100%"),
        ("/100%25", "/100%"),
        ("/a?q=%25zz&r=%7C%25", "/a?q=%zz&r=|%"),
        ("/100%25%20b", "/100%%20b"),
    ] {
        server.accepts(target, &get(&format!("https://api.example.com{signed}"), target));
        server.accepts(target, &get(&format!("https://api.example.com{target}"), target));
        if !target.contains("[]=") {
            server.accepts(signed, &get(&format!("https://api.example.com{signed}"), signed));
            let raw_signed = get(&format!("https://api.example.com{target}"), signed);
            server.refuses("raw in the signed URI alone", INVALID, &raw_signed);
        }
    }
    for (signed, target) in [
        ("/a?b=%7c", "/a?b=|"),
        ("/a?b=%7C|", "/a?b=||"),
        ("/a?b=%5B", "/a?b=["),
        ("/a?b=%61", "/a?b=a"),
        ("/a?b=%257C", "/a?b=|"),
        ("/a?b=%2541", "/a?b=%41"),
        // Handlers decode what this begins in two steps, so it would have another meaning.
        ("/a%25%34%31", "/a%%34%31"),
        ("/a%254%31", "/a%4%31"),
        ("/a%25%341", "/a%%341"),
        ("/a%25%25%34%31", "/a%%%34%31"),
    ] {
        server.refuses(
            target,
            INVALID,
            &get(&format!("https://api.example.com{signed}"), target),
        );
    }
}

#[actix_web::test]
async fn ios_leaves_out_the_root_path() {
    let server = serve(signing());
    for (signed, target, is_good) in [
        ("", "/", true),
        ("/", "/", true),
        ("?a=1", "/?a=1", true),
        ("/?a=1", "/?a=1", true),
        ("?", "/?", true),
        ("", "/?a=1", false),
        ("?a=1", "/", false),
        ("", "//", false),
        ("/a", "/a/", false),
        ("/a/", "/a", false),
        ("", "/a", false),
        ("?", "/", false),
    ] {
        let request = get(&format!("https://api.example.com{signed}"), target);
        if is_good {
            server.accepts(signed, &request);
        } else {
            server.refuses(signed, INVALID, &request);
        }
    }
}

#[actix_web::test]
async fn authority_path_and_query_in_place_of_the_target() {
    let server = serve(signing_at("https://api.example.com:8443"));
    for (authority, path, query, target, is_good) in [
        ("api.example.com:8443", "/a", "?b=c", "/a?b=c", true),
        ("api.example.com", "/a", "b=c", "/a?b=c", true),
        ("api.example.com", "/a", "?b=c", "/a?b=c", true),
        ("api.example.com:8443", "/a", "?", "/a", true),
        ("api.example.com:8443", "/a", "?", "/a?", true),
        ("api.example.com", "/a", "", "/a", true),
        ("api.example.com:8443", "/a%2Fb", "?%20", "/a%2Fb?%20", true),
        ("api.example.com:443", "/a", "?b=c", "/a?b=c", false),
        ("api.example.com:", "/a", "?b=c", "/a?b=c", false),
        ("example.com", "/a", "?b=c", "/a?b=c", false),
        ("API.example.com", "/a", "?b=c", "/a?b=c", false),
        ("api.example.com", "/a", "??b=c", "/a?b=c", false),
        ("api.example.com", "/a/", "?b=c", "/a?b=c", false),
        ("api.example.com", "/a/b", "?", "/a%2Fb", false),
    ] {
        let request = get_parts(authority, path, query, target);
        if is_good {
            server.accepts(authority, &request);
        } else {
            server.refuses(authority, INVALID, &request);
        }
    }
}

/// One release escapes the target, another one leaves out the port: not both, so the last way to write it is tried only
/// where the target is the same in all.
#[actix_web::test]
async fn every_way_to_write_the_authority_is_tried_beside_the_target() {
    let server = serve(signing_at("https://api.example.com:8443"));
    let message = Message::get("https://api.example.com:8443/a?b=c");
    let covered = ["@method", "@target-uri", "@authority", "@query", "approov-token"];
    for (authority, query) in [
        ("api.example.com:8443", "?b=c"),
        ("api.example.com", "b=c"),
        ("api.example.com", "?b=c"),
    ] {
        let signature = Signature::install(&message).covering(&message, &covered);
        let signature = signature.value("@authority", authority).value("@query", query);
        server.accepts(authority, &message.request().signed(&[&signature]));
    }
}

/// What one release leaves out must not be what tells one request from another.
#[actix_web::test]
async fn nothing_is_left_out_that_tells_requests_apart() {
    let server = serve(signing_at([
        "https://api.example.com:8443",
        "https://api.example.com:9443",
    ]));
    let host = Some("api.example.com:8443");
    let parts = |authority: &str, query: &str, target: &str| get_parts(authority, "/a", query, target).host(host);
    server.accepts("its own port", &parts("api.example.com:8443", "?b=c", "/a?b=c"));
    server.refuses("no port", INVALID, &parts("api.example.com", "?b=c", "/a?b=c"));
    server.refuses("other port", INVALID, &parts("api.example.com:9443", "?b=c", "/a?b=c"));

    server.accepts("two marks", &parts("api.example.com:8443", "??b=c", "/a??b=c"));
    server.refuses(
        "the query of another request",
        INVALID,
        &parts("api.example.com:8443", "?b=c", "/a??b=c"),
    );

    let address = serve(signing_at("https://[2001:db8::1]"));
    address.accepts("an address", &get_parts("[2001:db8::1]", "/a", "?", "/a"));
    address.refuses("half of it", INVALID, &get_parts("[2001:db8:", "/a", "?", "/a"));
}

#[actix_web::test]
async fn one_origin_counts_whatever_the_host() {
    let server = serve(signing_at("https://API.example.com:443/v1/"));
    let good = get("https://api.example.com/v1/orders?a", "/orders?a");
    for host in [Some("localhost"), Some("evil.example.com"), Some(""), Some("a b")] {
        server.accepts("", &good.clone().host(host));
    }
    for signed in [
        "https://api.example.com/orders?a",
        "https://localhost/v1/orders?a",
        "https://api.example.com/v1orders?a",
    ] {
        server.refuses(signed, INVALID, &get(signed, "/orders?a"));
    }
    server.accepts("parts", &get_parts("api.example.com", "/v1/orders", "?", "/orders"));
    server.refuses(
        "parts",
        INVALID,
        &get_parts("api.example.com", "/orders", "?", "/orders"),
    );
    let plain = serve(signing_at("http://api.example.com:80"));
    plain.accepts("http", &get("http://api.example.com/", "/"));
}

#[actix_web::test]
async fn of_several_origins_the_host_chooses() {
    let origins = [
        "https://a.example.com",
        " https://b.example.com:8443/b ",
        "http://c.example.com",
        "https://[2001:db8::1]:444",
    ];
    let server = serve(signing_at(origins));
    for (host, origin) in [
        ("a.example.com", "https://a.example.com"),
        ("A.Example.COM", "https://a.example.com"),
        ("a.example.com:443", "https://a.example.com"),
        ("b.example.com:8443", "https://b.example.com:8443/b"),
        ("c.example.com", "http://c.example.com"),
        ("c.example.com:80", "http://c.example.com"),
        ("[2001:db8::1]:444", "https://[2001:db8::1]:444"),
        ("[2001:DB8::1]:444", "https://[2001:db8::1]:444"),
    ] {
        server.accepts(host, &get(&format!("{origin}/x"), "/x").host(Some(host)));
        let other = if host.starts_with('c') {
            "https://a.example.com"
        } else {
            "http://c.example.com"
        };
        server.refuses(host, INVALID, &get(&format!("{other}/x"), "/x").host(Some(host)));
    }
    let good = get("https://a.example.com/x", "/x");
    for host in [
        "",
        "b.example.com",
        "a.example.com:80",
        "c.example.com:443",
        "a.example.com:8443",
        "a.example.com.",
        "a.example.com:",
        "a.example.com:x",
        "a.example.com:443443",
        "u@a.example.com",
        "a.example.com/",
        "a.example.com,b.example.com:8443",
        "evil.example.com",
        "a b",
        ":443",
        "[2001:db8::1",
        "a.example.com\u{e9}",
    ] {
        server.refuses(host, TARGET, &good.clone().host(Some(host)));
    }
}

#[actix_web::test]
async fn without_an_origin_the_connection_has_the_scheme_and_the_request_the_host() {
    let server = serve(builder());
    for (host, authority) in [
        ("localhost", "localhost"),
        ("LocalHost:80", "localhost"),
        ("localhost:8080", "localhost:8080"),
        ("localhost:443", "localhost:443"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]:81", "[::1]:81"),
    ] {
        server.accepts(host, &get(&format!("http://{authority}/"), "/").host(Some(host)));
        server.refuses(
            host,
            INVALID,
            &get(&format!("https://{authority}/"), "/").host(Some(host)),
        );
    }
    server.accepts("no port", &get_parts("[::1]", "/", "?", "/").host(Some("[::1]:81")));
    for host in [
        Some(""),
        Some("a b"),
        Some("u:p@localhost"),
        Some("localhost:"),
        Some("localhost:99999"),
        Some("u@localhost:80"),
        Some("u@localhost:8080"),
        Some(":80"),
        Some(":8080"),
    ] {
        server.refuses(&format!("{host:?}"), TARGET, &get("http://localhost/", "/").host(host));
    }
    server.refuses("no host", TARGET, &get("http://:8080/", "/").host(Some(":8080")));
    server.refuses(
        "a user",
        TARGET,
        &get("http://localhost:8080/", "/").host(Some("u@localhost:8080")),
    );
    let of_ios = |signed: &str, target: &str| get(&format!("http://localhost{signed}"), target);
    server.accepts("no root path", &of_ios("", "/"));
    server.refuses("no path", INVALID, &of_ios("", "/a"));
    server.refuses("another path", INVALID, &of_ios("/a", "/a/"));
    // actix itself refuses none and a second one.
    let none = get("http://localhost/", "/").host(None);
    assert_eq!(server.send(&none).status, 400);
    let two = get("http://localhost/", "/").header("Host", "other");
    assert_eq!(server.send(&two).status, 400);
}

/// The form that proxies get. Who routes by `Host` must not see another host than the one that was signed.
#[actix_web::test]
async fn the_absolute_form() {
    let origins = serve(signing_at(["https://a.example.com", "https://b.example.com"]));
    let request = |target: &str, host: Option<&str>| get("https://a.example.com/x", target).host(host);
    for target in [
        "https://a.example.com/x",
        "http://a.example.com:443/x",
        "https://A.example.com:443/x",
    ] {
        for host in [Some("a.example.com"), Some("A.example.com:443")] {
            origins.accepts(target, &request(target, host));
        }
        for host in [Some("b.example.com"), Some(""), Some("a.example.com:80")] {
            origins.refuses(target, TARGET, &request(target, host));
        }
    }
    origins.refuses("b", INVALID, &request("https://b.example.com/x", Some("b.example.com")));
    origins.refuses(
        "none",
        TARGET,
        &request("https://c.example.com/x", Some("c.example.com")),
    );

    // Covered as it is on the request line, under the public origin.
    let message = Message::get("https://a.example.com/x?y");
    let on_the_line = |line: &str, target: &str| {
        let signature = Signature::install(&message).covering(&message, &["@method", "@target-uri", "approov-token"]);
        let signature = signature.line("\"@request-target\"", line);
        message
            .request_to(target)
            .signed(&[&signature])
            .host(Some("a.example.com"))
    };
    let (absolute, path) = ("https://a.example.com/x?y", "/x?y");
    origins.accepts(absolute, &on_the_line(absolute, absolute));
    origins.accepts(path, &on_the_line(path, path));
    origins.refuses(absolute, INVALID, &on_the_line(path, absolute));
    origins.refuses(path, INVALID, &on_the_line(absolute, path));

    let none = serve(builder());
    none.accepts("none", &get("http://localhost/x", "http://localhost/x"));
    none.refuses(
        "none",
        TARGET,
        &get("http://evil.example.com/x", "http://evil.example.com/x"),
    );
}
