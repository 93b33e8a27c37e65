//! Random requests.

use fastrand::Rng;
use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    string::string_regex,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::json;
use support::token::now;

use super::{
    ORIGINS,
    request::{Dictionary, Request, Sample, Signature, header, identifier},
    signer::{self, Signer},
};

const METHODS: [&str; 8] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "M-SEARCH", "A.B_9"];
const FIELDS: &str = "Accept Approov-TraceID Approov-Status Authorization Cache-Control Content-Type Cookie Date \
                      User-Agent X-One x-two";

/// RFC 3986 has no more for a path, but for a dot.
const IN_PATHS: &str = "abcxyzABC019_~!$&'()*+,;=:@-";
/// But `'`, which the package for JavaScript escapes, and `&` and `=`, which stand between.
const IN_QUERIES: &str = "abcxyzABC019._~!$()*,;:@/?+-";
/// Not in the standard, and on the wire all the same.
const RAW: &str = r"abcABC019|\[\]{}^\\'%";
/// Of anything from a space on, but for a dot, which makes a dot segment.
const ESCAPE: &str = "%([3-9A-F][0-9A-F]|[3-9a-f][0-9a-f]|2[0-9A-DF]|2[0-9a-df])";

/// Names of query parameters as they are sent, and as they are in `@query-param` where that is something else.
const QUERY_NAMES: &str = "a A b a+b=a%20b %61%7e=a%7E x%C3%A9 q%5B%5D *-._";

const BLANKS: &str = "( |\t|  )?";
const VALUE: &str = "([!-~]{1,7}(( |  |\t|,|, | ,)[!-~]{1,7}){0,3})?";

/// Inner lists are tried in `behaviour::signatures::fields`. A decimal is no whole number: the package for JavaScript
/// would forget that it was a decimal.
const ITEM: &str = r#"(-?[1-9][0-9]{0,14}|-?[1-9][0-9]{0,4}[.][0-9]{0,2}[1-9]|"[a-zA-Z0-9]{0,8}"|"a \\"b\\" \\\\c, d;e=f"|token|\*t/o:k|A!#|:([a-zA-Z0-9+/]{4}){0,2}([a-zA-Z0-9+/][AQgw]==)?:|\?0|\?1)"#;
const ITEM_PARAMETERS: &str = "(;q=1|; q=0[.]5|;a;b=\"c\"|;a=[?]0; b=:YWI=:)?";

/// A text of this pattern.
pub(super) fn text(rng: &mut Rng, pattern: &str) -> String {
    let seed: [u8; 32] = std::array::from_fn(|_| rng.u8(..));
    let seeded = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), seeded);
    string_regex(pattern).unwrap().new_tree(&mut runner).unwrap().current()
}

/// True once in so many times.
pub(super) fn once_in(rng: &mut Rng, times: usize) -> bool {
    rng.usize(..times) == 0
}

