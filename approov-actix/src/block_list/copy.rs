//! The copy of the list that requests are checked against.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use actix_web::HttpRequest;
use arc_swap::ArcSwapOption;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::blockable::{DEVICE, INSTALLATION, TOKEN, token_hash};
use crate::{
    approov::application_check::CheckFailed,
    time::UnixTime,
    token::{ApproovClaims, presented},
};

pub(super) struct LocalCopy {
    entries: ArcSwapOption<Entries>,
    /// When the server last confirmed the entries.
    confirmed: ArcSwapOption<Instant>,
}

/// Each with its end, in seconds since 1970.
#[derive(Default)]
pub(super) struct Entries {
    devices: HashMap<String, f64>,
    installations: HashMap<String, f64>,
    tokens: HashMap<[u8; 32], f64>,
}

impl Entries {
    /// Leaves out entries of another form.
    pub(super) fn new(members: Vec<(String, f64)>) -> Self {
        let mut entries = Self::default();
        for (member, end) in members {
            if let Some(id) = member.strip_prefix(DEVICE) {
                entries.devices.insert(id.to_owned(), end);
            } else if let Some(key) = member.strip_prefix(INSTALLATION) {
                entries.installations.insert(key.to_owned(), end);
            } else if let Some(hash) = member.strip_prefix(TOKEN) {
                let bytes = URL_SAFE_NO_PAD.decode(hash).ok().and_then(|hash| hash.try_into().ok());
                entries.tokens.extend(bytes.map(|bytes: [u8; 32]| (bytes, end)));
            }
        }
        entries
    }

    pub(super) fn count(&self) -> usize {
        self.devices.len() + self.installations.len() + self.tokens.len()
    }
}

impl LocalCopy {
    pub(super) fn new() -> Self {
        Self {
            entries: ArcSwapOption::empty(),
            confirmed: ArcSwapOption::empty(),
        }
    }

    /// Returns how many entries there were before, if there was a copy.
    pub(super) fn replace(&self, entries: Entries) -> Option<usize> {
        let before = self.entries.swap(Some(entries.into()));
        before.map(|entries| entries.count())
    }

    pub(super) fn confirm(&self) {
        self.confirmed.store(Some(Instant::now().into()));
    }

    /// Without `max_stale`, a copy of any age is enough, or none.
    pub(super) fn check(
        &self,
        request: &HttpRequest,
        claims: &ApproovClaims,
        token_header: &str,
        max_stale: Option<Duration>,
    ) -> Result<(), CheckFailed> {
        // Before anything else, so that a wrong name is noticed before you need to revoke a token.
        let token = request.headers().get(token_header);
        let token = token.ok_or(CheckFailed::new("token_header_unknown"))?;
        if let Some(max_stale) = max_stale {
            let is_fresh = |at: &Instant| at.elapsed() <= max_stale;
            if !self.confirmed.load().as_deref().is_some_and(is_fresh) {
                return Err(CheckFailed::new("block_list_unavailable"));
            }
        }
        let entries = self.entries.load();
        let Some(entries) = entries.as_deref() else {
            return Ok(());
        };
        let now = UnixTime::now().seconds();
        let is_on = |end: Option<&f64>| end.is_some_and(|end| *end > now || !now.is_finite());
        let is_device = || is_on(entries.devices.get(claims.device_id()?)).then_some(());
        let is_installation = || is_on(entries.installations.get(claims.installation_key()?)).then_some(());
        if is_device().or_else(is_installation).is_some() {
            return Err(CheckFailed::new("device_blocked"));
        }
        if entries.tokens.is_empty() {
            return Ok(());
        }
        let hash = token_hash(presented(token.as_bytes())).ok_or(CheckFailed::new("token_header_unknown"))?;
        if is_on(entries.tokens.get(&hash)) {
            return Err(CheckFailed::new("token_revoked"));
        }
        Ok(())
    }
}
