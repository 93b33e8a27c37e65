//! How client releases differ when they sign a request's target.

use std::fmt::Write as _;

use percent_encoding::percent_decode;

use super::target::{Target, host};

/// How a client release writes what it signs, where releases differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) target: TargetStyle,
    pub(super) authority: AuthorityStyle,
    pub(super) query: QueryStyle,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TargetStyle {
    /// As on the wire.
    Wire,
    /// Older Android releases: characters that `java.net.URI` does not accept are escaped, whatever is on the wire.
    Escaped,
    /// iOS: no root path.
    Rootless,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AuthorityStyle {
    WithPort,
    /// Older releases.
    WithoutPort,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QueryStyle {
    WithMark,
    /// Older releases: no `?` in front.
    WithoutMark,
}

impl Style {
    /// As RFC 9421 says.
    pub(super) const STANDARD: Self = Self {
        target: TargetStyle::Wire,
        authority: AuthorityStyle::WithPort,
        query: QueryStyle::WithMark,
    };

    /// All of them, the likeliest first.
    const ALL: [Self; 4] = [
        Self::STANDARD,
        Self {
            target: TargetStyle::Escaped,
            authority: AuthorityStyle::WithoutPort,
            query: QueryStyle::WithoutMark,
        },
        Self {
            target: TargetStyle::Rootless,
            authority: AuthorityStyle::WithoutPort,
            query: QueryStyle::WithoutMark,
        },
        Self {
            target: TargetStyle::Wire,
            authority: AuthorityStyle::WithoutPort,
            query: QueryStyle::WithMark,
        },
    ];
}

/// Which parts a signature covers, of those that releases write differently.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Covered {
    pub(super) target_uri: bool,
    pub(super) authority: bool,
    pub(super) query: bool,
}

impl Target<'_> {
    /// The styles that differ for this target, at most three, the standard one first. Unused ones cost nothing.
    pub(super) fn styles(&self, covered: Covered) -> impl Iterator<Item = Style> {
        let mut earlier = Vec::new();
        let is_new = move |style: &Style| {
            let is_new = !earlier.contains(style);
            earlier.push(*style);
            is_new
        };
        let styles = Style::ALL.into_iter();
        styles
            .map(move |style| self.simplified(style, covered))
            .filter(is_new)
            .take(3)
    }

    /// The style, reduced to what makes a difference here.
    fn simplified(&self, style: Style, covered: Covered) -> Style {
        let target = match style.target {
            TargetStyle::Escaped if covered.target_uri && self.is_escaped_differently() => TargetStyle::Escaped,
            TargetStyle::Rootless if covered.target_uri && self.is_root => TargetStyle::Rootless,
            _ => TargetStyle::Wire,
        };
        let authority = match style.authority {
            AuthorityStyle::WithoutPort
                if covered.authority && self.has_own_host && host(&self.authority) != self.authority =>
            {
                AuthorityStyle::WithoutPort
            }
            _ => AuthorityStyle::WithPort,
        };
        let query = match style.query {
            // If the query itself begins with a mark, leaving one out would give the standard form of another query.
            QueryStyle::WithoutMark if covered.query && !self.query.unwrap_or_default().starts_with('?') => {
                QueryStyle::WithoutMark
            }
            _ => QueryStyle::WithMark,
        };
        Style {
            target,
            authority,
            query,
        }
    }

    /// `@target-uri`.
    pub(super) fn uri(&self, style: TargetStyle) -> String {
        let Self {
            scheme,
            authority,
            path,
            query,
            ..
        } = self;
        let mut uri = String::with_capacity(scheme.len() + self.length() + 4);
        uri.extend([scheme, "://", authority]);
        match style {
            TargetStyle::Wire => uri.push_str(path),
            TargetStyle::Rootless => uri.push_str(path.trim_end_matches('/')),
            TargetStyle::Escaped => escape_into(&mut uri, path, is_escaped_in_path),
        }
        if let Some(query) = query {
            uri.push('?');
            match style {
                TargetStyle::Escaped => escape_into(&mut uri, query, is_escaped_in_query),
                TargetStyle::Wire | TargetStyle::Rootless => uri.push_str(query),
            }
        }
        uri
    }

    /// `@authority`.
    pub(super) fn authority(&self, style: AuthorityStyle) -> &str {
        match style {
            AuthorityStyle::WithPort => &self.authority,
            AuthorityStyle::WithoutPort => host(&self.authority),
        }
    }

    /// `@query`.
    pub(super) fn query(&self, style: QueryStyle) -> String {
        let query = self.query.unwrap_or_default();
        match style {
            QueryStyle::WithMark => format!("?{query}"),
            QueryStyle::WithoutMark => query.to_owned(),
        }
    }

    fn is_escaped_differently(&self) -> bool {
        let changes = |text: &str, is_escaped: fn(u8) -> bool| {
            let mut rests = (0..text.len()).map(|start| &text.as_bytes()[start..]);
            rests.any(|rest| begins_with_escaped(rest, is_escaped))
        };
        changes(&self.path, is_escaped_in_path) || changes(self.query.unwrap_or_default(), is_escaped_in_query)
    }
}

/// What `java.net.URI` does not accept, and `OkHttp` leaves unescaped on the wire: `[` and `]` only in a path.
fn is_escaped_in_path(byte: u8) -> bool {
    is_escaped_in_query(byte) || matches!(byte, b'[' | b']')
}

fn is_escaped_in_query(byte: u8) -> bool {
    matches!(byte, b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | b'"' | b'<' | b'>')
}

