//! The origins under which apps reach this server.

use url::Url;

/// An origin under which apps reach this server, and the path prefix that a proxy strips.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicOrigin {
    pub(super) scheme: &'static str,
    /// In lower case, without the scheme's default port.
    pub(super) authority: String,
    pub(super) prefix: String,
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
