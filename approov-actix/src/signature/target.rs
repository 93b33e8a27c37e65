//! The target of a request, as its sender saw it: RFC 9421, section 2.2.

use std::{borrow::Cow, fmt::Write as _};

use actix_web::{
    HttpRequest,
    http::{
        Method, Uri, Version,
        header::{self, HeaderValue},
        uri::Authority,
    },
};
use percent_encoding::percent_decode_str;

use super::public_origin::PublicOrigin;
use crate::rejection::Rejection;

/// The target of one request.
#[derive(Debug, Clone)]
pub(super) struct Target<'a> {
    pub(super) scheme: &'static str,
    /// In lower case, without the scheme's default port.
    pub(super) authority: Cow<'a, str>,
    /// Empty if the request line has no path: `OPTIONS *` and `CONNECT` (RFC 9112, section 3.3).
    pub(super) path: Cow<'a, str>,
    pub(super) query: Option<&'a str>,
    /// Whether the path on the wire is `/`.
    pub(super) is_root: bool,
    /// Whether the host alone tells this origin from the others.
    pub(super) has_own_host: bool,
}

/// Names and values, decoded, in order.
pub(super) type QueryParameters<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

impl<'a> Target<'a> {
    /// The target under the public origin that the request is for. If there are no public origins, the target as the
    /// connection has it. `Forwarded` and similar headers are never read, because anyone can send them.
    pub(super) fn of(request: &'a HttpRequest, origins: &'a [PublicOrigin]) -> Result<Self, Rejection> {
        let uri = request.uri();
        let (path, query) = (combined_path(uri), uri.query());
        if path.is_empty() && !may_lack_path(request) {
            return Err(Rejection::SignatureTarget);
        }
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
            path: if origin.prefix.is_empty() || path.is_empty() {
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

    /// `@path`: RFC 9421, section 2.2.6.
    pub(super) fn absolute_path(&self) -> &str {
        if self.path.is_empty() { "/" } else { &self.path }
    }

    /// `@request-target`, as on the request line, under the public origin: RFC 9421, section 2.2.5.
    pub(super) fn request_target(&self, request: &'a HttpRequest) -> Cow<'a, str> {
        let uri = request.uri();
        if self.path.is_empty() {
            return Cow::Borrowed(uri.authority().map_or("*", Authority::as_str));
        }
        let query = self.query.map_or(String::new(), |query| format!("?{query}"));
        Cow::Owned(match uri.scheme_str() {
            // The absolute form of a request to a proxy. HTTP/2 has a scheme too, but no request line.
            Some(scheme) if request.version() < Version::HTTP_2 => {
                format!("{scheme}://{}{}{query}", self.authority, self.path)
            }
            _ => format!("{}{query}", self.path),
        })
    }

    /// The approximate length of its text, in bytes.
    pub(super) fn length(&self) -> usize {
        self.authority.len() + self.path.len() + self.query.map_or(0, str::len)
    }

    /// The parameters of the query, decoded. None if there are more than any client sends.
    pub(super) fn query_parameters(&self) -> Option<QueryParameters<'a>> {
        const MAX: usize = 1000;
        let query = self.query.unwrap_or_default();
        let parameters: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).take(MAX + 1).collect();
        (parameters.len() <= MAX).then_some(parameters)
    }
}

fn combined_path(uri: &Uri) -> &str {
    match uri.path() {
        "*" => "",
        path => path,
    }
}

/// `CONNECT host:port` and `OPTIONS *`: RFC 9112, section 3.2. With other methods, these targets would pass for the
/// root path.
fn may_lack_path(request: &HttpRequest) -> bool {
    match *request.method() {
        Method::CONNECT => true,
        Method::OPTIONS => request.uri().path() == "*",
        _ => false,
    }
}

/// An authority without its port.
pub(super) fn host(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// The host and port that the request itself names, in lower case and without the scheme's default port. If the request
/// line and `Host` both name a host, they must agree: an application may route by the one that was not signed.
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

/// Uses the percent-encode set of `application/x-www-form-urlencoded`, and `%20` for a space.
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
    use crate::signature::style::TargetStyle;

    fn origins(texts: &[&str]) -> Vec<PublicOrigin> {
        texts.iter().map(|text| PublicOrigin::parse(text).unwrap()).collect()
    }

    /// The signed URI of a request, under these origins.
    fn uri(origin: &[&str], target: &str, host: &str) -> Result<String, Rejection> {
        let request = TestRequest::with_uri(target).insert_header((header::HOST, host));
        Target::of(&request.to_http_request(), &origins(origin)).map(|target| target.uri(TargetStyle::Wire))
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

    /// The examples of RFC 9421, section 2.2.8.
    #[test]
    fn query_parameters() {
        let value = |target, name| {
            let request = TestRequest::with_uri(target).to_http_request();
            let origins = origins(&["https://a"]);
            let parameters = Target::of(&request, &origins).unwrap().query_parameters();
            query_parameter(&parameters.unwrap(), name)
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
