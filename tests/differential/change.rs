//! Single changes of a signed request.

#![allow(
    clippy::unnecessary_wraps,
    reason = "they are in one table, and some cannot be made of each request"
)]

use fastrand::Rng;
use serde_json::json;

use super::{
    ORIGINS,
    random::{once_in, text},
    request::{Request, Sample, header, identifier, key, list, parts},
};

/// None if it cannot be made of this request.
pub(super) type Change = fn(&mut Rng, &Sample, &mut Request) -> Option<()>;

/// Those that must not go unnoticed. Fields have the most forms.
pub(super) const OF_A_COVERED_PART: [Change; 12] = [
    path, query, escape, method, host, token, parameter, components, signature, body, field, field,
];

const LETTER: &str = "[a-zA-Z0-9]";
const LETTERS: &str = "[a-zA-Z0-9]{0,8}";

/// Fields that say where the message ends. A change of one alone would make another message or none at all.
const FRAMING: [&str; 2] = ["content-length", "transfer-encoding"];

/// The request with one of these changes.
pub(super) fn any(rng: &mut Rng, signed: &Sample, changes: &[Change]) -> Request {
    loop {
        let mut request = signed.request.clone();
        let is_made = rng.choice(changes).unwrap()(rng, signed, &mut request).is_some();
        if is_made && request != signed.request {
            return request;
        }
    }
}

/// None of the signature's business.
pub(super) fn of_nothing_covered(rng: &mut Rng, signed: &Sample, request: &mut Request) -> Option<()> {
    let headers = &mut request.headers;
    let line = rng.usize(..headers.len());
    let name = headers[line].0.to_ascii_lowercase();
    let is_covered = signed.covers(&name);
    let is_special =
        FRAMING.contains(&&*name) || ["host", "approov-token"].contains(&&*name) || name.starts_with("signature");
    let is_in_bytes = || signed.components().any(|component| component == (&*name, ";bs"));
    match rng.usize(..9) {
        0 => headers.insert(line, header("X-New", &text(rng, LETTERS))),
        1 if !is_covered && !is_special => headers[line].1 = text(rng, LETTERS),
        2 if !is_covered && !is_special => drop(headers.remove(line)),
        3 => headers[line].0 = if rng.bool() { name } else { name.to_ascii_uppercase() },
        4 if !FRAMING.contains(&&*name) => headers[line].1 = format!("\t {}  ", headers[line].1),
        5 if !is_special && !is_in_bytes() => {
            let next = (line + 1..headers.len()).find(|i| headers[*i].0.eq_ignore_ascii_case(&name))?;
            let (_, next) = headers.remove(next);
            let value = &mut headers[line].1;
            let values = [&*value, &next].map(|value| value.trim_matches([' ', '\t']));
            *value = values.join(", ");
            // An empty line at an end would lose its blank to the trimming.
            return (!value.starts_with(',') && !value.ends_with(' ')).then_some(());
        }
        6 if name == "host" && !is_covered => headers[line].1.make_ascii_uppercase(),
        7 if !signed.covers("content-digest") && !request.body.is_empty() => {
            let byte = rng.usize(..request.body.len());
            request.body[byte] ^= 1;
        }
        8 => {
            headers.insert(line, header("Signature-Input", "other=(\"@unknown\");tag=1"));
            headers.push(header("Signature", "other=:AA==:"));
        }
        _ => return None,
    }
    Some(())
}

/// The text with one character of this class more, with another or one less. The first one stays.
fn altered(rng: &mut Rng, old: &str, class: &str) -> String {
    let mut characters: Vec<_> = old.chars().collect();
    let at = rng.usize(..=characters.len());
    let new = text(rng, class).chars().next().unwrap();
    match characters.get_mut(at) {
        Some(_) if once_in(rng, 3) => drop(characters.remove(at)),
        Some(character) if rng.bool() => *character = new,
        _ => characters.insert(at, new),
    }
    characters.into_iter().collect()
}

fn path(rng: &mut Rng, _: &Sample, request: &mut Request) -> Option<()> {
    request.path = format!("/{}", altered(rng, &request.path[1..], "[abcAB012/._-]"));
    Some(())
}

