//! Requests signed by packages that we did not write: each is accepted as it was signed, and refused after any change
//! of a covered part.
//!
//! The requests are made here, from one seed, so that both packages sign the same kinds and their quirks are in one
//! place, [`Signer`]. A failure prints the seed; `APPROOV_DIFFERENTIAL_SEED` repeats it, but for the times of the
//! signatures; `APPROOV_DIFFERENTIAL_REQUESTS` says how many to try.

mod change;
mod random;
mod request;
mod signer;

use std::env;

use actix_web::web;
use approov_actix::{ApproovSignature, MessageSigning, Policy, SignaturePolicy};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use fastrand::Rng;
use support::{signing::ACCOUNT_KEY, token::now};

use self::{
    change::{OF_A_COVERED_PART, of_nothing_covered},
    request::{Sample, parts},
    signer::Signer,
};
use crate::{builder, key, patient, served::Served};

/// Under these the server is reached. The last ones are there for their port and their brackets.
const ORIGINS: [&str; 4] = [
    "https://api.example.com",
    "http://plain.example.com",
    "https://shop.example.com:8443",
    "https://[2001:db8::1]:8080",
];

/// Of each package. Others every time, so that few a run are many in a month; `just deep` tries more.
const REQUESTS: u64 = 1000;

/// Of each request.
const CHANGES: usize = 6;
const HARMLESS_CHANGES: usize = 2;

#[actix_web::test]
async fn python() {
    run("differential::python", Signer::Python);
}

#[actix_web::test]
async fn javascript() {
    run("differential::javascript", Signer::JavaScript);
}

fn run(test: &str, signer: Signer) {
    if !support::may_install(test) {
        return;
    }
    let number = |variable| Some(env::var(variable).ok()?.parse().expect(variable));
    let seed = number("APPROOV_DIFFERENTIAL_SEED").unwrap_or_else(now);
    let count = number("APPROOV_DIFFERENTIAL_REQUESTS").unwrap_or(REQUESTS);
    let mut rng = Rng::with_seed(seed);
    let mut samples: Vec<_> = (0..count).map(|_| random::sample(&mut rng, signer)).collect();
    signer::sign(signer, &mut samples);
    let server = serve();
    let disagreements = samples
        .iter()
        .filter_map(|signed| disagreement(&server, &mut rng, signed));
    let disagreements: Vec<_> = disagreements.collect();
    let found = disagreements.len();
    support::say(&format!(
        "{test}: seed {seed}, {count} signed requests, {found} disagreements"
    ));
    let shown = disagreements.into_iter().take(5).collect::<Vec<_>>().join("\n");
    assert!(shown.is_empty(), "APPROOV_DIFFERENTIAL_SEED={seed}\n{shown}");
}

fn serve() -> Served {
    let signing = MessageSigning::new()
        .public_origins(ORIGINS)
        .account_key(key(ACCOUNT_KEY));
    let builder = builder().message_signing(signing).logging(false);
    Served::on(patient().workers(1), builder, |app, approov| {
        let policy = Policy::new().signature(SignaturePolicy::required());
        let scope = web::scope("").default_service(web::to(describe));
        app.service(scope.wrap(approov.middleware().policy(policy)));
    })
}

/// What the library took for signed, and the body that it handed on.
async fn describe(signature: ApproovSignature, body: web::Bytes) -> String {
    let components: Vec<_> = signature.components().collect();
    description(signature.label(), &components, signature.nonce(), &body)
}

fn description(label: &str, components: &[&str], nonce: Option<&str>, body: &[u8]) -> String {
    format!("{label} {} {nonce:?} {}", components.join(" "), STANDARD.encode(body))
}

impl Sample {
    fn description(&self) -> String {
        // Of two, the library tells of the first that the policy accepts.
        let install = self.signatures.iter().find(|signature| signature.label == "install");
        let signature = install.unwrap_or(&self.signatures[0]);
        // Those with parameters keep their quotes.
        let shown = |identifier| match parts(identifier) {
            (name, "") => name,
            _ => identifier,
        };
        let components: Vec<_> = signature.components.iter().map(|it| shown(it)).collect();
        let nonce = signature.parameters.iter().find(|(name, _)| *name == "nonce");
        let nonce = nonce.and_then(|(_, value)| value.as_str());
        description(signature.label, &components, nonce, &self.request.body)
    }
}

/// What the server makes of a signed request and its changes, where it is not what it must make of them.
fn disagreement(server: &Served, rng: &mut Rng, signed: &Sample) -> Option<String> {
    let mut requests = vec![("as signed", signed.request.clone(), 200)];
    let changed = (0..CHANGES).map(|_| change::any(rng, signed, &OF_A_COVERED_PART));
    requests.extend(changed.map(|request| ("changed", request, 401)));
    let harmless = (0..HARMLESS_CHANGES).map(|_| change::any(rng, signed, &[of_nothing_covered]));
    requests.extend(harmless.map(|request| ("changed without harm", request, 200)));
    requests.into_iter().find_map(|(what, request, status)| {
        // On a connection of its own, as a server that refuses a request may leave a rest of its body unread.
        let sent = request.on_the_wire().header("Connection", "close");
        let answer = server.send(&sent);
        let is_right = match status {
            401 => answer.body == "{}",
            _ => request != signed.request || answer.body == signed.description(),
        };
        (answer.status != status || !is_right).then(|| {
            let (body, as_signed) = (request.body.escape_ascii(), signed.request.on_the_wire());
            format!("--- {what}: {answer:?}\n{sent:?}{body}\nas signed: {as_signed:?}")
        })
    })
}
