//! Where the servers are, and how to log in.

use std::{path::PathBuf, sync::Arc};

use percent_encoding::percent_decode_str;
use redis::{ConnectionAddr, ConnectionInfo, RedisConnectionInfo};
use url::Url;

use crate::{
    config::{ConfigError, ConfigErrorKind, Fault, Setting, text_fault},
    crypto::sha256_of,
};

/// Has no `Debug`: it may contain a password.
pub(crate) struct Address {
    pub(super) servers: Servers,
    pub(super) login: RedisConnectionInfo,
}

pub(super) enum Servers {
    /// One server with all keys.
    Alone(Server),
    /// Servers that each have some of the keys. The address names at least one, and they name the others.
    Cluster(Vec<Server>),
}

#[derive(Clone)]
pub(super) enum Server {
    At(Arc<Place>),
    /// The server that the Sentinels name.
    Master(Arc<Sentinels>),
}

impl PartialEq for Server {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::At(one), Self::At(other)) => one == other,
            // An address has only one master.
            (Self::Master(_), Self::Master(_)) => true,
            _ => false,
        }
    }
}

pub(super) struct Sentinels {
    pub(super) places: Vec<Place>,
    /// What they call the master.
    pub(super) master: String,
    pub(super) login: RedisConnectionInfo,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Place {
    Tcp {
        host: String,
        port: u16,
        is_encrypted: bool,
    },
    #[cfg_attr(not(unix), allow(dead_code))]
    Unix(PathBuf),
}

const NO_ADDRESS: Fault = "is not a Redis address: `redis://`, with TLS `rediss://`, or `unix://`; for several servers `redis-sentinel://` or `redis-cluster://`";
const PORT: u16 = 6379;
const SENTINEL_PORT: u16 = 26379;

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
        if text.is_empty() {
            return Err("is empty");
        }
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err("has white space or a control character in it");
        }
        let (scheme, rest) = text.split_once("://").unwrap_or_default();
        let scheme = scheme.to_ascii_lowercase();
        match scheme.split_once(['-', '+']) {
            Some((scheme, "sentinel")) if scheme != "unix" => parse_sentinels(scheme, rest),
            Some((scheme, "cluster")) if scheme != "unix" => parse_cluster(scheme, rest),
            _ => {
                let (place, login) = parse_one(text, PORT)?;
                let servers = Servers::Alone(Server::At(Arc::new(place)));
                Ok(Self { servers, login })
            }
        }
    }

    fn is_encrypted(&self) -> bool {
        self.places()
            .iter()
            .any(|place| matches!(place, Place::Tcp { is_encrypted: true, .. }))
    }

    /// In a cluster, all keys of a transaction must be in one slot.
    pub(crate) fn is_of_cluster(&self) -> bool {
        matches!(self.servers, Servers::Cluster(_))
    }

    /// Equal for the same keys on the same servers, as far as an address can tell. The password plays no part.
    pub(crate) fn identity(&self, key: &str) -> u64 {
        let mut places: Vec<_> = self.places().into_iter().map(Place::identity).collect();
        places.sort_unstable();
        places.dedup();
        let kind = match &self.servers {
            Servers::Alone(Server::At(_)) => "",
            Servers::Alone(Server::Master(sentinels)) => &format!("master {}\0", sentinels.master),
            Servers::Cluster(_) => "cluster\0",
        };
        let (database, length, places) = (self.login.db(), key.len(), places.join(","));
        let text = format!("{kind}{database}/{length}\0{places}\0{key}");
        let hash = sha256_of([text.as_bytes()]);
        hash.first_chunk().copied().map(u64::from_be_bytes).unwrap_or_default()
    }

    /// The places that the address names.
    fn places(&self) -> Vec<&Place> {
        let servers = match &self.servers {
            Servers::Alone(server) => std::slice::from_ref(server),
            Servers::Cluster(servers) => servers,
        };
        let places = servers.iter().flat_map(|server| match server {
            Server::At(place) => std::slice::from_ref(&**place),
            Server::Master(sentinels) => &sentinels.places,
        });
        places.collect()
    }
}

impl Place {
    /// Another server, which this one names. An empty host means this server's own host.
    pub(super) fn sibling(&self, host: &str, port: u16) -> Option<Self> {
        match self {
            Self::Tcp {
                host: own,
                is_encrypted,
                ..
            } => Some(Self::Tcp {
                host: if host.is_empty() { own.clone() } else { host.to_owned() },
                port,
                is_encrypted: *is_encrypted,
            }),
            Self::Unix(_) => None,
        }
    }

    fn identity(&self) -> String {
        match self {
            Self::Tcp { host, port, .. } => format!("{port}:{host}"),
            Self::Unix(path) => format!("unix:{}", path.display()),
        }
    }
}

