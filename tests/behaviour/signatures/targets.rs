//! Where a request is addressed to: origins, hosts, and what clients make of URLs. Targets without a path:
//! `tests/refusals/signature_target.rs`.

use support::{
    client::Request,
    signing::{Message, Signature},
    tables::cells,
};

use super::{ORIGIN, builder, least, serve, signing, signing_at};

/// A `GET` whose client signs `signed`, while `target` is on the wire.
fn get(signed: &str, target: &str) -> Request {
    let message = Message::get(signed);
    message.request_to(target).signed(&[&Signature::install(&message)])
}

fn get_here(signed: &str, target: &str) -> Request {
    get(&format!("{ORIGIN}{signed}"), target)
}

const INVALID: &str = "signature_invalid";
const TARGET: &str = "signature_target";

/// What older Android releases sign, and what they send.
const ESCAPED: &str = r"/a%5Bb%5D -> /a[b] | /a%5B%5D?b[]=1 -> /a[]?b[]=1 | /a?b=%7B%7C%7D -> /a?b={|}
    /a?b=%5C%5E%60 -> /a?b=\^` | /?a=%7C -> /?a=| | /a%20b?c=%7C%20%25 -> /a%20b?c=|%20%25 | /a?q=100%25 -> /a?q=100%
    /100%25 -> /100% | /a?q=%25zz&r=%7C%25 -> /a?q=%zz&r=|% | /100%25%20b -> /100%%20b";

/// The last ones handlers decode in two steps, so they would have another meaning.
const ESCAPED_OTHERWISE: &str = "/a?b=%7c -> /a?b=| | /a?b=%7C| -> /a?b=|| | /a?b=%5B -> /a?b=[ | /a?b=%61 -> /a?b=a
    /a?b=%257C -> /a?b=| | /a?b=%2541 -> /a?b=%41 | /a%25%34%31 -> /a%%34%31 | /a%254%31 -> /a%4%31
    /a%25%341 -> /a%%341 | /a%25%25%34%31 -> /a%%%34%31";

#[actix_web::test]
async fn older_android_releases_escape_what_stands_raw_on_the_wire() {
    let server = serve(signing());
    for row in cells(ESCAPED) {
        let (signed, target) = row.split_once(" -> ").unwrap();
        server.accepts(target, &get_here(signed, target));
        server.accepts(target, &get_here(target, target));
        server.refuses("raw in the signed URI alone", INVALID, &get_here(target, signed));
    }
    for row in cells(ESCAPED_OTHERWISE) {
        let (signed, target) = row.split_once(" -> ").unwrap();
        server.refuses(target, INVALID, &get_here(signed, target));
    }
}

#[actix_web::test]
async fn ios_leaves_out_the_root_path() {
    let server = serve(signing());
    let good = "∅ -> / | / -> / | ?a=1 -> /?a=1 | /?a=1 -> /?a=1 | ? -> /?";
    let bad = "∅ -> /?a=1 | ?a=1 -> / | ∅ -> // | /a -> /a/ | /a/ -> /a | ∅ -> /a | ? -> /";
    for (table, refusal) in [(good, None), (bad, Some(INVALID))] {
        for row in cells(table) {
            let (signed, target) = row.split_once(" -> ").unwrap();
            server.decides(&row, refusal, &get_here(signed, target));
        }
    }
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

/// One release leaves out the port, but never what tells one request from another.
#[actix_web::test]
async fn authority_path_and_query_in_place_of_the_target() {
    let one = serve(signing_at("https://api.example.com:8443"));
    let address = serve(signing_at("https://[2001:db8::1]"));
    let ports = serve(signing_at(["https://api.example.com:8443", "https://api.example.com"]));
    for (server, authority, path, query, target, refusal) in [
        (&one, "api.example.com:8443", "/a", "?b=c", "/a?b=c", None),
        (&one, "api.example.com", "/a", "b=c", "/a?b=c", None),
        (&one, "api.example.com", "/a", "?b=c", "/a?b=c", None),
        (&one, "api.example.com:8443", "/a", "?", "/a?", None),
        (&one, "api.example.com", "/a", "", "/a", None),
        (&one, "api.example.com:8443", "/a%2Fb", "?%20", "/a%2Fb?%20", None),
        (&one, "api.example.com:8443", "/a", "??b=c", "/a??b=c", None),
        (&one, "api.example.com:443", "/a", "?b=c", "/a?b=c", Some(INVALID)),
        (&one, "api.example.com:", "/a", "?b=c", "/a?b=c", Some(INVALID)),
        (&one, "example.com", "/a", "?b=c", "/a?b=c", Some(INVALID)),
        (&one, "api.example.com", "/a", "??b=c", "/a?b=c", Some(INVALID)),
        (&one, "api.example.com:8443", "/a", "?b=c", "/a??b=c", Some(INVALID)),
        (&one, "api.example.com", "/a/b", "?", "/a%2Fb", Some(INVALID)),
        (&address, "[2001:db8::1]", "/a", "?", "/a", None),
        (&address, "[2001:db8:", "/a", "?", "/a", Some(INVALID)),
        (&ports, "api.example.com:8443", "/a", "?", "/a", None),
        (&ports, "api.example.com", "/a", "?", "/a", Some(INVALID)),
    ] {
        let request = get_parts(authority, path, query, target);
        server.decides(authority, refusal, &request.host(Some("api.example.com:8443")));
    }
}

/// One release escapes the target, another one leaves out the port: not both, so the last way to write it is tried only
/// where the target is the same in all.
#[actix_web::test]
async fn every_way_to_write_the_authority_is_tried_beside_the_target() {
    let server = serve(signing_at("https://api.example.com:8443"));
    let message = Message::get("https://api.example.com:8443/a?b=c");
    let covered = ["@method", "@target-uri", "@authority", "@query", "approov-token"];
    for (authority, query) in [(":8443", "?b=c"), ("", "b=c"), ("", "?b=c")] {
        let signature = Signature::install(&message)
            .covering(&message, &covered)
            .value("@authority", &format!("api.example.com{authority}"))
            .value("@query", query);
        server.accepts(query, &message.request().signed(&[&signature]));
    }
}

#[actix_web::test]
async fn one_origin_counts_whatever_the_host() {
    let server = serve(signing_at("https://API.example.com:443/v1/"));
    let good = get("https://api.example.com/v1/orders?a", "/orders?a");
    for host in ["localhost", "evil.example.com", "", "a b"] {
        server.accepts(host, &good.clone().host(Some(host)));
    }
    for signed in cells(
        "https://api.example.com/orders?a | https://localhost/v1/orders?a | https://api.example.com/v1orders?a
        http://api.example.com/v1/orders?a | https://api.example.com:443/v1/orders?a
        https://api.example.com/v1/orders?a#b",
    ) {
        server.refuses(&signed, INVALID, &get(&signed, "/orders?a"));
    }
    let parts = |path: &str| get_parts("api.example.com", path, "?", "/orders");
    server.accepts("parts", &parts("/v1/orders"));
    server.refuses("parts", INVALID, &parts("/orders"));
}

/// Hosts, what is signed for them, and what is not.
const HOSTS: &str = "A.Example.COM -> https://a.example.com, not http://a.example.com
    a.example.com:443 -> https://a.example.com, not https://a.example.com:443
    b.example.com:8443 -> https://b.example.com:8443/b, not https://b.example.com:8443
    c.example.com -> http://c.example.com, not https://a.example.com
    c.example.com:80 -> http://c.example.com, not https://c.example.com
    [2001:DB8::1]:444 -> https://[2001:db8::1]:444, not https://[2001:db8::1]";

#[actix_web::test]
async fn of_several_origins_the_host_chooses() {
    let server = serve(signing_at([
        "https://a.example.com",
        " https://b.example.com:8443/b ",
        "http://c.example.com:80",
        "https://[2001:db8::1]:444",
    ]));
    for row in cells(HOSTS) {
        let (host, origins) = row.split_once(" -> ").unwrap();
        let (origin, other) = origins.split_once(", not ").unwrap();
        let signed_for = |origin: &str| get(&format!("{origin}/x"), "/x").host(Some(host));
        server.accepts(host, &signed_for(origin));
        server.refuses(host, INVALID, &signed_for(other));
    }
    let good = get("https://a.example.com/x", "/x");
    for host in cells(
        "∅ | b.example.com | a.example.com:80 | c.example.com:443 | a.example.com. | a.example.com: | a.example.com:x
        a.example.com:443443 | u@a.example.com | a.example.com/ | a.example.com,b.example.com:8443 | evil.example.com
        a b | :443 | [2001:db8::1 | a.example.comé",
    ) {
        server.refuses(&host, TARGET, &good.clone().host(Some(&host)));
    }
}

#[actix_web::test]
async fn without_an_origin_the_connection_has_the_scheme_and_the_request_the_host() {
    let server = serve(builder());
    let signed_for = |url: &str, host: &str| get(url, "/").host(Some(host));
    for (host, authority) in [("LocalHost:80", "localhost"), ("[::1]:81", "[::1]:81")] {
        server.accepts(host, &signed_for(&format!("http://{authority}/"), host));
        server.accepts(host, &signed_for(&format!("http://{authority}"), host));
        server.refuses(host, INVALID, &signed_for(&format!("https://{authority}/"), host));
    }
    server.accepts("no port", &get_parts("[::1]", "/", "?", "/").host(Some("[::1]:81")));
    for host in ["a b", "localhost:", "localhost:99999", ":8080", "u@localhost:8080"] {
        server.refuses(host, TARGET, &signed_for(&format!("http://{host}/"), host));
    }
}

/// The form that proxies get. Who routes by `Host` must not see another host than the one that was signed.
#[actix_web::test]
async fn the_absolute_form() {
    let origins = serve(signing_at(["https://a.example.com", "https://b.example.com"]));
    for target in ["https://a.example.com/x", "http://A.example.com:443/x"] {
        for (host, refusal) in [
            ("a.example.com", None),
            ("A.example.com:443", None),
            ("b.example.com", Some(TARGET)),
            ("", Some(TARGET)),
            ("a.example.com:80", Some(TARGET)),
        ] {
            let request = get("https://a.example.com/x", target);
            origins.decides(target, refusal, &request.host(Some(host)));
        }
    }
    for (host, code) in [("b.example.com", INVALID), ("c.example.com", TARGET)] {
        let request = get("https://a.example.com/x", &format!("https://{host}/x"));
        origins.refuses(host, code, &request.host(Some(host)));
    }

    // Covered as it is on the request line, under the public origin.
    let (absolute, path) = ("https://a.example.com/x?y", "/x?y");
    for (signed, sent, refusal) in [
        (absolute, absolute, None),
        (path, path, None),
        (path, absolute, Some(INVALID)),
        (absolute, path, Some(INVALID)),
    ] {
        let message = Message::get(absolute);
        let signature = least(&message).line("\"@request-target\"", signed);
        let request = message.request_to(sent).signed(&[&signature]);
        origins.decides(signed, refusal, &request.host(Some("a.example.com")));
    }

    let none = serve(builder());
    none.accepts("", &get("http://localhost/x", "http://localhost/x"));
    let evil = "http://evil.example.com/x";
    none.refuses(evil, TARGET, &get(evil, evil));
}
