//! The lines of a header field. Whatever joins them does it here, so that the work stays bounded: a line can cost its sender one byte (HPACK).

use std::borrow::Cow;

use actix_web::http::header::HeaderMap;

/// More than any client sends.
const MAX_LINES: usize = 64;
const MAX_BYTES: usize = 64 * 1024;

/// A field with more lines, or more bytes in them, than anybody sends in earnest.
#[derive(Debug)]
pub(crate) struct TooLong;

/// At least one line, each without white space around it.
#[derive(Debug)]
pub(crate) struct FieldLines<'a> {
    separator: &'static str,
    lines: Vec<&'a [u8]>,
}

impl<'a> FieldLines<'a> {
    /// None if the field is absent.
    pub(crate) fn of(headers: &'a HeaderMap, name: &str) -> Result<Option<Self>, TooLong> {
        let mut lines = Vec::new();
        let mut bytes = 0;
        for line in headers.get_all(name) {
            bytes += line.len();
            if lines.len() == MAX_LINES || bytes > MAX_BYTES {
                return Err(TooLong);
            }
            lines.push(line.as_bytes().trim_ascii());
        }
        Ok((!lines.is_empty()).then(|| Self {
            separator: separator(name),
            lines,
        }))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &'a [u8]> {
        self.lines.iter().copied()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.iter().map(<[u8]>::len).sum()
    }

    /// The lines as one value.
    pub(crate) fn joined(&self) -> Cow<'a, [u8]> {
        joined(&self.lines, self.separator)
    }

    /// The same of a structured field, in which empty lines do not count: RFC 9651, section 4.2. None if there is no other.
    pub(crate) fn joined_members(&self) -> Option<Cow<'a, [u8]>> {
        let lines: Vec<_> = self.iter().filter(|line| !line.is_empty()).collect();
        (!lines.is_empty()).then(|| joined(&lines, self.separator))
    }

    /// The value, if the lines are one by the rules of the field: there is one, or they are cookies, which HTTP/2 cuts into crumbs.
    pub(crate) fn single_value(&self) -> Option<Cow<'a, [u8]>> {
        (self.lines.len() == 1 || self.separator == COOKIE_SEPARATOR).then(|| self.joined())
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

fn joined<'a>(lines: &[&'a [u8]], separator: &str) -> Cow<'a, [u8]> {
    match lines {
        [line] => Cow::Borrowed(line),
        lines => Cow::Owned(lines.join(separator.as_bytes())),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

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