/// `redis://…`, `rediss://…` or `unix://…`.
fn parse_one(text: &str, default_port: u16) -> Result<(Place, RedisConnectionInfo), Fault> {
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
        // The TLS of the `redis` crate is not compiled in.
        url.set_scheme("redis").map_err(|()| NO_ADDRESS)?;
    }
    let information: ConnectionInfo = url
        .as_str()
        .parse()
        .map_err(|_| "has a host, a password or a database that is not valid")?;
    // Saves one message at the start of each connection.
    let login = information.redis_settings().clone().set_skip_set_lib_name();
    let place = match information.addr() {
        ConnectionAddr::Tcp(host, _) => Place::Tcp {
            host: host.clone(),
            port: url.port().unwrap_or(default_port),
            is_encrypted,
        },
        ConnectionAddr::Unix(path) if cfg!(unix) => Place::Unix(path.clone()),
        _ => return Err(NO_ADDRESS),
    };
    Ok((place, login))
}

/// `redis-sentinel://user:password@host1,host2/master/database?sentinel_password=…`, without the scheme.
fn parse_sentinels(scheme: &str, rest: &str) -> Result<Address, Fault> {
    if rest.contains('#') {
        return Err(
            "has a `#` in it: the name of the master is a path, as in `redis-sentinel://host/mymaster`; in a password write %23",
        );
    }
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (hosts, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (master, database) = path.split_once('/').unwrap_or((path, ""));
    let (places, login) = parse_several(scheme, hosts, database, SENTINEL_PORT)?;
    if master.is_empty() {
        return Err("has no name of a master: `redis-sentinel://host1,host2/mymaster`");
    }
    // The characters that Sentinels allow.
    if !master
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
    {
        return Err("has a name of the master with other characters than letters, digits, `.`, `-` and `_`");
    }
    let sentinels = Sentinels {
        places,
        master: master.to_owned(),
        login: parse_sentinel_login(query)?,
    };
    Ok(Address {
        servers: Servers::Alone(Server::Master(Arc::new(sentinels))),
        login,
    })
}

fn parse_sentinel_login(query: &str) -> Result<RedisConnectionInfo, Fault> {
    let mut login = RedisConnectionInfo::default().set_skip_set_lib_name();
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = percent_decode_str(value).decode_utf8();
        let value = value.map_err(|_| "has a parameter whose value is not valid")?;
        login = match name {
            "sentinel_username" | "sentinel_password" if value.is_empty() => {
                return Err("has an empty `sentinel_username` or `sentinel_password`");
            }
            "sentinel_username" => login.set_username(value),
            "sentinel_password" => login.set_password(value),
            _ => {
                return Err(
                    "has a parameter other than `sentinel_username` and `sentinel_password`; in a password write %3F",
                );
            }
        };
    }
    if login.username().is_some() && login.password().is_none() {
        return Err("has a `sentinel_username` and no `sentinel_password`");
    }
    Ok(login)
}

/// `redis-cluster://user:password@host1,host2`, without the scheme.
fn parse_cluster(scheme: &str, rest: &str) -> Result<Address, Fault> {
    let (hosts, database) = rest.split_once('/').unwrap_or((rest, ""));
    let (places, login) = parse_several(scheme, hosts, database, PORT)?;
    if login.db() != 0 {
        return Err("has a database: that of a cluster is always 0");
    }
    let servers = places.into_iter().map(|place| Server::At(Arc::new(place)));
    Ok(Address {
        servers: Servers::Cluster(servers.collect()),
        login,
    })
}

/// Parses each host separately, with the login and database that they have in common.
fn parse_several(
    scheme: &str,
    hosts: &str,
    database: &str,
    default_port: u16,
) -> Result<(Vec<Place>, RedisConnectionInfo), Fault> {
    let (login, hosts) = match hosts.rsplit_once('@') {
        Some((login, hosts)) => (format!("{login}@"), hosts),
        None => (String::new(), hosts),
    };
    let mut places = Vec::new();
    let mut common = RedisConnectionInfo::default();
    for host in hosts.split(',') {
        if host.is_empty() {
            return Err("has no host, or a comma too many");
        }
        let (place, login) = parse_one(&format!("{scheme}://{login}{host}/{database}"), default_port)?;
        places.push(place);
        common = login;
    }
    Ok((places, common))
}

