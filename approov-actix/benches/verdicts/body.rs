//! A body of 1 MiB whose digest is signed, as it comes from the network: in chunks, and the hash of it alone.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use actix_web::{
    App, HttpResponse,
    dev::Payload,
    error::PayloadError,
    post,
    rt::System,
    test::{TestRequest, call_service, init_service},
    web::Bytes,
};
use approov_actix::{
    approov_protected,
    testing::{InstallationKey, RequestSigner},
};
use criterion::Criterion;
use futures_util::stream;
use sha2::{Digest as _, Sha256};

use crate::{
    message_signature::{ORIGIN, approov},
    minter::Minter,
};

const SIZE: usize = 1024 * 1024;
/// As much as actix reads at once.
const CHUNK: usize = 32 * 1024;

#[post("/upload")]
#[approov_protected(signature = "required")]
async fn upload(payload: actix_web::web::Payload) -> HttpResponse {
    black_box(payload);
    HttpResponse::NoContent().finish()
}

pub(crate) fn all(criterion: &mut Criterion) {
    let body: Bytes = (0..250).cycle().take(SIZE).collect::<Vec<u8>>().into();
    let key = InstallationKey::new();
    let minter = Minter::hs256().with_installation_key(&key.public_key());
    let token = minter.mint();
    let signer = RequestSigner::install(&key).expires_in(Duration::from_secs(3600));
    let headers = signer.sign(
        "POST",
        &format!("{ORIGIN}/upload"),
        &[("approov-token", &token)],
        Some(&body),
    );

    let system = System::new();
    let app = App::new().app_data(approov(&minter)).service(upload);
    let app = system.block_on(init_service(app));
    let call = |body: &Bytes| {
        let request = TestRequest::post()
            .uri("/upload")
            .insert_header(("Approov-Token", token.as_str()));
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.insert_header((name.as_str(), value.as_str()))
        });
        let chunks: Vec<_> = body
            .chunks(CHUNK)
            .map(|chunk| Ok::<_, PayloadError>(body.slice_ref(chunk)))
            .collect();
        let payload: Payload = Payload::Stream {
            payload: Box::pin(stream::iter(chunks)),
        };
        let (request, _) = request.to_request().replace_payload(payload);
        let start = Instant::now();
        let status = system.block_on(call_service(&app, request)).status();
        (start.elapsed(), status.as_u16())
    };
    assert_eq!(call(&body).1, 204);
    assert_eq!(call(&body.slice(1..)).1, 401);

    let mut group = criterion.benchmark_group("body_1_mib");
    group.bench_function("digest_check", |bencher| {
        bencher.iter_custom(|iterations| (0..iterations).map(|_| call(&body).0).sum());
    });
    group.bench_function("raw_sha256", |bencher| {
        bencher.iter(|| Sha256::digest(black_box(&body)));
    });
    group.finish();
}
