//! Single changes of a signed request.

use fastrand::Rng;

use super::{
    ORIGINS,
    random::{ALPHANUMERIC, SIGNATURE_PARAMETERS, Text as _},
    request::{Component, Request, Sample, Signature, list},
};

/// None if it cannot be made of this request.
type Change = fn(&mut Rng, &Sample, &mut Request) -> Option<()>;
type Named = (&'static str, Change);

/// Fields that say where the message ends. A change of one alone would make another message or none at all.
const FRAMING: [&str; 2] = ["content-length", "transfer-encoding"];

/// Those that must not go unnoticed. Fields have the most forms.
pub(super) const OF_A_COVERED_PART: &[Named] = &[
    ("another path", path),
    ("another query", query),
    ("another escape", escape),
    ("another method", method),
    ("another host", host),
    ("another token", token),
    ("another parameter", parameter),
    ("another list of components", component_list),
    ("another signature", signature),
    ("another body", body),
    ("another field", field),
    ("another field", field),
];

/// Those that are none of the signature's business.
pub(super) const OF_NOTHING_COVERED: &[Named] = &[("a harmless change", of_nothing_covered)];

pub(super) fn any(rng: &mut Rng, signed: &Sample, changes: &[Named]) -> (&'static str, Request) {
    loop {
        let mut request = signed.request.clone();
        let (what, change) = rng.choice(changes).unwrap();
        if change(rng, signed, &mut request).is_some() && request != signed.request {
            return (what, request);
        }
    }
}

fn of_nothing_covered(rng: &mut Rng, signed: &Sample, request: &mut Request) -> Option<()> {
    let headers = &mut request.headers;
    let line = rng.usize(..headers.len());
    let name = headers[line].0.to_ascii_lowercase();
    let is_covered = signed.covers(&name);
    let is_special =
        FRAMING.contains(&&*name) || ["host", "approov-token"].contains(&&*name) || name.starts_with("signature");
    let is_in_bytes = || signed.components().any(|it| it.name == name && it.parameter == ";bs");
    match rng.usize(..9) {
        0 => headers.insert(line, ("X-New".to_owned(), rng.text(ALPHANUMERIC, 0..9))),
        1 if !is_covered && !is_special => headers[line].1 = rng.text(ALPHANUMERIC, 0..9),
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
            let input = "other=(\"@unknown\");tag=1".to_owned();
            headers.insert(line, ("Signature-Input".to_owned(), input));
            headers.push(("Signature".to_owned(), "other=:AA==:".to_owned()));
        }
        _ => return None,
    }
    Some(())
}

/// One character more, less, or another. The first one stays.
fn text(rng: &mut Rng, text: &str, alphabet: &str) -> String {
    let mut characters: Vec<_> = text.chars().collect();
    let at = rng.usize(..=characters.len());
    let new = rng.text(alphabet, 1..2).chars().next().unwrap();
    match characters.get_mut(at) {
        Some(_) if rng.coin(3) => drop(characters.remove(at)),
        Some(character) if rng.bool() => *character = new,
        _ => characters.insert(at, new),
    }
    characters.into_iter().collect()
}

#[allow(
    clippy::unnecessary_wraps,
    reason = "one of a table of changes, of which some cannot be made"
)]
fn path(rng: &mut Rng, _: &Sample, request: &mut Request) -> Option<()> {
    request.path = format!("/{}", text(rng, &request.path[1..], "abcAB012/._-"));
    Some(())
}

#[allow(clippy::unnecessary_wraps, reason = "as `path`")]
fn query(rng: &mut Rng, _: &Sample, request: &mut Request) -> Option<()> {
    request.query = match request.query.take() {
        Some(query) if rng.coin(8) => Some(format!("?{query}")),
        // To `@query`, an empty query is none (section 2.2.7).
        Some(query) if query.is_empty() => Some(rng.text(ALPHANUMERIC, 1..2)),
        None => Some(rng.text(ALPHANUMERIC, 1..2)),
        Some(_) if rng.coin(8) => None,
        Some(query) => Some(text(rng, &query, "abcAB012/&=._-+?")),
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
        1 => text(rng, &request.method, "ABCXYZ"),
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
    let Signature {
        created, components, ..
    } = rng.choice(&signed.signatures).unwrap();
    let list = list(components);
    let input = request.line("signature-input")?;
    let own = format!(";created={created}");
    *input = match rng.usize(..5) {
        0 => input.replacen(&own, &format!(";created={}", created - 1), 1),
        1 => input.replacen(&own, "", 1),
        2 => input.replacen(&list, &format!("{list};x-new"), 1),
        // Another order.
        3 => {
            let without = input.replacen(&own, "", 1);
            without.replacen(&list, &format!("{list}{own}"), 1)
        }
        _ => {
            let name = rng.choice(SIGNATURE_PARAMETERS).unwrap();
            let start = format!(";{name}=");
            let other = if name == "expires" { "4000000000" } else { "\"another\"" };
            let (before, value) = input.split_once(&start)?;
            // The values may have anything in them, and so must be read to their end.
            format!("{before}{start}{other}{}", &value[end_of_value(value)..])
        }
    };
    Some(())
}

fn end_of_value(text: &str) -> usize {
    if !text.starts_with('"') {
        return text.find([';', ',']).unwrap_or(text.len());
    }
    let mut escaped = false;
    for (i, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return i + 1,
            _ => {}
        }
    }
    text.len()
}

