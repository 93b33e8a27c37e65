//! Bodies whose digest is signed, as they come from the network: in chunks, and the hash of them alone.

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
    Approov, MessageSigning, Policy, SignaturePolicy, approov_protected,
    testing::{InstallationKey, RequestSigner},
};
use criterion::Criterion;
use futures_util::stream;
use sha2::{Digest as _, Sha256};

use crate::{message_signature::ORIGIN, minter::Minter};

const SIZES: [(&str, usize); 3] = [
    ("64_kib", 64 * 1024),
    ("1_mib", 1024 * 1024),
    ("8_mib", 8 * 1024 * 1024),
];
/// As much as actix reads at once.
const CHUNK: usize = 32 * 1024;

#[post("/upload")]
#[approov_protected]
async fn upload(payload: actix_web::web::Payload) -> HttpResponse {
    black_box(payload);
    HttpResponse::NoContent().finish()
}

pub(crate) fn all(criterion: &mut Criterion) {
    for (name, size) in SIZES {
        body(
            criterion,
            name,
            &(0..250).cycle().take(size).collect::<Vec<u8>>().into(),
        );
    }
}

fn body(criterion: &mut Criterion, size: &str, body: &Bytes) {
    let key = InstallationKey::new();
    let minter = Minter::hs256().with_installation_key(&key.public_key());
    let token = minter.mint();
    let signer = RequestSigner::install(&key).expires_in(Duration::from_secs(3600));
    let headers = signer.sign(
        "POST",
        &format!("{ORIGIN}/upload"),
        &[("approov-token", &token)],
        Some(body),
    );

    let approov = Approov::builder()
        .keys(minter.key())
        .message_signing(MessageSigning::new().public_origins(ORIGIN))
        .policy(Policy::new().signature(SignaturePolicy::required().body_limit(body.len())))
        .build()
        .unwrap();
    let system = System::new();
    let app = App::new().app_data(approov).service(upload);
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
    assert_eq!(call(body).1, 204);
    assert_eq!(call(&body.slice(1..)).1, 401);

    let mut group = criterion.benchmark_group(format!("body_{size}"));
    group.bench_function("digest_check", |bencher| {
        bencher.iter_custom(|iterations| (0..iterations).map(|_| call(body).0).sum());
    });
    group.bench_function("raw_sha256", |bencher| {
        bencher.iter(|| Sha256::digest(black_box(body)));
    });
    group.finish();
}
