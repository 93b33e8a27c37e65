//! The signature base: RFC 9421, section 2.5.

use std::{
    borrow::Cow,
    cell::{Cell, OnceCell},
};

use actix_web::HttpRequest;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sfv::BareItemFromInput;

use super::{
    fields::{InnerList, Item, members, parse_dictionary},
    style::{Covered, Style},
    target::{QueryParameters, Target, query_parameter},
};
use crate::{
    config::Fault,
    field_lines::{FieldLines, TooLong},
};

/// One covered component, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Component {
    pub(super) name: String,
    /// With its parameters, as RFC 9651 writes it, if it has any.
    parametrised: Option<String>,
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

/// How a field's value is written in the base.
#[derive(Debug, Clone, PartialEq, Eq)]
enum FieldForm {
    Combined,
    /// `;bs`
    Bytes,
    /// `;sf`, for fields that are known to be dictionaries.
    Structured,
    /// `;key`
    Key(String),
}

/// Fields that are known to be dictionaries.
const DICTIONARIES: [&str; 7] = [
    "content-digest",
    "priority",
    "repr-digest",
    "signature",
    "signature-input",
    "want-content-digest",
    "want-repr-digest",
];

/// More than any client covers. Each is searched for in text that a caller without any key can make as long as actix
/// allows.
const MAX_COSTLY: usize = 8;

/// What is wrong with a covered component, for the log.
pub(super) struct ComponentFault {
    pub(super) identifier: String,
    pub(super) fault: Fault,
}

impl ComponentFault {
    fn new(item: &Item<'_>, fault: Fault) -> Self {
        let identifier = item.serialized();
        Self { identifier, fault }
    }
}

const TOO_MUCH: Fault = "is more than a signature may cover";

/// The covered components. Unknown and repeated ones are faults.
pub(super) fn components(input: &InnerList<'_>) -> Result<Vec<Component>, ComponentFault> {
    let mut components: Vec<Component> = Vec::with_capacity(input.items.len());
    let mut costly = 0;
    for item in &input.items {
        let fault = |fault| Err(ComponentFault::new(item, fault));
        let Some(component) = Component::of(item) else {
            return fault("is unknown");
        };
        costly += usize::from(component.is_costly());
        if costly > MAX_COSTLY {
            return fault(TOO_MUCH);
        }
        if components.contains(&component) {
            return fault("is covered twice");
        }
        components.push(component);
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
            parametrised: (!item.parameters.is_empty()).then(|| item.serialized()),
            kind,
        })
    }

    /// The name, or the whole identifier if it has parameters.
    pub(super) fn shown(&self) -> &str {
        self.parametrised.as_ref().unwrap_or(&self.name)
    }

    /// As it is in the input.
    fn write_identifier(&self, base: &mut Vec<u8>) {
        if let Some(identifier) = &self.parametrised {
            base.extend_from_slice(identifier.as_bytes());
            return;
        }
        // No name has a character that would need escaping.
        base.push(b'"');
        base.extend_from_slice(self.name.as_bytes());
        base.push(b'"');
    }

    /// Whether this covers the whole of what it names, not just a member or a parameter.
    fn is_whole(&self) -> bool {
        !matches!(self.kind, Kind::QueryParameter(_) | Kind::Field(FieldForm::Key(_)))
    }

    /// Whether this covers the member `key` of the dictionary that it names.
    pub(super) fn covers_member(&self, key: &str) -> bool {
        match &self.kind {
            Kind::Field(FieldForm::Key(covered)) => covered == key,
            Kind::Field(_) => true,
            _ => false,
        }
    }

    /// Whether its value is slow to find in what a caller sent.
    fn is_costly(&self) -> bool {
        matches!(
            self.kind,
            Kind::QueryParameter(_) | Kind::Field(FieldForm::Structured | FieldForm::Key(_))
        )
    }
}

/// How many bytes of a request all its signatures together may still cover. Covered bytes are read, joined and hashed,
/// and a caller can have a value covered many times that costs one byte on the wire (HPACK).
pub(super) struct Allowance(Cell<usize>);

impl Allowance {
    /// More than any client covers, with both labels.
    pub(super) fn for_request() -> Self {
        Self(Cell::new(128 * 1024))
    }

    fn take(&self, bytes: usize) -> Result<(), Fault> {
        let left = self.0.get().checked_sub(bytes).ok_or(TOO_MUCH)?;
        self.0.set(left);
        Ok(())
    }
}

/// The text to sign, except for the parts that clients write differently.
pub(super) struct Base<'a> {
    lines: Vec<(&'a Component, Value<'a>)>,
    target: &'a Target<'a>,
    covered: Covered,
    parameters: String,
}

/// The value of a component.
enum Value<'a> {
    Fixed(Cow<'a, [u8]>),
    /// Clients write these three differently.
    TargetUri,
    Authority,
    Query,
}

/// Finds the values of components.
struct Values<'a, 'b> {
    request: &'a HttpRequest,
    target: &'a Target<'a>,
    query_parameters: OnceCell<Option<QueryParameters<'a>>>,
    allowance: &'b Allowance,
}

