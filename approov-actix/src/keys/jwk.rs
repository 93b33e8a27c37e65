//! JWK Sets: RFC 7517, with the parameters of RFC 7518, section 6, and RFC 8037, section 2.

use std::{borrow::Cow, fmt};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::de::{IgnoredAny, MapAccess};
use serde_json::{Value, value::RawValue};

use super::{
    key::{Key, LONG_ID, MAX_KID_BYTES},
    secret::without_byte_order_mark,
};
use crate::{
    config::Fault,
    crypto::KeyMaterial,
    crypto::algorithm::Algorithm,
    json::{JsonError, Members, Text, read_object},
};

/// The usable keys of a set, and what is wrong with each of the others.
#[derive(Debug, Default)]
pub(super) struct JwkSet {
    pub(super) keys: Vec<Key>,
    pub(super) faulty: Vec<Dropped>,
    pub(super) foreign: Vec<Dropped>,
}

/// A member of `keys` that is not a usable key.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Dropped {
    /// Its place, from 1.
    pub(super) number: usize,
    pub(super) kid: Option<String>,
    pub(super) fault: Fault,
}

/// Why a key is not used.
enum Unusable {
    /// Something is wrong with it.
    Faulty(Fault),
    /// It is for another use, or of a kind that this library does not know. It is ignored (RFC 7517, section 5).
    Foreign(Fault),
}

impl From<Fault> for Unusable {
    fn from(fault: Fault) -> Self {
        Self::Faulty(fault)
    }
}

impl JwkSet {
    /// Reads a set. The only error is a text that is not a set at all.
    pub(super) fn parse(origin: &str, text: &str, allow_secrets: bool) -> Result<Self, String> {
        let text = without_byte_order_mark(text);
        let members: SetMembers<'_> = read_object(text).unwrap_or_default();
        let keys = members.keys.ok_or_else(|| no_set(text))?;
        let mut set = Self::default();
        for (index, json) in keys.into_iter().enumerate() {
            let mut drop = |kid: Option<Cow<'_, str>>, reason: Unusable| {
                let (list, fault) = match reason {
                    Unusable::Faulty(fault) => (&mut set.faulty, fault),
                    Unusable::Foreign(fault) => (&mut set.foreign, fault),
                };
                list.push(Dropped {
                    number: index + 1,
                    kid: kid.filter(|kid| kid.len() <= MAX_KID_BYTES).map(Cow::into_owned),
                    fault,
                });
            };
            match read_object::<Jwk<'_>>(json.get()) {
                Err(JsonError::Malformed) => drop(None, "is not a JWK".into()),
                Err(JsonError::Member(_)) => drop(None, "has a member of the wrong type".into()),
                Ok(jwk) => match jwk.key(allow_secrets, format_args!("{origin}: key {}", index + 1)) {
                    Err(reason) => drop(jwk.kid, reason),
                    Ok(key) => set.keys.push(match jwk.kid {
                        Some(kid) => key.with_key_id(kid),
                        None => key,
                    }),
                },
            }
        }
        Ok(set)
    }
}

/// Why a text is not a set. Tells where the fault is, but shows nothing of the text, which may hold a secret.
fn no_set(text: &str) -> String {
    let reason = match text.trim_ascii_start() {
        "" => "it is empty",
        text if text.starts_with('<') => "it is HTML or XML",
        text if text.starts_with("-----BEGIN ") => "it is PEM",
        _ => match serde_json::from_str::<Value>(text) {
            // For syntax errors, serde_json tells what is wrong and where, and shows nothing of the text.
            Err(error) => return format!("is not a JWK Set: {error}"),
            Ok(_) => "it is not an object with an array `keys`, or has a member twice",
        },
    };
    format!("is not a JWK Set: {reason}")
}

#[derive(Default)]
struct SetMembers<'a> {
    keys: Option<Vec<&'a RawValue>>,
}

impl<'de> Members<'de> for SetMembers<'de> {
    const KNOWN: &'static [&'static str] = &["keys"];
    const MAX_MEMBERS: usize = usize::MAX;

    fn read<A: MapAccess<'de>>(&mut self, _: usize, map: &mut A) -> Result<(), A::Error> {
        self.keys = Some(map.next_value()?);
        Ok(())
    }
}

/// The members that determine whether and how a key is used.
#[derive(Default)]
struct Jwk<'a> {
    kty: Option<Cow<'a, str>>,
    usage: Option<Cow<'a, str>>,
    key_ops: Option<Vec<Text<'a>>>,
    alg: Option<Cow<'a, str>>,
    kid: Option<Cow<'a, str>>,
    crv: Option<Cow<'a, str>>,
    n: Option<Cow<'a, str>>,
    e: Option<Cow<'a, str>>,
    x: Option<Cow<'a, str>>,
    y: Option<Cow<'a, str>>,
    k: Option<Cow<'a, str>>,
    is_private: bool,
}

