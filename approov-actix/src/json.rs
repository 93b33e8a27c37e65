//! Reads a JSON object strictly: each member once, and known members with their type.
//!
//! Names are compared after their escapes are resolved, so an escaped name cannot hide a repeated member.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

/// A type that is read member by member.
pub(crate) trait Members<'de> {
    /// The names that [`read`](Self::read) knows.
    const KNOWN: &'static [&'static str];
    /// Objects with more members are refused.
    const MAX_MEMBERS: usize;

    /// Reads the value of the member whose name has this index in [`KNOWN`](Self::KNOWN).
    fn read<A: MapAccess<'de>>(&mut self, known: usize, map: &mut A) -> Result<(), A::Error>;
}

/// Why an object could not be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum JsonError {
    /// Not JSON, not an object, a repeated member, or too many members.
    Malformed,
    /// A known member whose value has the wrong type.
    Member(&'static str),
}

/// Reads the one JSON object that `text` consists of.
pub(crate) fn read_object<'de, T: Members<'de> + Default>(text: &'de str) -> Result<T, JsonError> {
    let mut object = T::default();
    read_into(&mut object, text).map(|()| object)
}

/// The same, for an object that needs more than its default to start from.
pub(crate) fn read_into<'de>(object: &mut impl Members<'de>, text: &'de str) -> Result<(), JsonError> {
    let mut names = Names::default();
    let mut json = serde_json::Deserializer::from_str(text);
    let read = json.deserialize_map(ObjectVisitor {
        names: &mut names,
        object,
    });
    match read {
        Ok(()) if json.end().is_ok() && names.are_distinct() => Ok(()),
        Err(error) if error.is_data() => Err(names.member_at_fault()),
        _ => Err(JsonError::Malformed),
    }
}

/// The known names as numbers: comparing them as texts, one after the other, takes longer than reading the values.
trait Numbered<'de>: Members<'de> {
    const NUMBERS: [u64; u32::BITS as usize] = {
        let mut numbers = [0; u32::BITS as usize];
        let mut index = 0;
        while index < Self::KNOWN.len() {
            numbers[index] = match number(Self::KNOWN[index].as_bytes()) {
                Some(number) => number,
                None => panic!("a known name is too long"),
            };
            index += 1;
        }
        numbers
    };
}

impl<'de, T: Members<'de>> Numbered<'de> for T {}

/// A name of up to seven bytes and its length, as one number. Never 0.
const fn number(name: &[u8]) -> Option<u64> {
    if name.len() > 7 {
        return None;
    }
    let mut number = name.len() as u64 + 1;
    let mut index = 0;
    while index < name.len() {
        number = number << 8 | name[index] as u64;
        index += 1;
    }
    Some(number)
}

/// The names read so far.
#[derive(Default)]
struct Names<'de> {
    count: usize,
    /// The known names among them: a bit for each.
    known: u32,
    others: Vec<Cow<'de, str>>,
    is_one_repeated: bool,
    /// The last name, if it is known and was not read before.
    last: Option<&'static str>,
}

impl<'de> Names<'de> {
    /// The index of the name, if it is a known one.
    fn add<T: Members<'de>>(&mut self, name: Cow<'de, str>) -> Option<usize> {
        self.count += 1;
        self.last = None;
        let mut known = T::NUMBERS[..T::KNOWN.len()].iter();
        let number = number(name.as_bytes());
        let Some(index) = number.and_then(|number| known.position(|known| *known == number)) else {
            self.others.push(name);
            return None;
        };
        if self.known & (1 << index) == 0 {
            self.known |= 1 << index;
            self.last = Some(T::KNOWN[index]);
        } else {
            self.is_one_repeated = true;
        }
        Some(index)
    }

    /// Sorts them first, because a token of 8 KiB has room for more than a thousand.
    fn are_distinct(&mut self) -> bool {
        self.others.sort_unstable();
        !self.is_one_repeated && self.others.windows(2).all(|pair| pair[0] != pair[1])
    }

    /// Where the reading failed.
    fn member_at_fault(&self) -> JsonError {
        self.last.map_or(JsonError::Malformed, JsonError::Member)
    }
}

struct ObjectVisitor<'v, 'de, T> {
    names: &'v mut Names<'de>,
    object: &'v mut T,
}

