//! What every log line is made of.

use std::fmt;

/// The target of every line that this crate logs.
pub(crate) const LOG_TARGET: &str = "approov_actix";

/// A text that a caller may have chosen: escaped, so that it ends neither the line nor the field, and cut before it
/// floods the log.
pub(crate) struct LogText<'a>(pub(crate) &'a str);

impl fmt::Display for LogText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAX_CHARS: usize = 200;
        let end = self.0.char_indices().nth(MAX_CHARS).map(|(end, _)| end);
        for (index, part) in self.0[..end.unwrap_or(self.0.len())].split(' ').enumerate() {
            let space = if index > 0 { r"\u{20}" } else { "" };
            write!(f, "{space}{}", part.escape_debug())?;
        }
        f.write_str(if end.is_some() { "…" } else { "" })
    }
}

/// The name of a configuration, if it has one, at the end of a line.
#[derive(Clone, Copy)]
pub(crate) struct Name<'a>(pub(crate) Option<&'a str>);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |name| write!(f, " name={}", LogText(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_and_cut() {
        assert_eq!(LogText("/a/b").to_string(), "/a/b");
        assert_eq!(LogText("/a\u{1b}\n").to_string(), "/a\\u{1b}\\n");
        assert_eq!(LogText("id did=x ").to_string(), r"id\u{20}did=x\u{20}");
        assert_eq!(LogText(&"é".repeat(200)).to_string(), "é".repeat(200));
        assert_eq!(
            LogText(&"é".repeat(30_000)).to_string(),
            format!("{}…", "é".repeat(200))
        );
    }
}
