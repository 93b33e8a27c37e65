//! With `NormalizePath` around Approov's middleware, or inside of it.

use actix_web::{
    App,
    middleware::{NormalizePath, TrailingSlash},
};
use support::tables::cells;

use super::{
    Line,
    Outcome::{Open, Refused, Secret},
    Site, config,
    exempt::{TO_THE_OPEN, TO_THE_SECRET},
    middleware, routes,
};

/// `NormalizePath` around Approov's middleware: both see the path that is routed.
fn normalized_outside(mode: TrailingSlash) -> Site {
    Site::new("normalized outside", move |approov, runs| {
        actix_test::start_with(config(), move || {
            App::new()
                .app_data(runs.clone())
                .configure(routes)
                .wrap(middleware(&approov))
                .wrap(NormalizePath::new(mode))
        })
    })
}

/// `NormalizePath` inside, as the documentation has it: Approov's middleware sees the path as it was sent.
fn normalized_inside(mode: TrailingSlash) -> Site {
    Site::new("normalized inside", move |approov, runs| {
        actix_test::start_with(config(), move || {
            App::new()
                .app_data(runs.clone())
                .configure(routes)
                .wrap(NormalizePath::new(mode))
                .wrap(middleware(&approov))
        })
    })
}

const MODES: [TrailingSlash; 3] = [TrailingSlash::Trim, TrailingSlash::Always, TrailingSlash::MergeOnly];

/// Nothing that `NormalizePath` does makes one of these exempt, wherever it stands.
#[actix_web::test]
async fn normalized_paths_that_are_never_exempt() {
    for site in MODES
        .map(normalized_outside)
        .iter()
        .chain(&MODES.map(normalized_inside))
    {
        let slashes =
            "//public/../secret | /public/..//secret// | //secret// | /public/%2e%2e//secret | //health/../secret";
        for target in [TO_THE_SECRET, TO_THE_OPEN, slashes].into_iter().flat_map(cells) {
            site.refuses(&Line::get(&target));
        }
        site.check(&Line::new("CONNECT", "localhost:80"), Refused, Secret);
        site.check(&Line::new("OPTIONS", "*"), Refused, Secret);
    }
}

/// Outside, what is exempt is what the path has become, which is also what is routed. One column for each mode.
#[actix_web::test]
async fn paths_that_are_exempt_after_normalizing() {
    let sites = MODES.map(normalized_outside);
    for (target, exempt) in [
        ("/health", [true, false, true]),
        ("//health", [true, false, true]),
        ("/health/", [true, false, false]),
        ("/health//", [true, false, false]),
        ("/public//a", [true; 3]),
        ("//public///a//", [true; 3]),
        ("/files//a", [true; 3]),
        ("/files/a/", [true; 3]),
        ("/files/", [false; 3]),
        ("/files", [false; 3]),
    ] {
        for (site, is_exempt) in sites.iter().zip(exempt) {
            if is_exempt {
                site.check(&Line::get(target), Open, Open);
            } else {
                site.refuses(&Line::get(target));
            }
        }
    }
}

/// Inside, only what was sent without anything to normalize is exempt, but for a slash at its end.
#[actix_web::test]
async fn paths_that_are_exempt_before_normalizing() {
    for site in MODES.map(normalized_inside) {
        for target in ["/health", "/public", "/public/", "/public/a", "/public/a/", "/files/a"] {
            site.check(&Line::get(target), Open, Open);
        }
        for target in ["//health", "/health//", "/public//a", "//public/a", "/files//a"] {
            site.check(&Line::get(target), Refused, Open);
        }
    }
}

/// The prefix `/files/` does not cover `/files`, and trimming makes this of `/files/` after the check.
#[actix_web::test]
async fn a_trimmed_prefix() {
    for site in MODES.map(normalized_inside) {
        site.refuses(&Line::get("/files/"));
    }
}
