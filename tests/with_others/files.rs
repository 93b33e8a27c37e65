//! actix-files behind a scope's middleware.

use std::fs;

use actix_files::Files;
use actix_web::web;
use support::{client::Request, token};

use super::Site;

/// `Files` has no `wrap` of its own: it is in a scope that has.
#[actix_web::test]
async fn files_are_protected_and_a_public_folder_is_not() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("site/public")).unwrap();
    for (name, text) in [
        ("outside.txt", "outside"),
        ("site/private.txt", "0123456789"),
        ("site/public/page.txt", "public"),
    ] {
        fs::write(root.path().join(name), text).unwrap();
    }
    let folder = root.path().join("site");
    let site = Site::new(move |app, approov| {
        let files = Files::new("", &folder);
        let middleware = approov.middleware().exempt_prefix("/files/public/");
        app.service(web::scope("/files").service(files).wrap(middleware));
    });
    let private = Request::get("/files/private.txt");
    assert_eq!(site.protects(&private, 200).body, "0123456789");
    // A refusal says nothing of the file.
    let unchanged = private.clone().header("If-None-Match", "*");
    site.0.refuses("a file that is known", "token_missing", &unchanged);
    site.protects(&private.clone().header("Range", "bytes=2-4"), 206);
    site.protects(&private.header("Range", "bytes=99-"), 416);
    site.protects(&Request::get("/files/unknown.txt"), 404);
    assert_eq!(site.passes(&Request::get("/files/public/page.txt"), 200).body, "public");

    // No path leads past the check, out of the exempt folder, or, with a token, out of the directory.
    for path in [
        "/files/public",
        "/files/public/",
        "/files/..%2foutside.txt",
        "/files/public/../../outside.txt",
        "/files/public/..%2f..%2foutside.txt",
        "/files/public/../private.txt",
        "/files/public/%2e%2e/private.txt",
        "/files/public/..%2fprivate.txt",
        "/files/p%75blic/../private.txt",
    ] {
        let request = Request::get(path);
        site.refuses(&request, "token_missing");
        let answer = site.0.send(&request.token(&token::good()));
        assert_ne!((site.0.codes(), &*answer.body), (vec![], "outside"), "{path}");
    }
}
