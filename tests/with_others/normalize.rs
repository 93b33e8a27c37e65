//! `NormalizePath` around the whole application, and Approov at scopes and handlers inside of it. The whole application
//! behind Approov: `wire::paths::normalized`.

use actix_web::{
    App,
    middleware::{NormalizePath, TrailingSlash},
    web,
};
use support::client::Request;

use super::{Site, claims, guarded, open};
use crate::patient;

/// Each with the end that its routes have, and whether it changes the slashes there.
const MODES: [(TrailingSlash, &str, bool); 3] = [
    (TrailingSlash::Trim, "", true),
    (TrailingSlash::Always, "/", true),
    (TrailingSlash::MergeOnly, "", false),
];

fn site(mode: TrailingSlash, end: &'static str) -> Site {
    Site::new(move |approov| {
        actix_test::start_with(patient(), move || {
            let scope = web::scope("/api")
                .route(&format!("/secret{end}"), web::get().to(open))
                .route(&format!("/public{end}"), web::get().to(open));
            App::new()
                .app_data(approov.clone())
                .route(&format!("/guard{end}"), web::get().to(guarded))
                .route(&format!("/claims{end}"), web::get().to(claims))
                .service(scope.wrap(approov.middleware().exempt(format!("/api/public{end}"))))
                .default_service(web::to(open))
                .wrap(NormalizePath::new(mode))
        })
    })
}

/// Whatever is normalized into a protected place is checked there, in every spelling. The default service is open to
/// everyone, so a spelling that misses the place would be answered with 200.
#[actix_web::test]
async fn what_becomes_a_protected_path_is_protected() {
    for (mode, end, is_changing_ends) in MODES {
        let site = site(mode, end);
        for path in ["/guard", "/claims", "/api/secret"] {
            let doubled = path.replace('/', "//");
            for path in [path.to_owned(), doubled.clone(), format!("/{doubled}")] {
                site.protects(&Request::get(&format!("{path}{end}")));
                if is_changing_ends {
                    site.protects(&Request::get(&format!("{path}//")));
                    site.protects(&Request::get(&format!("{path}/?a=//b/")));
                }
            }
        }
    }
}

/// What is exempt is compared with what the path has become, and nothing else becomes it. The scope hands on what it
/// has no route for to the application's default service, and from there the check is not gone past either.
#[actix_web::test]
async fn exemptions_of_a_scope_inside() {
    for (mode, end, _) in MODES {
        let site = site(mode, end);
        for path in ["/api/public", "//api//public"] {
            site.passes(&Request::get(&format!("{path}{end}")), 200);
        }
        for path in [
            "/api//public/x",
            "/api/public/../secret",
            "/api/./public",
            "/api/public;a",
        ] {
            let request = Request::get(&format!("{path}{end}"));
            site.protects(&request);
        }
    }
}

/// In a scope inside of Approov's middleware it changes the path after the check, and after the route to the scope was
/// chosen.
#[actix_web::test]
async fn in_a_scope_inside_of_approov() {
    let site = Site::new(|approov| {
        actix_test::start_with(patient(), move || {
            App::new().service(
                web::scope("/api")
                    .route("/secret", web::get().to(open))
                    .wrap(NormalizePath::trim())
                    .wrap(approov.middleware()),
            )
        })
    });
    for path in ["/api/secret", "/api/secret/", "/api//secret", "/api//secret//?a=b"] {
        site.protects(&Request::get(path));
    }
    site.passes(&Request::get("//api/secret"), 404);
}
