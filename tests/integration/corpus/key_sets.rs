//! Attacks: key sets.
