//! Random requests.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use fastrand::Rng;
use serde_json::json;
use support::token::now;

use super::{
    ORIGINS,
    request::{Component, Dictionary, Draft, Form, Framing, Request, Signature},
    signer::{Credentials, Signer},
};

const METHODS: [&str; 9] = [
    "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "M-SEARCH", "A.B_9",
];

pub(super) const ALPHANUMERIC: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
/// RFC 3986 has no more for a path.
const IN_PATHS: &str = "abcxyzABC019-._~!$&'()*+,;=:@";
/// But `'`, which the package for JavaScript escapes, and `&` and `=`, which stand between.
const IN_QUERIES: &str = "abcxyzABC019-._~!$()*,;:@/?+";
/// Not in the standard, and on the wire all the same.
const RAW: &str = "abcABC019|[]{}^\\'%";

/// Names of query parameters as they are sent, and as they are in `@query-param`.
const QUERY_NAMES: [(&str, &str); 8] = [
    ("a", "a"),
    ("A", "A"),
    ("b", "b"),
    ("a+b", "a%20b"),
    ("%61%7e", "a%7E"),
    ("x%C3%A9", "x%C3%A9"),
    ("q%5B%5D", "q%5B%5D"),
    ("*-._", "*-._"),
];

const FIELDS: [&str; 11] = [
    "Accept",
    "Approov-TraceID",
    "Approov-Status",
    "Authorization",
    "Cache-Control",
    "Content-Type",
    "Cookie",
    "Date",
    "User-Agent",
    "X-One",
    "x-two",
];

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

pub(super) fn request(rng: &mut Rng, signer: Signer, credentials: &Credentials) -> Draft {
    // With these, the package for JavaScript is right about `@target-uri` alone.
    let is_raw = signer.takes_any_target() && rng.coin(4);
    let path = path(
        rng,
        if is_raw { RAW } else { IN_PATHS },
        is_raw || !signer.normalises_paths(),
    );
    let (query, names) = query(rng, if is_raw { RAW } else { IN_QUERIES }, signer);
    let (installation, token) = credentials.token(rng);
    let mut headers = vec![("Approov-Token".to_owned(), token.to_owned())];
    let dictionaries = fields(rng, &mut headers);
    let (body, framing) = body(rng, &mut headers);
    let host = rng.choice(ORIGINS).unwrap();
    let (scheme, authority) = host.split_once("://").unwrap();
    let digests: &[&[_]] = &[
        &[],
        &["sha-256"],
        &["sha-512"],
        &["sha-256", "sha-512"],
        &["sha-512", "sha-256"],
    ];
    let digests = rng.choice(digests).unwrap();
    let request = Request {
        method: rng.choice(METHODS).unwrap().to_owned(),
        path,
        query,
        headers,
        body,
        framing,
    };
    let mut draft = Draft {
        request,
        origin: host.to_owned(),
        installation,
        digests: digests.to_vec(),
        digest_lines: rng.bool(),
        dictionaries,
        signatures: Vec::new(),
    };
    let labels: &[&[_]] = &[
        &["install"],
        &["install"],
        &["account"],
        &["account"],
        &["install", "account"],
        &["account", "install"],
    ];
    // Only `@authority` has a normal form (section 2.2.3), so only there the client may write it otherwise.
    let is_normal = is_raw || !rng.coin(4);
    let on_the_wire = unusual(rng, authority, scheme);
    draft.request.headers.push(("Host".to_owned(), on_the_wire.clone()));
    if !is_normal {
        draft.origin = format!("{scheme}://{on_the_wire}");
    }
    for label in *rng.choice(labels).unwrap() {
        let components = components(rng, &draft, signer, is_raw, is_normal, &names);
        draft.signatures.push(signature(rng, label, signer, components));
    }
    rng.shuffle(&mut draft.signatures);
    // Fields may be in any order, but the lines of one may not.
    draft.request.headers.sort_by_key(|(name, _)| name.to_ascii_lowercase());
    let middle = rng.usize(..draft.request.headers.len());
    let name_at = |headers: &[(String, String)], i: usize| headers[i].0.to_ascii_lowercase();
    let headers = &mut draft.request.headers;
    if middle > 0 && name_at(headers, middle - 1) != name_at(headers, middle) {
        headers.rotate_left(middle);
    }
    draft
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
        let (sent, name) = rng.choice(QUERY_NAMES).unwrap();
        let value = escapes_and(rng, alphabet, 0..8);
        let pair = match rng.usize(..10) {
            0 => sent.to_owned(),
            1 => format!("{sent}=={value}"),
            _ => format!("{sent}={value}"),
        };
        pairs.push((name, pair));
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
    let names = QUERY_NAMES.iter().map(|(_, name)| *name).filter(|name| is_usable(name));
    let text: Vec<_> = pairs.iter().map(|(_, pair)| pair.as_str()).collect();
    (Some(text.join("&")), names.collect())
}

