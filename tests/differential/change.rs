//! Single changes of a signed request.

use fastrand::Rng;

use super::{
    ORIGINS,
    random::{ALPHANUMERIC, SIGNATURE_PARAMETERS, Text as _},
    request::{Component, Form, Framing, Request, Signature, Signed, list},
    signer::Credentials,
};

type Changed = Option<(String, Request)>;

/// Fields that say where the message ends. A change of one alone would make another message or none at all.
const FRAMING: [&str; 2] = ["content-length", "transfer-encoding"];

/// One that must not go unnoticed.
pub(super) fn of_a_covered_part(rng: &mut Rng, signed: &Signed, credentials: &Credentials) -> (String, Request) {
    loop {
        let changed = match rng.usize(..12) {
            0 => Some(path(rng, signed)),
            1 => Some(query(rng, signed)),
            2 => escape(rng, signed),
            3 => method(rng, signed),
            4 => host(rng, signed),
            5 => token(rng, signed, credentials),
            6 => parameter(rng, signed),
            7 => Some(component_list(rng, signed)),
            8 => signature(rng, signed),
            9 => body(rng, signed),
            _ => field(rng, signed),
        };
        if let Some((what, request)) = changed
            && request != signed.request
        {
            return (what, request);
        }
    }
}

/// One that is none of the signature's business.
pub(super) fn of_nothing_covered(rng: &mut Rng, signed: &Signed) -> (String, Request) {
    loop {
        let mut request = signed.request.clone();
        let headers = &mut request.headers;
        let line = rng.usize(..headers.len());
        let name = headers[line].0.to_ascii_lowercase();
        let is_covered = signed.components().any(|component| component.name == name);
        let is_special =
            FRAMING.contains(&&*name) || ["host", "approov-token"].contains(&&*name) || name.starts_with("signature");
        let what = match rng.usize(..9) {
            0 => {
                headers.insert(line, ("X-New".to_owned(), rng.text(ALPHANUMERIC, 0..9)));
                "a header more"
            }
            1 if !is_covered && !is_special => {
                headers[line].1 = rng.text(ALPHANUMERIC, 0..9);
                "another value of an uncovered header"
            }
            2 if !is_covered && !is_special => {
                let _: (String, String) = headers.remove(line);
                "an uncovered header less"
            }
            3 => {
                headers[line].0 = if rng.bool() { name } else { name.to_ascii_uppercase() };
                "a header's name in other case"
            }
            4 if !FRAMING.contains(&&*name) => {
                headers[line].1 = format!("\t {}  ", headers[line].1);
                "blanks around a value"
            }
            5 if !is_special && !signed.covers(&name, |form| *form == Form::Bytes) => {
                let Some(next) = (line + 1..headers.len()).find(|i| headers[*i].0.eq_ignore_ascii_case(&name)) else {
                    continue;
                };
                let (_, next) = headers.remove(next);
                let joined = [&headers[line].1, &next]
                    .map(|value| value.trim_matches([' ', '\t']))
                    .join(", ");
                // An empty line at an end would lose its blank to the trimming.
                if joined.starts_with(',') || joined.ends_with(' ') {
                    continue;
                }
                headers[line].1 = joined;
                "two lines joined"
            }
            6 if name == "host" && !is_covered => {
                headers[line].1 = headers[line].1.to_ascii_uppercase();
                "a host in upper case"
            }
            7 if !signed.covers("content-digest", |_| true) && !request.body.is_empty() => {
                let byte = rng.usize(..request.body.len());
                request.body[byte] ^= 1;
                "another body, whose digest is not covered"
            }
            8 => {
                let (input, value) = ("Signature-Input".to_owned(), "Signature".to_owned());
                headers.insert(line, (input, "other=(\"@unknown\");tag=1".to_owned()));
                headers.push((value, "other=:AA==:".to_owned()));
                "a signature under an unknown label"
            }
            _ => continue,
        };
        return (what.to_owned(), request);
    }
}

