//! Reads keys from a file or an address, again and again.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use super::{address::JwksAddress, failure::Failure, key::Key, set::usable_keys};
use crate::{config::Setting, crypto::algorithm::Algorithm, crypto::sha256, logging::Name};

/// Far larger than any key set.
const MAX_BYTES: usize = 1024 * 1024;

/// Reads one source of keys.
pub(super) struct Reader {
    /// The name of the source in errors and log lines.
    pub(super) origin: String,
    /// The name of the configuration, for log lines.
    pub(super) name: Option<String>,
    place: Place,
    format: Format,
    /// The hash of the text that the latest keys came from.
    last: Option<Vec<u8>>,
}

enum Place {
    File(PathBuf),
    Address(Box<JwksAddress>),
}

/// The format of a source.
#[derive(Clone, Copy)]
pub(super) enum Format {
    /// One public key.
    Pem(Algorithm),
    Jwks {
        allow_secrets: bool,
    },
}

impl Reader {
    pub(super) fn file(file: &Setting<PathBuf>, format: Format) -> Self {
        Self {
            origin: file.origin.clone(),
            name: None,
            place: Place::File(file.value.clone()),
            format,
            last: None,
        }
    }

    pub(super) fn address(origin: String, address: JwksAddress, allow_secrets: bool) -> Self {
        Self {
            origin,
            name: None,
            place: Place::Address(Box::new(address)),
            format: Format::Jwks { allow_secrets },
            last: None,
        }
    }

    pub(super) fn is_address(&self) -> bool {
        !matches!(self.place, Place::File(_))
    }

    /// The keys, or `None` if they have not changed. The fault of a failure is a sentence that begins with the source.
    pub(super) fn load(&mut self) -> Result<Option<Vec<Key>>, Failure> {
        self.load_part().map_err(|failure| Failure {
            fault: self.sentence(&failure.fault),
            ..failure
        })
    }

    /// The name of the configuration, for log lines.
    pub(super) fn log_name(&self) -> Name<'_> {
        Name(self.name.as_deref())
    }

    /// A sentence that begins with the source.
    pub(super) fn sentence(&self, predicate: &str) -> String {
        let place = if self.is_address() { "an address" } else { "a file" };
        format!("{} names {place} that {predicate}", self.origin)
    }

    /// Makes the next reading return all keys, whether they have changed or not.
    pub(super) fn forget(&mut self) {
        self.last = None;
        if let Place::Address(address) = &mut self.place {
            address.forget();
        }
    }

    fn load_part(&mut self) -> Result<Option<Vec<Key>>, Failure> {
        let text = match &mut self.place {
            Place::File(path) => Some(read_file(path)?),
            Place::Address(address) => address.fetch(MAX_BYTES)?.map(text).transpose()?,
        };
        let Some(text) = text else {
            return Ok(None);
        };
        let hash = Some(sha256(text.as_bytes()));
        let keys = match self.format {
            _ if self.last == hash => None,
            Format::Pem(algorithm) => Some(vec![Key::parse_pem(algorithm, &text)?]),
            Format::Jwks { allow_secrets } => Some(usable_keys(&self.origin, &text, allow_secrets, self.log_name())?),
        };
        self.last = hash;
        if let Place::Address(address) = &mut self.place {
            address.accept();
        }
        Ok(keys)
    }
}

pub(crate) fn read_file(path: &Path) -> Result<String, String> {
    let unreadable = |error: io::Error| format!("cannot be read: {error}");
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err("is not a regular file".to_owned());
    }
    let mut bytes = Vec::new();
    let limit = MAX_BYTES as u64 + 1;
    File::open(path)
        .and_then(|file| file.take(limit).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    text(bytes)
}

/// The bytes as text, unless they are too many or not UTF-8.
fn text(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.len() > MAX_BYTES {
        return Err("is larger than 1 MiB".to_owned());
    }
    String::from_utf8(bytes).map_err(|_| "is not text".to_owned())
}
