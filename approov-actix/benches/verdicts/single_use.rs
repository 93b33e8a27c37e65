//! A signed request of single use whose claim is kept in memory, beside one that may come again, and the claim alone:
//! in memory, and in a Redis on this machine beside what a bare `SET` takes there. Each request has a signature of its
//! own.

use std::{cell::Cell, time::Duration};

use actix_web::{FromRequest as _, HttpRequest, dev::Payload};
use approov_actix::{
    Approov, ApproovSignature, Claim, MemoryStore, MessageSigning, Policy, SignaturePolicy, SingleUse,
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
    // A million keys again and again, so that there is always room.
    group.bench_function("claim_in_memory", |bencher| {
        let number = Cell::new(0u64);
        bencher.iter(|| {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&number.replace((number.get() + 1) % 1_000_000).to_be_bytes());
            let claim = memory.claim(&key.into(), Duration::ZERO);
            assert!(matches!(claim, Claim::Now(Ok(_))));
        });
    });
    #[cfg(feature = "single-use-redis")]
    redis::all(&mut group);
    group.finish();
}

/// 32 at once, as under load, over one connection. What is measured is one of them.
#[cfg(feature = "single-use-redis")]
mod redis {
    use std::{
        cell::Cell,
        future::Future,
        time::{Duration, Instant},
    };

    use approov_actix::{Claim, ClaimOutcome, RedisStore, SingleUseStore as _};
    use criterion::{BenchmarkGroup, measurement::WallTime};
    use futures_util::future::join_all;
    use redis::{Client, Value, cmd};
    use tokio::runtime;

    use crate::redis_server::RedisServer;

    const AT_ONCE: u32 = 32;
    const TIME_TO_LIVE: Duration = Duration::from_secs(60);

    pub(super) fn all(group: &mut BenchmarkGroup<'_, WallTime>) {
        let Some(server) = RedisServer::start("single_use/claim_in_redis", &[]) else {
            return;
        };
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let number = Cell::new(0u128);
        let next = || number.replace(number.get() + 1);

        let store = RedisStore::new(&server.address()).unwrap();
        let store = store.deadline(Duration::from_secs(5)).unwrap();
        measure(group, "claim_in_redis", &runtime, || {
            let mut key = [0; 32];
            key[..16].copy_from_slice(&next().to_be_bytes());
            let claim = store.claim(&key.into(), TIME_TO_LIVE);
            async {
                let Claim::Later(outcome) = claim else { panic!() };
                assert_eq!(outcome.await, Ok(ClaimOutcome::First));
            }
        });

        let client = Client::open(server.address()).unwrap();
        let connection = runtime.block_on(client.get_multiplexed_async_connection()).unwrap();
        measure(group, "bare_set_in_redis", &runtime, || {
            let mut connection = connection.clone();
            let mut set = cmd("SET");
            set.arg(format!("bare:{:057}", next()))
                .arg(&[0u8; 16])
                .arg("NX")
                .arg("PX")
                .arg(60_001);
            async move { assert_eq!(set.query_async::<Value>(&mut connection).await, Ok(Value::Okay)) }
        });
    }

    fn measure<F: Future>(
        group: &mut BenchmarkGroup<'_, WallTime>,
        id: &str,
        runtime: &runtime::Runtime,
        one: impl Fn() -> F,
    ) {
        group.bench_function(id, |bencher| {
            bencher.iter_custom(|iterations| {
                let rounds = iterations.div_ceil(AT_ONCE.into());
                let start = Instant::now();
                runtime.block_on(async {
                    for _ in 0..rounds {
                        join_all((0..AT_ONCE).map(|_| one())).await;
                    }
                });
                start.elapsed() * u32::try_from(iterations).unwrap() / (u32::try_from(rounds).unwrap() * AT_ONCE)
            });
        });
    }
}

fn accept(request: HttpRequest) -> HttpRequest {
    let accepted = ApproovSignature::from_request(&request, &mut Payload::None).into_inner();
    assert!(accepted.is_ok());
    // Dropped outside of what is measured.
    request
}
