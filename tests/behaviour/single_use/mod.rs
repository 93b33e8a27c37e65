//! Single use: of all deliveries of a signed request, one is accepted.

mod copies;
mod failures;
mod fleet;
mod kept;
mod races;
mod settings;
mod stores;

use std::{
    sync::{
        Arc, Barrier,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use actix_web::web;
use approov_actix::{
    ApproovBuilder, Claim, ClaimOutcome, MemoryStore, Policy, ReplayKey, SignaturePolicy, SingleUse,
    SingleUseAdmission, SingleUseStore, StoreError, approov_protected,
};
use futures_util::FutureExt as _;
use serde_json::{Value, json};
use support::{
    client::Request,
    signing::{Message, Signature, token},
};

use crate::{served::Served, signing};

#[approov_protected(signature = "required", single_use = true)]
async fn once(body: web::Bytes) -> web::Bytes {
    body
}

const ONCE: Policy = Policy::new().signature(SignaturePolicy::required()).single_use(true);

/// A request like no other: memory is that of the whole process, and the tests' installations sign the same text with
/// the same bytes.
fn transfer() -> Message {
    transfer_with(&json!({}))
}

/// With these claims in its token.
fn transfer_with(claims: &Value) -> Message {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    Message::new("POST", &format!("https://api.example.com/transfer?{count}"))
        .header("Approov-Token", &token(claims))
        .header("Content-Type", "application/json")
        .body(br#"{"to":"a","amount":1}"#)
}

/// With both signatures, or one.
fn signed(message: &Message, labels: &[&str]) -> Request {
    Signatures::of(message).on(message, labels)
}

/// The signatures of one request, each made once: a second later they would be others.
struct Signatures {
    install: Signature,
    account: Signature,
}

impl Signatures {
    fn of(message: &Message) -> Self {
        Self {
            install: Signature::install(message),
            account: Signature::account(message),
        }
    }

    fn labelled(&self, label: &str) -> &Signature {
        if label == "install" {
            &self.install
        } else {
            &self.account
        }
    }

    fn on(&self, message: &Message, labels: &[&str]) -> Request {
        let signatures: Vec<_> = labels.iter().map(|label| self.labelled(label)).collect();
        message.request().signed(&signatures)
    }
}

fn in_memory() -> ApproovBuilder {
    signing().single_use(SingleUse::new(MemoryStore::new(1_000_000).unwrap()))
}

/// Answers every claim in the same way.
#[derive(Clone)]
struct Answers(fn() -> Claim);

impl SingleUseStore for Answers {
    fn claim(&self, _: &ReplayKey, _: Duration) -> Claim {
        (self.0)()
    }
}

fn failing() -> Claim {
    Claim::Now(Err(StoreError::new("table_unavailable")))
}

fn failing_later() -> Claim {
    Claim::Later(async { Err(StoreError::new("timed_out")) }.boxed())
}

/// Memory that answers later.
struct Later(MemoryStore);

impl SingleUseStore for Later {
    fn claim(&self, key: &ReplayKey, time_to_live: Duration) -> Claim {
        let (memory, key) = (self.0.clone(), *key);
        Claim::Later(
            async move {
                // As on a network: not at once.
                actix_web::rt::task::yield_now().await;
                match memory.claim(&key, time_to_live) {
                    Claim::Now(outcome) => outcome,
                    _ => Err(StoreError::new("not_memory")),
                }
            }
            .boxed(),
        )
    }
}

fn later() -> ApproovBuilder {
    signing().single_use(SingleUse::new(Later(MemoryStore::new(1_000_000).unwrap())))
}

/// Whose routes all ask for single use.
fn serve(builder: ApproovBuilder) -> Served {
    Served::new(builder, |app, _| {
        app.default_service(web::to(once));
    })
}

/// The request passes, with a claim.
#[track_caller]
fn accepts(server: &Served, case: &str, request: &Request) {
    server.accepts(case, request);
    assert_eq!(server.admissions(), [Some(SingleUseAdmission::Claimed)], "{case}");
}

/// The statuses of all of them, sent at once to the servers in turn, in order.
fn sent_at_once(servers: &[Served; 2], requests: Vec<Request>) -> Vec<u16> {
    let barrier = Arc::new(Barrier::new(requests.len()));
    let senders: Vec<_> = requests
        .into_iter()
        .zip(servers.iter().cycle())
        .map(|(request, served)| {
            let (barrier, address) = (Arc::clone(&barrier), served.address());
            thread::spawn(move || {
                barrier.wait();
                request.send(address).status
            })
        })
        .collect();
    let mut statuses: Vec<_> = senders.into_iter().map(|sender| sender.join().unwrap()).collect();
    statuses.sort_unstable();
    statuses
}

const REPLAYED: &str = "request_replayed";

/// The outcome of a claim that is the first.
fn first() -> Claim {
    Claim::Now(Ok(ClaimOutcome::First))
}
