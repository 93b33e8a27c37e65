//! The signature base: RFC 9421, section 2.5.

use std::cell::OnceCell;

use actix_web::{HttpRequest, http::header::HeaderMap};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sfv::BareItemFromInput;

use super::{
    fields::{InnerList, Item, combined, parse_dictionary},
    style::{Covered, Style},
    target::{Target, query_parameter},
};
use crate::rejection::Rejection;

/// One covered component, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Component {
    pub(super) name: String,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Method,
    TargetUri,
    Authority,
    Scheme,
    RequestTarget,
    Path,
    Query,
    QueryParameter(String),
    Field(FieldForm),
}

/// How a field's value stands in the base.
#[derive(Debug, Clone, PartialEq, Eq)]
enum FieldForm {
    Combined,
    /// `;bs`
    Bytes,
    /// `;sf`, for fields whose type is known: as a dictionary.
    Structured,
    /// `;key`
    Key(String),
}

/// Fields of which we know that they are dictionaries.
const DICTIONARIES: [&str; 7] = [
    "content-digest",
    "priority",
    "repr-digest",
    "signature",
    "signature-input",
    "want-content-digest",
    "want-repr-digest",
];

/// More than any client covers. Each is looked for in what a caller without any key may make as long as actix lets them.
const MAX_COSTLY: usize = 8;

/// The covered components, each once, none that we do not understand.
pub(super) fn components(input: &InnerList<'_>) -> Result<Vec<Component>, Rejection> {
    let mut components: Vec<Component> = Vec::with_capacity(input.items.len());
    for item in &input.items {
        let component = Component::of(item).ok_or(Rejection::SignatureComponent {})?;
        if components.contains(&component) {
            return Err(Rejection::SignatureComponent {});
        }
        components.push(component);
    }
    if components.iter().filter(|component| component.is_costly()).count() > MAX_COSTLY {
        return Err(Rejection::SignatureComponent {});
    }
    Ok(components)
}

impl Component {
    fn of(item: &Item<'_>) -> Option<Self> {
        let BareItemFromInput::String(name) = &item.value else {
            return None;
        };
        let name = name.as_str();
        let kind = match name.strip_prefix('@') {
            Some(derived) => derived_kind(derived, item)?,
            None => Kind::Field(field_form(name, item)?),
        };
        Some(Self {
            name: name.to_owned(),
            kind,
        })
    }

    /// Whether this covers all of the thing that it is named after.
    fn is_whole(&self) -> bool {
        !matches!(self.kind, Kind::QueryParameter(_) | Kind::Field(FieldForm::Key(_)))
    }

    /// Whether this covers the member of the dictionary that it is named after.
    pub(super) fn covers_member(&self, key: &str) -> bool {
        match &self.kind {
            Kind::Field(FieldForm::Key(covered)) => covered == key,
            Kind::Field(_) => true,
            _ => false,
        }
    }

    /// Whether its value takes time to find in what a caller sent.
    fn is_costly(&self) -> bool {
        matches!(
            self.kind,
            Kind::QueryParameter(_) | Kind::Field(FieldForm::Structured | FieldForm::Key(_))
        )
    }
}

/// What is to be signed, but for what clients write differently.
pub(super) struct Base<'a> {
    lines: Vec<Line>,
    target: &'a Target<'a>,
    parameters: String,
}

struct Line {
    identifier: String,
    has_parameters: bool,
    value: Value,
}

/// The value of a component.
enum Value {
    Fixed(Vec<u8>),
    /// These three are what clients write differently.
    TargetUri,
    Authority,
    Query,
}

impl<'a> Base<'a> {
    /// Finds the value of each component, once.
    pub(super) fn new(
        input: &InnerList<'_>,
        components: &[Component],
        request: &HttpRequest,
        target: &'a Target<'a>,
    ) -> Result<Self, Rejection> {
        let query_parameters = OnceCell::new();
        let mut lines = Vec::with_capacity(components.len());
        for (item, component) in input.items.iter().zip(components) {
            let value = match &component.kind {
                Kind::TargetUri => Value::TargetUri,
                Kind::Authority => Value::Authority,
                Kind::Query => Value::Query,
                Kind::Method => Value::Fixed(request.method().as_str().into()),
                Kind::Scheme => Value::Fixed(target.scheme.into()),
                Kind::RequestTarget => Value::Fixed(request_target(request, target).into()),
                Kind::Path => Value::Fixed(target.path.as_bytes().into()),
                Kind::QueryParameter(name) => {
                    let parameters = query_parameters.get_or_init(|| target.query_parameters());
                    let value = query_parameter(parameters, name).ok_or(Rejection::SignatureComponent {})?;
                    Value::Fixed(value.into())
                }
                Kind::Field(form) => {
                    let value = field(request.headers(), &component.name, form);
                    Value::Fixed(value.ok_or(Rejection::SignatureComponent {})?)
                }
            };
            let mut identifier = String::new();
            item.serialize_into(&mut identifier);
            lines.push(Line {
                identifier,
                has_parameters: !item.parameters.is_empty(),
                value,
            });
        }
        let mut parameters = String::new();
        input.serialize_into(&mut parameters);
        Ok(Self {
            lines,
            target,
            parameters,
        })
    }

    /// What is covered: names, and identifiers as they stand in the input where they have parameters.
    pub(super) fn into_identifiers(self) -> Vec<String> {
        let identifier = |line: Line| match line
            .identifier
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
        {
            Some(name) if !line.has_parameters => name.to_owned(),
            _ => line.identifier,
        };
        self.lines.into_iter().map(identifier).collect()
    }