impl<'de> Members<'de> for Jwk<'de> {
    const KNOWN: &'static [&'static str] = &[
        "kty", "use", "key_ops", "alg", "kid", "crv", "n", "e", "x", "y", "k", "d", "p", "q", "dp", "dq", "qi", "oth",
    ];
    const MAX_MEMBERS: usize = usize::MAX;

    fn read<A: MapAccess<'de>>(&mut self, known: usize, map: &mut A) -> Result<(), A::Error> {
        let member = match Self::KNOWN[known] {
            "kty" => &mut self.kty,
            "use" => &mut self.usage,
            "alg" => &mut self.alg,
            "kid" => &mut self.kid,
            "crv" => &mut self.crv,
            "n" => &mut self.n,
            "e" => &mut self.e,
            "x" => &mut self.x,
            "y" => &mut self.y,
            "k" => &mut self.k,
            "key_ops" => {
                self.key_ops = Some(map.next_value()?);
                return Ok(());
            }
            _ => {
                self.is_private = true;
                return map.next_value::<IgnoredAny>().map(drop);
            }
        };
        *member = Some(map.next_value::<Text<'_>>()?.0);
        Ok(())
    }
}

impl Jwk<'_> {
    fn key(&self, allow_secrets: bool, origin: fmt::Arguments<'_>) -> Result<Key, Unusable> {
        if self.kid.as_ref().is_some_and(|kid| kid.len() > MAX_KID_BYTES) {
            return Err(LONG_ID.into());
        }
        if self.usage.as_deref().is_some_and(|usage| usage != "sig") {
            return Err(Unusable::Foreign("has a `use` other than `sig`"));
        }
        if let Some(operations) = &self.key_ops
            && !operations.iter().any(|operation| operation.0 == "verify")
        {
            return Err(Unusable::Foreign("has `key_ops` without `verify`"));
        }
        match self.kty.as_deref() {
            Some("oct") if allow_secrets => Ok(self.secret(origin)?),
            Some("oct") => Err("is a secret, and secrets from an address are not allowed".into()),
            _ if self.is_private => Err("is a private key, which must not be in a key set".into()),
            Some("RSA") => Ok(self.rsa()?),
            Some("EC") => self.ec(),
            Some("OKP") => self.ed25519(),
            Some(_) => Err(Unusable::Foreign("has an unknown `kty`")),
            None => Err("has no `kty`".into()),
        }
    }

    fn secret(&self, origin: fmt::Arguments<'_>) -> Result<Key, Fault> {
        let algorithm = self.algorithm()?.ok_or("has no `alg`, which a secret needs")?;
        Key::secret(algorithm, &decode(self.k.as_deref())?, origin)
    }

    fn rsa(&self) -> Result<Key, Fault> {
        let algorithm = self.algorithm()?.ok_or("has no `alg`, which an RSA key needs")?;
        let (n, e) = (decode(self.n.as_deref())?, decode(self.e.as_deref())?);
        let (n, e) = (without_leading_zeros(&n), without_leading_zeros(&e));
        Key::public(algorithm, KeyMaterial::Rsa { n, e })
    }

    fn ec(&self) -> Result<Key, Unusable> {
        let (implied, length) = match self.crv.as_deref() {
            Some("P-256") => (Algorithm::ES256, 32),
            Some("P-384") => (Algorithm::ES384, 48),
            other => return Err(unknown_curve(other)),
        };
        let (x, y) = (decode(self.x.as_deref())?, decode(self.y.as_deref())?);
        if x.len() != length || y.len() != length {
            return Err("has coordinates of the wrong length".into());
        }
        let point = [&[4], x.as_slice(), &y].concat();
        Ok(Key::public(self.implied(implied)?, KeyMaterial::Ec(&point))?)
    }

    fn ed25519(&self) -> Result<Key, Unusable> {
        if self.crv.as_deref() != Some("Ed25519") {
            return Err(unknown_curve(self.crv.as_deref()));
        }
        let x = decode(self.x.as_deref())?;
        let key = x.as_slice().try_into().map_err(|_| "has an `x` of the wrong length")?;
        Ok(Key::public(self.implied(Algorithm::EdDSA)?, KeyMaterial::Ed25519(key))?)
    }

    fn algorithm(&self) -> Result<Option<Algorithm>, Fault> {
        let known = |name| Algorithm::from_name(name).ok_or("has an unknown `alg`");
        self.alg.as_deref().map(known).transpose()
    }

    /// The algorithm of a curve, which `alg` may only repeat.
    fn implied(&self, algorithm: Algorithm) -> Result<Algorithm, Fault> {
        match self.algorithm()? {
            Some(other) if other != algorithm => Err("has an `alg` that does not fit its `crv`"),
            _ => Ok(algorithm),
        }
    }
}

fn unknown_curve(curve: Option<&str>) -> Unusable {
    match curve {
        Some(_) => Unusable::Foreign("has an unknown `crv`"),
        None => "has no `crv`".into(),
    }
}

fn decode(member: Option<&str>) -> Result<Vec<u8>, Fault> {
    let text = member.ok_or("lacks a member that its `kty` needs")?;
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| "has a member that is not base64url")
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}
