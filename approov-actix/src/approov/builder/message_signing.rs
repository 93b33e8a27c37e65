//! Message signatures: feature `message-signing`.

use super::ApproovBuilder;
use crate::{message_signing::MessageSigning, single_use::SingleUse};

impl ApproovBuilder {
    /// How message signatures are verified. Settings that you leave open keep their previous values, and account keys
    /// add up. Feature `message-signing`.
    ///
    /// The [`Policy`](crate::Policy::signature) of a route determines whether the route requires a signature.
    pub fn message_signing(self, signing: MessageSigning) -> Self {
        self.set_message_signing(signing)
    }

    /// Where claims on [single-use](crate::Policy::single_use) requests are kept. There is no default: a single-use
    /// policy needs this setting. The last call wins.
    ///
    /// # Security
    ///
    /// Processes that serve the same requests must share one store: see [`MemoryStore`](crate::MemoryStore).
    pub fn single_use(self, single_use: SingleUse) -> Self {
        self.set_single_use(single_use)
    }
}
