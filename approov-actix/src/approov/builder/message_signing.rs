//! Message signatures: feature `message-signing`.

use super::ApproovBuilder;
use crate::{message_signing::MessageSigning, single_use::SingleUse};

impl ApproovBuilder {
    /// How message signatures are verified. Settings that are left open keep what was set before, and account keys add up. Feature
    /// `message-signing`.
    ///
    /// Which routes ask for a signature is a matter of their [`Policy`](crate::Policy::signature).
    ///
    /// # Examples
    ///
    /// See [`MessageSigning`].
    pub fn message_signing(self, signing: MessageSigning) -> Self {
        self.set_message_signing(signing)
    }

    /// Where the claims on requests of [single use](crate::Policy::single_use) are kept. There is no default: a policy of single use needs it. The last call counts.
    ///
    /// # Security
    ///
    /// Servers that answer for one another need one store together: see [`MemoryStore`](crate::MemoryStore).
    ///
    /// # Examples
    ///
    /// See [`SingleUse`].
    pub fn single_use(self, single_use: SingleUse) -> Self {
        self.set_single_use(single_use)
    }
}
