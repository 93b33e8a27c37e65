//! A signed request of single use whose claim is kept in memory, beside one that may come again, and the claim alone. Each request has a signature of its own.

use std::{cell::Cell, time::Duration};

use actix_web::{FromRequest as _, HttpRequest, dev::Payload};
use approov_actix::{
    Approov, ApproovSignature, Claim, ClaimOutcome, MemoryStore, MessageSigning, Policy, SignaturePolicy, SingleUse,
    SingleUseStore as _,
    testing::{InstallationKey, RequestSigner},
};
use criterion::{BatchSize, Criterion};

use crate::{
    message_signature::ORIGIN,
    minter::Minter,
    request::{PATH, request},
};

pub(crate) fn all(criterion: &mut Criterion) {
    let key = InstallationKey::new();
    let minter = Minter::hs256().with_installation_key(&key.public_key());
    let token = minter.mint();
    let signer = RequestSigner::install(&key);
    let memory = MemoryStore::new(10_000_000).unwrap();

    let mut group = criterion.benchmark_group("single_use");
    for (id, single_use) in [("off", false), ("in_memory", true)] {
        let approov = Approov::builder()
            .keys(minter.key())
            .message_signing(MessageSigning::new().public_origins(ORIGIN))
            .single_use(SingleUse::new(memory.clone()))
            .policy(
                Policy::new()
                    .signature(SignaturePolicy::required())
                    .single_use(single_use),
            )
            .build()
            .unwrap();
        let sign = || {
            let token = [("approov-token", token.as_str())];
            let signature = signer.sign("GET", &format!("{ORIGIN}{PATH}"), &token, None);
            let signature = signature.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            request(&approov, &token.into_iter().chain(signature).collect::<Vec<_>>())
        };
        group.bench_function(id, |bencher| bencher.iter_batched(sign, accept, BatchSize::SmallInput));
    }
    group.bench_function("claim_in_memory", |bencher| {
        let number = Cell::new(0u64);
        bencher.iter(|| {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&number.replace(number.get() + 1).to_be_bytes());
            let claim = memory.claim(&key.into(), Duration::from_secs(1));
            assert!(matches!(claim, Claim::Now(Ok(ClaimOutcome::First))));
        });
    });
    group.finish();
}

fn accept(request: HttpRequest) -> HttpRequest {
    let accepted = ApproovSignature::from_request(&request, &mut Payload::None).into_inner();
    assert!(accepted.is_ok());
    // Dropped outside of what is measured.
    request
}