/// One of these lists.
fn list(rng: &mut Rng, lists: &[&'static str]) -> Vec<&'static str> {
    rng.choice(lists).unwrap().split_whitespace().collect()
}

pub(super) fn sample(rng: &mut Rng, signer: Signer) -> Sample {
    // With these, the package for JavaScript is right about `@target-uri` alone.
    let is_raw = signer == Signer::JavaScript && once_in(rng, 4);
    let [in_path, in_query] = if is_raw { [RAW; 2] } else { [IN_PATHS, IN_QUERIES] };
    let path = path(rng, in_path, is_raw || signer == Signer::Python);
    let (query, names) = query(rng, in_query, signer);
    let (installation, token) = signer::token(rng);
    let mut headers = vec![header("Approov-Token", &token)];
    let dictionaries = fields(rng, &mut headers);
    let body = body(rng, &mut headers);
    let origin = rng.choice(ORIGINS).unwrap();
    let (scheme, authority) = origin.split_once("://").unwrap();
    // Only `@authority` has a normal form (section 2.2.3), so only there the client may write it otherwise.
    let is_normal = is_raw || !once_in(rng, 4);
    let on_the_wire = unusual(rng, authority, scheme);
    headers.push(header("Host", &on_the_wire));
    let unusual = format!("{scheme}://{on_the_wire}");
    let mut sample = Sample {
        request: Request {
            method: rng.choice(METHODS).unwrap().to_owned(),
            path,
            query,
            headers,
            body,
        },
        origin: if is_normal { origin.to_owned() } else { unusual },
        installation,
        other_token: signer::token(rng).1,
        digests: list(rng, &["", "sha-256", "sha-512", "sha-256 sha-512", "sha-512 sha-256"]),
        digest_lines: rng.bool(),
        dictionaries,
        signatures: Vec::new(),
    };
    for label in list(rng, &["install", "account", "install account", "account install"]) {
        let components = components(rng, &sample, signer, is_raw, is_normal, &names);
        let parameters = parameters(rng, label, signer);
        sample.signatures.push(Signature {
            label,
            components,
            parameters,
        });
    }
    // Fields may be in any order, but the lines of one may not.
    let headers = &mut sample.request.headers;
    headers.sort_by_key(|(name, _)| name.to_ascii_lowercase());
    let middle = rng.usize(1..headers.len());
    if !headers[middle - 1].0.eq_ignore_ascii_case(&headers[middle].0) {
        headers.rotate_left(middle);
    }
    sample
}

/// The same host and port, written in another way.
fn unusual(rng: &mut Rng, authority: &str, scheme: &str) -> String {
    let mut authority = authority.to_owned();
    if once_in(rng, 4) {
        authority = authority.to_ascii_uppercase();
    }
    // A colon in brackets is none of a port.
    if once_in(rng, 4) && !authority.contains(':') {
        authority.push_str(if scheme == "https" { ":443" } else { ":80" });
    }
    authority
}

fn path(rng: &mut Rng, class: &str, with_dots: bool) -> String {
    if once_in(rng, 8) {
        return "/".to_owned();
    }
    let dots = if with_dots { "|[.]|[.][.]|%2e%2E" } else { "" };
    // No text begins with a dot.
    let segment = format!("([{class}]|{ESCAPE})([.{class}]|{ESCAPE}){{0,6}}");
    text(rng, &format!("(/({segment}|(|{segment}{dots}))){{1,4}}"))
}

/// And the names that `@query-param` may have.
fn query(rng: &mut Rng, class: &str, signer: Signer) -> (Option<String>, Vec<&'static str>) {
    let count = match rng.usize(..6) {
        0 | 1 => return (None, Vec::new()),
        2 => 0,
        _ => rng.usize(1..6),
    };
    let mut pairs = Vec::new();
    for _ in 0..count {
        let name = *rng.choice(&QUERY_NAMES.split(' ').collect::<Vec<_>>()).unwrap();
        let (sent, normal) = name.split_once('=').unwrap_or((name, name));
        let value = text(rng, &format!("([{class}]|[{class}]|{ESCAPE}){{0,7}}"));
        let pair = match rng.usize(..10) {
            0 => sent.to_owned(),
            1 => format!("{sent}=={value}"),
            _ => format!("{sent}={value}"),
        };
        pairs.push((normal, pair));
        if once_in(rng, 10) {
            pairs.push(("", rng.choice(["", "="]).unwrap().to_owned()));
        }
    }
    let is_usable = |(name, pair): &&(&str, String)| {
        let is_only_one = pairs.iter().filter(|(known, _)| known == name).count() == 1;
        let value = pair.split_once('=').map_or("", |(_, value)| value);
        !name.is_empty() && is_only_one && !signer.misescapes(value)
    };
    let names = pairs.iter().filter(is_usable).map(|(name, _)| *name).collect();
    let text: Vec<_> = pairs.iter().map(|(_, pair)| pair.as_str()).collect();
    (Some(text.join("&")), names)
}

/// Adds fields of every kind, and returns those that are dictionaries.
fn fields(rng: &mut Rng, headers: &mut Vec<(String, String)>) -> Vec<Dictionary> {
    for name in FIELDS.split(' ') {
        // What is not ASCII is only for `;bs`.
        let end = if once_in(rng, 8) { "\u{e9}" } else { "" };
        let most = match name {
            "Cookie" => 1,
            _ if rng.bool() => 0,
            _ => 3,
        };
        for _ in 0..rng.usize(..=most) {
            let value = text(rng, &format!("{BLANKS}{VALUE}{end}{BLANKS}"));
            headers.push(header(name, &value));
        }
    }
    let mut dictionaries = Vec::new();
    for name in ["Priority", "X-Dictionary"] {
        if rng.bool() {
            let mut keys = ["u", "i", "key-1", "*a", "z_.9"];
            rng.shuffle(&mut keys);
            let item = |key| (key, text(rng, &format!("{ITEM}{ITEM_PARAMETERS}")));
            let mut members: Vec<_> = keys.map(item).into();
            members.truncate(rng.usize(1..5));
            // The package for JavaScript takes a field without any `=` for a list, and then finds no member.
            members[0].1 = text(rng, &format!("-?[1-9][0-9]{{0,4}}{ITEM_PARAMETERS}"));
            headers.extend(lines(rng, &members).iter().map(|line| header(name, line)));
            dictionaries.push((name, members));
        }
    }
    dictionaries
}

/// One line or more of a dictionary. A comma may have blanks around it.
fn lines(rng: &mut Rng, members: &[(&str, String)]) -> Vec<String> {
    let mut lines = text(rng, BLANKS);
    for (i, (key, value)) in members.iter().enumerate() {
        if i > 0 {
            lines += rng.choice([",", ", ", " ,\t", "\n", "\t\n "]).unwrap();
        }
        // A member that is true may go without.
        lines += &match value.strip_prefix("?1") {
            Some(parameters) if rng.bool() => [key, parameters].concat(),
            _ => [key, "=", value].concat(),
        };
    }
    lines.split('\n').map(str::to_owned).collect()
}

fn body(rng: &mut Rng, headers: &mut Vec<(String, String)>) -> Vec<u8> {
    let framing = rng.usize(..4);
    let is_empty = framing == 0 || once_in(rng, 8);
    let length = if is_empty { 0 } else { rng.usize(..300) };
    match framing {
        0 => {}
        1 => headers.push(header("Transfer-Encoding", "chunked")),
        _ => headers.push(header("Content-Length", &length.to_string())),
    }
    (0..length).map(|_| rng.u8(..)).collect()
}

fn components(
    rng: &mut Rng,
    sample: &Sample,
    signer: Signer,
    is_raw: bool,
    is_normal: bool,
    names: &[&str],
) -> Vec<String> {
    // What has no normal form can only be signed by its parts.
    let target: &[&str] = if !is_raw && (!is_normal || rng.bool()) {
        &["@authority", "@path", "@query"]
    } else {
        &["@target-uri"]
    };
    let mut components = [&["@method"], target].concat();
    let drops_query = signer == Signer::JavaScript && sample.request.query.as_deref() == Some("");
    for (name, can_be) in [
        ("@target-uri", is_normal),
        ("@authority", true),
        ("@scheme", true),
        ("@request-target", !is_raw && !drops_query),
        ("@path", !is_raw),
        ("@query", !is_raw),
    ] {
        if can_be && !target.contains(&name) && once_in(rng, 5) {
            components.push(name);
        }
    }
    let mut components: Vec<_> = components.iter().map(|name| identifier(name, "")).collect();
    let names = names.iter().filter(|_| !is_raw && rng.bool());
    components.extend(names.map(|name| identifier("@query-param", &format!(";name=\"{name}\""))));
    let form_of_token = if once_in(rng, 8) { ";bs" } else { "" };
    components.push(identifier("approov-token", form_of_token));
    let mut fields: Vec<_> = sample.request.headers.iter().map(|(name, _)| name.as_str()).collect();
    if !sample.digests.is_empty() {
        fields.push("Content-Digest");
    }
    fields.sort_unstable();
    fields.dedup();
    for name in fields {
        if name != "Approov-Token" && rng.bool() {
            components.push(identifier(name, &field_form(rng, sample, name)));
        }
    }
    rng.shuffle(&mut components);
    components
}

/// Its parameter.
fn field_form(rng: &mut Rng, sample: &Sample, name: &str) -> String {
    let is_ascii = sample.request.values(name).iter().all(|value| value.is_ascii());
    if !is_ascii || once_in(rng, 6) {
        return ";bs".to_owned();
    }
    let keys: Vec<_> = match sample.dictionary(name) {
        _ if name == "Content-Digest" => sample.digests.clone(),
        Some(members) => members.iter().map(|(key, _)| *key).collect(),
        None => return String::new(),
    };
    match rng.usize(..3) {
        0 => String::new(),
        // Only of a known field it is known to be a dictionary.
        1 if name != "X-Dictionary" => ";sf".to_owned(),
        _ => format!(";key=\"{}\"", rng.choice(keys).unwrap()),
    }
}

fn parameters(rng: &mut Rng, label: &str, signer: Signer) -> Vec<(&'static str, serde_json::Value)> {
    let is_install = label == "install";
    let algorithm = if is_install { "ecdsa-p256-sha256" } else { "hmac-sha256" };
    let shortest = usize::from(signer == Signer::JavaScript);
    let mut parameters = vec![("created", json!(now() - rng.u64(..100_000)))];
    for name in ["expires", "keyid", "nonce", "tag", "x-other", "alg"] {
        let value = match name {
            "alg" => json!(algorithm),
            "expires" => json!(now() + rng.u64(3000..6000)),
            _ => json!(text(rng, &format!("[ -~]{{{shortest},19}}"))),
        };
        if rng.bool() {
            parameters.push((name, value));
        }
    }
    rng.shuffle(&mut parameters);
    parameters
}
