//! The origins under which apps reach this server.

use url::Url;

use crate::config::Fault;

/// An origin under which apps reach this server, and the path prefix that a proxy strips.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicOrigin {
    pub(super) scheme: &'static str,
    /// In lower case, without the scheme's default port.
    pub(super) authority: String,
    pub(super) prefix: String,
}

impl PublicOrigin {
    /// Reads `https://api.example.com` or `https://api.example.com:8443/prefix`. An error completes the sentence that
    /// begins with the setting.
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        check_text(text)?;
        let url = Url::parse(text).map_err(|_| NO_ORIGIN)?;
        let scheme = match url.scheme() {
            "https" => "https",
            "http" => "http",
            _ => return Err("is neither an `https` nor an `http` origin"),
        };
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err("has more than an origin and a path prefix");
        }
        let host = url.host_str().ok_or("has no host")?;
        check_host(host)?;
        if url.port() == Some(0) {
            return Err("has the port 0, on which no server can be reached");
        }
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

const NO_ORIGIN: &str = "is not an origin such as https://api.example.com";

/// Names the likely mistake in a text that cannot be an app's origin. A URL may contain each of these characters
/// somewhere.
fn check_text(text: &str) -> Result<(), Fault> {
    if text.contains(['"', '\'', '`']) {
        Err("has a quote in it; quotes are not removed")
    } else if text.contains(['$', '{', '}', '<', '>']) {
        Err("has `$`, `{`, `}`, `<` or `>` in it, as if a variable was not replaced")
    } else if text.contains('*') {
        Err("has a `*` in it; there are no patterns, so name each origin")
    } else if text.matches("://").count() > 1 || text.contains([',', ';', '|']) || text.contains(char::is_whitespace) {
        Err(
            "is more than one origin, or has two schemes; give several origins as a list, separated by commas in the environment",
        )
    } else if text.contains("://") && !text.contains('\\') {
        Ok(())
    } else {
        Err(NO_ORIGIN)
    }
}

/// `Url` accepts any label, but apps look the host up in DNS.
fn check_host(host: &str) -> Result<(), Fault> {
    let is_in_names = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if host.starts_with('[') {
        Ok(())
    } else if !host.chars().all(is_in_names) {
        Err("has a host with other characters than letters, digits, `-` and `.`")
    } else if host.split('.').any(str::is_empty) {
        Err("has a host with two dots in a row, or with one at an end")
    } else {
        Ok(())
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

    #[test]
    fn origins_that_no_app_has() {
        let fault = |text| PublicOrigin::parse(text).unwrap_err();
        for (text, part) in [
            ("https://*.example.com", "no patterns"),
            ("https://a/*", "no patterns"),
            ("https://${API_HOST}", "not replaced"),
            ("https://$API_HOST/v1", "not replaced"),
            ("https://{{host}}", "not replaced"),
            ("https://<your-host>", "not replaced"),
            ("\"https://a\"", "quote"),
            ("'https://a'", "quote"),
            ("https://a;https://b", "more than one"),
            ("https://a https://b", "more than one"),
            ("https://a|b", "more than one"),
            ("https://a\nb", "more than one"),
            ("https://a,b", "more than one"),
            ("https://https://a", "two schemes"),
            ("https://a:0", "port 0"),
            ("https://a..b", "two dots"),
            ("https://.a", "two dots"),
            ("https://a.", "two dots"),
            ("https://.", "two dots"),
            ("https://a!b", "other characters"),
            ("https://a(b)", "other characters"),
            ("https://(api)", "other characters"),
            ("https:\\\\a", "such as"),
            ("https:a", "such as"),
            ("https:///", "such as"),
        ] {
            assert!(fault(text).contains(part), "{text}: {}", fault(text));
        }
        for text in [
            "https://a_b.c-d",
            "https://bücher.example",
            "https://127.0.0.1:8443/v1",
            "https://a:65535/x.y/~z",
        ] {
            assert!(PublicOrigin::parse(text).is_ok(), "{text}");
        }
    }
}
