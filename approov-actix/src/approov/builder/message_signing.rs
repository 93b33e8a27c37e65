//! Message signatures: feature `message-signing`.

use super::ApproovBuilder;
use crate::message_signing::MessageSigning;

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
}