/// Whether the first byte is escaped. A percent sign that begins no escape is escaped too.
fn begins_with_escaped(rest: &[u8], is_escaped: fn(u8) -> bool) -> bool {
    match rest {
        [b'%', after @ ..] => !becomes_escape(after),
        [byte, ..] => is_escaped(*byte),
        [] => false,
    }
}

/// Whether two hexadecimal digits follow a percent sign, now or once they are decoded. actix decodes a path in two
/// steps, so `%%34%31` becomes `A`, whereas `%25%34%31` becomes `%41`.
fn becomes_escape(after: &[u8]) -> bool {
    let digits = decoded(after).and_then(|(first, after)| Some((first, decoded(after)?.0)));
    digits.is_some_and(|(first, second)| first.is_ascii_hexdigit() && second.is_ascii_hexdigit())
}

/// The first character once it is decoded, and what follows.
fn decoded(text: &[u8]) -> Option<(u8, &[u8])> {
    let (first, rest) = text.split_first()?;
    let escape = text.first_chunk::<3>().map(|escape| percent_decode(escape));
    match escape.map(|mut decoded| (decoded.next(), decoded.next())) {
        Some((Some(byte), None)) => Some((byte, &text[3..])),
        _ => Some((*first, rest)),
    }
}

fn escape_into(escaped: &mut String, text: &str, is_escaped: fn(u8) -> bool) {
    for (start, character) in text.char_indices() {
        let rest = &text.as_bytes()[start..];
        if begins_with_escaped(rest, is_escaped) {
            // Writing to a string does not fail.
            let _ = write!(escaped, "%{:02X}", rest[0]);
        } else {
            escaped.push(character);
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::{http::header, test::TestRequest};

    use super::*;
    use crate::signature::public_origin::PublicOrigin;

    fn origins(texts: &[&str]) -> Vec<PublicOrigin> {
        texts.iter().map(|text| PublicOrigin::parse(text).unwrap()).collect()
    }

    fn styles(origin: &str, target: &str, covered: Covered) -> Vec<String> {
        let request = TestRequest::with_uri(target).to_http_request();
        let origins = origins(&[origin]);
        let target = Target::of(&request, &origins).unwrap();
        let texts = |style: Style| {
            let uri = covered.target_uri.then(|| target.uri(style.target));
            let authority = covered.authority.then(|| target.authority(style.authority).to_owned());
            let query = covered.query.then(|| target.query(style.query));
            let texts: Vec<_> = [uri, authority, query].into_iter().flatten().collect();
            texts.join(" ")
        };
        target.styles(covered).map(texts).collect()
    }

    const URI: Covered = Covered {
        target_uri: true,
        authority: false,
        query: false,
    };
    const PARTS: Covered = Covered {
        target_uri: false,
        authority: true,
        query: true,
    };

    #[test]
    fn most_requests_have_one_form() {
        assert_eq!(styles("https://a", "/b?c=%7C&d=e+f", URI), ["https://a/b?c=%7C&d=e+f"]);
        assert_eq!(styles("https://a:8443", "/b", URI), ["https://a:8443/b"]);
        assert_eq!(styles("https://a", "/b", Covered::default()), [""]);
    }

    #[test]
    fn forms_of_older_clients() {
        assert_eq!(styles("https://a", "/", URI), ["https://a/", "https://a"]);
        assert_eq!(styles("https://a", "/?b", URI), ["https://a/?b", "https://a?b"]);
        assert_eq!(
            styles("https://a/v1", "/?b", URI),
            ["https://a/v1/?b", "https://a/v1?b"]
        );
        assert_eq!(styles("https://a/v1", "/b/", URI), ["https://a/v1/b/"]);
        assert_eq!(
            styles("https://a", "/b[1]?c={d|e}[2]", URI),
            ["https://a/b[1]?c={d|e}[2]", "https://a/b%5B1%5D?c=%7Bd%7Ce%7D[2]"]
        );
        assert_eq!(
            styles("https://a", "/100%?q=50%&r=%zz&s=%7C%", URI),
            [
                "https://a/100%?q=50%&r=%zz&s=%7C%",
                "https://a/100%25?q=50%25&r=%25zz&s=%7C%25"
            ]
        );
        assert_eq!(
            styles("https://a", "/?b={", URI),
            ["https://a/?b={", "https://a/?b=%7B", "https://a?b={"]
        );
        assert_eq!(styles("https://a", "/b?c", PARTS), ["a ?c", "a c"]);
        assert_eq!(styles("https://a", "/b", PARTS), ["a ?", "a "]);
        assert_eq!(styles("https://a", "/b??c", PARTS), ["a ??c"]);
        assert_eq!(styles("https://a", "/b??", PARTS), ["a ??"]);
        assert_eq!(styles("https://a:8443", "/b?c", PARTS), ["a:8443 ?c", "a c", "a ?c"]);
    }

    /// Otherwise, a request that was signed for one would be accepted at the other.
    #[test]
    fn a_port_that_tells_two_origins_apart_is_never_left_out() {
        let request = TestRequest::default()
            .insert_header((header::HOST, "a:8443"))
            .to_http_request();
        let origins = origins(&["https://a", "https://a:8443"]);
        let target = Target::of(&request, &origins).unwrap();
        let authorities: Vec<_> = target
            .styles(PARTS)
            .map(|style| target.authority(style.authority))
            .collect();
        assert_eq!(authorities, ["a:8443", "a:8443"]);
    }

    /// A forger cannot cause more work.
    #[test]
    fn never_more_than_three_forms() {
        let all = Covered {
            target_uri: true,
            authority: true,
            query: true,
        };
        assert_eq!(styles("https://a:8443", "/?b={", all).len(), 3);
    }
}
