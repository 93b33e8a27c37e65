//! What every log line is made of.

use std::fmt;

/// The target of every line that this crate logs.
pub(crate) const LOG_TARGET: &str = "approov_actix";

/// A path that a caller chose: escaped, and cut before it floods the log.
pub(crate) struct LogPath<'a>(pub(crate) &'a str);

impl fmt::Display for LogPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAX_CHARS: usize = 200;
        let end = self.0.char_indices().nth(MAX_CHARS).map(|(end, _)| end);
        let path = &self.0[..end.unwrap_or(self.0.len())];
        write!(f, "{}{}", path.escape_debug(), if end.is_some() { "…" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_escaped_and_cut() {
        assert_eq!(LogPath("/a/b").to_string(), "/a/b");
        assert_eq!(LogPath("/a\u{1b}\n").to_string(), "/a\\u{1b}\\n");
        assert_eq!(LogPath(&"é".repeat(200)).to_string(), "é".repeat(200));
        assert_eq!(
            LogPath(&"é".repeat(30_000)).to_string(),
            format!("{}…", "é".repeat(200))
        );
    }
}
