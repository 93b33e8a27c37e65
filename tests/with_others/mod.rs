//! Beside what an actix application already has: actix's own middleware, and the crates that most applications use.
//! What `docs/neighbours.md` says of Approov is proven here, and not what only another crate does.

mod built_in;
mod cors;
mod error_handlers;
mod files;
mod httpauth;
mod macros;
mod open_connections;
mod routing;

use std::{io::Write as _, net::TcpStream};

use actix_web::{Scope, web};
use approov_actix::{Approov, ApproovClaims};
use support::{
    client::{Answer, Request, TIMEOUT},
    token,
};

use crate::{builder, served::Served, ways};

async fn device_id(claims: ApproovClaims) -> String {
    claims.device_id().unwrap().to_owned()
}

/// The three ways to protect, below this path.
fn ways_below(path: &str, approov: &Approov) -> Scope {
    web::scope(path).configure(|app| ways::configure(app, approov))
}

/// A server, and its answers as the neighbours leave them: they may add headers.
struct Site(Served);

impl Site {
    fn new(configure: impl Fn(&mut web::ServiceConfig, &Approov) + Send + Sync + 'static) -> Self {
        Self(Served::new(builder(), configure))
    }

    /// Sends the request, and leaves the answer to be read.
    fn open(&self, request: &Request) -> TcpStream {
        let mut stream = TcpStream::connect(self.0.address()).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        stream.write_all(&request.bytes()).unwrap();
        stream
    }

    /// Approov says nothing against the request, and it ends with this status.
    #[track_caller]
    fn passes(&self, request: &Request, status: u16) -> Answer {
        let answer = self.0.send(request);
        assert_eq!((answer.status, self.0.codes()), (status, vec![]), "{request:?}");
        answer
    }

    /// The request is refused for this reason, once, with the body of every refusal.
    #[track_caller]
    fn refuses(&self, request: &Request, code: &str) -> Answer {
        let answer = self.0.send(request);
        assert_eq!((answer.status, self.0.codes()), (401, vec![code]), "{request:?}");
        assert_eq!(answer.body, "{}", "{request:?}");
        answer
    }

    /// The request is refused without a token and with a forged one. With a good one, it ends with this status.
    #[track_caller]
    fn protects(&self, request: &Request, status: u16) -> Answer {
        self.refuses(request, "token_missing");
        self.refuses(&request.clone().token(&token::forged()), "token_signature");
        self.passes(&request.clone().token(&token::good()), status)
    }
}
