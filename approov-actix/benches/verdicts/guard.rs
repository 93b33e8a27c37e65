//! A small handler alone and behind the attribute, called through the whole application.

use std::time::{Duration, Instant};

use actix_web::{
    App, HttpResponse, get,
    http::StatusCode,
    rt::System,
    test::{TestRequest, call_service, init_service},
};
use approov_actix::{ApproovClaims, approov_protected};
use criterion::Criterion;

use crate::minter::{Minter, in_chunks};

#[get("/bare")]
async fn bare() -> HttpResponse {
    HttpResponse::Ok().body("hello")
}

#[get("/protected")]
#[approov_protected]
async fn protected(claims: ApproovClaims) -> HttpResponse {
    std::hint::black_box(claims);
    HttpResponse::Ok().body("hello")
}

pub(crate) fn all(criterion: &mut Criterion) {
    let minter = Minter::hs256();
    let system = System::new();
    let app = App::new().app_data(minter.approov()).service(bare).service(protected);
    let app = system.block_on(init_service(app));
    let token = minter.mint();
    let call = |path: &str, token: &str, times: usize, status: StatusCode| -> Duration {
        let request = || TestRequest::get().uri(path).insert_header(("Approov-Token", token));
        let requests: Vec<_> = (0..times).map(|_| request().to_request()).collect();
        let start = Instant::now();
        system.block_on(async {
            for request in requests {
                assert_eq!(call_service(&app, request).await.status(), status);
            }
        });
        start.elapsed()
    };

    let mut group = criterion.benchmark_group("guard");
    for (name, path, status_of_forged) in [
        ("bare_handler", "/bare", StatusCode::OK),
        ("protected_handler", "/protected", StatusCode::UNAUTHORIZED),
    ] {
        call(path, "for.ged.", 1, status_of_forged);
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|iterations| {
                in_chunks(iterations)
                    .map(|count| call(path, &token, count, StatusCode::OK))
                    .sum()
            });
        });
    }
    group.finish();
}
