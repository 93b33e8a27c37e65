//! actix-files behind a scope's middleware, and single files from handlers.

use std::fs;

use actix_files::{Files, NamedFile};
use actix_web::{App, web};
use approov_actix::{ApproovClaims, approov_protected};
use support::{client::Request, token};

use super::Site;
use crate::patient;

/// The directory's parent, which nobody may see.
type Root = web::Data<tempfile::TempDir>;

fn directory() -> Root {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("site/public")).unwrap();
    for (name, text) in [
        ("outside.txt", "outside"),
        ("site/private.txt", "0123456789"),
        ("site/public/page.txt", "public"),
    ] {
        fs::write(root.path().join(name), text).unwrap();
    }
    Root::new(root)
}

fn one(root: &Root) -> std::io::Result<NamedFile> {
    NamedFile::open(root.path().join("site/private.txt"))
}

#[approov_protected]
async fn guarded(root: Root) -> std::io::Result<NamedFile> {
    one(&root)
}

async fn claims(_: ApproovClaims, root: Root) -> std::io::Result<NamedFile> {
    one(&root)
}

fn site() -> Site {
    Site::new(|approov| {
        let root = directory();
        actix_test::start_with(patient(), move || {
            let files = Files::new("", root.path().join("site")).show_files_listing();
            App::new()
                .app_data(root.clone())
                .app_data(approov.clone())
                .route("/guard", web::get().to(guarded))
                .route("/claims", web::get().to(claims))
                .service(
                    web::scope("/files")
                        .service(files)
                        .wrap(approov.middleware().exempt_prefix("/files/public/")),
                )
        })
    })
}

/// `Files` has no `wrap` of its own: it is in a scope that has.
#[actix_web::test]
async fn files_are_protected_and_a_public_folder_is_not() {
    let site = site();
    for path in ["/files/private.txt", "/guard", "/claims"] {
        assert_eq!(site.protects(&Request::get(path)).body, "0123456789", "{path}");
        // A refusal says nothing of the file.
        let refused = site.refuses(&Request::get(path).header("If-None-Match", "*"), "token_missing");
        let names: Vec<_> = refused.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert!(
            !names.contains(&"etag") && !names.contains(&"last-modified"),
            "{refused:?}"
        );
    }
    let listing = site.protects(&Request::get("/files/"));
    assert!(listing.body.contains("private.txt"), "{listing:?}");
    site.protects_until(&Request::get("/files/unknown.txt"), 404);
    assert_eq!(site.passes(&Request::get("/files/public/page.txt"), 200).body, "public");
    for folder in ["/files/public", "/files/public/"] {
        site.refuses(&Request::get(folder), "token_missing");
    }
}

#[actix_web::test]
async fn ranges() {
    let site = site();
    for path in ["/files/private.txt", "/guard", "/claims"] {
        let range = Request::get(path).header("Range", "bytes=2-4");
        let part = site.protects_until(&range, 206);
        assert_eq!(part.header("content-range"), Some("bytes 2-4/10"), "{path}");
        assert_eq!(part.body, "234", "{path}");
        let beyond = Request::get(path).header("Range", "bytes=99-");
        site.protects_until(&beyond, 416);
    }
}

/// No path leads past the check, out of the exempt folder, or, with a token, out of the directory.
#[actix_web::test]
async fn no_path_leads_out_of_the_public_folder() {
    let site = site();
    for path in [
        "/files/../outside.txt",
        "/files/%2e%2e/outside.txt",
        "/files/..%2foutside.txt",
        "/files/public/../../outside.txt",
        "/files/public/%2e%2e/%2e%2e/outside.txt",
        "/files/public/..%2f..%2foutside.txt",
        "/files/public/..\\..\\outside.txt",
        "/files/public/../private.txt",
        "/files/public/%2e%2e/private.txt",
        "/files/public/..%2fprivate.txt",
        "/files/public/%252e%252e/private.txt",
        "/files/public//../private.txt",
        "/files/public/..;/private.txt",
        "/files/public/.%2e/private.txt",
        "/files/p%75blic/../private.txt",
    ] {
        let request = Request::get(path);
        site.refuses(&request, "token_missing");
        site.refuses(&request.clone().token(&token::forged()), "token_signature");
        let (answer, codes) = site.ask(&request.token(&token::good()));
        assert!(codes.is_empty() && answer.body != "outside", "{path}: {answer:?}");
    }
}
