//! Random requests.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use fastrand::Rng;
use serde_json::json;
use support::token::now;

use super::{
    ORIGINS,
    request::{Component, Dictionary, Request, Sample, Signature},
    signer::{self, Signer},
};

const METHODS: [&str; 8] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "M-SEARCH", "A.B_9"];
const FIELDS: &str = "Accept Approov-TraceID Approov-Status Authorization Cache-Control Content-Type Cookie Date \
                      User-Agent X-One x-two";

pub(super) const ALPHANUMERIC: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
/// RFC 3986 has no more for a path.
const IN_PATHS: &str = "abcxyzABC019-._~!$&'()*+,;=:@";
/// But `'`, which the package for JavaScript escapes, and `&` and `=`, which stand between.
const IN_QUERIES: &str = "abcxyzABC019-._~!$()*,;:@/?+";
/// Not in the standard, and on the wire all the same.
const RAW: &str = "abcABC019|[]{}^\\'%";

/// Names of query parameters as they are sent, which are the same in `@query-param` but for some.
const QUERY_NAMES: [&str; 8] = ["a", "A", "b", "a+b", "%61%7e", "x%C3%A9", "q%5B%5D", "*-._"];

fn normal(name: &'static str) -> &'static str {
    match name {
        "a+b" => "a%20b",
        "%61%7e" => "a%7E",
        name => name,
    }
}

pub(super) const SIGNATURE_PARAMETERS: [&str; 5] = ["expires", "keyid", "nonce", "tag", "x-other"];

/// Of random text.
pub(super) trait Text {
    fn coin(&mut self, of: usize) -> bool;
    fn text(&mut self, alphabet: &str, length: std::ops::Range<usize>) -> String;
}

impl Text for Rng {
    /// True once in so many times.
    fn coin(&mut self, of: usize) -> bool {
        self.usize(..of) == 0
    }

    fn text(&mut self, alphabet: &str, length: std::ops::Range<usize>) -> String {
        let length = self.usize(length);
        let alphabet = alphabet.as_bytes();
        (0..length)
            .map(|_| char::from(alphabet[self.usize(..alphabet.len())]))
            .collect()
    }
}

/// One of these lists.
fn list(rng: &mut Rng, lists: &[&'static str]) -> Vec<&'static str> {
    rng.choice(lists).unwrap().split_whitespace().collect()
}

pub(super) fn sample(rng: &mut Rng, signer: Signer) -> Sample {
    // With these, the package for JavaScript is right about `@target-uri` alone.
    let is_raw = signer == Signer::JavaScript && rng.coin(4);
    let [in_path, in_query] = if is_raw { [RAW; 2] } else { [IN_PATHS, IN_QUERIES] };
    let path = path(rng, in_path, is_raw || signer == Signer::Python);
    let (query, names) = query(rng, in_query, signer);
    let (installation, token) = signer::token(rng);
    let mut headers = vec![("Approov-Token".to_owned(), token)];
    let dictionaries = fields(rng, &mut headers);
    let body = body(rng, &mut headers);
    let origin = rng.choice(ORIGINS).unwrap();
    let (scheme, authority) = origin.split_once("://").unwrap();
    // Only `@authority` has a normal form (section 2.2.3), so only there the client may write it otherwise.
    let is_normal = is_raw || !rng.coin(4);
    let on_the_wire = unusual(rng, authority, scheme);
    headers.push(("Host".to_owned(), on_the_wire.clone()));
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
        sample.signatures.push(signature(rng, label, signer, components));
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
    if rng.coin(4) {
        authority = authority.to_ascii_uppercase();
    }
    // A colon in brackets is none of a port.
    if rng.coin(4) && !authority.contains(':') {
        authority.push_str(if scheme == "https" { ":443" } else { ":80" });
    }
    authority
}

fn escapes_and(rng: &mut Rng, alphabet: &str, length: std::ops::Range<usize>) -> String {
    let mut text = String::new();
    for _ in 0..rng.usize(length) {
        if rng.coin(6) {
            // From a space on, but for a dot, which makes a dot segment.
            let byte = match rng.u8(0x20..) {
                b'.' => b'/',
                byte => byte,
            };
            let escape = format!("%{byte:02X}");
            text.push_str(&if rng.bool() {
                escape
            } else {
                escape.to_ascii_lowercase()
            });
        } else {
            text.push_str(&rng.text(alphabet, 1..2));
        }
    }
    text
}

fn path(rng: &mut Rng, alphabet: &str, with_dots: bool) -> String {
    if rng.coin(8) {
        return "/".to_owned();
    }
    let mut path = String::new();
    for _ in 0..rng.usize(1..5) {
        let segment = match rng.usize(..12) {
            0 => String::new(),
            1 if with_dots => ".".to_owned(),
            2 if with_dots => "..".to_owned(),
            3 if with_dots => "%2e%2E".to_owned(),
            _ => escapes_and(rng, alphabet, 1..8),
        };
        let is_dots = segment.bytes().all(|byte| byte == b'.');
        path.push('/');
        path.push_str(if is_dots && !with_dots { "" } else { &segment });
    }
    path
}

/// And the names that `@query-param` may have.
fn query(rng: &mut Rng, alphabet: &str, signer: Signer) -> (Option<String>, Vec<&'static str>) {
    match rng.usize(..6) {
        0 | 1 => return (None, Vec::new()),
        2 => return (Some(String::new()), Vec::new()),
        _ => {}
    }
    let mut pairs = Vec::new();
    for _ in 0..rng.usize(1..6) {
        let sent = rng.choice(QUERY_NAMES).unwrap();
        let value = escapes_and(rng, alphabet, 0..8);
        let pair = match rng.usize(..10) {
            0 => sent.to_owned(),
            1 => format!("{sent}=={value}"),
            _ => format!("{sent}={value}"),
        };
        pairs.push((normal(sent), pair));
        if rng.coin(10) {
            pairs.push(("", rng.choice(["", "="]).unwrap().to_owned()));
        }
    }
    let is_usable = |name: &str| {
        let mut same = pairs.iter().filter(|(known, _)| *known == name);
        let pair = same.next().map(|(_, pair)| pair);
        pair.is_some_and(|pair| !signer.misescapes(pair.split_once('=').map_or("", |(_, value)| value)))
            && same.next().is_none()
    };
    let names = QUERY_NAMES.into_iter().map(normal).filter(|name| is_usable(name));
    let text: Vec<_> = pairs.iter().map(|(_, pair)| pair.as_str()).collect();
    (Some(text.join("&")), names.collect())
}

/// Adds fields of every kind, and returns those that are dictionaries.
fn fields(rng: &mut Rng, headers: &mut Vec<(String, String)>) -> Vec<Dictionary> {
    for name in FIELDS.split(' ') {
        let lines = match name {
            "Cookie" => rng.usize(..2),
            _ if rng.bool() => 0,
            _ => rng.usize(1..4),
        };
        // What is not ASCII is only for `;bs`.
        let end = if rng.coin(8) { "\u{e9}" } else { "" };
        for _ in 0..lines {
            let value = field_value(rng) + end;
            headers.push((name.to_owned(), blanks(rng, &value)));
        }
    }
    let mut dictionaries = Vec::new();
    for name in ["Priority", "X-Dictionary"] {
        if rng.bool() {
            let dictionary = dictionary(rng, name);
            for line in dictionary.lines(rng) {
                headers.push((name.to_owned(), blanks(rng, &line)));
            }
            dictionaries.push(dictionary);
        }
    }
    dictionaries
}

fn field_value(rng: &mut Rng) -> String {
    let visible: String = ('!'..='~').collect();
    let mut value = rng.text(&visible, 0..8);
    for _ in 0..rng.usize(..4) {
        if !value.is_empty() {
            value += rng.choice([" ", "  ", "\t", ",", ", ", " ,"]).unwrap();
        }
        value += &rng.text(&visible, 1..8);
    }
    value
}

/// A value with blanks around it.
fn blanks(rng: &mut Rng, value: &str) -> String {
    let blanks = ["", "", "", " ", "\t", "  "];
    format!("{}{value}{}", rng.choice(blanks).unwrap(), rng.choice(blanks).unwrap())
}

fn dictionary(rng: &mut Rng, name: &'static str) -> Dictionary {
    let mut keys = ["u", "i", "key-1", "*a", "z_.9"];
    rng.shuffle(&mut keys);
    let mut members: Vec<_> = keys[..rng.usize(1..5)]
        .iter()
        .map(|key| (*key, bare_item(rng) + &item_parameters(rng)))
        .collect();
    // The package for JavaScript takes a field without any `=` for a list, and then finds no member.
    members[0].1 = format!("{}{}", rng.i16(..), item_parameters(rng));
    Dictionary { name, members }
}

/// Inner lists are tried in `behaviour::signatures::fields`.
fn bare_item(rng: &mut Rng) -> String {
    match rng.usize(..8) {
        0 => rng.i64(-999_999_999_999_999..=999_999_999_999_999).to_string(),
        // Not a whole number: the package for JavaScript forgets that it was a decimal.
        1 => format!("{}.{}{}", rng.i16(..), rng.usize(..99), rng.usize(1..10)),
        2 => format!("\"{}\"", rng.text(ALPHANUMERIC, 0..9)),
        3 => r#""a \"b\" \\c, d;e=f""#.to_owned(),
        4 => rng.choice(["token", "*t/o:k", "A!#"]).unwrap().to_owned(),
        5 => format!(":{}:", STANDARD.encode(rng.text(ALPHANUMERIC, 0..9))),
        6 => "?0".to_owned(),
        _ => "?1".to_owned(),
    }
}

fn item_parameters(rng: &mut Rng) -> String {
    rng.choice(["", "", "", ";q=1", "; q=0.5", ";a;b=\"c\"", ";a=?0; b=:YWI=:"])
        .unwrap()
        .to_owned()
}

impl Dictionary {
    /// One line or more of it. A comma may have blanks around it.
    fn lines(&self, rng: &mut Rng) -> Vec<String> {
        let mut lines = vec![String::new()];
        for (i, (key, value)) in self.members.iter().enumerate() {
            if i > 0 && rng.coin(4) {
                lines.push(String::new());
            } else if i > 0 {
                *lines.last_mut().unwrap() += rng.choice([",", ", ", " ,\t"]).unwrap();
            }
            // A member that is true may go without.
            let member = match value.strip_prefix("?1") {
                Some(parameters) if rng.bool() => [key, parameters].concat(),
                _ => [key, "=", value].concat(),
            };
            *lines.last_mut().unwrap() += &member;
        }
        lines
    }
}

fn body(rng: &mut Rng, headers: &mut Vec<(String, String)>) -> Vec<u8> {
    let framing = rng.usize(..4);
    let length = if framing == 0 || rng.coin(8) {
        0
    } else {
        rng.usize(..300)
    };
    match framing {
        0 => {}
        1 => headers.push(("Transfer-Encoding".to_owned(), "chunked".to_owned())),
        _ => headers.push(("Content-Length".to_owned(), length.to_string())),
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
) -> Vec<Component> {
    let derived = |name: &str| Component::new(name, "");
    let mut components = vec![derived("@method")];
    // What has no normal form can only be signed by its parts.
    let target: &[&str] = if !is_raw && (!is_normal || rng.bool()) {
        &["@authority", "@path", "@query"]
    } else {
        &["@target-uri"]
    };
    components.extend(target.iter().map(|name| derived(name)));
    let drops_query = signer == Signer::JavaScript && sample.request.query.as_deref() == Some("");
    for (name, can_be) in [
        ("@target-uri", is_normal),
        ("@authority", true),
        ("@scheme", true),
        ("@request-target", !is_raw && !drops_query),
        ("@path", !is_raw),
        ("@query", !is_raw),
    ] {
        if can_be && !target.contains(&name) && rng.coin(5) {
            components.push(derived(name));
        }
    }
    if !is_raw {
        let names = names.iter().filter(|_| rng.bool());
        components.extend(names.map(|name| Component::new("@query-param", format!(";name=\"{name}\""))));
    }
    components.push(Component::new("approov-token", if rng.coin(8) { ";bs" } else { "" }));
    let mut fields: Vec<_> = sample.request.headers.iter().map(|(name, _)| name.as_str()).collect();
    if !sample.digests.is_empty() {
        fields.push("Content-Digest");
    }
    fields.sort_unstable();
    fields.dedup();
    for name in fields {
        if name != "Approov-Token" && rng.coin(2) {
            components.push(Component::new(name, field_form(rng, sample, name)));
        }
    }
    rng.shuffle(&mut components);
    components
}

/// Its parameter.
fn field_form(rng: &mut Rng, sample: &Sample, name: &str) -> String {
    let is_ascii = sample.request.values(name).iter().all(|value| value.is_ascii());
    if !is_ascii || rng.coin(6) {
        return ";bs".to_owned();
    }
    let keys: Vec<_> = match sample.dictionaries.iter().find(|dictionary| dictionary.name == name) {
        _ if name == "Content-Digest" => sample.digests.clone(),
        Some(dictionary) => dictionary.members.iter().map(|(key, _)| *key).collect(),
        None => return String::new(),
    };
    match rng.usize(..3) {
        0 => String::new(),
        // Only of a known field it is known to be a dictionary.
        1 if name != "X-Dictionary" => ";sf".to_owned(),
        _ => format!(";key=\"{}\"", rng.choice(keys).unwrap()),
    }
}

fn signature(rng: &mut Rng, label: &'static str, signer: Signer, components: Vec<Component>) -> Signature {
    let created = now() - rng.u64(..100_000);
    let visible: String = (' '..='~').collect();
    let shortest = usize::from(signer == Signer::JavaScript);
    let algorithm = if label == "install" {
        "ecdsa-p256-sha256"
    } else {
        "hmac-sha256"
    };
    let mut parameters = vec![("created", json!(created))];
    for name in SIGNATURE_PARAMETERS.into_iter().chain(["alg"]) {
        let value = match name {
            "alg" => json!(algorithm),
            "expires" => json!(now() + rng.u64(3000..6000)),
            _ => json!(rng.text(&visible, shortest..20)),
        };
        if rng.bool() {
            parameters.push((name, value));
        }
    }
    rng.shuffle(&mut parameters);
    Signature {
        label,
        components,
        created,
        parameters,
    }
}
