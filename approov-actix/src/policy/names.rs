//! Which header names make sense, in `const` functions, so that a mistake is a compile error. The attribute's crate
//! tests its own copy against this file.

/// What is wrong with a list of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameFault {
    Empty,
    Invalid,
    Twice,
}

/// The fault of a list of headers that tokens must be bound to.
pub(super) const fn binding_fault(headers: &[&str]) -> Option<NameFault> {
    if headers.is_empty() {
        return Some(NameFault::Empty);
    }
    let mut i = 0;
    while i < headers.len() {
        if !is_header_name(headers[i]) {
            return Some(NameFault::Invalid);
        }
        i += 1;
    }
    repetition(headers)
}

pub(super) const fn repetition(names: &[&str]) -> Option<NameFault> {
    let mut i = 0;
    while i < names.len() {
        let mut j = 0;
        while j < i {
            if names[i].eq_ignore_ascii_case(names[j]) {
                return Some(NameFault::Twice);
            }
            j += 1;
        }
        i += 1;
    }
    None
}

/// Whether `name` is a plausible header name: letters, digits, `-`, `_` and `.`, with neither `-` nor `.` at either
/// end.
///
/// RFC 9110, section 5.6.2, allows more, but such names are left over from a shell or a file: `'Authorization'`,
/// `$HEADER`, `X-*`. No request has such a header, so a server that requires it refuses everybody.
pub(crate) const fn is_header_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    // The longest name that actix accepts.
    if bytes.is_empty() || bytes.len() > u16::MAX as usize {
        return false;
    }
    let mut i = 0;
    while i < bytes.len() {
        if !matches!(bytes[i], b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.') {
            return false;
        }
        i += 1;
    }
    !matches!(bytes[0], b'-' | b'.') && !matches!(bytes[bytes.len() - 1], b'-' | b'.')
}

/// The end of a sentence about a text that is not a [header name](is_header_name).
pub(crate) const NO_HEADER_NAME: &str =
    "is not a header name: it may have letters, digits, `-`, `_` and `.`, but no quotes and no `$VARIABLE`";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_names_are_those_that_somebody_means() {
        for name in [
            "Authorization",
            "x",
            "X-Device_Id",
            "3d.token",
            "__RequestVerificationToken",
            "a_",
        ] {
            assert!(is_header_name(name), "{name}");
        }
        for name in [
            "", " ", "a b", "a:b", "a,b", "a\r\nb", "é", "a\0", "(a)", "a/b", "@path", "\"a\"", "'a'", "`a`", "$A",
            "${A}", "%A%", "{{a}}", "<a>", "a*", "!a", "#a", "a&b", "a+b", "^a", "a|b", "~a", "-", "-a", "a-", ".a",
            "a.",
        ] {
            assert!(!is_header_name(name), "{name}");
        }
        assert!(is_header_name(&"a".repeat(65_535)) && !is_header_name(&"a".repeat(65_536)));
    }

    #[test]
    fn what_is_wrong_with_a_binding() {
        use NameFault::{Empty, Invalid, Twice};
        for (headers, fault) in [
            (&["Authorization"][..], None),
            (&["Authorization", "X-Device-Id", "x"], None),
            (&[], Some(Empty)),
            (&[""], Some(Invalid)),
            (&["a", "b c"], Some(Invalid)),
            (&["Authorization, X-Device-Id"], Some(Invalid)),
            (&["@path"], Some(Invalid)),
            (&["a", "b", "A"], Some(Twice)),
        ] {
            assert_eq!(binding_fault(headers), fault, "{headers:?}");
        }
    }
}
