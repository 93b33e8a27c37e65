//! Attacks: message signatures.
