//! What the specifications say, once more and in the plainest way: slow, and written without a look at the library.
//! Whatever the library accepts, this must accept as well.

use std::{
    collections::HashMap,
    time::{SystemTime, UNIX_EPOCH},
};

use approov_actix::ApproovClaims;
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use hmac::{Hmac, Mac as _};
use serde_json::{Map, Value, value::RawValue};
use sha2::Sha256;

use crate::{signing::Message, token::now};

/// The claims of a token of HS256, if it is good: RFC 7515, section 5.2, and RFC 7519, section 4.1.
pub fn good_claims(header_value: &[u8], base64_secret: &str) -> Option<Map<String, Value>> {
    let text = std::str::from_utf8(header_value).ok()?.trim_matches([' ', '\t']);
    let token = match text.split_once([' ', '\t']) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => rest.trim_matches([' ', '\t']),
        Some(_) => return None,
        None => text,
    };
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>().try_into().ok()?;
    let object = |part: &str| {
        let members: HashMap<String, Box<RawValue>> =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()?;
        let read = |(name, text): (String, Box<RawValue>)| Some((name, serde_json::from_str(text.get()).ok()?));
        // Half a surrogate pair is good JSON, but nobody can read it.
        Some(members.into_iter().filter_map(read).collect::<Map<_, _>>())
    };
    let joined = object(header)?;
    if joined.get("alg")?.as_str()? != "HS256" || joined.contains_key("crit") {
        return None;
    }

    let mut mac = Hmac::<Sha256>::new_from_slice(&STANDARD.decode(base64_secret).ok()?).ok()?;
    mac.update(format!("{header}.{payload}").as_bytes());
    mac.verify_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;

    let claims = object(payload)?;
    let seconds = |name: &str| claims.get(name).map(Value::as_f64);
    #[allow(clippy::cast_precision_loss, reason = "below 2^53")]
    let now = now() as f64;
    // The library has asked for the time before this function does, or a moment later.
    let is_running =
        seconds("exp")?? > now - 5.0 && seconds("nbf").is_none_or(|nbf| nbf.is_some_and(|nbf| nbf < now + 5.0));
    is_running.then_some(claims)
}

/// Panics where the library reads a claim in another way.
pub fn assert_same_claims(claims: &ApproovClaims, expected: &Map<String, Value>) {
    for (name, value) in expected {
        assert_eq!(claims.claim::<Value>(name).unwrap().as_ref(), Some(value), "{name}");
    }
    for (name, text) in [
        ("did", claims.device_id()),
        ("ip", claims.ip()),
        ("arc", claims.arc()),
        ("iss", claims.issuer()),
        ("sub", claims.subject()),
        ("pay", claims.token_binding()),
        ("ipk", claims.installation_key()),
        ("mskid", claims.message_signing_key_id()),
    ] {
        assert_eq!(text, expected.get(name).and_then(Value::as_str), "{name}");
    }
    let audience: Vec<_> = match expected.get("aud") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        other => other.and_then(Value::as_str).into_iter().collect(),
    };
    assert_eq!(claims.audience().collect::<Vec<_>>(), audience);

    let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    let is_near = |time: SystemTime, name: &str| (seconds(time) - expected[name].as_f64().unwrap()).abs() < 1e-3;
    assert!(is_near(claims.expires_at(), "exp"));
    assert!(claims.issued_at().is_none_or(|time| is_near(time, "iat")));
}

/// A component that a signature covers, as it is written in `Signature-Input`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// As it is there: `"content-digest";key="sha-256"`.
    pub identifier: String,
    /// `content-digest`.
    pub name: String,
    /// The one parameter that it has.
    pub parameter: Option<(String, String)>,
}

impl Component {
    /// Whether no part of what it names is left out.
    pub fn is_whole(&self) -> bool {
        self.parameter.as_ref().is_none_or(|(key, _)| key == "bs")
    }
}

/// The signature base: RFC 9421, section 2.5. `list` is the member of `Signature-Input`, spelt as RFC 9651 spells it.
/// None for what is in no example of the RFC.
pub fn signature_base(message: &Message, list: &str) -> Option<Vec<u8>> {
    let mut base = Vec::new();
    for component in components(list)? {
        base.extend(format!("{}: ", component.identifier).bytes());
        base.extend(component_value(message, &component)?);
        base.push(b'\n');
    }
    base.extend(format!("\"@signature-params\": {list}").bytes());
    Some(base)
}

