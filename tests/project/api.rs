//! Promises about the public interface.

use std::{collections::BTreeSet, fs, path::Path};

use approov_actix::{
    Approov, ApproovBuilder, ApproovClaims, ApproovMiddleware, ApproovVerdict, ConfigError, Policy, Rejection,
};
use public_api::Builder;
use static_assertions::assert_impl_all;

assert_impl_all!(Approov: Send, Sync, Clone);
assert_impl_all!(ApproovBuilder: Send, Sync);
assert_impl_all!(ApproovMiddleware: Send, Sync, Clone);
assert_impl_all!(ApproovClaims: Send, Sync, Clone);
assert_impl_all!(ApproovVerdict: Send, Sync, Clone);
assert_impl_all!(ConfigError: Send, Sync, std::error::Error);
assert_impl_all!(Rejection: Send, Sync, Copy, std::error::Error);
assert_impl_all!(Policy: Send, Sync, Copy);

/// rustdoc describes the interface in `just public-api`. Left out are the traits that every type has, and those that
/// the compiler works out.
#[test]
fn public_interface_is_what_the_listing_says() {
    let what_it_takes = "it needs what rustdoc writes for `just public-api`";
    if !support::is_asked_for("api::public_interface", "APPROOV_PUBLIC_API", what_it_takes) {
        return;
    }
    let described = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../doc/approov_actix.json");
    let described = Builder::from_rustdoc_json(described);
    let interface = described.omit_blanket_impls(true).omit_auto_trait_impls(true).build();
    interface.unwrap().assert_eq_or_update("public-api.txt");
}

/// actix-web shows types of the first two and of `http` as its own, and serde those of `serde_core`.
const CRATES_THAT_MAY_SHOW: [&str; 9] = [
    "actix_http",
    "actix_service",
    "actix_web",
    "alloc",
    "approov_actix",
    "core",
    "http",
    "serde_core",
    "std",
];

/// The next major version of a crate whose types show is a breaking change of ours as well.
#[test]
fn public_interface_shows_no_other_crates() {
    let listing = fs::read_to_string("public-api.txt").unwrap();
    let paths = listing.split(|c: char| !c.is_alphanumeric() && !"_:".contains(c));
    let crates: BTreeSet<_> = paths
        .filter_map(|path| path.split_once("::"))
        .map(|(first, _)| first)
        .collect();
    let is_crate = |name: &&str| name.starts_with(char::is_lowercase);
    let crates: Vec<_> = crates.into_iter().filter(is_crate).collect();
    assert_eq!(crates, CRATES_THAT_MAY_SHOW);
}
