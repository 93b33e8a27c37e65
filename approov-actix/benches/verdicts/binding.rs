//! A token that was seen before, bound to headers of the request.

use std::hint::black_box;

use approov_actix::Approov;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use criterion::Criterion;
use sha2::{Digest as _, Sha256};

use crate::{
    minter::Minter,
    request::{is_genuine, request},
};

const AUTHORIZATION: (&str, &str) = ("Authorization", "Bearer 2YotnFZFEjr1zCsicMWpAA-2YotnFZFEjr1zCsicMWpAA");
const DEVICE: (&str, &str) = ("X-Device-Id", "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d");

pub(crate) fn all(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("binding");
    for (name, bound) in [
        ("one_header", &[AUTHORIZATION][..]),
        ("two_headers", &[AUTHORIZATION, DEVICE]),
    ] {
        let values: String = bound.iter().map(|(_, value)| *value).collect();
        let minter = Minter::hs256().bound_to(STANDARD.encode(Sha256::digest(values)));
        let names: Vec<_> = bound.iter().map(|(name, _)| *name).collect();
        let approov = Approov::builder().keys(minter.key()).binding(names).build().unwrap();
        let token = minter.mint();
        let token = [("Approov-Token", token.as_str())];
        assert!(!is_genuine(&request(&approov, &token)));
        assert!(!is_genuine(&request(&approov, &[&token, &bound[1..]].concat())));
        let request = request(&approov, &[&token, bound].concat());
        group.bench_function(name, |bencher| {
            bencher.iter(|| assert!(is_genuine(black_box(&request))));
        });
    }
    group.finish();
}