impl Signed {
    fn components(&self) -> impl Iterator<Item = &Component> {
        self.signatures.iter().flat_map(|signature| &signature.components)
    }

    fn covers(&self, name: &str, is_form: impl Fn(&Form) -> bool) -> bool {
        self.components()
            .any(|component| component.name == name && is_form(&component.form))
    }
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

fn path(rng: &mut Rng, signed: &Signed) -> (String, Request) {
    let mut request = signed.request.clone();
    request.path = format!("/{}", text(rng, &signed.request.path[1..], "abcAB012/._-"));
    ("another path".to_owned(), request)
}

fn query(rng: &mut Rng, signed: &Signed) -> (String, Request) {
    let mut request = signed.request.clone();
    request.query = match &request.query {
        Some(query) if rng.coin(8) => Some(format!("?{query}")),
        // To `@query`, an empty query is none (section 2.2.7).
        Some(query) if query.is_empty() => Some(rng.text(ALPHANUMERIC, 1..2)),
        None => Some(rng.text(ALPHANUMERIC, 1..2)),
        Some(_) if rng.coin(8) => None,
        Some(query) => Some(text(rng, query, "abcAB012/&=._-+?")),
    };
    ("another query".to_owned(), request)
}

/// The same URL to many, but not the same text.
fn escape(rng: &mut Rng, signed: &Signed) -> Changed {
    let mut request = signed.request.clone();
    let text = match &mut request.query {
        Some(query) if rng.bool() => query,
        _ => &mut request.path,
    };
    let at = rng.usize(..text.len().max(1));
    let byte = *text.as_bytes().get(at)?;
    if byte == b'%' {
        let digits = text.get(at + 1..at + 3)?;
        let decoded = u8::from_str_radix(digits, 16).ok()?;
        if decoded.is_ascii_alphanumeric() && rng.bool() {
            text.replace_range(at..at + 3, &char::from(decoded).to_string());
        } else {
            let is_lower = digits.bytes().any(|digit| digit.is_ascii_lowercase());
            let digits = if is_lower {
                digits.to_ascii_uppercase()
            } else {
                digits.to_ascii_lowercase()
            };
            text.replace_range(at + 1..at + 3, &digits);
        }
    } else if byte.is_ascii_alphanumeric() {
        text.replace_range(at..=at, &format!("%{byte:02X}"));
    }
    Some(("another escape".to_owned(), request))
}

fn method(rng: &mut Rng, signed: &Signed) -> Changed {
    let mut request = signed.request.clone();
    request.method = match rng.usize(..3) {
        0 => request.method.to_ascii_lowercase(),
        1 => text(rng, &request.method, "ABCXYZ"),
        _ => rng.choice(["GET", "POST", "PUT", "DELETE"]).unwrap().to_owned(),
    };
    let is_sendable = !request.method.is_empty() && !["HEAD", "CONNECT"].contains(&request.method.as_str());
    is_sendable.then(|| ("another method".to_owned(), request))
}

fn host(rng: &mut Rng, signed: &Signed) -> Changed {
    let mut request = signed.request.clone();
    let (_, value) = request.headers.iter_mut().find(|(name, _)| name == "Host")?;
    let old = value.to_ascii_lowercase();
    let (_, other) = rng.choice(ORIGINS).unwrap().split_once("://").unwrap();
    *value = match rng.usize(..3) {
        0 => format!("{value}.evil.example"),
        1 => "localhost".to_owned(),
        _ => other.to_owned(),
    };
    (!old.starts_with(&*value)).then(|| ("another host".to_owned(), request))
}

fn token(rng: &mut Rng, signed: &Signed, credentials: &Credentials) -> Changed {
    let mut request = signed.request.clone();
    let (_, value) = request.headers.iter_mut().find(|(name, _)| name == "Approov-Token")?;
    let (_, token) = credentials.token(rng);
    token.clone_into(value);
    Some(("another token".to_owned(), request))
}

/// The member of a signature in `Signature-Input`, changed.
fn input(signed: &Signed, change: impl FnOnce(&str) -> String) -> Request {
    let mut request = signed.request.clone();
    let line = request.headers.iter_mut().find(|(name, _)| name == "Signature-Input");
    let (_, value) = line.unwrap();
    *value = change(value);
    request
}

fn any<'a>(rng: &mut Rng, signed: &'a Signed) -> &'a Signature {
    rng.choice(&signed.signatures).unwrap()
}

