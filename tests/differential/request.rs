//! A request, and what is to be signed of it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use support::client;

/// A request as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
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

    /// For reports.
    pub(super) fn text(&self) -> String {
        format!("{:?}{}", self.on_the_wire(), self.body.escape_ascii())
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

/// A covered component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Component {
    pub(super) name: String,
    /// With the `;`.
    pub(super) parameter: String,
}

impl Component {
    pub(super) fn new(name: &str, parameter: impl Into<String>) -> Self {
        Self {
            name: name.to_ascii_lowercase(),
            parameter: parameter.into(),
        }
    }

    /// Of `;key`.
    pub(super) fn key(&self) -> Option<&str> {
        self.parameter.strip_prefix(";key=\"")?.strip_suffix('"')
    }

    /// As it is in `Signature-Input`.
    pub(super) fn id(&self) -> String {
        format!("\"{}\"{}", self.name, self.parameter)
    }
}

pub(super) fn list(components: &[Component]) -> String {
    let ids: Vec<_> = components.iter().map(Component::id).collect();
    format!("({})", ids.join(" "))
}

/// What is to be signed.
#[derive(Debug, Clone)]
pub(super) struct Signature {
    pub(super) label: &'static str,
    pub(super) components: Vec<Component>,
    pub(super) created: u64,
    pub(super) parameters: Vec<(&'static str, Value)>,
}

impl Signature {
    pub(super) fn nonce(&self) -> Option<&str> {
        let (_, value) = self.parameters.iter().find(|(name, _)| *name == "nonce")?;
        value.as_str()
    }
}

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
            json!({
                "label": signature.label,
                "components": signature.components.iter().map(Component::id).collect::<Vec<_>>(),
                "parameters": signature.parameters,
            })
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

    pub(super) fn components(&self) -> impl Iterator<Item = &Component> {
        self.signatures.iter().flat_map(|signature| &signature.components)
    }

    /// In any form.
    pub(super) fn covers(&self, name: &str) -> bool {
        self.components().any(|component| component.name == name)
    }
}

/// A field that is a dictionary: its members' keys and values.
pub(super) struct Dictionary {
    pub(super) name: &'static str,
    pub(super) members: Vec<(&'static str, String)>,
}
