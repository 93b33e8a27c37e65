//! Attacks: binding.