fn check_host(url: &Url) -> Result<(), Fault> {
    let host = url.host_str().unwrap_or_default();
    if host.is_empty() {
        return Err("has no host");
    }
    if let Some(fault) = text_fault(host) {
        return Err(fault);
    }
    if host.contains(',') {
        return Err("has several hosts: begin with `redis-sentinel://` or `redis-cluster://`");
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

/// What is wrong with a key, or with a prefix of keys.
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

    /// Host and port of each place that the address names.
    fn places(address: &Address) -> Vec<(&str, u16)> {
        let places = address.places().into_iter().map(|place| match place {
            Place::Tcp { host, port, .. } => (host.as_str(), *port),
            Place::Unix(path) => (path.to_str().unwrap(), 0),
        });
        places.collect()
    }

    fn user_and_password(login: &RedisConnectionInfo) -> (Option<&str>, Option<&str>) {
        (login.username(), login.password())
    }

    #[test]
    fn addresses() {
        for (text, place, database, login) in [
            ("redis://redis.internal", ("redis.internal", 6379), 0, (None, None)),
            (
                "valkey://:p%23%3f%20ss@[::1]:7000/3",
                ("::1", 7000),
                3,
                (None, Some("p#? ss")),
            ),
            (
                "redis://app:pa$$word@127.0.0.1/",
                ("127.0.0.1", 6379),
                0,
                (Some("app"), Some("pa$$word")),
            ),
            ("unix:///run/redis.sock", ("/run/redis.sock", 0), 0, (None, None)),
            (
                "redis+unix:///run/redis.sock?db=2&pass=x",
                ("/run/redis.sock", 0),
                2,
                (None, Some("x")),
            ),
        ] {
            let address = parse(text).unwrap();
            assert!(matches!(address.servers, Servers::Alone(Server::At(_))), "{text}");
            assert_eq!(places(&address), [place], "{text}");
            assert_eq!(address.login.db(), database, "{text}");
            assert_eq!(user_and_password(&address.login), login, "{text}");
        }
    }

    #[test]
    fn addresses_of_sentinels() {
        for (text, expected, database, login, sentinel_login) in [
            (
                "redis-sentinel://one,two:7000,[::1]/my.master-1_",
                &[("one", 26379), ("two", 7000), ("::1", 26379)][..],
                0,
                (None, None),
                (None, None),
            ),
            (
                "valkey+sentinel://app:p%2Cs%40s@one/my.master-1_/3?sentinel_password=a+b%26%3d",
                &[("one", 26379)],
                3,
                (Some("app"), Some("p,s@s")),
                (None, Some("a+b&=")),
            ),
            (
                "REDIS-SENTINEL://:p@one/my.master-1_/?sentinel_username=u&sentinel_password=p",
                &[("one", 26379)],
                0,
                (None, Some("p")),
                (Some("u"), Some("p")),
            ),
        ] {
            let address = parse(text).unwrap();
            assert_eq!(places(&address), expected, "{text}");
            assert_eq!(address.login.db(), database, "{text}");
            assert_eq!(user_and_password(&address.login), login, "{text}");
            let Servers::Alone(Server::Master(sentinels)) = &address.servers else {
                panic!("{text}")
            };
            assert_eq!(sentinels.master, "my.master-1_", "{text}");
            assert_eq!(user_and_password(&sentinels.login), sentinel_login, "{text}");
        }
    }

    #[test]
    fn addresses_of_clusters() {
        for (text, expected, login) in [
            (
                "redis-cluster://one,two:7000",
                &[("one", 6379), ("two", 7000)][..],
                (None, None),
            ),
            ("redis+cluster://app:p@one/", &[("one", 6379)], (Some("app"), Some("p"))),
            ("valkey-cluster://:p@one/0", &[("one", 6379)], (None, Some("p"))),
        ] {
            let address = parse(text).unwrap();
            assert!(address.is_of_cluster(), "{text}");
            assert_eq!(places(&address), expected, "{text}");
            assert_eq!(user_and_password(&address.login), login, "{text}");
        }
        assert!(!parse("redis-sentinel://host/m").unwrap().is_of_cluster());
        assert!(!parse("redis://host").unwrap().is_of_cluster());
    }

    #[test]
    fn what_is_wrong_is_said_without_the_value() {
        for (text, fault) in [
            ("", "is empty"),
            ("redis://s3cret host", "white space"),
            ("redis://:s3cret@host\n", "white space"),
            ("s3cret", "is not a Redis address"),
            ("s3cret:6379", "is not a Redis address"),
            ("http://s3cret", "is not a Redis address"),
            ("https://:s3cret@host", "is not a Redis address"),
            ("redis://:s3cret@host/x", "not valid"),
            ("redis://:s3cret@host/1/2", "not valid"),
            ("redis://:s3cret@0.0.0.0", "not valid"),
            ("redis://:s3cret%ff@host", "not valid"),
            ("redis://:s3cret@host:99999", "is not a Redis address"),
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
            ("redis://s3cret,host", "several hosts"),
            ("redis://s3cret:1,host:2", "`redis-cluster://`"),
            ("redis-proxy://s3cret", "is not a Redis address"),
            ("s3cret-cluster://host", "is not a Redis address"),
            ("unix-cluster:///s3cret", "is not a Redis address"),
            ("redis+unix-cluster:///s3cret", "is not a Redis address"),
            ("redis-cluster:s3cret", "is not a Redis address"),
            ("redis-cluster://:s3cret@", "no host, or a comma too many"),
            ("redis-cluster://:s3cret@one,", "no host, or a comma too many"),
            ("redis-cluster://one,,s3cret", "no host, or a comma too many"),
            ("redis-cluster://one,${S3CRET}", "not replaced"),
            ("redis-cluster://one,s3cret:0", "port 0"),
            ("redis-cluster://one,s3cret:99999", "is not a Redis address"),
            ("redis-cluster://s3cret@one,two", "user and no password"),
            ("redis-cluster://:s3cret@one,two/1", "of a cluster is always 0"),
            ("redis-cluster://:s3cret@one,two/x", "not valid"),
            ("redis-cluster://:s3cret@one,two?x", "`?`"),
            ("redis-cluster://:s3cret@one,two#x", "`#`"),
            ("redis-cluster://one,two@s3cret@", "no host, or a comma too many"),
            ("redis-sentinel://:s3cret@/m", "no host, or a comma too many"),
            ("redis-sentinel://:s3cret@one,two", "no name of a master"),
            ("redis-sentinel://:s3cret@one,two/", "no name of a master"),
            (
                "redis-sentinel://:s3cret@one,two/0#mymaster",
                "name of the master is a path",
            ),
            ("redis-sentinel://one,two/s3cret$x", "with other characters"),
            ("redis-sentinel://one,two/s3cret%20x", "with other characters"),
            ("redis-sentinel://:s3cret@one,two/m/x", "not valid"),
            ("redis-sentinel://:s3cret@one,two/m/1/2", "not valid"),
            ("redis-sentinel://one,s3cret:0/m", "port 0"),
            ("redis-sentinel://one/m?password=s3cret", "parameter other than"),
            ("redis-sentinel://one/m?sentinelMasterId=s3cret", "parameter other than"),
            (
                "redis-sentinel://one/m?sentinel_password=s3cret%ff",
                "value is not valid",
            ),
            ("redis-sentinel://:s3cret@one/m?sentinel_password=", "empty"),
            (
                "redis-sentinel://one/m?sentinel_username=s3cret",
                "no `sentinel_password`",
            ),
        ] {
            let sentence = error(text);
            assert!(sentence.starts_with("the address "), "{sentence}");
            assert!(sentence.contains(fault), "{text}: {sentence}");
            assert!(!sentence.to_lowercase().contains("s3cret"), "{sentence}");
        }
    }

    #[test]
    fn tls_needs_its_feature() {
        for text in [
            "rediss://host",
            "valkeys://:s3cret@host:1/2",
            "rediss-sentinel://:s3cret@one,two/m",
            "rediss-cluster://:s3cret@one,two",
        ] {
            if cfg!(feature = "single-use-redis-rustls") {
                assert!(parse(text).unwrap().is_encrypted(), "{text}");
            } else {
                assert_eq!(
                    error(text),
                    "the address asks for TLS, but approov-actix was built without its feature `single-use-redis-rustls`"
                );
            }
        }
        for text in ["redis://host", "redis-sentinel://host/m", "redis-cluster://host"] {
            assert!(!parse(text).unwrap().is_encrypted(), "{text}");
        }
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
            ("redis-cluster://host", "a:"),
            ("redis-sentinel://host:6379/m", "a:"),
        ] {
            assert_ne!(identity(text, key), one, "{text}");
        }
        for (text, same, other) in [
            (
                "redis-cluster://one,two",
                "valkey-cluster://:p@two:6379,one,two",
                "redis-cluster://one",
            ),
            (
                "redis-sentinel://one,two/m",
                "redis-sentinel://:p@two:26379,one/m/0?sentinel_password=x",
                "redis-sentinel://one,two/n",
            ),
            (
                "redis-sentinel://one,two/m/1",
                "redis-sentinel://two,one/m/1",
                "redis-sentinel://one,two/m/2",
            ),
        ] {
            assert_eq!(identity(text, "a:"), identity(same, "a:"), "{text}");
            assert_ne!(identity(text, "a:"), identity(other, "a:"), "{text}");
            assert_ne!(identity(text, "a:"), identity(text, "b:"), "{text}");
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
