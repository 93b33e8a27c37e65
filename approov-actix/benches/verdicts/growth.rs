//! How the cost of a token grows: with the number of cached tokens, the keys that may have signed it, and its length.

use std::hint::black_box;

use approov_actix::{Approov, KeySet};
use criterion::Criterion;

use crate::minter::{Minter, secret, with_new};

pub(crate) fn all(criterion: &mut Criterion) {
    cached_tokens(criterion);
    keys_to_try(criterion);
    token_bytes(criterion);
}

/// Each of them is shown in turn, so that the memory of one is as cold as in a server with so many apps.
fn cached_tokens(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("growth_cached_tokens");
    for count in [1, 100, 10_000, 100_000] {
        group.bench_function(count.to_string(), |bencher| {
            let minter = Minter::hs256();
            let approov = Approov::builder()
                .keys(minter.key())
                .token_cache_capacity(2 * count)
                .build()
                .unwrap();
            let tokens: Vec<_> = (0..count).map(|_| minter.mint()).collect();
            for token in &tokens {
                approov.verify_token(token).unwrap();
            }
            // No neighbours in memory, nor in the table.
            let mut tokens = tokens.iter().cycle().step_by(if count == 1 { 1 } else { 37 });
            bencher.iter(|| approov.verify_token(black_box(tokens.next().unwrap())).unwrap());
        });
    }
    group.finish();
}

/// Without a `kid`, every key of the algorithm is tried, at most eight. The last of them is the one.
fn keys_to_try(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("growth_keys_to_try");
    for count in [1, 2, 8] {
        group.bench_function(count.to_string(), |bencher| {
            let minters: Vec<_> = (0..count).map(|number| Minter::hs256_with(secret(number))).collect();
            let keys = KeySet::new(minters.iter().map(Minter::key)).unwrap();
            let approov = Approov::builder().keys(keys).build().unwrap();
            let minter = minters.last().unwrap();
            with_new(bencher, || minter.mint(), |token| approov.verify_token(token).unwrap());
        });
    }
    group.finish();
}

/// At first sight. Longer tokens are refused.
fn token_bytes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("growth_token_bytes");
    for bytes in [512, 1024, 2048, 4096, 8192] {
        group.bench_function(bytes.to_string(), |bencher| {
            let usual = Minter::hs256().mint().len();
            let minter = Minter::hs256().with_filling(&"x".repeat((bytes - usual) * 3 / 4 - 10));
            let approov = minter.approov();
            assert!((bytes - 4..=bytes).contains(&minter.mint().len()));
            with_new(bencher, || minter.mint(), |token| approov.verify_token(token).unwrap());
        });
    }
    group.finish();
}
