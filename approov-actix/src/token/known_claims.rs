//! The claims that this crate knows: those of RFC 7519, and Approov's own.

use std::{fmt, slice};

use serde::{
    Deserialize,
    de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor},
};

use super::texts::{Span, TextCollector, Texts};
use crate::{
    json::{JsonError, Members, read_into},
    time::YEAR_10000,
};

macro_rules! known_claims {
    ($($name:ident: $kept:ty,)*) => {
        /// The known claims of one token. Each field has the name of its claim.
        #[derive(Default)]
        pub(super) struct KnownClaims {
            $(pub(super) $name: Option<$kept>,)*
        }

        /// The index of each name in the table.
        #[allow(non_camel_case_types)]
        enum Index {
            $($name,)*
        }

        impl<'de> Members<'de> for Reader<'de> {
            const KNOWN: &'static [&'static str] = &[$(stringify!($name)),*];
            /// Claims are read only if the signature is valid, and the length of a token limits their number.
            const MAX_MEMBERS: usize = usize::MAX;

            fn read<A: MapAccess<'de>>(&mut self, known: usize, map: &mut A) -> Result<(), A::Error> {
                match known {
                    $(known if known == Index::$name as usize => {
                        self.claims.$name = Some(Claim::read(map, &mut self.texts)?);
                    })*
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
    aud: Audience,
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
trait Claim<'de>: Sized {
    fn read<A: MapAccess<'de>>(map: &mut A, texts: &mut TextCollector<'de>) -> Result<Self, A::Error>;
}

impl<'de> Claim<'de> for f64 {
    fn read<A: MapAccess<'de>>(map: &mut A, _: &mut TextCollector<'de>) -> Result<Self, A::Error> {
        map.next_value()
    }
}

impl<'de> Claim<'de> for PastTime {
    fn read<A: MapAccess<'de>>(map: &mut A, _: &mut TextCollector<'de>) -> Result<Self, A::Error> {
        map.next_value()
    }
}

impl<'de> Claim<'de> for Span {
    fn read<A: MapAccess<'de>>(map: &mut A, texts: &mut TextCollector<'de>) -> Result<Self, A::Error> {
        map.next_value_seed(TextSeed(texts))
    }
}

impl<'de> Claim<'de> for Audience {
    fn read<A: MapAccess<'de>>(map: &mut A, texts: &mut TextCollector<'de>) -> Result<Self, A::Error> {
        map.next_value_seed(AudienceSeed(texts))
    }
}

/// `aud`: usually one text, which is not worth a list.
pub(super) enum Audience {
    One(Span),
    List(Box<[Span]>),
}

impl Audience {
    pub(super) fn spans(&self) -> &[Span] {
        match self {
            Self::One(span) => slice::from_ref(span),
            Self::List(list) => list,
        }
    }
}

/// A `NumericDate` that no verdict depends on: it only has to be one that can be displayed.
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

struct TextSeed<'c, 'de>(&'c mut TextCollector<'de>);

impl<'de> DeserializeSeed<'de> for TextSeed<'_, 'de> {
    type Value = Span;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Span, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for TextSeed<'_, 'de> {
    type Value = Span;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Span, E> {
        Ok(self.0.add(text))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Span, E> {
        Ok(self.0.add_unescaped(text))
    }
}

struct AudienceSeed<'c, 'de>(&'c mut TextCollector<'de>);

impl<'de> DeserializeSeed<'de> for AudienceSeed<'_, 'de> {
    type Value = Audience;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Audience, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AudienceSeed<'_, 'de> {
    type Value = Audience;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a list of strings")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Audience, E> {
        TextSeed(self.0).visit_borrowed_str(text).map(Audience::One)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Audience, E> {
        TextSeed(self.0).visit_str(text).map(Audience::One)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Audience, A::Error> {
        let mut spans = Vec::new();
        while let Some(span) = list.next_element_seed(TextSeed(self.0))? {
            spans.push(span);
        }
        // A copy of the exact size: shrinking in place would leave a hole in memory.
        Ok(Audience::List(spans.as_slice().into()))
    }
}
