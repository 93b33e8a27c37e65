//! Copies that come at once.

use std::{
    collections::HashSet,
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use actix_web::{App, dev::Service as _, rt::task::yield_now, test, web};
use approov_actix::{Claim, ClaimOutcome};
use futures_util::{future::join_all, task::noop_waker};
use support::token::now;

use super::{
    ACCOUNT, BOTH, INSTALL, Signed, assert_one_is_accepted, assert_one_of, in_memory, later, once, serve, stored,
    test_request, transfer,
};

#[actix_web::test]
async fn of_many_copies_at_once_one_is_accepted() {
    for builder in [in_memory, later] {
        let servers = [serve(builder()), serve(builder())];
        for round in 0..10 {
            let signed = Signed::new(transfer());
            // Each copy has the signature that all have in common, or both.
            let other = if round % 2 == 1 { INSTALL } else { BOTH };
            let copies = [signed.by(BOTH).request(), signed.by(other).request()];
            assert_one_is_accepted(round, &servers, &copies);
        }
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
    // A claim takes two steps: it is sent, and it arrives.
    let claimed = Arc::new(Mutex::new(HashSet::new()));
    let shared = Arc::clone(&claimed);
    let builder = stored(move |key, _| {
        let (claimed, key) = (Arc::clone(&shared), *key);
        Claim::Later(Box::pin(async move {
            yield_now().await;
            let is_first = claimed.lock().unwrap().insert(key);
            Ok(if is_first {
                ClaimOutcome::First
            } else {
                ClaimOutcome::Repeated
            })
        }))
    });
    let approov = builder.logging(false).build().unwrap();
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
        // Good for as long as the token: on a slow machine all of it takes longer than signatures live.
        let mut signed = Signed::new(transfer());
        for signature in [&mut signed.install, &mut signed.account] {
            signature.parameters = format!(";created={}", now());
        }
        let messages: Vec<_> = copies.iter().map(|labels| signed.by(labels)).collect();
        let mut schedules = Vec::new();
        let mut left = vec![3; copies.len()];
        orders(&mut left, &mut Vec::new(), &mut |order| schedules.push(order.to_vec()));
        for order in schedules {
            claimed.lock().unwrap().clear();
            let requests = messages.iter().map(|message| test_request(message).to_request());
            let mut calls: Vec<_> = requests.map(|request| Some(Box::pin(app.call(request)))).collect();
            let mut answers = Vec::new();
            let waker = noop_waker();
            for &i in &order {
                if let Some(call) = &mut calls[i]
                    && let Poll::Ready(answer) = call.as_mut().poll(&mut Context::from_waker(&waker))
                {
                    answers.push(answer);
                    calls[i] = None;
                }
            }
            answers.extend(pin!(join_all(calls.into_iter().flatten())).await);
            let statuses = answers.into_iter().map(|answer| answer.unwrap().status().as_u16());
            assert_one_of((&copies, order), statuses.collect());
        }
    }
}
