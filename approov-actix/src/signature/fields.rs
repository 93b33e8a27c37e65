//! Structured fields (RFC 9651), read strictly: no repeated key, and no repeated parameter of an inner list or of its
//! items. Parameters of other members are not read.

use std::{borrow::Cow, convert::Infallible, fmt, str};

use actix_web::http::header::HeaderMap;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sfv::{
    BareItemFromInput, ItemSerializer, KeyRef, ListSerializer, Parser,
    visitor::{DictionaryVisitor, EntryVisitor, Ignored, InnerListVisitor, ItemVisitor, ParameterVisitor},
};

use crate::field_lines::{FieldLines, TooLong};

/// More members than any client sends. The limit bounds the work that a caller without any key can cause.
const MAX_MEMBERS: usize = 64;

/// A dictionary, in received order.
pub(super) type Dictionary<'a> = Vec<(&'a KeyRef, Member<'a>)>;
type Parameters<'a> = Vec<(&'a KeyRef, BareItemFromInput<'a>)>;

#[derive(Debug)]
pub(super) enum Member<'a> {
    Item(BareItemFromInput<'a>),
    InnerList(InnerList<'a>),
}

#[derive(Debug, Default)]
pub(super) struct InnerList<'a> {
    pub(super) items: Vec<Item<'a>>,
    pub(super) parameters: Parameters<'a>,
}

#[derive(Debug)]
pub(super) struct Item<'a> {
    pub(super) value: BareItemFromInput<'a>,
    pub(super) parameters: Parameters<'a>,
}

/// Not a structured field, or one that repeats something or is too long.
#[derive(Debug)]
pub(super) struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("malformed structured field")
    }
}

impl std::error::Error for Malformed {}

/// The lines of a header as one value: RFC 9651, section 4.2. None if there is no line, or only empty ones.
pub(super) fn combined<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<Cow<'a, str>>, Malformed> {
    let lines = FieldLines::of(headers, name).map_err(|TooLong| Malformed)?;
    lines.as_ref().map_or(Ok(None), members)
}

/// The same for lines that were already found.
pub(super) fn members<'a>(lines: &FieldLines<'a>) -> Result<Option<Cow<'a, str>>, Malformed> {
    let text = match lines.joined_members() {
        None => return Ok(None),
        Some(Cow::Borrowed(bytes)) => Cow::Borrowed(str::from_utf8(bytes).map_err(|_| Malformed)?),
        Some(Cow::Owned(bytes)) => Cow::Owned(String::from_utf8(bytes).map_err(|_| Malformed)?),
    };
    Ok(Some(text))
}

pub(super) fn parse_dictionary(text: &str) -> Result<Dictionary<'_>, Malformed> {
    Parser::new(text)
        .parse_dictionary_with_visitor(DictionaryReader(Vec::new()))
        .map_err(|_| Malformed)
}

pub(super) fn member<'d, 'a>(dictionary: &'d Dictionary<'a>, key: &str) -> Option<&'d Member<'a>> {
    find(dictionary, key)
}

impl Member<'_> {
    /// The bytes of a byte sequence, or of the base64 that some Android releases send as a string.
    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        match self {
            Self::Item(BareItemFromInput::ByteSequence(bytes)) => Some(bytes.clone()),
            Self::Item(BareItemFromInput::String(text)) => STANDARD.decode(text.as_str()).ok(),
            _ => None,
        }
    }
}

impl Item<'_> {
    /// As RFC 9651, section 4.1.3, prescribes.
    pub(super) fn serialized(&self) -> String {
        let mut item = ItemSerializer::new().bare_item(&self.value);
        for (name, value) in &self.parameters {
            item = item.parameter(name, value);
        }
        item.finish()
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&BareItemFromInput<'_>> {
        find(&self.parameters, name)
    }
}

impl InnerList<'_> {
    /// As RFC 9651, section 4.1.1.1, prescribes, with members and parameters in received order.
    pub(super) fn serialize_into(&self, text: &mut String) {
        let mut list = ListSerializer::with_buffer(text);
        let mut inner = list.inner_list();
        for item in &self.items {
            let mut serializer = inner.bare_item(&item.value);
            for (name, value) in &item.parameters {
                serializer = serializer.parameter(name, value);
            }
        }
        let mut parameters = inner.finish();
        for (name, value) in &self.parameters {
            parameters = parameters.parameter(name, value);
        }
        let _: &mut String = parameters.finish();
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&BareItemFromInput<'_>> {
        find(&self.parameters, name)
    }
}

fn find<'l, T>(list: &'l [(&KeyRef, T)], name: &str) -> Option<&'l T> {
    let (_, value) = list.iter().find(|(key, _)| key.as_str() == name)?;
    Some(value)
}

/// What a slot holds until its value has been read.
const UNREAD: BareItemFromInput<'static> = BareItemFromInput::Boolean(false);

struct DictionaryReader<'de>(Dictionary<'de>);

impl<'de> DictionaryVisitor<'de> for DictionaryReader<'de> {
    type Out = Dictionary<'de>;
    type Error = Malformed;

    fn entry(&mut self, key: &'de KeyRef) -> Result<impl EntryVisitor<'de>, Malformed> {
        let member = add(&mut self.0, key, Member::Item(UNREAD))?;
        Ok(EntryReader(member))
    }

    fn finish(self) -> Result<Self::Out, Malformed> {
        Ok(self.0)
    }
}