fn parameter(rng: &mut Rng, signed: &Signed) -> Changed {
    let signature = any(rng, signed);
    let list = signature.list();
    let created = format!(";created={}", signature.created);
    let replaced = |old: &str, new: &str| Some(input(signed, |text| text.replacen(old, new, 1)));
    let (what, request) = match rng.usize(..5) {
        0 => {
            let other = signature.created - 1;
            ("another `created`", replaced(&created, &format!(";created={other}")))
        }
        1 => ("no `created`", replaced(&created, "")),
        2 => ("a parameter more", replaced(&list, &format!("{list};x-new"))),
        3 => (
            "parameters in another order",
            replaced(&created, "").map(|request| {
                let changed = Signed {
                    request,
                    ..signed.clone()
                };
                input(&changed, |text| text.replacen(&list, &format!("{list}{created}"), 1))
            }),
        ),
        _ => {
            let name = rng.choice(SIGNATURE_PARAMETERS).unwrap();
            let start = format!(";{name}=");
            let other = if name == "expires" { "4000000000" } else { "\"another\"" };
            // The values may have anything in them, and so must be read to their end.
            let request = input(signed, |text| {
                let Some(at) = text.find(&start) else {
                    return text.to_owned();
                };
                let value = &text[at + start.len()..];
                format!("{}{start}{other}{}", &text[..at], &value[end_of_value(value)..])
            });
            ("another parameter", Some(request))
        }
    };
    Some((format!("{what} of {}", signature.label), request?))
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

fn component_list(rng: &mut Rng, signed: &Signed) -> (String, Request) {
    let signature = any(rng, signed);
    let mut components = signature.components.clone();
    let at = rng.usize(..components.len());
    let what = match rng.usize(..6) {
        0 => {
            let _: Component = components.remove(at);
            "a component less"
        }
        1 => {
            let other = rng.usize(..components.len());
            components.swap(at, other);
            "components in another order"
        }
        2 => {
            components.insert(at, components[at].clone());
            "a component twice"
        }
        3 => {
            let name = *rng
                .choice(&["@scheme", "@path", "host", "user-agent", "x-absent", "@unknown"])
                .unwrap();
            components.insert(at, Component::new(name, Form::Plain));
            "a component more"
        }
        4 => {
            components[at].form = rng
                .choice([Form::Plain, Form::Bytes, Form::Structured, Form::Key("u".to_owned())])
                .unwrap();
            "a component in another form"
        }
        _ => {
            components.clear();
            "no components"
        }
    };
    let request = input(signed, |text| text.replacen(&signature.list(), &list(&components), 1));
    (format!("{what} in {}", signature.label), request)
}

fn signature(rng: &mut Rng, signed: &Signed) -> Changed {
    let mut request = signed.request.clone();
    let (_, value) = request.headers.iter_mut().find(|(name, _)| name == "Signature")?;
    let start = format!("{}=:", any(rng, signed).label);
    // The last of the characters are padding.
    let at = value.find(&start)? + start.len() + rng.usize(..40);
    let new = rng.text(ALPHANUMERIC, 1..2);
    value.replace_range(at..=at, &new);
    Some(("another signature".to_owned(), request))
}

fn body(rng: &mut Rng, signed: &Signed) -> Changed {
    if !signed.covers("content-digest", |_| true) {
        return None;
    }
    let mut request = signed.request.clone();
    if request.body.is_empty() || rng.coin(4) {
        request.body.push(rng.u8(..));
    } else if rng.coin(4) {
        let _: Option<u8> = request.body.pop();
    } else {
        let byte = rng.usize(..request.body.len());
        request.body[byte] ^= 1 << rng.u8(..8);
    }
    let length = request.body.len().to_string();
    match request.framing {
        Framing::None => {
            request.framing = Framing::Length;
            request.headers.push(("Content-Length".to_owned(), length));
        }
        Framing::Length => {
            let line = request.headers.iter_mut().find(|(name, _)| name == "Content-Length");
            line?.1 = length;
        }
        Framing::Chunked => {}
    }
    Some(("another body".to_owned(), request))
}

/// A field that is covered, and is not changed in a way that its form leaves out.
fn field(rng: &mut Rng, signed: &Signed) -> Changed {
    let components: Vec<_> = signed
        .components()
        .filter(|component| !component.name.starts_with('@'))
        .collect();
    let component = *rng.choice(&components)?;
    let name = component.name.as_str();
    if FRAMING.contains(&name) || name == "host" {
        return None;
    }
    let (what, request) = match &component.form {
        Form::Plain | Form::Bytes => lines(rng, signed, component)?,
        Form::Structured | Form::Key(_) if name == "content-digest" => digest(rng, signed, &component.form)?,
        Form::Structured => member(signed, name, None)?,
        Form::Key(key) => member(signed, name, Some(key))?,
        Form::Parameter(_) => return None,
    };
    Some((format!("{what} of {}", component.id()), request))
}

fn lines(rng: &mut Rng, signed: &Signed, component: &Component) -> Option<(&'static str, Request)> {
    let mut request = signed.request.clone();
    let headers = &mut request.headers;
    let name = component.name.as_str();
    let own: Vec<_> = (0..headers.len())
        .filter(|i| headers[*i].0.eq_ignore_ascii_case(name))
        .collect();
    let line = *rng.choice(&own)?;
    let what = match rng.usize(..6) {
        0 => {
            let _: (String, String) = headers.remove(line);
            "a line less"
        }
        1 => {
            let copy = headers[line].clone();
            headers.insert(line, copy);
            "a line twice"
        }
        2 => {
            let other = *rng.choice(&own)?;
            headers.swap(line, other);
            "lines in another order"
        }
        3 => {
            headers.push((name.to_owned(), String::new()));
            "an empty line"
        }
        _ => {
            headers[line].1 = text(rng, &headers[line].1, "abcABC012,;=\" ");
            "another value"
        }
    };
    let is_same = match component.form {
        Form::Bytes => request.values(name) == signed.request.values(name),
        _ => request.values(name).join(", ") == signed.request.values(name).join(", "),
    };
    // The token's own check may take the first of several.
    (!is_same || !request.has(name)).then_some((what, request))
}

/// Another digest, in the member that the form covers.
fn digest(rng: &mut Rng, signed: &Signed, form: &Form) -> Option<(&'static str, Request)> {
    let mut request = signed.request.clone();
    let start = match form {
        Form::Key(key) => format!("{key}=:"),
        _ => "=:".to_owned(),
    };
    let mut lines = request.headers.iter_mut().filter(|(name, _)| name == "Content-Digest");
    let (value, at) = lines.find_map(|(_, value)| value.find(&start).map(|at| (value, at)))?;
    let at = at + start.len();
    value.replace_range(at..=at, &rng.text(ALPHANUMERIC, 1..2));
    Some(("another digest", request))
}

/// The dictionary on one line, with another value of this member, or of the first.
fn member(signed: &Signed, name: &str, key: Option<&str>) -> Option<(&'static str, Request)> {
    let mut request = signed.request.clone();
    let dictionary = signed
        .dictionaries
        .iter()
        .find(|dictionary| dictionary.name.eq_ignore_ascii_case(name))?;
    let mut members = dictionary.members.clone();
    let member = members
        .iter_mut()
        .find(|(known, _)| key.is_none_or(|key| key == *known))?;
    "changed".clone_into(&mut member.1);
    let members: Vec<_> = members.iter().map(|(key, value)| format!("{key}={value}")).collect();
    request.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    request.headers.push((name.to_owned(), members.join(", ")));
    Some(("another member", request))
}
