//! A server that stops, as at SIGTERM: nothing is left of the configuration. Who is in gets an answer:
//! `tests/servers/shutdown.rs`.

use std::{sync::Arc, time::Duration};

use approov_actix::{Approov, JwksUrl};
use support::{
    client::Request,
    key_server::{Behaviour, KeyServer, Reply},
    oct, token, wait_until,
};

use super::{Listen, Running};
use crate::ways::{WAYS, configure};

/// Although a source of keys does not answer just then. That the requests to it end with the configuration:
/// refresh/addresses.rs.
#[test]
fn the_configuration_ends_with_the_server() {
    let keys = KeyServer::start(Reply::keys(&["shutdown"]));
    let source = JwksUrl::new(keys.url())
        .allow_secrets(true)
        .refresh_interval(Duration::from_secs(1));
    let server = Running::start(Approov::builder().keys(source), vec![Listen::Tcp], configure);
    for way in WAYS {
        for (token, status) in [(oct::token("shutdown"), 200), (token::forged(), 401)] {
            let answer = Request::get(way).token(&token).send(server.addresses[0]);
            assert_eq!(answer.status, status, "{way}");
        }
    }
    keys.set(Behaviour::Hang);
    keys.wait_for_more(1);
    // The hook has the other clone.
    let refusals = Arc::clone(&server.refusals);
    assert!(Arc::strong_count(&refusals) > 2);
    drop(server.handle.stop(true));
    server.join();
    wait_until("the end of the configuration", || Arc::strong_count(&refusals) == 1);
}