fn query(rng: &mut Rng, _: &Sample, request: &mut Request) -> Option<()> {
    request.query = match request.query.take() {
        Some(query) if once_in(rng, 8) => Some(format!("?{query}")),
        // To `@query`, an empty query is none (section 2.2.7).
        Some(query) if !query.is_empty() && once_in(rng, 8) => None,
        query => Some(altered(rng, &query.unwrap_or_default(), "[abcAB012/&=._+?-]")),
    };
    Some(())
}

/// The same URL to many, but not the same text.
fn escape(rng: &mut Rng, _: &Sample, request: &mut Request) -> Option<()> {
    let text = match &mut request.query {
        Some(query) if rng.bool() => query,
        _ => &mut request.path,
    };
    let at = rng.usize(..text.len().max(1));
    let byte = *text.as_bytes().get(at)?;
    if byte == b'%' {
        let digits = text.get(at + 1..at + 3)?;
        let decoded = u8::from_str_radix(digits, 16).ok()?;
        let (upper, lower) = (digits.to_ascii_uppercase(), digits.to_ascii_lowercase());
        if decoded.is_ascii_alphanumeric() && rng.bool() {
            text.replace_range(at..at + 3, &char::from(decoded).to_string());
        } else {
            let other = if digits == upper { lower } else { upper };
            text.replace_range(at + 1..at + 3, &other);
        }
    } else if byte.is_ascii_alphanumeric() {
        text.replace_range(at..=at, &format!("%{byte:02X}"));
    }
    Some(())
}

fn method(rng: &mut Rng, _: &Sample, request: &mut Request) -> Option<()> {
    request.method = match rng.usize(..3) {
        0 => request.method.to_ascii_lowercase(),
        1 => altered(rng, &request.method, "[ABCXYZ]"),
        _ => rng.choice(["GET", "POST", "PUT", "DELETE"]).unwrap().to_owned(),
    };
    let cannot_be_sent = ["", "HEAD", "CONNECT"].contains(&&*request.method);
    (!cannot_be_sent).then_some(())
}

fn host(rng: &mut Rng, _: &Sample, request: &mut Request) -> Option<()> {
    let value = request.line("host")?;
    let old = value.to_ascii_lowercase();
    let (_, other) = rng.choice(ORIGINS).unwrap().split_once("://").unwrap();
    let evil = format!("{value}.evil.example");
    rng.choice([&*evil, "localhost", other]).unwrap().clone_into(value);
    (!old.starts_with(&**value)).then_some(())
}

fn token(_: &mut Rng, signed: &Sample, request: &mut Request) -> Option<()> {
    signed.other_token.clone_into(request.line("approov-token")?);
    Some(())
}

fn parameter(rng: &mut Rng, signed: &Sample, request: &mut Request) -> Option<()> {
    let signature = rng.choice(&signed.signatures).unwrap();
    // JSON writes numbers and these strings as structured fields do.
    let (name, value) = rng.choice(&signature.parameters).unwrap();
    let (own, list) = (format!(";{name}={value}"), list(&signature.components));
    let other = value.as_u64().map_or(json!("another"), |seconds| json!(seconds - 1));
    let input = request.line("signature-input")?;
    let without = input.replacen(&own, "", 1);
    *input = match rng.usize(..5) {
        0 => without,
        1 => input.replacen(&list, &format!("{list};x-new"), 1),
        // Another order.
        2 => without.replacen(&list, &format!("{list}{own}"), 1),
        _ => input.replacen(&own, &format!(";{name}={other}"), 1),
    };
    Some(())
}

fn components(rng: &mut Rng, signed: &Sample, request: &mut Request) -> Option<()> {
    const MORE: [&str; 6] = ["@scheme", "@path", "host", "user-agent", "x-absent", "@unknown"];
    let own = &rng.choice(&signed.signatures).unwrap().components;
    let mut components = own.clone();
    let [at, other] = [(); 2].map(|()| rng.usize(..components.len()));
    match rng.usize(..6) {
        0 => drop(components.remove(at)),
        1 => components.swap(at, other),
        2 => components.insert(at, components[other].clone()),
        3 => components.insert(at, identifier(rng.choice(MORE).unwrap(), "")),
        4 => {
            let parameter = rng.choice(["", ";bs", ";sf", ";key=\"u\""]).unwrap();
            components[at] = identifier(parts(&components[at]).0, parameter);
        }
        _ => components.clear(),
    }
    let input = request.line("signature-input")?;
    *input = input.replacen(&list(own), &list(&components), 1);
    Some(())
}

