//! Message signatures over real HTTP, made by the tests' own signer.

mod accepted;
mod altered;
mod bodies;
mod broken;
mod explained;
mod extractor;
mod fields;
mod hostile;
mod http2;
mod keys;
mod layers;
mod policies;
mod refused;
mod targets;
mod upgrades;
mod withheld;

pub(crate) use http2::{connect, exchange};

use actix_test::{TestServer, TestServerConfig};
use actix_web::{App, web};
use approov_actix::{
    Approov, ApproovBuilder, Enforcement, MessageSigning, OneOrMany, Policy, SignaturePolicy, approov_protected,
};
use support::{
    client::{Answer, Request},
    codes::Codes,
    signing::ACCOUNT_KEY,
};

use crate::{builder, key, patient};

#[approov_protected(signature = "required")]
async fn guarded(body: web::Bytes) -> web::Bytes {
    body
}

const REQUIRED: Policy = Policy::new().signature(SignaturePolicy::required());

/// Asks for a signature, and lets requests without a good one in.
const REPORTED: SignaturePolicy = SignaturePolicy::required().enforcement(Enforcement::Report);

/// Asks for a signature that covers the body, where there is one.
const WITH_BODY: SignaturePolicy = SignaturePolicy::required().require_content_digest(true);

/// The public origin of most tests.
pub(crate) const ORIGIN: &str = "https://api.example.com";

/// With a public origin and an account key.
pub(crate) fn signing() -> ApproovBuilder {
    signing_at(ORIGIN).message_signing(MessageSigning::new().account_key(key(ACCOUNT_KEY)))
}

/// The same, and by default routes ask for this.
pub(crate) fn signing_by(signature: SignaturePolicy) -> ApproovBuilder {
    signing().policy(Policy::new().signature(signature))
}

/// With these public origins, and no account key.
fn signing_at(origins: impl OneOrMany) -> ApproovBuilder {
    builder().message_signing(MessageSigning::new().public_origins(origins))
}

/// A server, and the codes of what it refused or would have refused.
pub(crate) struct Served {
    server: TestServer,
    codes: Codes,
}

impl Served {
    pub(crate) fn new(builder: ApproovBuilder) -> Self {
        Self::with(builder, |app, _| {
            app.default_service(web::to(guarded));
        })
    }

    pub(crate) fn with(builder: ApproovBuilder, configure: fn(&mut web::ServiceConfig, &Approov)) -> Self {
        Self::on(patient().workers(1).h1(), builder, configure)
    }

    pub(crate) fn on(
        config: TestServerConfig,
        builder: ApproovBuilder,
        configure: fn(&mut web::ServiceConfig, &Approov),
    ) -> Self {
        let (approov, codes) = Codes::of(builder);
        let server = actix_test::start_with(config, move || {
            let approov = approov.clone();
            App::new()
                .app_data(approov.clone())
                .configure(|app| configure(app, &approov))
        });
        Self { server, codes }
    }

    pub(crate) fn send(&self, request: &Request) -> Answer {
        request.send(self.server.addr())
    }

    pub(crate) fn codes(&self) -> Vec<&'static str> {
        self.codes.take()
    }

    /// The request passes, and nobody complains of it.
    #[track_caller]
    pub(crate) fn accepts(&self, case: &str, request: &Request) -> Answer {
        let answer = self.send(request);
        assert_eq!((answer.status, self.codes()), (200, Vec::new()), "{case}: {request:?}");
        answer
    }

    /// The request is refused for this reason, with the answer that every refusal has.
    #[track_caller]
    pub(crate) fn refuses(&self, case: &str, code: &str, request: &Request) {
        let answer = self.send(request);
        assert_eq!((answer.status, self.codes()), (401, vec![code]), "{case}: {request:?}");
        assert_eq!(answer.body, "{}", "{case}");
        // `Connection` repeats the request's own.
        let mut headers = answer.headers;
        headers.retain(|(name, _)| name != "connection");
        headers.sort();
        let expected = [
            ("cache-control", "no-store"),
            ("content-length", "2"),
            ("content-type", "application/json"),
            ("www-authenticate", "Approov"),
        ];
        assert_eq!(
            headers,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned())),
            "{case}"
        );
    }
}
