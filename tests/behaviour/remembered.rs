//! Cached tokens: nothing that is refused without a cache is let in with one.

use std::time::Duration;

use actix_web::{App, rt::time::sleep, web};
use approov_actix::{Algorithm, Approov, ApproovBuilder, ApproovClaims, Key, KeySet, approov_protected};
use serde_json::json;
use support::{client::Request, token};

use crate::{builder, patient, with_secret};

const CAPACITIES: [usize; 3] = [0, 1, 10_000];

#[approov_protected]
async fn guarded() -> &'static str {
    "in"
}

#[approov_protected(binding = "Authorization")]
async fn bound() -> &'static str {
    "in"
}

async fn claims(_: ApproovClaims) -> &'static str {
    "in"
}

/// Two configurations on one worker, each with every way to protect.
fn serve(a: &Approov, b: &Approov) -> actix_test::TestServer {
    let sides = [("/a", a.clone()), ("/b", b.clone())];
    actix_test::start_with(patient().workers(1), move || {
        sides.iter().fold(App::new(), |app, (path, approov)| {
            let side = web::scope(path)
                .app_data(approov.clone())
                .route("/guard", web::get().to(guarded))
                .route("/bound", web::get().to(bound))
                .route("/claims", web::get().to(claims))
                .service(
                    web::resource("/middleware")
                        .route(web::get().to(|| async { "in" }))
                        .wrap(approov.middleware()),
                );
            app.service(side)
        })
    })
}

/// The answer of each way, which must be the same, twice.
fn ask(server: &actix_test::TestServer, side: &str, token: &str) -> u16 {
    let ways = ["guard", "claims", "middleware"].repeat(2);
    let answers = ways.iter().map(|way| {
        Request::get(&format!("{side}/{way}"))
            .token(token)
            .send(server.addr())
            .status
    });
    let answers: Vec<u16> = answers.collect();
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    answers[0]
}

fn other_keys() -> ApproovBuilder {
    with_secret(token::OTHER_SECRET)
}

#[actix_web::test]
async fn two_configurations_share_nothing() {
    for capacity in CAPACITIES {
        let a = builder().token_cache_capacity(capacity).build().unwrap();
        let b = other_keys().token_cache_capacity(capacity).build().unwrap();
        let server = serve(&a, &b);
        let of_a = token::good();
        let of_b = token::sign(
            token::OTHER_SECRET,
            r#"{"alg":"HS256"}"#,
            &token::claims(&json!({})).to_string(),
        );
        for _ in 0..2 {
            assert_eq!(
                (ask(&server, "/a", &of_a), ask(&server, "/b", &of_a)),
                (200, 401),
                "{capacity}"
            );
            assert_eq!(
                (ask(&server, "/b", &of_b), ask(&server, "/a", &of_b)),
                (200, 401),
                "{capacity}"
            );
        }
    }
}

#[actix_web::test]
async fn one_key_with_stricter_rules_shares_nothing_either() {
    for capacity in CAPACITIES {
        let a = builder().token_cache_capacity(capacity).build().unwrap();
        let b = builder()
            .token_cache_capacity(capacity)
            .issuer("acme.approov.io")
            .build()
            .unwrap();
        let server = serve(&a, &b);
        let token = token::good();
        assert_eq!(
            (ask(&server, "/a", &token), ask(&server, "/b", &token)),
            (200, 401),
            "{capacity}"
        );
    }
}

#[actix_web::test]
async fn a_token_is_refused_the_second_it_expires() {
    for capacity in CAPACITIES {
        let approov = builder().token_cache_capacity(capacity).build().unwrap();
        let server = serve(&approov, &approov);
        let expires = token::now() + 3;
        let token = token::with(&json!({ "exp": expires }));
        let mut accepted = 0;
        loop {
            let before = token::now();
            let answer = Request::get("/a/guard").token(&token).send(server.addr()).status;
            let after = token::now();
            match answer {
                200 => assert!(before < expires, "accepted after it had expired"),
                _ => assert!(after >= expires, "refused before it had expired"),
            }
            accepted += usize::from(answer == 200);
            if before >= expires {
                break;
            }
            sleep(Duration::from_millis(5)).await;
        }
        assert!(accepted > 0);
        assert_eq!(ask(&server, "/a", &token), 401, "{capacity}");
    }
}

#[actix_web::test]
async fn a_token_is_refused_at_once_when_its_key_is_gone() {
    let key = |secret| KeySet::new([Key::from_base64_secret(secret).unwrap()]).unwrap();
    for capacity in CAPACITIES {
        let approov = Approov::builder()
            .keys(key(token::SECRET))
            .token_cache_capacity(capacity)
            .build()
            .unwrap();
        let server = serve(&approov, &approov);
        let token = token::good();
        for _ in 0..3 {
            assert_eq!(ask(&server, "/a", &token), 200);
            approov.replace_keys(key(token::OTHER_SECRET)).unwrap();
            assert_eq!(ask(&server, "/a", &token), 401, "{capacity}");
            approov.replace_keys(key(token::SECRET)).unwrap();
        }
    }
}

#[actix_web::test]
async fn a_binding_is_compared_each_time() {
    for capacity in CAPACITIES {
        let approov = builder().token_cache_capacity(capacity).build().unwrap();
        let server = serve(&approov, &approov);
        let token = token::bound(&["Bearer user-1"]);
        let ask = |user: &str| {
            let request = Request::get("/a/bound").token(&token).header("Authorization", user);
            request.send(server.addr()).status
        };
        for _ in 0..3 {
            assert_eq!(
                (ask("Bearer user-1"), ask("Bearer user-2"), ask("")),
                (200, 401, 401),
                "{capacity}"
            );
        }
    }
}

/// Verifications that start with the old keys and end with the new ones.
#[test]
fn what_was_verified_with_the_old_keys_does_not_come_in_late() {
    let secret_of = |byte: u8| [byte, 7].repeat(16);
    let keys = |byte| KeySet::new([Key::from_secret(Algorithm::HS256, &secret_of(byte)).unwrap()]).unwrap();
    let secret = |byte: u8| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, secret_of(byte));
    let token = token::sign(&secret(1), r#"{"alg":"HS256"}"#, &token::claims(&json!({})).to_string());
    let approov = Approov::builder()
        .keys(keys(1))
        .token_cache_capacity(16)
        .build()
        .unwrap();
    let is_over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                    let _ = approov.verify_token(&token);
                }
            });
        }
        for _ in 0..2000 {
            approov.replace_keys(keys(2)).unwrap();
            assert!(approov.verify_token(&token).is_err());
            approov.replace_keys(keys(1)).unwrap();
            assert!(approov.verify_token(&token).is_ok());
        }
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}
