//! Who signs: the labels of signatures.

/// The two signatures that Approov's clients make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Label {
    /// By the installation's own key: ECDSA P-256.
    Install,
    /// By the account's key: HMAC-SHA256.
    Account,
}

impl Label {
    pub(crate) const ALL: [Self; 2] = [Self::Install, Self::Account];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Account => "account",
        }
    }

    /// The algorithm, as in the registry of RFC 9421, section 6.2.
    pub(super) fn algorithm(self) -> &'static str {
        match self {
            Self::Install => "ecdsa-p256-sha256",
            Self::Account => "hmac-sha256",
        }
    }

    /// What a signature consists of, for the log.
    pub(super) fn form(self) -> &'static str {
        match self {
            Self::Install => "r and s together",
            Self::Account => "a MAC",
        }
    }

    /// In bytes: `r` and `s` of 32 bytes each, or a MAC.
    pub(super) fn signature_length(self) -> usize {
        match self {
            Self::Install => 64,
            Self::Account => 32,
        }
    }
}
