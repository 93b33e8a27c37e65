//! Two servers that share a real Redis.

use std::{thread, time::Duration};

use actix_web::web;
use approov_actix::{ApproovBuilder, RedisStore, SingleUse};
use futures_util::future::join_all;
use support::{
    redis_server::RedisServer,
    signing::{Message, Signature},
};

use super::{BOTH, REVERSED, Served, Signed, assert_one_is_accepted, assert_one_of, once, serve, transfer};
use crate::{
    http2::{connect, exchange},
    patient,
    refusals::request_replayed::forms,
    signing,
};

/// With all the time in the world: it is not time that is tested.
fn sharing(redis: &RedisServer) -> ApproovBuilder {
    let store = RedisStore::new(&redis.address()).unwrap();
    signing().single_use(SingleUse::new(store.deadline(Duration::from_secs(5)).unwrap()))
}

/// In whatever form, and after one that only looks like them.
#[actix_web::test]
async fn of_many_copies_to_two_servers_one_is_accepted() {
    let Some(redis) = RedisServer::start("single_use::fleet::of_many_copies", &[]) else {
        return;
    };
    let servers = [serve(sharing(&redis)), serve(sharing(&redis))];
    for round in 0..200 {
        let signed = Signed::new(transfer());
        // One signature is in all of them.
        let signature = signed.labelled(BOTH[round % 2]);
        let altered = signed.message.clone().alter_body().carrying(signature).request();
        servers[round % 2].refuses("another body", "digest_mismatch", &altered);

        let forms = forms(&signed.message, signature).into_iter().map(|(_, copy)| copy);
        let mut copies: Vec<_> = forms
            .chain([BOTH, REVERSED].map(|both| signed.by(both).request()))
            .collect();
        let first = round % copies.len();
        copies.rotate_left(first);
        assert_one_is_accepted(round, &servers, &copies);
        for server in &servers {
            let _ = (server.codes(), server.admissions());
        }
    }
}

/// One speaks HTTP/2 with a client whose requests share a connection.
#[actix_web::test]
async fn of_many_copies_over_http_2_one_is_accepted() {
    let Some(redis) = RedisServer::start("single_use::fleet::over_http_2", &[]) else {
        return;
    };
    let one = serve(sharing(&redis));
    let other = Served::on(patient().workers(1).h2(), sharing(&redis), |app, _| {
        app.default_service(web::to(once));
    });
    let client = connect(other.address()).await;
    let send = async |message: &Message| exchange(client.clone(), message, &message.url).await.0;
    for round in 0..20 {
        let message = transfer();
        let message = message.carrying(&Signature::install(&message));
        let (request, server) = (message.request(), one.address());
        let over_http_1 = thread::spawn(move || request.send(server).status);
        let mut statuses = join_all((0..31).map(|_| send(&message))).await;
        statuses.push(over_http_1.join().unwrap());
        assert_one_of(round, statuses);
    }
}
