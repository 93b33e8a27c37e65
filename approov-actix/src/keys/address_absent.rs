//! Replaces `address.rs` if the feature `jwks-url` is off: there are no addresses of keys.

use super::failure::Failure;
use crate::config::{ConfigError, Setting};

pub(super) enum JwksAddress {}

impl JwksAddress {
    pub(super) fn new(setting: &Setting) -> Result<Self, ConfigError> {
        Err(ConfigError::feature_missing(&setting.origin, "jwks-url"))
    }

    pub(super) fn fetch(&mut self, _: usize) -> Result<Option<Vec<u8>>, Failure> {
        match *self {}
    }

    pub(super) fn accept(&mut self) {
        match *self {}
    }

    pub(super) fn forget(&mut self) {
        match *self {}
    }
}
