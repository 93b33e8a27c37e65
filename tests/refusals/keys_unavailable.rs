//! A server without any key: it says so, with 503, to whoever may have a good token.

use actix_web::web;
use approov_actix::{Approov, Enforcement, Policy};
use support::{
    client::Request,
    key_server::{Behaviour, KeyServer, Reply},
    log, oct, token,
};

use crate::{
    keys::refresh::{SECOND, keys_at, wait_until_accepted},
    served::Served,
    ways::{WAYS, configure},
};

/// Inside of a runtime, from which the sources of keys need nothing.
#[actix_web::test]
async fn without_keys_a_token_is_503_and_none_is_401_as_ever() {
    log::capture();
    let source = KeyServer::start(Behaviour::Close);
    let keys = keys_at(&source, SECOND).start_without_keys(true);
    let builder = Approov::builder().name("unavailable").keys(keys);
    let server = Served::new(builder, |app, approov| {
        let report = Policy::new().token_enforcement(Enforcement::Report);
        let reported = web::scope("/unavailable-report").route("", web::to(async || "in"));
        app.configure(|app| configure(app, approov))
            .service(reported.wrap(approov.middleware().policy(report)));
    });
    let start = "ERROR approov_actix the address given to `JwksUrl::new` names an address that ";
    let mut lines = log::lines_with("; the server starts without these keys name=unavailable");
    lines.retain(|line| line.starts_with(start));
    assert_eq!(lines.len(), 1);
    let status = || server.approov.status();
    assert_eq!((status().key_count(), status().is_refreshing()), (0, true));
    let good = oct::token("unavailable");
    for way in WAYS {
        for token in [&good, &token::good(), &oct::naming("made-up", token::SECRET)] {
            let answer = server.send(&Request::get(way).token(token));
            assert_eq!((answer.status, &*answer.body), (503, "{}"));
            assert_eq!(server.codes(), ["keys_unavailable"]);
            // Nobody knows when, and all apps would come back in the same second.
            assert_eq!(answer.header("retry-after"), None);
        }
        server.refuses(way, "token_missing", &Request::get(way));
        server.refuses(way, "token_empty", &Request::get(way).token(""));
        server.refuses(way, "token_malformed", &Request::get(way).token("a.b"));
    }
    let reported = Request::get("/unavailable-report").token(&good);
    assert_eq!(server.send(&reported).status, 200);
    let line = "WOULD REJECT keys_unavailable GET /unavailable-report";
    assert_eq!(log::lines_with(line).len(), 1);
    server.codes();

    source.set(Reply::keys(&["unavailable"]));
    wait_until_accepted(&server.approov, "unavailable");
    for path in WAYS.into_iter().chain(["/unavailable-report"]) {
        server.accepts(path, &Request::get(path).token(&good));
    }
    let other = Request::get("/guard").token(&token::good());
    server.refuses("another key", "token_signature", &other);
    assert_eq!((status().key_count(), status().is_refreshing()), (1, true));
}