/// Adds fields of every kind, and returns those that are dictionaries.
fn fields(rng: &mut Rng, headers: &mut Vec<(String, String)>) -> Vec<Dictionary> {
    for name in FIELDS {
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
    let words: Vec<_> = (0..rng.usize(..5)).map(|_| rng.text(&visible, 1..8)).collect();
    let between = [" ", "  ", "\t", ",", ", ", " ,"];
    let mut value = String::new();
    for word in words {
        if !value.is_empty() {
            value.push_str(rng.choice(between).unwrap());
        }
        value.push_str(&word);
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

/// Inner lists are tried in `known::a_member_that_is_an_inner_list`.
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
            let line = lines.last_mut().unwrap();
            if i > 0 && rng.coin(4) {
                lines.push(String::new());
            } else if i > 0 {
                line.push_str(rng.choice([",", ", ", " ,\t"]).unwrap());
            }
            let line = lines.last_mut().unwrap();
            line.push_str(key);
            // A member that is true may go without.
            match value.strip_prefix("?1") {
                Some(parameters) if rng.bool() => line.push_str(parameters),
                _ => {
                    line.push('=');
                    line.push_str(value);
                }
            }
        }
        lines
    }
}

fn body(rng: &mut Rng, headers: &mut Vec<(String, String)>) -> (Vec<u8>, Framing) {
    let framing = *rng
        .choice(&[Framing::None, Framing::Length, Framing::Length, Framing::Chunked])
        .unwrap();
    let length = rng.usize(..300);
    let body = match framing {
        Framing::None => Vec::new(),
        _ if rng.coin(8) => Vec::new(),
        _ => (0..length).map(|_| rng.u8(..)).collect(),
    };
    match framing {
        Framing::None => {}
        Framing::Length => headers.push(("Content-Length".to_owned(), body.len().to_string())),
        Framing::Chunked => headers.push(("Transfer-Encoding".to_owned(), "chunked".to_owned())),
    }
    (body, framing)
}

fn components(
    rng: &mut Rng,
    draft: &Draft,
    signer: Signer,
    is_raw: bool,
    is_normal: bool,
    names: &[&str],
) -> Vec<Component> {
    let derived = |name: &str| Component::new(name, Form::Plain);
    let mut components = vec![derived("@method")];
    let can_split = !is_raw;
    let splits = can_split && (!is_normal || rng.bool());
    // What has no normal form can only be signed by its parts.
    let target: &[&str] = if splits {
        &["@authority", "@path", "@query"]
    } else {
        &["@target-uri"]
    };
    components.extend(target.iter().map(|name| derived(name)));
    for name in [
        "@target-uri",
        "@authority",
        "@scheme",
        "@request-target",
        "@path",
        "@query",
    ] {
        let can_be = match name {
            "@target-uri" => is_normal,
            "@request-target" if draft.request.query.as_deref() == Some("") => {
                can_split && !signer.drops_empty_queries()
            }
            "@path" | "@query" | "@request-target" => can_split,
            _ => true,
        };
        let is_new = !components.contains(&derived(name));
        if can_be && is_new && rng.coin(5) {
            components.push(derived(name));
        }
    }
    if can_split {
        let names = names.iter().filter(|_| rng.bool());
        components.extend(names.map(|name| Component::new("@query-param", Form::Parameter((*name).to_owned()))));
    }
    let token_form = if rng.coin(8) { Form::Bytes } else { Form::Plain };
    components.push(Component::new("approov-token", token_form));
    let mut fields: Vec<_> = draft.request.headers.iter().map(|(name, _)| name.as_str()).collect();
    if !draft.digests.is_empty() {
        fields.push("Content-Digest");
    }
    fields.sort_unstable();
    fields.dedup();
    for name in fields {
        if name != "Approov-Token" && rng.coin(2) {
            components.push(Component::new(name, field_form(rng, draft, name)));
        }
    }
    rng.shuffle(&mut components);
    components
}

fn field_form(rng: &mut Rng, draft: &Draft, name: &str) -> Form {
    let is_ascii = draft.request.values(name).iter().all(|value| value.is_ascii());
    if !is_ascii || rng.coin(6) {
        return Form::Bytes;
    }
    let keys: Vec<_> = match draft.dictionaries.iter().find(|dictionary| dictionary.name == name) {
        _ if name == "Content-Digest" => draft.digests.clone(),
        Some(dictionary) => dictionary.members.iter().map(|(key, _)| *key).collect(),
        None => return Form::Plain,
    };
    match rng.usize(..3) {
        0 => Form::Plain,
        // Only of a known field it is known to be a dictionary.
        1 if name != "X-Dictionary" => Form::Structured,
        _ => Form::Key((*rng.choice(&keys).unwrap()).to_owned()),
    }
}

fn signature(rng: &mut Rng, label: &'static str, signer: Signer, components: Vec<Component>) -> Signature {
    let created = now() - rng.u64(..100_000);
    let mut parameters = vec![("created".to_owned(), json!(created))];
    let visible: String = (' '..='~').collect();
    for name in SIGNATURE_PARAMETERS {
        if rng.coin(2) {
            let shortest = usize::from(signer.drops_empty_parameters());
            let value = match name {
                "expires" => json!(now() + rng.u64(600..3600)),
                _ => json!(rng.text(&visible, shortest..20)),
            };
            parameters.push((name.to_owned(), value));
        }
    }
    if rng.bool() {
        let algorithm = if label == "install" {
            "ecdsa-p256-sha256"
        } else {
            "hmac-sha256"
        };
        parameters.push(("alg".to_owned(), json!(algorithm)));
    }
    rng.shuffle(&mut parameters);
    Signature {
        label,
        components,
        created,
        parameters,
    }
}
