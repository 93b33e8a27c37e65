//! A JWK Set at an address.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use actix_web::http::header::HttpDate;
use rustls::CertificateError;
use ureq::{
    Agent, Proxy,
    http::{
        Response, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    tls::{RootCerts, TlsConfig},
};
use url::{Host, Url};

use super::failure::Failure;
use crate::{
    config::{ConfigError, Fault, Setting},
    crypto,
    logging::LogText,
};

/// How long an answer may take, including all redirects.
const TIME_LIMIT: Duration = Duration::from_secs(10);
const MAX_REDIRECTS: usize = 3;
/// A header of an answer, and the header of the next request that returns its value.
const VALIDATORS: [(HeaderName, HeaderName); 2] = [
    (header::ETAG, header::IF_NONE_MATCH),
    (header::LAST_MODIFIED, header::IF_MODIFIED_SINCE),
];

pub(super) struct JwksAddress {
    url: Url,
    agent: Agent,
    /// The validators of the keys in use, which a conditional request sends.
    accepted: Vec<(HeaderName, HeaderValue)>,
    /// The validators of the latest answer.
    latest: Vec<(HeaderName, HeaderValue)>,
}

impl JwksAddress {
    /// An address that is safe to take keys from.
    pub(super) fn new(setting: &Setting) -> Result<Self, ConfigError> {
        Self::parse(setting.value.trim()).map_err(|fault| setting.error(fault))
    }

    fn parse(address: &str) -> Result<Self, Fault> {
        let url = Url::parse(address).map_err(|_| "is not an absolute URL")?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err("is an `http` address of another machine; use `https`"),
            _ => return Err("is neither an `https` address nor an `http` address of this machine"),
        }
        if has_credentials(&url) {
            return Err("has a user name or a password in it, which is not supported");
        }
        Ok(Self {
            agent: agent(&url),
            url,
            accepted: Vec::new(),
            latest: Vec::new(),
        })
    }

    /// Fetches the set. None if it is the accepted one. Redirects are followed within the same origin only: elsewhere,
    /// somebody else would decide on the keys.
    pub(super) fn fetch(&mut self, max_bytes: usize) -> Result<Option<Vec<u8>>, Failure> {
        let deadline = Instant::now() + TIME_LIMIT;
        let mut url = self.url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let mut response = self.request(&url, deadline)?;
            match response.status() {
                StatusCode::OK => {
                    check_encoding(&response)?;
                    self.latest = validators(&response);
                    let body = response.body_mut().with_config().limit(max_bytes as u64 + 1);
                    return Ok(Some(body.read_to_vec().map_err(|error| fault(&error))?));
                }
                StatusCode::NOT_MODIFIED if !self.accepted.is_empty() => return Ok(None),
                status if status.is_redirection() && status != StatusCode::NOT_MODIFIED => {
                    url = self.target(&url, &response)?;
                }
                status => {
                    return Err(Failure {
                        fault: format!("answers with the status {}", status.as_u16()),
                        retry_after: retry_after(status, response.headers(), SystemTime::now()),
                    });
                }
            }
        }
        Err("redirects too often".into())
    }

    /// The latest answer was valid: from now on, requests ask whether it has changed.
    pub(super) fn accept(&mut self) {
        self.accepted.clone_from(&self.latest);
    }

    /// Makes the next request unconditional.
    pub(super) fn forget(&mut self) {
        self.accepted.clear();
    }

    fn request(&self, url: &Url, deadline: Instant) -> Result<Response<ureq::Body>, String> {
        let time_left = deadline.saturating_duration_since(Instant::now());
        if time_left.is_zero() {
            return Err(fault(&ureq::Error::Timeout(ureq::Timeout::Global)));
        }
        let mut request = self.agent.get(url.as_str());
        for (name, value) in &self.accepted {
            request = request.header(name, value);
        }
        let request = request.config().timeout_global(Some(time_left)).build();
        request.call().map_err(|error| fault(&error))
    }

    fn target(&self, from: &Url, response: &Response<ureq::Body>) -> Result<Url, String> {
        let location = response.headers().get(header::LOCATION);
        let target = location
            .and_then(|location| from.join(location.to_str().ok()?).ok())
            .ok_or("redirects without saying where to")?;
        if target.origin() != self.url.origin() {
            return Err("redirects to another origin, which is not followed".to_owned());
        }
        if has_credentials(&target) {
            return Err("redirects to an address with a user name or a password, which is not followed".to_owned());
        }
        Ok(target)
    }
}

fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn agent(url: &Url) -> Agent {
    let is_encrypted = url.scheme() == "https";
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(Arc::new(crypto::tls_provider()))
        .build();
    Agent::config_builder()
        .https_only(is_encrypted)
        // Unencrypted requests must not leave the machine.
        .proxy(if is_encrypted { Proxy::try_from_env() } else { None })
        .tls_config(tls)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_idle_connections(0)
        .user_agent(concat!("approov-actix/", env!("CARGO_PKG_VERSION")))
        .accept("application/jwk-set+json, application/json")
        // Without it, a server may compress (RFC 9110, section 12.5.3).
        .accept_encoding("identity")
        .build()
        .new_agent()
}

fn validators(response: &Response<ureq::Body>) -> Vec<(HeaderName, HeaderValue)> {
    let value = |(from, to): &(HeaderName, HeaderName)| Some((to.clone(), response.headers().get(from)?.clone()));
    VALIDATORS.iter().filter_map(value).collect()
}

/// Compressed answers are not supported.
fn check_encoding(response: &Response<ureq::Body>) -> Result<(), String> {
    let Some(encoding) = response.headers().get(header::CONTENT_ENCODING) else {
        return Ok(());
    };
    let encoding = String::from_utf8_lossy(encoding.as_bytes());
    if encoding.trim().is_empty() || encoding.trim().eq_ignore_ascii_case("identity") {
        return Ok(());
    }
    Err(format!(
        "answers in the encoding `{:.40}`, although it was asked for none",
        LogText(&encoding).to_string()
    ))
}

/// `Retry-After` (RFC 9110, section 10.2.3), in seconds or as a date, of an answer that reports a temporary failure.
fn retry_after(status: StatusCode, headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    if ![StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&status) {
        return None;
    }
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that is too large to parse: the caller cuts it to the longest wait anyway.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::from(u32::MAX))));
    }
    let date = SystemTime::from(value.parse::<HttpDate>().ok()?);
    Some(date.duration_since(now).unwrap_or_default())
}

/// What went wrong, without the address.
fn fault(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => format!("does not answer within {} seconds", TIME_LIMIT.as_secs()),
        ureq::Error::BodyExceedsLimit(_) => "is larger than 1 MiB".to_owned(),
        ureq::Error::HostNotFound => "cannot be reached: its host name is unknown".to_owned(),
        ureq::Error::ConnectionFailed => "cannot be reached".to_owned(),
        ureq::Error::Rustls(error) => tls_fault(error),
        ureq::Error::Tls(error) => format!("cannot be reached over TLS: {error}"),
        ureq::Error::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(error) => tls_fault(error),
            None => format!("cannot be reached: {error}"),
        },
        _ => "gives no valid HTTP answer".to_owned(),
    }
}

/// The errors of rustls show the host and the names in its certificate, so these are reworded.
fn tls_fault(error: &rustls::Error) -> String {
    let reason = match error {
        rustls::Error::InvalidCertificate(error) => match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => "its certificate has expired",
            CertificateError::UnknownIssuer => "its certificate is from an authority that the system does not trust",
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "its certificate is for another host"
            }
            _ => "its certificate is not valid",
        },
        rustls::Error::General(reason) => reason,
        _ => return format!("cannot be reached over TLS: {error}"),
    };
    format!("cannot be reached over TLS: {reason}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let (busy, unavailable) = (StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE);
        let date = "Sun, 06 Nov 1994 08:50:37 GMT";
        for (status, value, seconds) in [
            (busy, "120", Some(120)),
            (unavailable, " 0 ", Some(0)),
            (unavailable, date, Some(60)),
            (busy, "Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            (busy, "99999999999999999999999", Some(u64::from(u32::MAX))),
            (busy, "", None),
            (busy, "-1", None),
            (busy, "1.5", None),
            (busy, "soon", None),
            (busy, "\u{e9}", None),
            (StatusCode::INTERNAL_SERVER_ERROR, "120", None),
            (StatusCode::NOT_FOUND, date, None),
        ] {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            let headers = HeaderMap::from_iter([(header::RETRY_AFTER, value.clone())]);
            let waited = retry_after(status, &headers, now);
            assert_eq!(waited.map(|time| time.as_secs()), seconds, "{status} {value:?}");
        }
        assert_eq!(retry_after(busy, &HeaderMap::new(), now), None);
    }
}
