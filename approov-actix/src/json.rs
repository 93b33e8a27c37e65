//! One strict reading of a JSON object: each member once, those that matter with their type.
//!
//! Names count as equal after their escapes are resolved, so a member cannot be smuggled in beside its twin.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

/// A type that is read member by member.
pub(crate) trait Members<'de>: Default {
    /// The names that [`read`](Self::read) knows.
    const KNOWN: &'static [&'static str];
    /// Objects with more members are refused.
    const MAX_MEMBERS: usize;

    /// Reads the value of the member `name`, which is one of [`KNOWN`](Self::KNOWN).
    fn read<A: MapAccess<'de>>(&mut self, name: &'static str, map: &mut A) -> Result<(), A::Error>;
}

/// Why an object could not be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum JsonError {
    /// Not JSON, not an object, a member twice, or too many.
    Malformed,
    /// A known member whose value has the wrong type.
    Member(&'static str),
}

/// Reads the one JSON object that `text` consists of.
pub(crate) fn read_object<'de, T: Members<'de>>(text: &'de str) -> Result<T, JsonError> {
    let mut names = Vec::new();
    let mut json = serde_json::Deserializer::from_str(text);
    let object = json.deserialize_map(ObjectVisitor {
        names: &mut names,
        object: PhantomData,
    });
    match object {
        Ok(object) if json.end().is_ok() && are_distinct(&mut names) => Ok(object),
        Err(error) if error.is_data() => Err(member_at_fault::<T>(&names)),
        _ => Err(JsonError::Malformed),
    }
}

/// Sorted first: a token of 8 KiB has room for more than a thousand names.
fn are_distinct(names: &mut [Cow<'_, str>]) -> bool {
    names.sort_unstable();
    names.windows(2).all(|pair| pair[0] != pair[1])
}

/// The member that was being read when the reading failed is the last one seen, unless it is there for the second time.
fn member_at_fault<'de, T: Members<'de>>(names: &[Cow<'_, str>]) -> JsonError {
    names
        .split_last()
        .filter(|(last, earlier)| !earlier.contains(last) && names.len() <= T::MAX_MEMBERS)
        .and_then(|(last, _)| known::<T>(last))
        .map_or(JsonError::Malformed, JsonError::Member)
}

fn known<'de, T: Members<'de>>(name: &str) -> Option<&'static str> {
    T::KNOWN.iter().copied().find(|known| *known == name)
}

struct ObjectVisitor<'n, 'de, T> {
    names: &'n mut Vec<Cow<'de, str>>,
    object: PhantomData<T>,
}

impl<'de, T: Members<'de>> Visitor<'de> for ObjectVisitor<'_, 'de, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut object = T::default();
        while let Some(Text(name)) = map.next_key()? {
            let known = known::<T>(&name);
            self.names.push(name);
            if self.names.len() > T::MAX_MEMBERS {
                return Err(de::Error::custom("too many members"));
            }
            match known {
                Some(name) => object.read(name, &mut map)?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(object)
    }
}

/// A JSON string, borrowed from the input where it has no escapes.
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

        fn read<A: MapAccess<'de>>(&mut self, _name: &'static str, map: &mut A) -> Result<(), A::Error> {
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
    fn deep_nesting_does_not_overflow_the_stack() {
        let text = format!(r#"{{"b":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert!(read(&text).is_ok());
    }
}
