//! The claims that have a meaning here: RFC 7519, and Approov's own.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize,
    de::{self, Deserializer, MapAccess, SeqAccess, Visitor},
};

use crate::{
    json::{Members, Text},
    time::YEAR_10000,
};

/// The known claims of a token, with its texts as `T`.
#[derive(Debug, Default)]
pub(super) struct KnownClaims<T> {
    pub(super) exp: Option<f64>,
    pub(super) nbf: Option<f64>,
    pub(super) iat: Option<f64>,
    pub(super) iss: Option<T>,
    pub(super) aud: Box<[T]>,
    pub(super) sub: Option<T>,
    pub(super) did: Option<T>,
    pub(super) ip: Option<T>,
    pub(super) arc: Option<T>,
    pub(super) pay: Option<T>,
    pub(super) ipk: Option<T>,
    pub(super) mskid: Option<T>,
}

impl<T> KnownClaims<T> {
    /// The same claims, with other texts.
    pub(super) fn map<U>(self, mut change: impl FnMut(T) -> U) -> KnownClaims<U> {
        KnownClaims {
            exp: self.exp,
            nbf: self.nbf,
            iat: self.iat,
            iss: self.iss.map(&mut change),
            aud: self.aud.into_iter().map(&mut change).collect(),
            sub: self.sub.map(&mut change),
            did: self.did.map(&mut change),
            ip: self.ip.map(&mut change),
            arc: self.arc.map(&mut change),
            pay: self.pay.map(&mut change),
            ipk: self.ipk.map(&mut change),
            mskid: self.mskid.map(&mut change),
        }
    }
}

impl<'de> Members<'de> for KnownClaims<Cow<'de, str>> {
    const KNOWN: &'static [&'static str] = &[
        "exp", "nbf", "iat", "iss", "aud", "sub", "did", "ip", "arc", "pay", "ipk", "mskid",
    ];
    /// The size of a token is limit enough: claims are only read if the signature is good.
    const MAX_MEMBERS: usize = usize::MAX;

    fn read<A: MapAccess<'de>>(&mut self, name: &'static str, map: &mut A) -> Result<(), A::Error> {
        let text = match name {
            "exp" => return map.next_value().map(|time| self.exp = Some(time)),
            "nbf" => return map.next_value().map(|time| self.nbf = Some(time)),
            "iat" => return map.next_value().map(|Past(time)| self.iat = Some(time)),
            "aud" => return map.next_value().map(|Audience(audience)| self.aud = audience.into()),
            "iss" => &mut self.iss,
            "sub" => &mut self.sub,
            "did" => &mut self.did,
            "ip" => &mut self.ip,
            "arc" => &mut self.arc,
            "pay" => &mut self.pay,
            "ipk" => &mut self.ipk,
            "mskid" => &mut self.mskid,
            _ => return Err(de::Error::custom("no claim of this name is known")),
        };
        *text = Some(map.next_value::<Text<'_>>()?.0);
        Ok(())
    }
}

/// A `NumericDate` that does not decide anything, and so must only be one that can be shown.
struct Past(f64);

impl<'de> Deserialize<'de> for Past {
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
struct Audience<'de>(Vec<Cow<'de, str>>);

impl<'de> Deserialize<'de> for Audience<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AudienceVisitor;

        impl<'de> Visitor<'de> for AudienceVisitor {
            type Value = Audience<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }

            fn visit_borrowed_str<E>(self, one: &'de str) -> Result<Self::Value, E> {
                Ok(Audience(vec![Cow::Borrowed(one)]))
            }

            fn visit_str<E>(self, one: &str) -> Result<Self::Value, E> {
                Ok(Audience(vec![Cow::Owned(one.to_owned())]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut audience = Vec::new();
                while let Some(Text(one)) = list.next_element()? {
                    audience.push(one);
                }
                Ok(Audience(audience))
            }
        }

        deserializer.deserialize_any(AudienceVisitor)
    }
}
