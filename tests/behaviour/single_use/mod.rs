//! Single use: of all deliveries of a signed request, one is accepted. What cannot be checked does not start:
//! `configuration`.

mod failures;
mod fleet;
mod kept;
mod races;
mod stores;

use std::{
    fmt::Debug,
    sync::{
        Barrier,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use actix_web::{rt::task::yield_now, web};
use approov_actix::{
    ApproovBuilder, Claim, ClaimOutcome, MemoryStore, Policy, ReplayKey, SignaturePolicy, SingleUse,
    SingleUseAdmission, SingleUseStore, StoreError, approov_protected,
};
use serde_json::json;
use support::{
    client::Request,
    signing::{Message, Signature, token},
};

use crate::{ORIGIN, served::Served, signing, ways::open};

pub(crate) const ONCE: Policy = Policy::new().signature(SignaturePolicy::required()).single_use(true);
pub(crate) const REPLAYED: &str = "request_replayed";
pub(crate) const BOTH: &[&str] = &["install", "account"];
pub(crate) const REVERSED: &[&str] = &["account", "install"];
pub(crate) const INSTALL: &[&str] = &["install"];
pub(crate) const ACCOUNT: &[&str] = &["account"];

#[approov_protected(signature = "required", single_use = true)]
pub(crate) async fn once(body: web::Bytes) -> web::Bytes {
    body
}

/// A request like no other: memory is that of the whole process, and the tests' installations sign the same text with
/// the same bytes.
pub(crate) fn to(path: &str) -> Message {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    Message::new("POST", &format!("{ORIGIN}{path}?{count}"))
        .header("Approov-Token", &token(&json!({})))
        .header("Content-Type", "application/json")
        .body(br#"{"to":"a","amount":1}"#)
}

pub(crate) fn transfer() -> Message {
    to("/transfer")
}

/// A request and its signatures, each made once: a second later they would be others.
pub(crate) struct Signed {
    message: Message,
    install: Signature,
    account: Signature,
}

impl Signed {
    pub(crate) fn new(message: Message) -> Self {
        Self {
            install: Signature::install(&message),
            account: Signature::account(&message),
            message,
        }
    }

    /// With the signatures of these labels.
    pub(crate) fn by(&self, labels: &[&str]) -> Message {
        labels.iter().fold(self.message.clone(), |message, label| {
            message.carrying(self.labelled(label))
        })
    }

    pub(crate) fn labelled(&self, label: &str) -> &Signature {
        if label == "install" {
            &self.install
        } else {
            &self.account
        }
    }
}

/// A store that makes its claims in this way.
pub(crate) struct Store<F>(pub(crate) F);

impl<F: Fn(&ReplayKey, Duration) -> Claim + Send + Sync + 'static> SingleUseStore for Store<F> {
    fn claim(&self, key: &ReplayKey, time_to_live: Duration) -> Claim {
        (self.0)(key, time_to_live)
    }
}

/// Claims are made in this way.
pub(crate) fn stored(claim: impl Fn(&ReplayKey, Duration) -> Claim + Send + Sync + 'static) -> ApproovBuilder {
    signing().single_use(SingleUse::new(Store(claim)))
}

fn memory() -> MemoryStore {
    MemoryStore::new(1_000_000).unwrap()
}

pub(crate) fn in_memory() -> ApproovBuilder {
    signing().single_use(SingleUse::new(memory()))
}

/// Memory that answers as a network does: not at once.
pub(crate) fn later() -> ApproovBuilder {
    stored(|key, time_to_live| {
        let key = *key;
        Claim::Later(Box::pin(async move {
            yield_now().await;
            match memory().claim(&key, time_to_live) {
                Claim::Now(outcome) => outcome,
                _ => Err(StoreError::new("not_memory")),
            }
        }))
    })
}

fn first(_: &ReplayKey, _: Duration) -> Claim {
    Claim::Now(Ok(ClaimOutcome::First))
}

/// Whose routes all ask for single use.
pub(crate) fn serve(builder: ApproovBuilder) -> Served {
    Served::new(builder, |app, _| {
        app.default_service(web::to(once));
    })
}

/// The request passes, with a claim.
#[track_caller]
pub(crate) fn accepts(server: &Served, case: &str, request: &Request) {
    server.accepts(case, request);
    assert_eq!(server.admissions(), [Some(SingleUseAdmission::Claimed)], "{case}");
}

/// Sends so many copies at once, to the servers in turn.
#[track_caller]
fn assert_one_is_accepted(case: impl Debug, servers: &[Served; 2], copies: &[Request]) {
    const COPIES: usize = 32;
    let barrier = &Barrier::new(COPIES);
    let addresses = servers.iter().map(Served::address).cycle();
    let statuses = thread::scope(|scope| {
        let send = |(copy, address): (&'_ Request, _)| {
            let copy = copy.clone();
            scope.spawn(move || {
                barrier.wait();
                copy.send(address).status
            })
        };
        let senders: Vec<_> = copies.iter().cycle().zip(addresses).take(COPIES).map(send).collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });
    assert_one_of(case, statuses);
}

#[track_caller]
fn assert_one_of(case: impl Debug, mut statuses: Vec<u16>) {
    statuses.sort_unstable();
    let refused = statuses[1..].iter().all(|status| *status == 409);
    assert!(statuses[0] == 200 && refused, "{case:?}: {statuses:?}");
}
