//! Beside what an actix application already has: actix's own middleware, and the crates that most applications use.
//! What `docs/neighbours.md` says is proven here.

mod built_in;
mod cors;
mod data;
mod error_handlers;
mod files;
mod httpauth;
mod macros;
mod normalize;
mod routing;
mod sessions;
mod streams;
mod websockets;

use std::net::SocketAddr;

use actix_test::TestServer;
use approov_actix::{Approov, ApproovClaims, approov_protected};
use support::{
    client::{Answer, Request},
    codes::Codes,
    token,
};

use crate::builder;

async fn open() -> &'static str {
    "in"
}

#[approov_protected]
async fn guarded() -> &'static str {
    "in"
}

async fn claims(claims: ApproovClaims) -> String {
    claims.device_id().unwrap().to_owned()
}

/// A server, and the codes of what it refuses.
struct Site {
    server: TestServer,
    codes: Codes,
}

impl Site {
    fn new(start: impl FnOnce(Approov) -> TestServer) -> Self {
        let (approov, codes) = Codes::of(builder());
        Self {
            server: start(approov),
            codes,
        }
    }

    fn address(&self) -> SocketAddr {
        self.server.addr()
    }

    /// The answer, and the codes of what was refused meanwhile.
    fn ask(&self, request: &Request) -> (Answer, Vec<&'static str>) {
        let answer = request.send(self.address());
        (answer, self.codes.take())
    }

    /// Approov says nothing against the request, and it ends with this status.
    #[track_caller]
    fn passes(&self, request: &Request, status: u16) -> Answer {
        let (answer, codes) = self.ask(request);
        assert_eq!((answer.status, codes), (status, vec![]), "{request:?}");
        answer
    }

    /// The request is refused for this reason, once, with the answer of every refusal.
    #[track_caller]
    fn refuses(&self, request: &Request, code: &str) -> Answer {
        let (answer, codes) = self.ask(request);
        assert_eq!(
            (answer.status, codes, answer.body.as_str()),
            (401, vec![code], "{}"),
            "{request:?}"
        );
        answer
    }

    /// The request is refused without a token and with a forged one, and passes with a good one.
    #[track_caller]
    fn protects(&self, request: &Request) -> Answer {
        self.protects_until(request, 200)
    }

    /// As [`protects`](Self::protects), where something behind Approov answers with another status.
    #[track_caller]
    fn protects_until(&self, request: &Request, status: u16) -> Answer {
        self.refuses(request, "token_missing");
        self.refuses(&request.clone().token(&token::forged()), "token_signature");
        self.passes(&request.clone().token(&token::good()), status)
    }
}
