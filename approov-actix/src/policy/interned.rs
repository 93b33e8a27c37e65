//! Lists of names that are known only at run time, made `'static` like those in the code.

use std::sync::{Mutex, PoisonError};

type Names = &'static [&'static str];

/// Returns the same list for the same names: each distinct list stays in memory once, for the life of the process.
pub(super) fn interned(names: Vec<String>) -> Names {
    static LISTS: Mutex<Vec<Names>> = Mutex::new(Vec::new());
    let mut lists = LISTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = lists.iter().find(|list| **list == names) {
        return known;
    }
    let names: Vec<&'static str> = names.into_iter().map(leaked).collect();
    let list = Vec::leak(names);
    lists.push(list);
    list
}

fn leaked(name: String) -> &'static str {
    Box::leak(name.into_boxed_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &[&str]) -> Names {
        interned(names.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_same_list_is_kept_once() {
        let first = list(&["interned-a", "interned-b"]);
        assert_eq!(first, ["interned-a", "interned-b"]);
        for other in [
            &["interned-a"][..],
            &["interned-b", "interned-a"],
            &["Interned-A", "interned-b"],
        ] {
            assert_eq!(list(other), other);
        }
        assert!(std::ptr::eq(list(&["interned-a", "interned-b"]), first));
    }
}
