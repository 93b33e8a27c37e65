//! Where the server is, and how to log in.

use std::path::PathBuf;

use redis::{ConnectionAddr, ConnectionInfo, RedisConnectionInfo};
use url::Url;

use crate::{
    config::{ConfigError, ConfigErrorKind, Fault, Setting, text_fault},
    crypto::sha256_of,
};

/// Has no `Debug`: there may be a password in it.
pub(crate) struct Address {
    pub(super) place: Place,
    pub(super) login: RedisConnectionInfo,
}

pub(super) enum Place {
    Tcp {
        host: String,
        port: u16,
        is_encrypted: bool,
    },
    #[cfg_attr(not(unix), allow(dead_code))]
    Unix(PathBuf),
}

impl Address {
    pub(crate) fn parse(setting: &Setting) -> Result<Self, ConfigError> {
        let address = Self::parse_text(&setting.value).map_err(|fault| setting.error(fault))?;
        if address.is_encrypted() && !cfg!(feature = "single-use-redis-rustls") {
            return Err(ConfigError::new(
                ConfigErrorKind::FeatureMissing,
                format!(
                    "{} asks for TLS, but approov-actix was built without its feature `single-use-redis-rustls`",
                    setting.origin
                ),
            ));
        }
        Ok(address)
    }

    fn parse_text(text: &str) -> Result<Self, Fault> {
        const NO_ADDRESS: Fault = "is no address of Redis: `redis://`, with TLS `rediss://`, or `unix://`";
        if text.is_empty() {
            return Err("is empty");
        }
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err("has white space or a control character in it");
        }
        let mut url = Url::parse(text).map_err(|_| NO_ADDRESS)?;
        if url.fragment().is_some() {
            return Err(
                "has a `#` in it: what follows would mean nothing, and certificates are always checked; in a password write %23",
            );
        }
        let is_encrypted = matches!(url.scheme(), "rediss" | "valkeys");
        match url.scheme() {
            "redis" | "rediss" | "valkey" | "valkeys" => check_host(&url)?,
            "unix" | "redis+unix" | "valkey+unix" => check_socket(&url)?,
            _ => return Err(NO_ADDRESS),
        }
        if is_encrypted {
            // The crate's own TLS is not compiled in.
            url.set_scheme("redis").map_err(|()| NO_ADDRESS)?;
        }
        let information: ConnectionInfo = url
            .as_str()
            .parse()
            .map_err(|_| "has a host, a password or a database that is not valid")?;
        // One message less at the start of each connection.
        let login = information.redis_settings().clone().set_skip_set_lib_name();
        let place = match information.addr() {
            ConnectionAddr::Tcp(host, port) => Place::Tcp {
                host: host.clone(),
                port: *port,
                is_encrypted,
            },
            ConnectionAddr::Unix(path) if cfg!(unix) => Place::Unix(path.clone()),
            _ => return Err(NO_ADDRESS),
        };
        Ok(Self { place, login })
    }

    fn is_encrypted(&self) -> bool {
        matches!(self.place, Place::Tcp { is_encrypted: true, .. })
    }

    /// The same for the same keys on the same server, as far as an address can tell. Knows no password.
    pub(crate) fn identity(&self, key: &str) -> u64 {
        let place = match &self.place {
            Place::Tcp { host, port, .. } => format!("{port}:{host}"),
            Place::Unix(path) => format!("unix:{}", path.display()),
        };
        let text = format!("{}/{}\0{place}\0{key}", self.login.db(), key.len());
        let hash = sha256_of([text.as_bytes()]);
        hash.first_chunk().copied().map(u64::from_be_bytes).unwrap_or_default()
    }
}

fn check_host(url: &Url) -> Result<(), Fault> {
    let host = url.host_str().unwrap_or_default();
    if host.is_empty() {
        return Err("has no host");
    }
    if let Some(fault) = text_fault(host) {
        return Err(fault);
    }
    if url.port() == Some(0) {
        return Err("has port 0");
    }
    if url.query().is_some() {
        return Err("has a `?` in it: write the database as in `redis://host/1`, and in a password %3F");
    }
    if !url.username().is_empty() && url.password().is_none() {
        return Err("has a user and no password; a password alone is written `redis://:password@host`");
    }
    Ok(())
}

fn check_socket(url: &Url) -> Result<(), Fault> {
    if url.host_str().is_some_and(|host| !host.is_empty()) {
        return Err("has a host; a socket is written `unix:///path`");
    }
    if url.path().len() < 2 {
        return Err("has no path");
    }
    let is_known = |name: &str| ["db", "user", "pass"].contains(&name);
    if url.query_pairs().any(|(name, _)| !is_known(&name)) {
        return Err("has a parameter other than `db`, `user` and `pass`");
    }
    Ok(())
}

