//! The claims that have a meaning here: those of RFC 7519, and Approov's own.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize,
    de::{self, Deserializer, MapAccess, SeqAccess, Visitor},
};

use super::texts::{Span, TextCollector, Texts};
use crate::{
    json::{JsonError, Members, Text, read_into},
    time::YEAR_10000,
};

macro_rules! known_claims {
    ($($name:ident: $kept:ty,)*) => {
        /// The known claims of one token. Each field has the name of its claim.
        #[derive(Default)]
        pub(super) struct KnownClaims {
            $(pub(super) $name: Option<$kept>,)*
        }

        impl<'de> Members<'de> for Reader<'de> {
            const KNOWN: &'static [&'static str] = &[$(stringify!($name)),*];
            /// Claims are only read if the signature is good, and the length of a token limits their number.
            const MAX_MEMBERS: usize = usize::MAX;

            fn read<A: MapAccess<'de>>(&mut self, name: &'static str, map: &mut A) -> Result<(), A::Error> {
                match name {
                    $(stringify!($name) => self.claims.$name = Some(Claim::keep(map.next_value()?, &mut self.texts)),)*
                    _ => return Err(de::Error::custom("no claim of this name is known")),
                }
                Ok(())
            }
        }
    };
}

known_claims! {
    exp: f64,
    nbf: f64,
    iat: PastTime,
    iss: Span,
    aud: Box<[Span]>,
    sub: Span,
    did: Span,
    ip: Span,
    arc: Span,
    pay: Span,
    ipk: Span,
    mskid: Span,
}

impl KnownClaims {
    /// The claims of a payload, with their texts.
    pub(super) fn read(payload: String) -> Result<(Self, Texts), JsonError> {
        let mut reader = Reader {
            claims: Self::default(),
            texts: TextCollector::new(&payload),
        };
        read_into(&mut reader, &payload)?;
        let (claims, unescaped) = (reader.claims, reader.texts.into_unescaped());
        Ok((claims, Texts::new(payload, &unescaped)))
    }
}

struct Reader<'de> {
    claims: KnownClaims,
    texts: TextCollector<'de>,
}

/// A type that the table gives to a claim.
trait Claim<'de> {
    /// The value in the payload.
    type Json: Deserialize<'de>;

    fn keep(json: Self::Json, texts: &mut TextCollector<'de>) -> Self;
}

impl Claim<'_> for f64 {
    type Json = Self;

    fn keep(time: Self, _: &mut TextCollector<'_>) -> Self {
        time
    }
}

impl Claim<'_> for PastTime {
    type Json = Self;

    fn keep(time: Self, _: &mut TextCollector<'_>) -> Self {
        time
    }
}

impl<'de> Claim<'de> for Span {
    type Json = Text<'de>;

    fn keep(Text(text): Text<'de>, texts: &mut TextCollector<'de>) -> Self {
        texts.add(text)
    }
}

impl<'de> Claim<'de> for Box<[Span]> {
    type Json = OneOrMore<'de>;

    fn keep(OneOrMore(list): OneOrMore<'de>, texts: &mut TextCollector<'de>) -> Self {
        list.into_iter().map(|text| texts.add(text)).collect()
    }
}

/// A `NumericDate` that no verdict depends on: it only has to be one that can be shown.
#[derive(Clone, Copy)]
pub(super) struct PastTime(pub(super) f64);

impl<'de> Deserialize<'de> for PastTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        if (0.0..YEAR_10000).contains(&seconds) {
            Ok(Self(seconds))
        } else {
            Err(de::Error::custom("not between 1970 and 9999"))
        }
    }
}

/// `aud`: one text, or a list of them.
struct OneOrMore<'de>(Vec<Cow<'de, str>>);

impl<'de> Deserialize<'de> for OneOrMore<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMoreVisitor;

        impl<'de> Visitor<'de> for OneOrMoreVisitor {
            type Value = OneOrMore<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }

            fn visit_borrowed_str<E>(self, one: &'de str) -> Result<Self::Value, E> {
                Ok(OneOrMore(vec![Cow::Borrowed(one)]))
            }

            fn visit_str<E>(self, one: &str) -> Result<Self::Value, E> {
                Ok(OneOrMore(vec![Cow::Owned(one.to_owned())]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut texts = Vec::new();
                while let Some(Text(one)) = list.next_element()? {
                    texts.push(one);
                }
                Ok(OneOrMore(texts))
            }
        }

        deserializer.deserialize_any(OneOrMoreVisitor)
    }
}
