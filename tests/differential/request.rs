//! A request, and what is to be signed of it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use support::client;

/// A request as it is sent.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: Option<String>,
    /// Lines, with the blanks around their values.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn target(&self) -> String {
        let query = self.query.as_ref().map_or(String::new(), |query| format!("?{query}"));
        format!("{}{query}", self.path)
    }

    pub(super) fn on_the_wire(&self) -> client::Request {
        let request = client::Request::bare(&self.method, &self.target());
        let headers = self.headers.iter();
        let request = headers.fold(request, |request, (name, value)| request.header(name, value));
        if self.has("transfer-encoding") {
            request.body(&client::chunked(&self.body, 100))
        } else {
            request.body(&self.body)
        }
    }

    /// The value of the first line of this name.
    pub(super) fn line(&mut self, name: &str) -> Option<&mut String> {
        let mut lines = self.headers.iter_mut();
        let line = lines.find(|(known, _)| known.eq_ignore_ascii_case(name));
        line.map(|(_, value)| value)
    }

    /// The values of a header, without the blanks around them.
    pub(super) fn values(&self, name: &str) -> Vec<&str> {
        let lines = self.headers.iter();
        let lines = lines.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        lines.map(|(_, value)| value.trim_matches([' ', '\t'])).collect()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        !self.values(name).is_empty()
    }
}

pub(super) fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// The identifier of a component, as it is in `Signature-Input`. The parameter comes with its `;`.
pub(super) fn identifier(name: &str, parameter: &str) -> String {
    format!("\"{}\"{parameter}", name.to_ascii_lowercase())
}

/// Name and parameter of an identifier.
pub(super) fn parts(identifier: &str) -> (&str, &str) {
    identifier[1..].split_once('"').unwrap()
}

/// The key that a parameter says.
pub(super) fn key(parameter: &str) -> Option<&str> {
    parameter.strip_prefix(";key=\"")?.strip_suffix('"')
}

pub(super) fn list(components: &[String]) -> String {
    format!("({})", components.join(" "))
}

/// What is to be signed.
pub(super) struct Signature {
    pub(super) label: &'static str,
    /// Identifiers.
    pub(super) components: Vec<String>,
    pub(super) parameters: Vec<(&'static str, Value)>,
}

/// A field that is a dictionary: its members' keys and values.
pub(super) type Dictionary = (&'static str, Vec<(&'static str, String)>);

/// A request, and how it is to be signed.
pub(super) struct Sample {
    /// After the package has signed it, with what it has added.
    pub(super) request: Request,
    /// The origin as the client writes it in its URL.
    pub(super) origin: String,
    /// The key in the token.
    pub(super) installation: usize,
    /// Good as well, but not the one that is signed.
    pub(super) other_token: String,
    pub(super) digests: Vec<&'static str>,
    pub(super) digest_lines: bool,
    pub(super) dictionaries: Vec<Dictionary>,
    pub(super) signatures: Vec<Signature>,
}

impl Sample {
    pub(super) fn to_json(&self) -> Value {
        let signature = |signature: &Signature| {
            let Signature {
                label,
                components,
                parameters,
            } = signature;
            json!({ "label": label, "components": components, "parameters": parameters })
        };
        json!({
            "method": self.request.method,
            "url": format!("{}{}", self.origin, self.request.target()),
            "headers": self.request.headers,
            "body": STANDARD.encode(&self.request.body),
            "installation": self.installation,
            "digests": self.digests,
            "digest_lines": self.digest_lines,
            "signatures": self.signatures.iter().map(signature).collect::<Vec<_>>(),
        })
    }

    /// Names and parameters of all that is covered.
    pub(super) fn components(&self) -> impl Iterator<Item = (&str, &str)> {
        let components = self.signatures.iter().flat_map(|signature| &signature.components);
        components.map(|identifier| parts(identifier))
    }

    /// In any form.
    pub(super) fn covers(&self, name: &str) -> bool {
        self.components().any(|(known, _)| known == name)
    }

    pub(super) fn dictionary(&self, name: &str) -> Option<&[(&'static str, String)]> {
        let mut dictionaries = self.dictionaries.iter();
        let found = dictionaries.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, members)| &**members)
    }
}