impl<'de, T: Members<'de>> Visitor<'de> for ObjectVisitor<'_, 'de, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(known) = map.next_key_seed(NameVisitor::<T>(self.names, PhantomData))? {
            if self.names.count > T::MAX_MEMBERS {
                self.names.last = None;
                return Err(de::Error::custom("too many members"));
            }
            match known {
                Some(index) => self.object.read(index, &mut map)?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Adds a name. The value is its index, if it is known.
struct NameVisitor<'v, 'de, T>(&'v mut Names<'de>, PhantomData<T>);

impl<'de, T: Members<'de>> DeserializeSeed<'de> for NameVisitor<'_, 'de, T> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, T: Members<'de>> Visitor<'de> for NameVisitor<'_, 'de, T> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(self.0.add::<T>(Cow::Borrowed(name)))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.add::<T>(Cow::Owned(name.to_owned())))
    }
}

/// A JSON string, borrowed from the input if it has no escapes.
pub(crate) struct Text<'de>(pub(crate) Cow<'de, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq)]
    struct Sample {
        a: Option<String>,
    }

    impl<'de> Members<'de> for Sample {
        const KNOWN: &'static [&'static str] = &["a"];
        const MAX_MEMBERS: usize = 3;

        fn read<A: MapAccess<'de>>(&mut self, _: usize, map: &mut A) -> Result<(), A::Error> {
            self.a = Some(map.next_value()?);
            Ok(())
        }
    }

    fn read(text: &str) -> Result<Sample, JsonError> {
        read_object(text)
    }

    #[test]
    fn objects() {
        let a = Some("1".to_owned());
        assert_eq!(read("{}"), Ok(Sample { a: None }));
        assert_eq!(read(r#" {"a":"1"} "#), Ok(Sample { a: a.clone() }));
        assert_eq!(read(r#"{"\u0061":"1"}"#), Ok(Sample { a: a.clone() }));
        assert_eq!(read(r#"{"b":[{"a":2,"a":3}],"a":"1"}"#), Ok(Sample { a }));
    }

    #[test]
    fn no_object() {
        for text in [
            "",
            " ",
            "null",
            "1",
            "[]",
            r#""a""#,
            "{",
            "}",
            "{]",
            "{} {}",
            "{}x",
            "\u{feff}{}",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":"1",}"#,
            r#"{a:"1"}"#,
            r#"{'a':"1"}"#,
            r#"{"b":01}"#,
            r#"{"b":NaN}"#,
            "{\"b\":\"\n\"}",
            "{\"b\":1}\0",
            "{1:1}",
            "{} // comment",
        ] {
            assert_eq!(read(text), Err(JsonError::Malformed), "{text}");
        }
    }

    #[test]
    fn a_member_twice_known_or_not_and_in_any_spelling() {
        for text in [
            r#"{"a":"1","a":"1"}"#,
            r#"{"a":"1","\u0061":"2"}"#,
            r#"{"a":"1","a":2}"#,
            r#"{"b":1,"b":1}"#,
            r#"{"b":1,"\u0062":1}"#,
            r#"{"":1,"":1}"#,
        ] {
            assert_eq!(read(text), Err(JsonError::Malformed), "{text}");
        }
    }

    #[test]
    fn a_known_member_of_the_wrong_type_is_named() {
        for value in ["null", "1", "true", "[]", "{}", r#"["1"]"#] {
            let text = format!(r#"{{"b":1,"a":{value}}}"#);
            assert_eq!(read(&text), Err(JsonError::Member("a")), "{text}");
        }
    }

    #[test]
    fn not_more_members_than_allowed() {
        assert!(read(r#"{"b":1,"c":1,"d":1}"#).is_ok());
        assert_eq!(read(r#"{"b":1,"c":1,"d":1,"a":"1"}"#), Err(JsonError::Malformed));
    }

    #[test]
    fn names_are_known_as_a_whole() {
        for name in [
            "", "b", "aa", "\\u0000", "a\\u0000", "\\u0000a", "aaaaaaaa", "\\u0001a", "á",
        ] {
            let text = format!(r#"{{"{name}":1}}"#);
            assert_eq!(read(&text), Ok(Sample::default()), "{text}");
        }
        assert_eq!(number(b"").map(|_| ()), Some(()));
        assert_ne!(number(b"a"), number(b"a\0"));
        assert_ne!(number(b"a"), number(b"\0a"));
        assert_eq!(number(b"12345678"), None);
    }

    #[test]
    fn deep_nesting_does_not_overflow_the_stack() {
        let text = format!(r#"{{"b":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert!(read(&text).is_ok());
    }
}
