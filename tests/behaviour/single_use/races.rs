//! Copies that come at once.

use std::{
    collections::HashSet,
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use actix_web::{App, dev::Service as _, rt::task::yield_now, test, test::TestRequest, web};
use approov_actix::{Claim, ClaimOutcome};
use futures_util::{future::join_all, task::noop_waker};
use support::{signing::Message, token::now};

use super::{
    ACCOUNT, BOTH, INSTALL, Signed, assert_one_is_accepted, assert_one_of, in_memory, later, once, serve, stored,
    transfer,
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

/// For a service without a server.
fn test_request(message: &Message) -> TestRequest {
    let request = TestRequest::post().uri(&message.target());
    let headers = message.headers.iter();
    let headers = headers.map(|(name, value)| (name.as_str(), value.as_str()));
    headers
        .fold(request, TestRequest::append_header)
        .insert_header(("Host", "api.example.com"))
        .set_payload(message.body.clone())
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
    // Three steps are enough for two claims: one is sent with the poll in which the one before arrives.
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
        // Every order in which each copy takes three steps. Of two that are the same, the first starts first.
        let mut orders = vec![Vec::<usize>::new()];
        for _ in 0..3 * copies.len() {
            let longer = |order: Vec<usize>| {
                let taken = |copy: &usize| order.iter().filter(|step| *step == copy).count();
                let waits = |copy: usize| copy == 1 && copies[0] == copies[1] && !order.contains(&0);
                let next = (0..copies.len()).filter(|copy| taken(copy) < 3 && !waits(*copy));
                next.map(|copy| [&order[..], &[copy]].concat()).collect::<Vec<_>>()
            };
            orders = orders.into_iter().flat_map(longer).collect();
        }
        for order in orders {
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