/// What a list covers.
pub fn components(list: &str) -> Option<Vec<Component>> {
    let (items, _) = split_outside_quotes(list.strip_prefix('(')?, ')')?;
    parts(items, ' ').into_iter().map(component).collect()
}

fn component(identifier: &str) -> Option<Component> {
    let (name, parameters) = split_outside_quotes(identifier, ';').unwrap_or((identifier, ""));
    let parameter = match parameters.split_once('=') {
        _ if parameters.is_empty() => None,
        Some((key, value)) => Some((key.to_owned(), quoted(value)?)),
        None => Some((parameters.to_owned(), String::new())),
    };
    Some(Component {
        identifier: identifier.to_owned(),
        name: quoted(name)?,
        parameter,
    })
}

fn quoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains(['"', '\\'])).then(|| inner.to_owned())
}

fn split_outside_quotes(text: &str, separator: char) -> Option<(&str, &str)> {
    let mut is_quoted = false;
    for (at, character) in text.char_indices() {
        if character == '"' {
            is_quoted = !is_quoted;
        } else if character == separator && !is_quoted {
            return Some((&text[..at], &text[at + character.len_utf8()..]));
        }
    }
    None
}

/// All that stands between these.
fn parts(mut text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    while !text.is_empty() {
        let (part, rest) = split_outside_quotes(text, separator).unwrap_or((text, ""));
        parts.push(part);
        text = rest;
    }
    parts
}

fn component_value(message: &Message, component: &Component) -> Option<Vec<u8>> {
    let parameter = component.parameter.as_ref();
    let parameter = parameter.map(|(key, value)| (key.as_str(), value.as_str()));
    match (component.name.as_str(), parameter) {
        ("@query-param", Some(("name", name))) => query_parameter(message, name),
        (
            name @ ("@method" | "@target-uri" | "@scheme" | "@authority" | "@path" | "@query" | "@request-target"),
            None,
        ) => Some(message.value(name).into()),
        (name, _) if name.starts_with('@') => None,
        (name, _) if !message.has(name) => None,
        (name, None) => Some(message.value(name).into()),
        // RFC 9421, section 2.1.3.
        (name, Some(("bs", ""))) => {
            let lines = message.lines(name).map(|line| format!(":{}:", STANDARD.encode(line)));
            Some(lines.collect::<Vec<_>>().join(", ").into())
        }
        // RFC 9421, section 2.1.1, for such members with anything between them.
        (name, Some(("sf", ""))) => Some(dictionary_members(&message.value(name)).join(", ").into()),
        // RFC 9421, section 2.1.2, for members that are spelt as RFC 9651 spells them.
        (name, Some(("key", key))) => {
            let dictionary = message.value(name);
            let mut members = dictionary_members(&dictionary).into_iter();
            members.find_map(|member| Some(member.strip_prefix(key)?.strip_prefix('=')?.into()))
        }
        _ => None,
    }
}

fn dictionary_members(dictionary: &str) -> Vec<&str> {
    parts(dictionary, ',').into_iter().map(str::trim).collect()
}

/// RFC 9421, section 2.2.8, for a parameter that is there once.
fn query_parameter(message: &Message, name: &str) -> Option<Vec<u8>> {
    let query = message.value("@query");
    let mut values = query[1..].split('&').filter_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (encoded(&decoded(key)) == name).then(|| encoded(&decoded(value)))
    });
    let value = values.next()?;
    values.next().is_none().then(|| value.into())
}

fn decoded(text: &str) -> Vec<u8> {
    let text = text.replace('+', " ");
    let mut parts = text.split('%');
    let mut decoded = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).map(|digits| u8::from_str_radix(digits, 16)) {
            Some(Ok(byte)) => decoded.extend([&[byte], &part.as_bytes()[2..]].concat()),
            _ => decoded.extend(format!("%{part}").bytes()),
        }
    }
    decoded
}

fn encoded(bytes: &[u8]) -> String {
    let encode = |byte: &u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => char::from(*byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    bytes.iter().map(encode).collect()
}