impl<'a> Values<'a, '_> {
    fn of(&self, component: &Component) -> Result<Value<'a>, Fault> {
        let Self { request, target, .. } = self;
        let value = match &component.kind {
            Kind::TargetUri => Value::TargetUri,
            Kind::Authority => Value::Authority,
            Kind::Query => Value::Query,
            Kind::Method => Value::fixed(request.method().as_str()),
            Kind::Scheme => Value::fixed(target.scheme),
            Kind::RequestTarget => Value::fixed(target.request_target(request)),
            Kind::Path => Value::fixed(target.absolute_path()),
            Kind::QueryParameter(name) => {
                let parameters = self.query_parameters.get_or_init(|| target.query_parameters());
                let value = query_parameter(parameters.as_ref().ok_or(TOO_MUCH)?, name);
                Value::fixed(value.ok_or("is absent from the query, or there twice, or not named as RFC 9421 says")?)
            }
            Kind::Field(form) => Value::Fixed(self.field(&component.name, form)?),
        };
        self.allowance.take(value.length(target))?;
        Ok(value)
    }

    /// RFC 9421, section 2.1.
    fn field(&self, name: &str, form: &FieldForm) -> Result<Cow<'a, [u8]>, Fault> {
        let lines = FieldLines::of(self.request.headers(), name).map_err(|TooLong| TOO_MUCH)?;
        let lines = lines.ok_or("is absent")?;
        if *form == FieldForm::Combined {
            return Ok(lines.joined());
        }
        // In addition to the covered value, which is about as long. Parsing a byte costs as much as signing many.
        let cost = match form {
            FieldForm::Combined | FieldForm::Bytes => 1,
            FieldForm::Structured | FieldForm::Key(_) => 16,
        };
        self.allowance.take(lines.bytes().saturating_mul(cost))?;
        let value = match form {
            FieldForm::Combined => None,
            FieldForm::Bytes => Some(byte_sequences(&lines)),
            FieldForm::Structured => structured(&lines),
            FieldForm::Key(key) => dictionary_member(&lines, key),
        };
        let value = value.ok_or("is absent from the field, or the field is not what the parameter says")?;
        Ok(Cow::Owned(value.into()))
    }
}

impl<'a> Value<'a> {
    fn fixed<T: Into<Cow<'a, str>>>(text: T) -> Self {
        Self::Fixed(match text.into() {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        })
    }

    fn length(&self, target: &Target<'_>) -> usize {
        match self {
            Self::Fixed(value) => value.len(),
            Self::TargetUri | Self::Authority | Self::Query => target.length(),
        }
    }
}

impl<'a> Base<'a> {
    /// Finds the value of each component, once.
    pub(super) fn new(
        input: &InnerList<'_>,
        components: &'a [Component],
        request: &'a HttpRequest,
        target: &'a Target<'a>,
        allowance: &Allowance,
    ) -> Result<Self, ComponentFault> {
        let values = Values {
            request,
            target,
            query_parameters: OnceCell::new(),
            allowance,
        };
        let mut lines = Vec::with_capacity(components.len());
        for (item, component) in input.items.iter().zip(components) {
            let value = values.of(component).map_err(|fault| ComponentFault::new(item, fault))?;
            lines.push((component, value));
        }
        let mut parameters = String::with_capacity(256);
        input.serialize_into(&mut parameters);
        Ok(Self {
            lines,
            target,
            covered: covered(components),
            parameters,
        })
    }

    /// `@target-uri` as RFC 9421 defines it.
    pub(super) fn target_uri(&self) -> String {
        self.target.uri(Style::STANDARD.target)
    }

    /// The texts that a client may have signed, the likeliest first. Each is made only when it is needed.
    pub(super) fn texts(&self) -> impl Iterator<Item = Vec<u8>> {
        let styles = self.target.styles(self.covered);
        styles.map(|style| self.text(style))
    }

    /// A line for each component, and the parameters.
    fn text(&self, style: Style) -> Vec<u8> {
        let mut base = Vec::with_capacity(1024);
        for (component, value) in &self.lines {
            component.write_identifier(&mut base);
            base.extend_from_slice(b": ");
            match value {
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

/// `;req` and `;tr` are not supported, so they are refused like any unknown parameter. Contradictory parameters are
/// refused too.
fn field_form(name: &str, item: &Item<'_>) -> Option<FieldForm> {
    let is_field_name = |name: &str| !name.is_empty() && name.bytes().all(is_of_field_name);
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

fn is_of_field_name(byte: u8) -> bool {
    byte.is_ascii_graphic() && !byte.is_ascii_uppercase() && !matches!(byte, b'"' | b'\\')
}

/// Whether each of these components is covered as a whole. The case of their names does not matter.
pub(super) fn covers_all(components: &[Component], names: &[&str]) -> bool {
    let is_covered = |name: &&str| {
        let mut whole = components.iter().filter(|component| component.is_whole());
        whole.any(|component| component.name.eq_ignore_ascii_case(name))
    };
    names.iter().all(is_covered)
}

/// Which of the components are ones that releases write differently.
fn covered(components: &[Component]) -> Covered {
    let has = |kind: &Kind| components.iter().any(|component| component.kind == *kind);
    Covered {
        target_uri: has(&Kind::TargetUri),
        authority: has(&Kind::Authority),
        query: has(&Kind::Query),
    }
}

fn byte_sequences(lines: &FieldLines<'_>) -> String {
    let encoded: Vec<_> = lines
        .iter()
        .map(|line| format!(":{}:", STANDARD.encode(line)))
        .collect();
    encoded.join(", ")
}

fn structured(lines: &FieldLines<'_>) -> Option<String> {
    let text = members(lines).ok()??;
    let dictionary: sfv::Dictionary = sfv::Parser::new(&*text).parse().ok()?;
    sfv::FieldType::serialize(&dictionary)
}

fn dictionary_member(lines: &FieldLines<'_>, key: &str) -> Option<String> {
    let text = members(lines).ok()??;
    let dictionary: sfv::Dictionary = sfv::Parser::new(&*text).parse().ok()?;
    // With a repeated key, one value could be signed and the other one read.
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
