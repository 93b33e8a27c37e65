//! A request, and what is to be signed of it.

use std::fmt::Write as _;

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
    pub(super) framing: Framing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    None,
    /// With the header `Content-Length`.
    Length,
    /// With the header `Transfer-Encoding`.
    Chunked,
}

impl Request {
    pub(super) fn target(&self) -> String {
        let query = self.query.as_ref().map_or(String::new(), |query| format!("?{query}"));
        format!("{}{query}", self.path)
    }

    pub(super) fn on_the_wire(&self) -> client::Request {
        let request = client::Request::bare(&self.method, &self.target());
        let request = self
            .headers
            .iter()
            .fold(request, |request, (name, value)| request.header(name, value));
        request.body(&match self.framing {
            Framing::None | Framing::Length => self.body.clone(),
            Framing::Chunked => client::chunked(&self.body, 100),
        })
    }

    /// For reports.
    pub(super) fn text(&self) -> String {
        let mut text = format!("{} {}\n", self.method, self.target());
        for (name, value) in &self.headers {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{name}: {value}");
        }
        let _ = writeln!(text, "{:?} {}", self.framing, self.body.escape_ascii());
        text
    }

    /// The values of a header, without the blanks around them.
    pub(super) fn values(&self, name: &str) -> Vec<&str> {
        let lines = self
            .headers
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name));
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
    pub(super) form: Form,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    /// `;bs`
    Bytes,
    /// `;sf`
    Structured,
    /// `;key`
    Key(String),
    /// `;name`
    Parameter(String),
}

impl Component {
    pub(super) fn new(name: &str, form: Form) -> Self {
        Self {
            name: name.to_ascii_lowercase(),
            form,
        }
    }

    /// As it is in `Signature-Input`.
    pub(super) fn id(&self) -> String {
        let parameter = match &self.form {
            Form::Plain => String::new(),
            Form::Bytes => ";bs".to_owned(),
            Form::Structured => ";sf".to_owned(),
            Form::Key(key) => format!(";key=\"{key}\""),
            Form::Parameter(name) => format!(";name=\"{name}\""),
        };
        format!("\"{}\"{parameter}", self.name)
    }
}

/// What is to be signed.
#[derive(Debug, Clone)]
pub(super) struct Signature {
    pub(super) label: &'static str,
    pub(super) components: Vec<Component>,
    pub(super) created: u64,
    pub(super) parameters: Vec<(String, Value)>,
}

impl Signature {
    pub(super) fn nonce(&self) -> Option<&str> {
        let (_, value) = self.parameters.iter().find(|(name, _)| name == "nonce")?;
        value.as_str()
    }

    /// The components, as they are in `Signature-Input`.
    pub(super) fn list(&self) -> String {
        list(&self.components)
    }
}

pub(super) fn list(components: &[Component]) -> String {
    let ids: Vec<_> = components.iter().map(Component::id).collect();
    format!("({})", ids.join(" "))
}

/// A request before it is signed.
pub(super) struct Draft {
    pub(super) request: Request,
    /// The origin as the client writes it in its URL.
    pub(super) origin: String,
    /// The key in the token.
    pub(super) installation: usize,
    pub(super) digests: Vec<&'static str>,
    pub(super) digest_lines: bool,
    pub(super) dictionaries: Vec<Dictionary>,
    pub(super) signatures: Vec<Signature>,
}

impl Draft {
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

    pub(super) fn signed(mut self, added: Vec<(String, String)>) -> Signed {
        self.request.headers.extend(added);
        Signed {
            request: self.request,
            dictionaries: self.dictionaries,
            signatures: self.signatures,
        }
    }
}

/// A signed request.
#[derive(Debug, Clone)]
pub(super) struct Signed {
    pub(super) request: Request,
    pub(super) dictionaries: Vec<Dictionary>,
    pub(super) signatures: Vec<Signature>,
}

/// A field that is a dictionary: its members' keys and values.
#[derive(Debug, Clone)]
pub(super) struct Dictionary {
    pub(super) name: &'static str,
    pub(super) members: Vec<(&'static str, String)>,
}
