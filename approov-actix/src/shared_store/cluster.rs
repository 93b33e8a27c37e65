//! Which server of a cluster has a key. Nothing asks the cluster for a list of slots: a server without the key names
//! the one that has it.

use std::sync::{Arc, Mutex, PoisonError};

use redis::{RedisError, ServerErrorKind};

use super::address::{Place, Server};

const SLOTS: u16 = 16_384;

/// The owners that were learned so far. All runtimes share them.
#[derive(Default)]
pub(super) struct Slots(Mutex<Vec<Option<Server>>>);

impl Slots {
    pub(super) fn owner(&self, key: &str) -> Option<Server> {
        let owners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        owners.get(usize::from(slot(key))).cloned().flatten()
    }

    pub(super) fn learn(&self, key: &str, owner: &Server) {
        let mut owners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        owners.resize(usize::from(SLOTS), None);
        if let Some(known) = owners.get_mut(usize::from(slot(key))) {
            *known = Some(owner.clone());
        }
    }

    /// For a server that cannot be reached: the others know which one has taken its place.
    pub(super) fn forget(&self, gone: &Server) {
        let mut owners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for known in &mut *owners {
            if known.as_ref() == Some(gone) {
                *known = None;
            }
        }
    }
}

/// Another server has the key.
pub(super) struct Redirect {
    pub(super) to: Server,
    /// Whether it applies only once: the slot is being moved there, and the key may be on its way. `ASKING` must come
    /// first.
    pub(super) is_ask: bool,
}

impl Redirect {
    /// None if the error of the server at `place` is not a redirect.
    pub(super) fn of(error: &RedisError, place: &Place) -> Option<Self> {
        let errors = error.clone().into_server_errors()?;
        errors.iter().find_map(|(_, error)| {
            let is_ask = match error.kind()? {
                ServerErrorKind::Moved => false,
                ServerErrorKind::Ask => true,
                _ => return None,
            };
            let (_slot, server) = error.details()?.split_once(' ')?;
            let (host, port) = server.rsplit_once(':')?;
            let to = place.sibling(host, port.parse().ok()?)?;
            Some(Self {
                to: Server::At(Arc::new(to)),
                is_ask,
            })
        })
    }
}

/// CRC-16/XMODEM of the key, or of its part between braces.
fn slot(key: &str) -> u16 {
    let crc = tag(key).unwrap_or(key).bytes().fold(0, |crc: u16, byte| {
        (0..8).fold(crc ^ (u16::from(byte) << 8), |crc, _| match crc & 0x8000 {
            0 => crc << 1,
            _ => (crc << 1) ^ 0x1021,
        })
    });
    crc % SLOTS
}

fn tag(key: &str) -> Option<&str> {
    let (tag, _) = key.split_once('{')?.1.split_once('}')?;
    (!tag.is_empty()).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `CLUSTER KEYSLOT` of a server returns them.
    #[test]
    fn slots_of_keys() {
        for (key, expected) in [
            ("123456789", 12_739),
            ("foo", 12_182),
            ("{foo}:version", 12_182),
            ("approov:block-list", 12_848),
            ("{approov:block-list}:version", 12_848),
            ("foo{", 7_673),
            ("{}foo", 9_500),
            ("a{b}c{d}", 3_300),
        ] {
            assert_eq!(slot(key), expected, "{key}");
        }
    }

    #[test]
    fn what_is_learned_is_forgotten_with_its_server() {
        let place = |host: &str| {
            Server::At(Arc::new(Place::Tcp {
                host: host.to_owned(),
                port: 1,
                is_encrypted: true,
            }))
        };
        let slots = Slots::default();
        assert!(slots.owner("foo").is_none());
        slots.learn("foo", &place("one"));
        slots.learn("bar", &place("other"));
        assert!(slots.owner("{foo}x") == Some(place("one")));
        slots.forget(&place("one"));
        assert!(slots.owner("foo").is_none());
        assert!(slots.owner("bar") == Some(place("other")));
    }

    #[test]
    fn redirects() {
        let asked = Place::Tcp {
            host: "asked".to_owned(),
            port: 6379,
            is_encrypted: true,
        };
        for (text, expected) in [
            ("-MOVED 3999 10.0.0.1:6381\r\n", Some(("10.0.0.1", 6381, false))),
            (
                "-ASK 3999 redis-1.internal:6381\r\n",
                Some(("redis-1.internal", 6381, true)),
            ),
            ("-MOVED 3999 ::1:6381\r\n", Some(("::1", 6381, false))),
            ("-MOVED 3999 :6381\r\n", Some(("asked", 6381, false))),
            ("-MOVED 3999 host:x\r\n", None),
            ("-MOVED 3999\r\n", None),
            ("-MOVED\r\n", None),
            ("-CLUSTERDOWN Hash slot not served\r\n", None),
            ("-TRYAGAIN Multiple keys\r\n", None),
        ] {
            let answer = redis::parse_redis_value(text.as_bytes()).unwrap();
            let found = Redirect::of(&answer.extract_error().unwrap_err(), &asked);
            let expected = expected.map(|(host, port, is_ask)| {
                let place = asked.sibling(host, port).unwrap();
                (Server::At(Arc::new(place)), is_ask)
            });
            assert!(found.map(|found| (found.to, found.is_ask)) == expected, "{text}");
        }
    }
}
