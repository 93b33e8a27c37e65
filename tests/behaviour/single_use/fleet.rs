//! Two servers that share a real Redis.

use std::time::Duration;

use approov_actix::{ApproovBuilder, RedisStore, SingleUse};
use support::redis_server::RedisServer;

use super::{BOTH, REVERSED, Signed, assert_one_is_accepted, serve, transfer};
use crate::{refusals::request_replayed::forms, signing};

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
