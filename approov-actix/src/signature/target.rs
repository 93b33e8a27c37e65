//! Where a request is addressed to, as its sender saw it: RFC 9421, section 2.2.

use std::{borrow::Cow, fmt::Write as _};

use actix_web::{
    HttpRequest,
    http::{
        header::{self, HeaderValue},
        uri::Authority,
    },
};
use percent_encoding::percent_decode_str;
use url::Url;

use crate::rejection::Rejection;

/// An origin under which apps reach this server, and the path prefix that a proxy strips.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicOrigin {
    scheme: &'static str,
    /// In lower case, without the scheme's default port.
    authority: String,
    prefix: String,
}

impl PublicOrigin {
    /// Reads `https://api.example.com`, `https://api.example.com:8443/prefix`. An error ends the sentence that begins with the setting.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text).map_err(|_| "is not an origin such as https://api.example.com")?;
        let scheme = match url.scheme() {
            "https" => "https",
            "http" => "http",
            _ => return Err("is neither an `https` nor an `http` origin"),
        };
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err("has more than an origin and a path prefix");
        }
        let host = url.host_str().ok_or("has no host")?;
        let port = url.port().map_or(String::new(), |port| format!(":{port}"));
        Ok(Self {
            scheme,
            authority: format!("{host}{port}"),
            prefix: url.path().trim_end_matches('/').to_owned(),
        })
    }

    /// Whether requests for the two cannot be told apart.
    pub(super) fn is_of_host(&self, other: &Self) -> bool {
        self.authority == other.authority
    }
}

/// The target of one request.
#[derive(Debug, Clone)]
pub(super) struct Target<'a> {
    pub(super) scheme: &'static str,
    /// In lower case, without the scheme's default port.
    pub(super) authority: Cow<'a, str>,
    pub(super) path: Cow<'a, str>,
    pub(super) query: Option<&'a str>,
    /// Whether the path on the wire is `/`.
    is_root: bool,
    /// Whether the host alone tells this origin from the other ones.
    has_own_host: bool,
}

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
    /// Older Android releases: characters that `java.net.URI` does not take are escaped, whatever stands on the wire.
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

/// Which of the parts that releases write differently a signature covers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Covered {
    pub(super) target_uri: bool,
    pub(super) authority: bool,
    pub(super) query: bool,
}

impl<'a> Target<'a> {
    /// The target, under the public origin that the request is for. Without any, as the connection has it. `Forwarded` and its like are
    /// never read: anyone can send them.
    pub(super) fn of(request: &'a HttpRequest, origins: &'a [PublicOrigin]) -> Result<Self, Rejection> {
        let uri = request.uri();
        let (path, query) = (uri.path(), uri.query());
        let secure = request.app_config().secure();
        let scheme = if secure { "https" } else { "http" };
        let origin = match origins {
            [] => {
                return Ok(Self {
                    scheme,
                    authority: Cow::Owned(authority(request, scheme)?),
                    path: Cow::Borrowed(path),
                    query,
                    is_root: path == "/",
                    has_own_host: true,
                });
            }
            [origin] => origin,
            origins => origins
                .iter()
                .find(|origin| authority(request, origin.scheme).is_ok_and(|authority| authority == origin.authority))
                .ok_or(Rejection::SignatureTarget)?,
        };
        Ok(Self {
            scheme: origin.scheme,
            authority: Cow::Borrowed(&origin.authority),
            path: if origin.prefix.is_empty() {
                Cow::Borrowed(path)
            } else {
                Cow::Owned(format!("{}{path}", origin.prefix))
            },
            query,
            is_root: path == "/",
            has_own_host: origins
                .iter()
                .filter(|other| host(&other.authority) == host(&origin.authority))
                .count()
                == 1,
        })
    }

    /// The styles that differ for this target, at most three, the standard one first. Those that nobody asks for cost nothing.
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

    /// The style, without what makes no difference here.
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
            // Where the query itself begins with a mark, leaving one out would be the standard form of another query.
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
        let mut uri = format!("{scheme}://{authority}");
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

    /// The parameters of the query, decoded.
    pub(super) fn query_parameters(&self) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
        let query = self.query.unwrap_or_default();
        url::form_urlencoded::parse(query.as_bytes()).collect()
    }

    fn is_escaped_differently(&self) -> bool {
        let query = self.query.unwrap_or_default();
        let changes = |text: &str, is_escaped: fn(u8) -> bool| {
            let mut escaped = String::new();
            escape_into(&mut escaped, text, is_escaped);
            escaped != text
        };
        changes(&self.path, is_escaped_in_path) || changes(query, is_escaped_in_query)
    }
}

