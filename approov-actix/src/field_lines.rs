//! The lines of a header field. All joining happens here, so that the work stays bounded: a line can cost its sender
//! one byte (HPACK).

use std::{borrow::Cow, iter};

use actix_web::http::header::{HeaderMap, HeaderValue};

/// More than any client sends.
const MAX_LINES: usize = 64;
const MAX_BYTES: usize = 64 * 1024;

/// A field with more lines or more bytes than any real client sends.
#[derive(Debug)]
pub(crate) struct TooLong;

/// At least one line, each without white space around it.
#[derive(Debug)]
pub(crate) struct FieldLines<'a> {
    separator: &'static str,
    first: &'a [u8],
    /// Rarely any.
    others: Vec<&'a [u8]>,
}

impl<'a> FieldLines<'a> {
    /// `None` if the field is absent.
    pub(crate) fn of(headers: &'a HeaderMap, name: &str) -> Result<Option<Self>, TooLong> {
        let mut lines = headers.get_all(name).map(HeaderValue::as_bytes);
        let Some(first) = lines.next() else {
            return Ok(None);
        };
        let (mut bytes, mut others) = (first.len(), Vec::new());
        for line in lines {
            bytes += line.len();
            if others.len() == MAX_LINES - 1 {
                return Err(TooLong);
            }
            others.push(line.trim_ascii());
        }
        if bytes > MAX_BYTES {
            return Err(TooLong);
        }
        Ok(Some(Self {
            separator: separator(name),
            first: first.trim_ascii(),
            others,
        }))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &'a [u8]> {
        iter::once(self.first).chain(self.others.iter().copied())
    }

    pub(crate) fn bytes(&self) -> usize {
        self.iter().map(<[u8]>::len).sum()
    }

    /// The lines as one value.
    pub(crate) fn joined(&self) -> Cow<'a, [u8]> {
        if self.others.is_empty() {
            return Cow::Borrowed(self.first);
        }
        let lines: Vec<_> = self.iter().collect();
        Cow::Owned(lines.join(self.separator.as_bytes()))
    }

    /// The same for a structured field, in which empty lines are ignored: RFC 9651, section 4.2. `None` if all lines
    /// are empty.
    pub(crate) fn joined_members(&self) -> Option<Cow<'a, [u8]>> {
        let mut lines = self.iter().filter(|line| !line.is_empty());
        let first = lines.next()?;
        let others: Vec<_> = lines.collect();
        let members = Self { first, others, ..*self };
        Some(members.joined())
    }

    /// The value, if the lines form a single one: there is only one line, or they are cookies, which HTTP/2 splits into
    /// several lines.
    pub(crate) fn single_value(&self) -> Option<Cow<'a, [u8]>> {
        (self.others.is_empty() || self.separator == COOKIE_SEPARATOR).then(|| self.joined())
    }
}

/// RFC 9113, section 8.2.3.
const COOKIE_SEPARATOR: &str = "; ";

/// RFC 9110, section 5.3.
fn separator(name: &str) -> &'static str {
    if name.eq_ignore_ascii_case("cookie") {
        COOKIE_SEPARATOR
    } else {
        ", "
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderName;

    use super::*;

    fn headers(name: &'static str, lines: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            let value = HeaderValue::from_bytes(line).unwrap();
            headers.append(HeaderName::from_static(name), value);
        }
        headers
    }

    #[test]
    fn one_value() {
        for (name, lines, joined, single, members) in [
            ("x", &[&b" a "[..]][..], "a", Some("a"), Some("a")),
            ("x", &[b"a", b"", b"\tb"], "a, , b", None, Some("a, b")),
            ("x", &[b"", b" "], ", ", None, None),
            (
                "cookie",
                &[b"a=1", b"b=2"],
                "a=1; b=2",
                Some("a=1; b=2"),
                Some("a=1; b=2"),
            ),
        ] {
            let headers = headers(name, lines);
            let field = FieldLines::of(&headers, name).unwrap().unwrap();
            let text = |value: Cow<'_, [u8]>| String::from_utf8(value.into_owned()).unwrap();
            assert_eq!(text(field.joined()), joined);
            assert_eq!(field.single_value().map(text).as_deref(), single, "{lines:?}");
            assert_eq!(field.joined_members().map(text).as_deref(), members, "{lines:?}");
        }
        assert!(FieldLines::of(&HeaderMap::new(), "x").unwrap().is_none());
    }

    #[test]
    fn as_much_as_anybody_sends() {
        let is_taken = |lines: &[&[u8]]| FieldLines::of(&headers("x", lines), "x").is_ok();
        assert!(is_taken(&[b"a".as_slice(); 64]));
        assert!(!is_taken(&[b"a".as_slice(); 65]));
        assert!(!is_taken(&[b"".as_slice(); 65]));
        let long = vec![b'a'; 32 * 1024 + 1];
        let half = &long[1..];
        assert!(is_taken(&[half, half]));
        assert!(!is_taken(&[half, &long]));
    }
}
