//! Keys that change while the server runs: files and addresses that are read again, and keys that are replaced in code.

mod addresses;
mod failing_addresses;
mod files;
mod max_stale;
mod panics;
mod replace;
mod revocation;
mod rotation;
mod unknown_kid;

use std::{fs, path::PathBuf, time::Duration};

use approov_actix::{Approov, JwksUrl, KeyFile};
use support::{key_server::KeyServer, oct, wait_until};
use tempfile::TempDir;

use super::{UNAVAILABLE, UNKNOWN, Verdict, with};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

/// Keys from a server, read again this often. They are secrets, which are not taken from an address by default.
pub(crate) fn keys_at(server: &KeyServer, interval: Duration) -> JwksUrl {
    JwksUrl::new(server.url())
        .allow_secrets(true)
        .refresh_interval(interval)
}

/// A configuration with these keys alone.
fn at(server: &KeyServer, interval: Duration) -> Approov {
    with(keys_at(server, interval))
}

/// A file in a folder of its own.
struct Published {
    folder: TempDir,
    path: PathBuf,
}

impl Published {
    fn new(text: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("keys");
        let file = Self { folder, path };
        file.replace(text);
        file
    }

    fn keys(kids: &[&str]) -> Self {
        Self::new(&oct::key_set(kids))
    }

    /// As a careful administrator does it: nobody ever sees half of the text.
    fn replace(&self, text: impl AsRef<[u8]>) {
        let new = self.folder.path().join("new");
        fs::write(&new, text).unwrap();
        if self.path.is_dir() {
            fs::remove_dir(&self.path).unwrap();
        }
        fs::rename(new, &self.path).unwrap();
    }

    /// Read again as often as it may be.
    fn jwks(&self) -> KeyFile {
        KeyFile::jwks(&self.path).refresh_interval(SECOND)
    }
}

/// What becomes of the token of this key, which it names.
fn verdict(approov: &Approov, kid: &str) -> Verdict {
    super::verdict(approov, &oct::token(kid))
}

pub(crate) fn wait_until_accepted(approov: &Approov, kid: &str) {
    wait_until(kid, || verdict(approov, kid).is_ok());
}

/// Until there is no key at all.
fn wait_until_unavailable(approov: &Approov, kid: &str) {
    wait_until(kid, || verdict(approov, kid) == UNAVAILABLE);
}

fn wait_until_unknown(approov: &Approov, kid: &str) {
    wait_until(kid, || verdict(approov, kid) == UNKNOWN);
}