/// What is wrong with a key, or with the beginning of keys.
pub(crate) fn key_fault(key: &str) -> Option<Fault> {
    const LONGEST: usize = 100;
    if let Some(fault) = text_fault(key) {
        Some(fault)
    } else if key.len() > LONGEST {
        Some("is longer than 100 bytes")
    } else if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        Some("has a character other than those of ASCII that can be seen")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Address, ConfigError> {
        Address::parse(&Setting::new("the address", text))
    }

    fn error(text: &str) -> String {
        let sentence = parse(text).err().map(|error| error.to_string());
        sentence.unwrap_or_else(|| panic!("{text} is accepted"))
    }

    #[test]
    fn addresses() {
        let tcp = |text: &str| match parse(text).unwrap() {
            Address {
                place: Place::Tcp { host, port, .. },
                login,
            } => (host, port, login),
            _ => panic!("{text}"),
        };
        let (host, port, login) = tcp("redis://redis.internal");
        assert_eq!((host.as_str(), port, login.db()), ("redis.internal", 6379, 0));
        assert_eq!((login.username(), login.password()), (None, None));
        let (host, port, login) = tcp("valkey://:p%23%3f%20ss@[::1]:7000/3");
        assert_eq!((host.as_str(), port, login.db()), ("::1", 7000, 3));
        assert_eq!((login.username(), login.password()), (None, Some("p#? ss")));
        let (_, _, login) = tcp("redis://app:pa$$word@127.0.0.1/");
        assert_eq!((login.username(), login.password()), (Some("app"), Some("pa$$word")));
        for text in ["unix:///run/redis.sock", "redis+unix:///run/redis.sock?db=2&pass=x"] {
            let Place::Unix(path) = parse(text).unwrap().place else {
                panic!("{text}")
            };
            assert_eq!(path, PathBuf::from("/run/redis.sock"));
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_the_value() {
        for (text, fault) in [
            ("", "is empty"),
            ("redis://s3cret host", "white space"),
            ("redis://:s3cret@host\n", "white space"),
            ("s3cret", "is no address"),
            ("s3cret:6379", "is no address"),
            ("http://s3cret", "is no address"),
            ("https://:s3cret@host", "is no address"),
            ("redis://:s3cret@host/x", "not valid"),
            ("redis://:s3cret@host/1/2", "not valid"),
            ("redis://:s3cret@0.0.0.0", "not valid"),
            ("redis://:s3cret%ff@host", "not valid"),
            ("redis://:s3cret@host:99999", "is no address"),
            ("redis://:s3cret@host:0", "port 0"),
            ("redis:///s3cret", "no host"),
            ("redis:s3cret", "no host"),
            ("redis://${S3CRET}", "not replaced"),
            ("redis://s3cret@host", "user and no password"),
            ("redis://:s3cret@host?db=1", "`?`"),
            ("redis://:s3cret#1@host", ""),
            ("redis://:s3cret@host#x", "`#`"),
            ("rediss://:s3cret@host/#insecure", "certificates are always checked"),
            ("unix://s3cret/x", "has a host"),
            ("unix:///", "no path"),
            ("unix:///x?password=s3cret", "parameter"),
            ("unix:///x?db=s3cret", "not valid"),
        ] {
            let sentence = error(text);
            assert!(sentence.starts_with("the address "), "{sentence}");
            assert!(sentence.contains(fault), "{text}: {sentence}");
            assert!(!sentence.to_lowercase().contains("s3cret"), "{sentence}");
        }
    }

    #[test]
    fn tls_needs_its_feature() {
        for text in ["rediss://host", "valkeys://:s3cret@host:1/2"] {
            if cfg!(feature = "single-use-redis-rustls") {
                assert!(parse(text).unwrap().is_encrypted(), "{text}");
            } else {
                assert_eq!(
                    error(text),
                    "the address asks for TLS, but approov-actix was built without its feature `single-use-redis-rustls`"
                );
            }
        }
        assert!(!parse("redis://host").unwrap().is_encrypted());
    }

    #[test]
    fn the_same_place_has_the_same_identity() {
        let identity = |text: &str, key: &str| parse(text).unwrap().identity(key);
        let one = identity("redis://host", "a:");
        for (text, key) in [
            ("redis://host:6379/0", "a:"),
            ("valkey://:x@host", "a:"),
            ("redis://u:p@host/", "a:"),
        ] {
            assert_eq!(identity(text, key), one, "{text}");
        }
        for (text, key) in [
            ("redis://host", "b:"),
            ("redis://host/1", "a:"),
            ("redis://other", "a:"),
            ("redis://host:1", "a:"),
            ("unix:///host", "a:"),
        ] {
            assert_ne!(identity(text, key), one, "{text}");
        }
    }

    #[test]
    fn keys_are_plain_texts() {
        for key in ["a", "approov:single-use:", "{a}x", "a/b.c-d_e"] {
            let expected = key.contains('{').then_some(());
            assert_eq!(key_fault(key).map(drop), expected, "{key}");
        }
        for key in ["", " a", "a b", "é", "a\n", &"a".repeat(101)] {
            assert!(key_fault(key).is_some(), "{key}");
        }
    }
}
