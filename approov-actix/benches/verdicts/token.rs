//! From the value of the token header to the claims.

use std::hint::black_box;

use approov_actix::{Algorithm, Approov, ApproovClaims, ApproovVerdict, Key, KeySet};
use criterion::Criterion;
use serde::Deserialize;

use crate::{
    minter::{Minter, rsa_public_pem, secret, with_new},
    request::{request, verdict},
};

pub(crate) fn all(criterion: &mut Criterion) {
    hs256(criterion);
    keys(criterion);
    first_and_later(criterion, "token_es256", &Minter::es256());
    first_and_later(criterion, "token_rs256", &Minter::rs256());
}

fn hs256(criterion: &mut Criterion) {
    let minter = Minter::hs256();
    assert_eq!(minter.mint().len(), 391);
    first_and_later(criterion, "token_hs256", &minter);

    let approov = minter.approov();
    let mut group = criterion.benchmark_group("token_hs256");
    group.bench_function("forged", |bencher| {
        let forger = Minter::hs256_with(secret(8));
        with_new(
            bencher,
            || forger.mint(),
            |token| refused(&approov, token, "token_signature"),
        );
    });
    group.bench_function("expired", |bencher| {
        let minter = Minter::hs256().expired();
        with_new(
            bencher,
            || minter.mint(),
            |token| refused(&approov, token, "token_expired"),
        );
    });
    group.bench_function("missing", |bencher| {
        let request = request(&approov, &[]);
        bencher.iter(|| match verdict(black_box(&request)) {
            ApproovVerdict::Rejected(rejection) => assert_eq!(rejection.code(), "token_missing"),
            ApproovVerdict::Genuine(_) => panic!("accepted without a token"),
        });
    });
    group.bench_function("jsonwebtoken_decode", |bencher| {
        let key = jsonwebtoken::DecodingKey::from_secret(&secret(7));
        let validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::HS256);
        let decode = |token: &String| jsonwebtoken::decode::<Claims>(token, &key, &validation).unwrap();
        assert_eq!(decode(&minter.mint()).claims.arc.as_deref(), Some("KQ3T9ZJ2XA"));
        with_new(bencher, || minter.mint(), decode);
    });
    group.finish();
}

/// What an application would take from the claims.
#[derive(Deserialize)]
#[allow(dead_code, reason = "they are read from the token, which is what is measured")]
struct Claims {
    exp: u64,
    iat: Option<u64>,
    iss: Option<String>,
    did: Option<String>,
    ip: Option<String>,
    arc: Option<String>,
    pay: Option<String>,
    sub: Option<String>,
    ipk: Option<String>,
}

/// Eight keys are the most for an algorithm, so 64 are eight for each of eight algorithms.
fn keys(criterion: &mut Criterion) {
    let minters: Vec<_> = (0..8)
        .map(|number| Minter::hs256_with(secret(number)).with_key_id(&kid(Algorithm::HS256, number)))
        .collect();
    let one = minters[0].approov();
    let all = minters.iter().map(Minter::key).chain(other_keys());
    let all: Vec<_> = all.collect();
    assert_eq!(all.len(), 64);
    let all = Approov::builder().keys(KeySet::new(all).unwrap()).build().unwrap();

    let mut group = criterion.benchmark_group("token_hs256");
    group.bench_function("keys_1", |bencher| {
        with_new(bencher, || minters[0].mint(), |token| accepted(&one, token));
    });
    group.bench_function("keys_64", |bencher| {
        let mut next = minters.iter().cycle();
        with_new(bencher, || next.next().unwrap().mint(), |token| accepted(&all, token));
    });
    group.finish();
}

fn other_keys() -> impl Iterator<Item = Key> {
    let of = |algorithm, make: &dyn Fn(u8) -> Key| {
        (0..8)
            .map(|number| make(number).with_key_id(kid(algorithm, number)))
            .collect::<Vec<_>>()
    };
    let secrets = [Algorithm::HS384, Algorithm::HS512].map(|algorithm| {
        of(algorithm, &|number| {
            Key::from_secret(algorithm, &secret(number).repeat(2)).unwrap()
        })
    });
    let pem = rsa_public_pem();
    let public = [
        Algorithm::RS256,
        Algorithm::RS384,
        Algorithm::RS512,
        Algorithm::PS256,
        Algorithm::PS384,
    ]
    .map(|algorithm| of(algorithm, &|_| Key::from_pem(algorithm, &pem).unwrap()));
    secrets.into_iter().chain(public).flatten()
}

fn kid(algorithm: Algorithm, number: u8) -> String {
    format!("2026-11-{number:02}-{algorithm}")
}

fn first_and_later(criterion: &mut Criterion, name: &str, minter: &Minter) {
    let approov = minter.approov();
    let mut group = criterion.benchmark_group(name);
    group.bench_function("first_sight", |bencher| {
        with_new(bencher, || minter.mint(), |token| accepted(&approov, token));
    });
    group.bench_function("seen_before", |bencher| {
        let token = minter.mint();
        bencher.iter(|| accepted(&approov, black_box(&token)));
    });
    group.finish();
}

fn accepted(approov: &Approov, token: &str) -> ApproovClaims {
    approov.verify_token(token).expect("a genuine token")
}

fn refused(approov: &Approov, token: &str, code: &str) {
    let rejection = approov.verify_token(token).expect_err("no genuine token");
    assert_eq!(rejection.code(), code);
}
