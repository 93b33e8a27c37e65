//! Attacks: smuggling.