    /// A line for each component, and the parameters.
    pub(super) fn text(&self, style: Style) -> Vec<u8> {
        let mut base = Vec::with_capacity(512);
        for line in &self.lines {
            base.extend_from_slice(line.identifier.as_bytes());
            base.extend_from_slice(b": ");
            match &line.value {
                Value::Fixed(value) => base.extend_from_slice(value),
                Value::TargetUri => base.extend_from_slice(self.target.uri(style.target).as_bytes()),
                Value::Authority => base.extend_from_slice(self.target.authority(style.authority).as_bytes()),
                Value::Query => base.extend_from_slice(self.target.query(style.query).as_bytes()),
            }
            base.push(b'\n');
        }
        base.extend_from_slice(b"\"@signature-params\": ");
        base.extend_from_slice(self.parameters.as_bytes());
        base
    }
}

fn derived_kind(name: &str, item: &Item<'_>) -> Option<Kind> {
    if name == "query-param" {
        let [(_, BareItemFromInput::String(value))] = item.parameters.as_slice() else {
            return None;
        };
        item.parameter("name")?;
        return Some(Kind::QueryParameter(value.as_str().to_owned()));
    }
    if !item.parameters.is_empty() {
        return None;
    }
    Some(match name {
        "method" => Kind::Method,
        "target-uri" => Kind::TargetUri,
        "authority" => Kind::Authority,
        "scheme" => Kind::Scheme,
        "request-target" => Kind::RequestTarget,
        "path" => Kind::Path,
        "query" => Kind::Query,
        _ => return None,
    })
}

/// `;req` and `;tr` are not for us to understand, so they are refused like any unknown parameter; so are contradictory ones.
fn field_form(name: &str, item: &Item<'_>) -> Option<FieldForm> {
    let is_field_name =
        |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic() && !b.is_ascii_uppercase());
    if !is_field_name(name) {
        return None;
    }
    match item.parameters.as_slice() {
        [] => Some(FieldForm::Combined),
        [(key, value)] => match (key.as_str(), value) {
            ("bs", BareItemFromInput::Boolean(true)) => Some(FieldForm::Bytes),
            ("sf", BareItemFromInput::Boolean(true)) if DICTIONARIES.contains(&name) => Some(FieldForm::Structured),
            ("key", BareItemFromInput::String(key)) => Some(FieldForm::Key(key.as_str().to_owned())),
            _ => None,
        },
        _ => None,
    }
}

/// Whether all of each of these things is covered. The case of their names does not matter.
pub(super) fn covers_all(components: &[Component], names: &[&str]) -> bool {
    let is_covered = |name: &&str| {
        let mut whole = components.iter().filter(|component| component.is_whole());
        whole.any(|component| component.name.eq_ignore_ascii_case(name))
    };
    names.iter().all(is_covered)
}

/// What of that releases may write differently.
pub(super) fn covered(components: &[Component]) -> Covered {
    let has = |kind: &Kind| components.iter().any(|component| component.kind == *kind);
    Covered {
        target_uri: has(&Kind::TargetUri),
        authority: has(&Kind::Authority),
        query: has(&Kind::Query),
    }
}

/// Section 2.1. None if the field is absent, or not what its parameters say.
fn field(headers: &HeaderMap, name: &str, form: &FieldForm) -> Option<Vec<u8>> {
    let lines: Vec<&[u8]> = headers.get_all(name).map(|line| line.as_bytes().trim_ascii()).collect();
    if lines.is_empty() {
        return None;
    }
    Some(match form {
        // Crumbs of HTTP/2 are one line of HTTP/1: RFC 9113, section 8.2.3.
        FieldForm::Combined if name == "cookie" => lines.join(&b"; "[..]),
        FieldForm::Combined => lines.join(&b", "[..]),
        FieldForm::Bytes => {
            let encoded: Vec<_> = lines
                .iter()
                .map(|line| format!(":{}:", STANDARD.encode(line)))
                .collect();
            encoded.join(", ").into()
        }
        FieldForm::Structured => structured(headers, name)?.into(),
        FieldForm::Key(key) => dictionary_member(headers, name, key)?.into(),
    })
}

fn structured(headers: &HeaderMap, name: &str) -> Option<String> {
    let text = combined(headers, name).ok()??;
    let dictionary: sfv::Dictionary = sfv::Parser::new(&*text).parse().ok()?;
    sfv::FieldType::serialize(&dictionary)
}

fn dictionary_member(headers: &HeaderMap, name: &str, key: &str) -> Option<String> {
    let text = combined(headers, name).ok()??;
    let dictionary: sfv::Dictionary = sfv::Parser::new(&*text).parse().ok()?;
    // A key that is there twice would be signed in one place and read in another.
    parse_dictionary(&text).ok()?;
    let mut member = String::new();
    match dictionary.get(key)? {
        sfv::ListEntry::Item(item) => {
            let serializer = sfv::ItemSerializer::with_buffer(&mut member).bare_item(&item.bare_item);
            let _: &mut String = serializer.parameters(&item.params).finish();
        }
        sfv::ListEntry::InnerList(list) => {
            let mut serializer = sfv::ListSerializer::with_buffer(&mut member);
            let mut inner = serializer.inner_list();
            inner.items(&list.items);
            let _: &mut String = inner.finish().parameters(&list.params).finish();
        }
    }
    Some(member)
}

/// Section 2.2.5: as on the request line, under the public origin.
fn request_target(request: &HttpRequest, target: &Target<'_>) -> String {
    let query = target.query.map_or(String::new(), |query| format!("?{query}"));
    match request.uri().scheme_str() {
        // The absolute form of a request to a proxy. HTTP/2 has a scheme too, but no request line.
        Some(scheme) if request.version() < actix_web::http::Version::HTTP_2 => {
            format!("{scheme}://{}{}{query}", target.authority, target.path)
        }
        _ => format!("{}{query}", target.path),
    }
}
