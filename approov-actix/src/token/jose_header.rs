//! The protected header of a token (RFC 7515, section 4.1).

use std::borrow::Cow;

use serde::de::{IgnoredAny, MapAccess};

use super::compact::Segment;
use crate::json::{JsonError, Members, Text, read_object};
use crate::rejection::Rejection;

/// The members that affect the verdict. If the header offers its own key (`jwk`, `jku`, `x5c`, `x5u`), that key is not
/// even read: keys come from the configuration alone.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct JoseHeader<'a> {
    pub(super) alg: Cow<'a, str>,
    pub(super) kid: Option<Cow<'a, str>>,
    critical: bool,
}

/// The usual header, `{"alg":"HS256","typ":"JWT"}`, as it is encoded in a token.
const USUAL: &[u8] = b"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

impl<'a> JoseHeader<'a> {
    /// What [`parse`](Self::parse) finds in the usual header, if this is that header.
    pub(super) fn usual(Segment(segment): Segment<'_>) -> Option<Self> {
        (segment == USUAL).then_some(Self {
            alg: Cow::Borrowed("HS256"),
            kid: None,
            critical: false,
        })
    }

    pub(super) fn parse(text: &'a str) -> Result<Self, Rejection> {
        let header: Self = read_object(text).map_err(|error| match error {
            JsonError::Malformed | JsonError::Member(_) => Rejection::TokenMalformed,
        })?;
        if header.critical {
            return Err(Rejection::TokenCriticalHeader);
        }
        Ok(header)
    }
}

impl<'de> Members<'de> for JoseHeader<'de> {
    const KNOWN: &'static [&'static str] = &["alg", "typ", "cty", "kid", "crit", "b64"];
    /// RFC 7515 registers eleven. The limit bounds the work that a caller without a key can cause.
    const MAX_MEMBERS: usize = 32;

    fn read<A: MapAccess<'de>>(&mut self, known: usize, map: &mut A) -> Result<(), A::Error> {
        match Self::KNOWN[known] {
            "alg" => self.alg = map.next_value::<Text<'_>>()?.0,
            "kid" => self.kid = Some(map.next_value::<Text<'_>>()?.0),
            "crit" | "b64" => {
                map.next_value::<IgnoredAny>()?;
                self.critical = true;
            }
            _ => drop(map.next_value::<Text<'_>>()?),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, Rejection> {
        JoseHeader::parse(text).map(|header| header.alg.into_owned())
    }

    #[test]
    fn the_usual_header_is_what_parsing_finds_in_it() {
        let text = r#"{"alg":"HS256","typ":"JWT"}"#;
        let usual = |text| JoseHeader::usual(Segment(crate::test_support::encode(text).as_bytes()));
        assert_eq!(usual(text), JoseHeader::parse(text).ok());
        assert_eq!(usual(r#"{"typ":"JWT","alg":"HS256"}"#), None);
    }

    #[test]
    fn members_in_any_order() {
        for text in [
            r#"{"alg":"HS256","typ":"JWT"}"#,
            r#"{"typ":"JWT","alg":"HS256"}"#,
            r#"{"alg":"HS256"}"#,
            r#"{"alg":"HS256","kid":"a","cty":"b","x":{"y":[1]},"jku":1}"#,
        ] {
            assert_eq!(parse(text).as_deref(), Ok("HS256"), "{text}");
        }
    }

    #[test]
    fn key_ids() {
        let kid = |text: &str| JoseHeader::parse(text).unwrap().kid.map(Cow::into_owned);
        assert_eq!(kid(r#"{"alg":"HS256"}"#), None);
        assert_eq!(kid(r#"{"alg":"HS256","kid":""}"#).as_deref(), Some(""));
        assert_eq!(kid(r#"{"kid":"\u0061b","alg":"HS256"}"#).as_deref(), Some("ab"));
    }

    #[test]
    fn wrong_types() {
        for name in ["alg", "typ", "cty", "kid"] {
            for value in ["null", "1", "[]", "{}", "true", r#"["HS256"]"#] {
                let text = format!(r#"{{"{name}":{value}}}"#);
                assert_eq!(parse(&text), Err(Rejection::TokenMalformed), "{text}");
            }
        }
    }

    #[test]
    fn critical_extensions_are_refused() {
        for member in [
            r#""crit":["exp"]"#,
            r#""crit":[]"#,
            r#""crit":null"#,
            r#""\u0063rit":["b64"]"#,
            r#""b64":false"#,
            r#""b64":true"#,
        ] {
            let text = format!(r#"{{"alg":"HS256",{member}}}"#);
            assert_eq!(parse(&text), Err(Rejection::TokenCriticalHeader), "{text}");
        }
    }

    #[test]
    fn many_members() {
        let text = |count: usize| {
            let members: Vec<_> = (0..count).map(|i| format!(r#""{i}":0"#)).collect();
            format!("{{{}}}", members.join(","))
        };
        assert!(parse(&text(32)).is_ok());
        assert_eq!(parse(&text(33)), Err(Rejection::TokenMalformed));
    }
}