fn component_list(rng: &mut Rng, signed: &Sample, request: &mut Request) -> Option<()> {
    const MORE: [&str; 6] = ["@scheme", "@path", "host", "user-agent", "x-absent", "@unknown"];
    let own = &rng.choice(&signed.signatures).unwrap().components;
    let mut components = own.clone();
    let [at, other] = [(); 2].map(|()| rng.usize(..components.len()));
    match rng.usize(..6) {
        0 => drop(components.remove(at)),
        1 => components.swap(at, other),
        2 => components.insert(at, components[other].clone()),
        3 => components.insert(at, Component::new(rng.choice(MORE).unwrap(), "")),
        4 => {
            let parameter = rng.choice(["", ";bs", ";sf", ";key=\"u\""]).unwrap();
            parameter.clone_into(&mut components[at].parameter);
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
    value.replace_range(at..=at, &rng.text(ALPHANUMERIC, 1..2));
    Some(())
}

fn body(rng: &mut Rng, signed: &Sample, request: &mut Request) -> Option<()> {
    if !signed.covers("content-digest") {
        return None;
    }
    let body = &mut request.body;
    if body.is_empty() || rng.coin(4) {
        body.push(rng.u8(..));
    } else if rng.coin(4) {
        body.pop();
    } else {
        let byte = rng.usize(..body.len());
        body[byte] ^= 1 << rng.u8(..8);
    }
    let length = body.len().to_string();
    if let Some(line) = request.line("content-length") {
        *line = length;
    } else if !request.has("transfer-encoding") {
        request.headers.push(("Content-Length".to_owned(), length));
    }
    Some(())
}

/// A field that is covered, and is not changed in a way that its form leaves out.
fn field(rng: &mut Rng, signed: &Sample, request: &mut Request) -> Option<()> {
    let is_field = |component: &&Component| !component.name.starts_with('@');
    let components: Vec<_> = signed.components().filter(is_field).collect();
    let component = *rng.choice(&components)?;
    let name = component.name.as_str();
    match component.parameter.as_str() {
        _ if FRAMING.contains(&name) || name == "host" => None,
        "" | ";bs" => lines(rng, signed, component, request),
        _ if name == "content-digest" => digest(rng, component, request),
        _ => member(signed, component, request),
    }
}

fn lines(rng: &mut Rng, signed: &Sample, component: &Component, request: &mut Request) -> Option<()> {
    let headers = &mut request.headers;
    let name = component.name.as_str();
    let is_own = |i: &usize| headers[*i].0.eq_ignore_ascii_case(name);
    let own: Vec<_> = (0..headers.len()).filter(is_own).collect();
    let line = *rng.choice(&own)?;
    match rng.usize(..6) {
        0 => drop(headers.remove(line)),
        1 => headers.insert(line, headers[line].clone()),
        2 => headers.swap(line, *rng.choice(&own)?),
        3 => headers.push((name.to_owned(), String::new())),
        _ => headers[line].1 = text(rng, &headers[line].1, "abcABC012,;=\" "),
    }
    let (old, new) = (signed.request.values(name), request.values(name));
    let is_same = old == new || component.parameter.is_empty() && old.join(", ") == new.join(", ");
    // The token's own check may take the first of several.
    (!is_same || new.is_empty()).then_some(())
}

/// Another digest, in the member that the form covers.
fn digest(rng: &mut Rng, component: &Component, request: &mut Request) -> Option<()> {
    let start = format!("{}=:", component.key().unwrap_or_default());
    let mut lines = request.headers.iter_mut().filter(|(name, _)| name == "Content-Digest");
    let (value, at) = lines.find_map(|(_, value)| value.find(&start).map(|at| (value, at)))?;
    let at = at + start.len();
    value.replace_range(at..=at, &rng.text(ALPHANUMERIC, 1..2));
    Some(())
}

/// The dictionary on one line, with another value of the member that the form covers, or of the first.
fn member(signed: &Sample, component: &Component, request: &mut Request) -> Option<()> {
    let (name, key) = (component.name.as_str(), component.key());
    let mut dictionaries = signed.dictionaries.iter();
    let dictionary = dictionaries.find(|dictionary| dictionary.name.eq_ignore_ascii_case(name))?;
    let mut members = dictionary.members.clone();
    let mut known = members.iter_mut();
    let member = known.find(|(known, _)| key.is_none_or(|key| key == *known))?;
    "changed".clone_into(&mut member.1);
    let members: Vec<_> = members.iter().map(|(key, value)| format!("{key}={value}")).collect();
    request.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    request.headers.push((name.to_owned(), members.join(", ")));
    Some(())
}