/// An authority without its port.
fn host(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// The host and port that the request itself names, in lower case and without the scheme's default port. Where the request line and `Host`
/// both name one, they must agree: an application may route by the one that was not signed.
fn authority(request: &HttpRequest, scheme: &str) -> Result<String, Rejection> {
    let parse = |host: &HeaderValue| {
        let authority = Authority::try_from(host.as_bytes()).map_err(|_| Rejection::SignatureTarget)?;
        normalized(&authority, scheme)
    };
    let mut hosts = request.headers().get_all(header::HOST);
    let host = hosts.next().map(parse).transpose()?;
    let target = request.uri().authority().map(|authority| normalized(authority, scheme));
    match (target.transpose()?, host, hosts.next()) {
        (Some(target), Some(host), None) if target == host => Ok(target),
        (Some(authority), None, None) | (None, Some(authority), None) => Ok(authority),
        _ => Err(Rejection::SignatureTarget),
    }
}

fn normalized(authority: &Authority, scheme: &str) -> Result<String, Rejection> {
    if authority.host().is_empty() || authority.as_str().contains('@') {
        return Err(Rejection::SignatureTarget);
    }
    let host = authority.host().to_ascii_lowercase();
    let has_more_than_host = authority.as_str().len() > authority.host().len();
    match authority.port() {
        None if has_more_than_host => Err(Rejection::SignatureTarget),
        None => Ok(host),
        Some(port) if matches!((scheme, port.as_u16()), ("https", 443) | ("http", 80)) => Ok(host),
        Some(port) => Ok(format!("{host}:{port}")),
    }
}

/// What `java.net.URI` does not take, and `OkHttp` leaves as it is on the wire: `[` and `]` in a path alone.
fn is_escaped_in_path(byte: u8) -> bool {
    is_escaped_in_query(byte) || matches!(byte, b'[' | b']')
}

fn is_escaped_in_query(byte: u8) -> bool {
    matches!(byte, b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | b'"' | b'<' | b'>')
}

fn escape_into(escaped: &mut String, text: &str, is_escaped: fn(u8) -> bool) {
    for character in text.chars() {
        match u8::try_from(character) {
            // Writing to a string does not fail.
            Ok(byte) if is_escaped(byte) => {
                let _ = write!(escaped, "%{byte:02X}");
            }
            _ => escaped.push(character),
        }
    }
}

/// `@query-param`: the only value of the named parameter. RFC 9421, section 2.2.8.
pub(super) fn query_parameter(parameters: &[(Cow<'_, str>, Cow<'_, str>)], encoded_name: &str) -> Option<String> {
    let name = percent_decode_str(encoded_name).decode_utf8().ok()?;
    if percent_encode(&name) != encoded_name {
        return None;
    }
    let mut values = parameters.iter().filter(|(other, _)| *other == name);
    match (values.next(), values.next()) {
        (Some((_, value)), None) => Some(percent_encode(value)),
        _ => None,
    }
}

/// With the percent-encode set of `application/x-www-form-urlencoded`, and `%20` for a space.
fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => encoded.push(byte.into()),
            _ => drop(write!(encoded, "%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn origins(texts: &[&str]) -> Vec<PublicOrigin> {
        texts.iter().map(|text| PublicOrigin::parse(text).unwrap()).collect()
    }

    /// The signed URI of a request, under these origins.
    fn uri(origin: &[&str], target: &str, host: &str) -> Result<String, Rejection> {
        let request = TestRequest::with_uri(target).insert_header((header::HOST, host));
        Target::of(&request.to_http_request(), &origins(origin)).map(|target| target.uri(TargetStyle::Wire))
    }

    #[test]
    fn origins_as_they_are_configured() {
        let origin = |text| {
            let PublicOrigin {
                scheme,
                authority,
                prefix,
            } = PublicOrigin::parse(text)?;
            Ok::<_, &str>(format!("{scheme} {authority} {prefix}"))
        };
        assert_eq!(
            origin("https://API.example.com").as_deref(),
            Ok("https api.example.com ")
        );
        assert_eq!(origin("https://a:443/").as_deref(), Ok("https a "));
        assert_eq!(origin("http://a:8080/b/c/").as_deref(), Ok("http a:8080 /b/c"));
        assert_eq!(origin("https://[::1]:8443").as_deref(), Ok("https [::1]:8443 "));
        for text in [
            "",
            "api.example.com",
            "ftp://a",
            "https://",
            "https://u:p@a",
            "https://u@a",
            "https://a?b",
            "https://a#b",
            "https://a b",
        ] {
            assert!(origin(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_origin_counts_and_not_what_the_request_says() {
        let one = ["https://api.example.com"];
        assert_eq!(
            uri(&one, "/a?b=c", "evil.example").as_deref(),
            Ok("https://api.example.com/a?b=c")
        );
        let prefixed = ["https://api.example.com/v1"];
        assert_eq!(uri(&prefixed, "/a", "x").as_deref(), Ok("https://api.example.com/v1/a"));

        let two = ["https://a.example", "https://b.example:8443"];
        assert_eq!(uri(&two, "/", "A.example:443").as_deref(), Ok("https://a.example/"));
        assert_eq!(
            uri(&two, "/", "b.example:8443").as_deref(),
            Ok("https://b.example:8443/")
        );
        for host in ["b.example", "c.example", "a.example:80", "a.example.", ""] {
            assert_eq!(uri(&two, "/", host), Err(Rejection::SignatureTarget), "{host}");
        }
    }

    #[test]
    fn without_an_origin_as_the_connection_has_it() {
        assert_eq!(
            uri(&[], "/a", "Host.example:8080").as_deref(),
            Ok("http://host.example:8080/a")
        );
        assert_eq!(
            uri(&[], "/a", "host.example:80").as_deref(),
            Ok("http://host.example/a")
        );
        assert_eq!(
            uri(&[], "http://h.example/a", "H.example:80").as_deref(),
            Ok("http://h.example/a")
        );
        for host in ["", "a b", "a/b", "u@a", "a:b", "a:99999", "[::1", "a:"] {
            assert_eq!(uri(&[], "/", host), Err(Rejection::SignatureTarget), "{host}");
        }
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
            styles("https://a", "/?b={", URI),
            ["https://a/?b={", "https://a/?b=%7B", "https://a?b={"]
        );
        assert_eq!(styles("https://a", "/b?c", PARTS), ["a ?c", "a c"]);
        assert_eq!(styles("https://a", "/b", PARTS), ["a ?", "a "]);
        assert_eq!(styles("https://a", "/b??c", PARTS), ["a ??c"]);
        assert_eq!(styles("https://a", "/b??", PARTS), ["a ??"]);
        assert_eq!(styles("https://a:8443", "/b?c", PARTS), ["a:8443 ?c", "a c", "a ?c"]);
    }

    /// Else what was signed for one would pass at the other.
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

    /// A forger never buys more.
    #[test]
    fn never_more_than_three_forms() {
        let all = Covered {
            target_uri: true,
            authority: true,
            query: true,
        };
        assert_eq!(styles("https://a:8443", "/?b={", all).len(), 3);
    }

    /// The examples of RFC 9421, section 2.2.8.
    #[test]
    fn query_parameters() {
        let value = |target, name| {
            let request = TestRequest::with_uri(target).to_http_request();
            let origins = origins(&["https://a"]);
            let parameters = Target::of(&request, &origins).unwrap().query_parameters();
            query_parameter(&parameters, name)
        };
        let target = "/path?param=value&foo=bar&baz=batman&qux=";
        assert_eq!(value(target, "baz").as_deref(), Some("batman"));
        assert_eq!(value(target, "qux").as_deref(), Some(""));
        assert_eq!(value(target, "none"), None);
        let target = "/parameters?var=this%20is%20a%20big%0Amultiline%20value&bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something";
        assert_eq!(
            value(target, "var").as_deref(),
            Some("this%20is%20a%20big%0Amultiline%20value")
        );
        assert_eq!(value(target, "bar").as_deref(), Some("with%20plus%20whitespace"));
        assert_eq!(value(target, "fa%C3%A7ade%22%3A%20").as_deref(), Some("something"));
        assert_eq!(value("/?a=1&a=2", "a"), None);
        assert_eq!(value("/?a=1&%61=2", "a"), None);
    }
}
