//! Which names of headers make sense. In `const` functions, so that a mistake is a compile error.

/// What is wrong with a list of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameFault {
    Empty,
    Invalid,
    Twice,
}

/// The fault of a list of headers that tokens are to be bound to.
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

/// Whether `name` is a `token` of RFC 9110, section 5.6.2.
pub(super) const fn is_header_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        if !matches!(bytes[i], b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~')
        {
            return false;
        }
        i += 1;
    }
    // The longest name that actix has room for.
    !bytes.is_empty() && bytes.len() <= u16::MAX as usize
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderName;

    use super::*;

    #[test]
    fn header_names_are_those_that_http_allows() {
        for name in ["Authorization", "x", "X-Device_Id", "!#$%&'*+-.^_`|~09"] {
            assert!(is_header_name(name), "{name}");
            assert!(name.parse::<HeaderName>().is_ok(), "{name}");
        }
        for name in [
            "", " ", "a b", "a:b", "a,b", "a\r\nb", "é", "a\0", "(a)", "a/b", "@path",
        ] {
            assert!(!is_header_name(name), "{name}");
        }
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
