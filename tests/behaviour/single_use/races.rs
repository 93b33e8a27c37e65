//! Copies that come at once.

use std::{
    collections::HashSet,
    future::Future,
    pin::{Pin, pin},
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use actix_web::{App, dev::Service as _, test, web};
use approov_actix::{Claim, ClaimOutcome, ReplayKey, SingleUse, SingleUseStore, StoreError};
use futures_util::{future::join_all, task::noop_waker};

use super::{Signatures, in_memory, later, once, sent_at_once, serve, transfer};
use crate::signing;

const BOTH: &[&str] = &["install", "account"];
const INSTALL: &[&str] = &["install"];
const ACCOUNT: &[&str] = &["account"];

#[actix_web::test]
async fn of_many_copies_at_once_one_is_accepted() {
    for builder in [in_memory, later] {
        let servers = [serve(builder()), serve(builder())];
        for round in 0..10 {
            let message = transfer();
            // Each copy has the signature that all have in common, or both.
            let signatures = Signatures::of(&message);
            let (both, one) = (signatures.on(&message, BOTH), signatures.on(&message, INSTALL));
            let copy = |copy: usize| if round % 2 == 1 && copy % 2 == 1 { &one } else { &both };
            let requests: Vec<_> = (0..16).map(|number| copy(number).clone()).collect();
            let statuses = sent_at_once(&servers, requests);
            assert_eq!(statuses[0], 200, "{round}");
            assert!(
                statuses[1..].iter().all(|status| *status == 409),
                "{round}: {statuses:?}"
            );
        }
    }
}

/// A store each of whose claims takes two steps: it is sent, and it arrives.
struct Stepwise(Claims);

type Claims = Arc<Mutex<HashSet<ReplayKey>>>;

struct Step {
    claims: Claims,
    key: ReplayKey,
    is_sent: bool,
}

impl Future for Step {
    type Output = Result<ClaimOutcome, StoreError>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        if !std::mem::replace(&mut self.is_sent, true) {
            return Poll::Pending;
        }
        let is_first = self.claims.lock().unwrap().insert(self.key);
        Poll::Ready(Ok(if is_first {
            ClaimOutcome::First
        } else {
            ClaimOutcome::Repeated
        }))
    }
}

impl SingleUseStore for Stepwise {
    fn claim(&self, key: &ReplayKey, _: Duration) -> Claim {
        Claim::Later(Box::pin(Step {
            claims: Arc::clone(&self.0),
            key: *key,
            is_sent: false,
        }))
    }
}

/// Every order in which `left[i]` steps of each `i` can be taken.
fn orders(left: &mut [usize], order: &mut Vec<usize>, visit: &mut impl FnMut(&[usize])) {
    if left.iter().all(|left| *left == 0) {
        visit(order);
        return;
    }
    for i in 0..left.len() {
        if left[i] > 0 {
            left[i] -= 1;
            order.push(i);
            orders(left, order, visit);
            order.pop();
            left[i] += 1;
        }
    }
}

/// In every order of the steps of two copies, and of three, exactly one is accepted. Not so if an attacker keeps the
/// request back and sends a copy with one of its signatures and a copy with the other: nothing says that these are of
/// one request.
#[actix_web::test]
async fn in_every_order_of_steps_one_is_accepted() {
    let claims = Claims::default();
    let store = Stepwise(Arc::clone(&claims));
    let approov = signing()
        .single_use(SingleUse::new(store))
        .logging(false)
        .build()
        .unwrap();
    let app = test::init_service(App::new().app_data(approov).default_service(web::to(once))).await;
    // Three polls are enough for two claims: one is sent with the poll in which the one before arrives.
    for copies in [
        vec![BOTH, BOTH],
        vec![BOTH, INSTALL],
        vec![BOTH, ACCOUNT],
        vec![INSTALL, INSTALL],
        vec![ACCOUNT, ACCOUNT],
        vec![BOTH, BOTH, INSTALL],
        vec![BOTH, BOTH, ACCOUNT],
    ] {
        // Signed anew each time: on a slow machine all of it takes longer than a signature lives.
        let message = transfer();
        let signatures = Signatures::of(&message);
        let request = |labels: &[&str]| {
            let mut request = test::TestRequest::post().uri(&message.target());
            for (name, value) in &message.headers {
                request = request.insert_header((name.as_str(), value.as_str()));
            }
            let members = labels.iter().map(|label| signatures.labelled(label).members());
            let (inputs, bytes): (Vec<_>, Vec<_>) = members.unzip();
            request
                .insert_header(("Signature-Input", inputs.join(", ")))
                .insert_header(("Signature", bytes.join(", ")))
                .insert_header(("Host", "api.example.com"))
                .set_payload(message.body.clone())
                .to_request()
        };
        let mut left = vec![3; copies.len()];
        let mut schedules = Vec::new();
        orders(&mut left, &mut Vec::new(), &mut |order| schedules.push(order.to_vec()));
        for order in schedules {
            claims.lock().unwrap().clear();
            let mut calls: Vec<_> = copies
                .iter()
                .map(|labels| Some(Box::pin(app.call(request(labels)))))
                .collect();
            let mut statuses = Vec::new();
            let waker = noop_waker();
            let mut context = Context::from_waker(&waker);
            for &i in &order {
                if let Some(call) = &mut calls[i]
                    && let Poll::Ready(answer) = call.as_mut().poll(&mut context)
                {
                    statuses.push(answer.unwrap().status().as_u16());
                    calls[i] = None;
                }
            }
            let rest = join_all(calls.into_iter().flatten());
            for answer in pin!(rest).await {
                statuses.push(answer.unwrap().status().as_u16());
            }
            let accepted = statuses.iter().filter(|status| **status == 200).count();
            assert_eq!(
                (accepted, statuses.len()),
                (1, copies.len()),
                "{copies:?} {order:?}: {statuses:?}"
            );
        }
    }
}