fn signature(rng: &mut Rng, signed: &Sample, request: &mut Request) -> Option<()> {
    let start = format!("{}=:", rng.choice(&signed.signatures).unwrap().label);
    let value = request.line("signature")?;
    // The last of the characters are padding.
    let at = value.find(&start)? + start.len() + rng.usize(..40);
    value.replace_range(at..=at, &text(rng, LETTER));
    Some(())
}

fn body(rng: &mut Rng, signed: &Sample, request: &mut Request) -> Option<()> {
    if !signed.covers("content-digest") {
        return None;
    }
    let body = &mut request.body;
    if body.is_empty() || once_in(rng, 4) {
        body.push(rng.u8(..));
    } else if once_in(rng, 4) {
        body.pop();
    } else {
        let byte = rng.usize(..body.len());
        body[byte] ^= 1 << rng.u8(..8);
    }
    let length = body.len().to_string();
    if let Some(line) = request.line("content-length") {
        *line = length;
    } else if !request.has("transfer-encoding") {
        request.headers.push(header("Content-Length", &length));
    }
    Some(())
}

/// A field that is covered, and is not changed in a way that its form leaves out.
fn field(rng: &mut Rng, signed: &Sample, request: &mut Request) -> Option<()> {
    let fields = signed.components().filter(|(name, _)| !name.starts_with('@'));
    let (name, form) = *rng.choice(&fields.collect::<Vec<_>>())?;
    match form {
        _ if FRAMING.contains(&name) || name == "host" => None,
        "" | ";bs" => lines(rng, signed, name, form, request),
        _ if name == "content-digest" => digest(rng, form, request),
        _ => member(signed, name, form, request),
    }
}

fn lines(rng: &mut Rng, signed: &Sample, name: &str, form: &str, request: &mut Request) -> Option<()> {
    let headers = &mut request.headers;
    let is_own = |i: &usize| headers[*i].0.eq_ignore_ascii_case(name);
    let own: Vec<_> = (0..headers.len()).filter(is_own).collect();
    let line = *rng.choice(&own)?;
    match rng.usize(..6) {
        0 => drop(headers.remove(line)),
        1 => headers.insert(line, headers[line].clone()),
        2 => headers.swap(line, *rng.choice(&own)?),
        3 => headers.push(header(name, "")),
        _ => headers[line].1 = altered(rng, &headers[line].1, "[abcABC012,;=\" ]"),
    }
    let (old, new) = (signed.request.values(name), request.values(name));
    let is_same = old == new || form.is_empty() && old.join(", ") == new.join(", ");
    // The token's own check may take the first of several.
    (!is_same || new.is_empty()).then_some(())
}

/// Another digest, in the member that the form covers.
fn digest(rng: &mut Rng, form: &str, request: &mut Request) -> Option<()> {
    let start = format!("{}=:", key(form).unwrap_or_default());
    let mut lines = request.headers.iter_mut().filter(|(name, _)| name == "Content-Digest");
    let (value, at) = lines.find_map(|(_, value)| value.find(&start).map(|at| (value, at)))?;
    let at = at + start.len();
    value.replace_range(at..=at, &text(rng, LETTER));
    Some(())
}

/// The dictionary on one line, with another value of the member that the form covers, or of the first.
fn member(signed: &Sample, name: &str, form: &str, request: &mut Request) -> Option<()> {
    let mut members = signed.dictionary(name)?.to_vec();
    let mut known = members.iter_mut();
    let member = known.find(|(known, _)| key(form).is_none_or(|key| key == *known))?;
    "changed".clone_into(&mut member.1);
    let members: Vec<_> = members.iter().map(|(key, value)| format!("{key}={value}")).collect();
    request.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    request.headers.push(header(name, &members.join(", ")));
    Some(())
}
