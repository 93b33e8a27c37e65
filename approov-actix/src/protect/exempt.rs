//! Which paths a middleware lets through unchecked.

/// Paths and prefixes, compared byte for byte with the raw path of a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Exemptions {
    paths: Vec<String>,
    prefixes: Vec<String>,
}

impl Exemptions {
    pub(crate) fn add_paths(&mut self, paths: Vec<String>) {
        for path in &paths {
            assert_can_match(path);
        }
        self.paths.extend(paths);
    }

    pub(crate) fn add_prefixes(&mut self, prefixes: Vec<String>) {
        for prefix in &prefixes {
            assert_can_match(prefix);
            assert_ne!(
                prefix, "/",
                "approov-actix: the prefix `/` would exempt every path; leave the middleware out instead"
            );
        }
        self.prefixes.extend(prefixes);
    }

    /// Whether one of the paths or prefixes covers `path`.
    ///
    /// actix routes `/admin/x/../../public/y` to `/admin/{tail:.*}`. Code that normalised the path first, or looked
    /// only at its end, would exempt it. A prefix that ends in `/` does not cover itself, because a `NormalizePath`
    /// further in may turn it into a path that is not covered.
    pub(crate) fn cover(&self, path: &str) -> bool {
        let is_below = |prefix: &String| {
            path.strip_prefix(prefix.as_str()).is_some_and(|rest| {
                if prefix.ends_with('/') {
                    !rest.is_empty()
                } else {
                    rest.is_empty() || rest.starts_with('/')
                }
            })
        };
        (self.paths.iter().any(|exempt| exempt == path) || self.prefixes.iter().any(is_below)) && is_plain(path)
    }
}

/// Whether the path can be read in only one way.
fn is_plain(path: &str) -> bool {
    !path.contains(['%', '\\', ';'])
        && !path.contains("//")
        && !path.split('/').any(|segment| matches!(segment, "." | ".."))
}

/// # Panics
///
/// If the exemption can never apply: better at start-up than when a monitoring system gets 401.
#[allow(clippy::panic, reason = "a mistake in code, at start-up")]
fn assert_can_match(path: &str) {
    assert!(
        path.starts_with('/')
            && is_plain(path)
            && path
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"?#".contains(&byte)),
        "approov-actix: the exemption {path:?} can never apply: write the whole raw path in ASCII, beginning with `/`, without spaces, `%`, `//`, `\\`, `;`, `?`, `#` or dot segments"
    );
    assert!(
        !path.contains(['{', '}', '*', '"', '\'']) && ![",/", "/:"].iter().any(|pattern| path.contains(pattern)),
        "approov-actix: the exemption {path:?} is a pattern or several paths, not one path: give several paths as a list, or give their common beginning to `exempt_prefix`"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exemptions() -> Exemptions {
        let mut exemptions = Exemptions::default();
        exemptions.add_paths(vec!["/health".to_owned()]);
        exemptions.add_prefixes(vec!["/public/".to_owned(), "/docs".to_owned()]);
        exemptions
    }

    #[test]
    fn exact_paths_and_prefixes() {
        for path in [
            "/health",
            "/public/a",
            "/public/a/",
            "/public/a/b.css",
            "/public/.well-known",
            "/docs",
            "/docs/",
            "/docs/a",
            "/public/...",
        ] {
            assert!(exemptions().cover(path), "{path}");
        }
    }

    #[test]
    fn everything_else_is_checked() {
        for path in [
            "",
            "/",
            "/Health",
            "/HEALTH",
            "/health/",
            "/health/a",
            "/health.",
            "/healthy",
            "/a/health",
            "health",
            "/public",
            "/public/",
            "/Public/a",
            "/publications",
            "/docsx",
            "/docs.html",
            "/a/public/b",
            "*",
        ] {
            assert!(!exemptions().cover(path), "{path}");
        }
    }

    #[test]
    fn paths_with_two_readings_are_checked() {
        for path in [
            "/public/../admin",
            "/public/..",
            "/public/.",
            "/public/./a",
            "/public//a",
            "//public/a",
            "/public/%2e%2e/admin",
            "/public/a%2f..",
            "/public/%61",
            "/public/a;b",
            "/public/a\\..\\b",
            "/docs/..",
            "/docs//",
            "/admin/x/../../public/y",
            "/%70ublic/a",
        ] {
            assert!(!exemptions().cover(path), "{path}");
        }
    }

    #[test]
    fn an_exemption_that_cannot_apply_is_a_mistake() {
        for path in [
            "/health,/metrics",
            "/{id}",
            "/a/{tail:.*}",
            "/public/*",
            "/:id",
            "/\"a\"",
            "/'a'",
            "",
            "health",
            "/a//b",
            "/a/../b",
            "/a%20b",
            "/a;b",
            "/a?b",
            "/a#b",
            "/a/.",
            "/a b",
            "/é",
            "/a\n",
        ] {
            let add = || Exemptions::default().add_paths(vec![path.to_owned()]);
            assert!(std::panic::catch_unwind(add).is_err(), "{path}");
            let add = || Exemptions::default().add_prefixes(vec![path.to_owned()]);
            assert!(std::panic::catch_unwind(add).is_err(), "{path}");
        }
    }

    /// Commas and colons are allowed elsewhere in a path.
    #[test]
    fn commas_and_colons_are_no_mistakes() {
        let mut exemptions = Exemptions::default();
        exemptions.add_paths(vec!["/map/1,2".to_owned(), "/v1/a:cancel".to_owned()]);
        assert!(exemptions.cover("/map/1,2") && exemptions.cover("/v1/a:cancel"));
    }

    #[test]
    #[should_panic(expected = "would exempt every path")]
    fn not_everything_is_exempt() {
        Exemptions::default().add_prefixes(vec!["/".to_owned()]);
    }
}