/// Adds an entry under a new key.
fn add<'l, 'de, T>(list: &'l mut Vec<(&'de KeyRef, T)>, key: &'de KeyRef, value: T) -> Result<&'l mut T, Malformed> {
    if list.len() == MAX_MEMBERS || list.iter().any(|(known, _)| *known == key) {
        return Err(Malformed);
    }
    list.push((key, value));
    list.last_mut().map(|(_, value)| value).ok_or(Malformed)
}

struct EntryReader<'l, 'de>(&'l mut Member<'de>);

impl<'de> EntryVisitor<'de> for EntryReader<'_, 'de> {
    type Error = Infallible;

    fn item(self) -> Result<impl ItemVisitor<'de>, Infallible> {
        Ok(move |value| {
            *self.0 = Member::Item(value);
            Ok::<_, Infallible>(Ignored)
        })
    }

    fn inner_list(self) -> Result<impl InnerListVisitor<'de>, Infallible> {
        *self.0 = Member::InnerList(InnerList::default());
        Ok(match self.0 {
            Member::InnerList(list) => Some(InnerListReader(list)),
            Member::Item(_) => None,
        })
    }
}

struct InnerListReader<'l, 'de>(&'l mut InnerList<'de>);

impl<'de> InnerListVisitor<'de> for InnerListReader<'_, 'de> {
    type Error = Malformed;

    fn item(&mut self) -> Result<impl ItemVisitor<'de>, Malformed> {
        let items = &mut self.0.items;
        if items.len() == MAX_MEMBERS {
            return Err(Malformed);
        }
        items.push(Item {
            value: UNREAD,
            parameters: Vec::new(),
        });
        items.last_mut().map(ItemReader).ok_or(Malformed)
    }

    fn finish(self) -> Result<impl ParameterVisitor<'de>, Malformed> {
        Ok(ParameterReader(&mut self.0.parameters))
    }
}

struct ItemReader<'l, 'de>(&'l mut Item<'de>);

impl<'de> ItemVisitor<'de> for ItemReader<'_, 'de> {
    type Out = ();
    type Error = Infallible;

    fn bare_item(self, value: BareItemFromInput<'de>) -> Result<impl ParameterVisitor<'de, Out = ()>, Infallible> {
        self.0.value = value;
        Ok(ParameterReader(&mut self.0.parameters))
    }
}

struct ParameterReader<'l, 'de>(&'l mut Parameters<'de>);

impl<'de> ParameterVisitor<'de> for ParameterReader<'_, 'de> {
    type Out = ();
    type Error = Malformed;

    fn parameter(&mut self, key: &'de KeyRef, value: BareItemFromInput<'de>) -> Result<(), Malformed> {
        add(self.0, key, value).map(drop)
    }

    fn finish(self) -> Result<(), Malformed> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serialized(text: &str) -> Vec<String> {
        let dictionary = parse_dictionary(text).unwrap();
        let serialize = |(key, member): &(&KeyRef, Member<'_>)| {
            let Member::InnerList(list) = member else {
                return key.as_str().to_owned();
            };
            let mut text = String::new();
            list.serialize_into(&mut text);
            format!("{}={text}", key.as_str())
        };
        dictionary.iter().map(serialize).collect()
    }

    /// A signature depends on the order.
    #[test]
    fn members_and_parameters_keep_their_order() {
        for text in [
            r#"install=("@method" "a";key="b");z=1;a="x";created=5"#,
            "a=()",
            r#"a=("x";bs;sf);b=?0;c=:AQI=:;d=tok;e=1.5"#,
        ] {
            assert_eq!(serialized(text), [text]);
        }
        assert_eq!(serialized(r#"b=( "x"   "y" );p , a=()"#), [r#"b=("x" "y");p"#, "a=()"]);
        assert_eq!(serialized("x=1, y, z=:AA==:"), ["x", "y", "z"]);
    }

    #[test]
    fn nothing_twice() {
        for text in [
            "a=(), a=()",
            "a=1, b=2, a=3",
            "a=();x=1;x=1",
            r#"a=("m";x;x)"#,
            "a=(",
            "a=(1,2)",
            "A=()",
            "a=();",
            "a=(), ",
            "a b",
            "\u{e9}=()",
        ] {
            assert!(parse_dictionary(text).is_err(), "{text}");
        }
        let many = |count: usize| (0..count).map(|i| format!("k{i}")).collect::<Vec<_>>().join(", ");
        assert!(parse_dictionary(&many(64)).is_ok());
        assert!(parse_dictionary(&many(65)).is_err());
        let items = |count: usize| format!("a=({})", vec!["1"; count].join(" "));
        assert!(parse_dictionary(&items(64)).is_ok());
        assert!(parse_dictionary(&items(65)).is_err());
    }

    #[test]
    fn lines_are_combined() {
        use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
        let combined = |lines: &[&[u8]]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                let value = HeaderValue::from_bytes(line).unwrap();
                headers.append(HeaderName::from_static("signature"), value);
            }
            combined(&headers, "signature").map(|text| text.map(Cow::into_owned))
        };
        assert_eq!(combined(&[]).unwrap(), None);
        assert_eq!(combined(&[b"", b" "]).unwrap(), None);
        assert_eq!(
            combined(&[b" a=1 ", b"", b"\tb=2"]).unwrap().as_deref(),
            Some("a=1, b=2")
        );
        assert!(combined(&[b"a=\xff"]).is_err());
    }
}
