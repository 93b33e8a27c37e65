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

use std::{
    env,
    time::{SystemTime, UNIX_EPOCH},
};

use actix_web::web;
use approov_actix::{ApproovSignature, MessageSigning, Policy, SignaturePolicy};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use fastrand::Rng;
use support::signing::ACCOUNT_KEY;

use self::{
    change::{OF_A_COVERED_PART, OF_NOTHING_COVERED},
    request::{Component, Request, Sample},
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

/// Of each package: as many as take half a minute on two slow cores, without optimisation.
const REQUESTS: u64 = 3000;

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
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let seed = number("APPROOV_DIFFERENTIAL_SEED").unwrap_or(now);
    let count = number("APPROOV_DIFFERENTIAL_REQUESTS").unwrap_or(REQUESTS);
    let mut rng = Rng::with_seed(seed);
    let mut samples: Vec<_> = (0..count).map(|_| random::sample(&mut rng, signer)).collect();
    signer::sign(signer, &mut samples);
    let server = serve();
    let mut rng = Rng::with_seed(seed);
    let disagreements = samples
        .iter()
        .filter_map(|signed| disagreement(&server, &mut rng, signed));
    let disagreements: Vec<_> = disagreements.collect();
    support::say(&format!(
        "{test}: seed {seed}, {count} signed requests, {} disagreements",
        disagreements.len()
    ));
    let shown = &disagreements[..disagreements.len().min(5)];
    assert!(
        shown.is_empty(),
        "APPROOV_DIFFERENTIAL_SEED={seed}\n{}",
        shown.join("\n")
    );
}

fn number(variable: &str) -> Option<u64> {
    Some(env::var(variable).ok()?.parse().expect(variable))
}

fn serve() -> Served {
    let signing = MessageSigning::new()
        .public_origins(ORIGINS)
        .account_key(key(ACCOUNT_KEY));
    let builder = builder().message_signing(signing).logging(false);
    Served::on(patient().workers(1), builder, |app, approov| {
        let policy = Policy::new().signature(SignaturePolicy::required());
        app.service(
            web::scope("")
                .default_service(web::to(describe))
                .wrap(approov.middleware().policy(policy)),
        );
    })
}

/// What the library took for signed, and the body that it handed on.
async fn describe(signature: ApproovSignature, body: web::Bytes) -> String {
    let components: Vec<_> = signature.components().collect();
    let created = signature
        .created()
        .unwrap()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    description(signature.label(), &components, created, signature.nonce(), &body)
}

fn description(label: &str, components: &[&str], created: u64, nonce: Option<&str>, body: &[u8]) -> String {
    let body = STANDARD.encode(body);
    format!("{label} {} {created} {nonce:?} {body}", components.join(" "))
}

impl Sample {
    fn description(&self) -> String {
        // Of two, the library tells of the first that the policy accepts.
        let install = self.signatures.iter().find(|signature| signature.label == "install");
        let signature = install.unwrap_or(&self.signatures[0]);
        // Those with parameters keep their quotes.
        let name = |component: &Component| match component.parameter.as_str() {
            "" => component.name.clone(),
            _ => component.id(),
        };
        let names: Vec<_> = signature.components.iter().map(name).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        description(
            signature.label,
            &names,
            signature.created,
            signature.nonce(),
            &self.request.body,
        )
    }
}

/// What the server makes of a signed request and its changes, where it is not what it must make of them.
fn disagreement(server: &Served, rng: &mut Rng, signed: &Sample) -> Option<String> {
    let wrong = |what: &str, request: &Request, status: u16, body: Option<&str>| {
        // On a connection of its own, as a server that refuses a request may leave a rest of its body unread.
        let answer = server.send(&request.on_the_wire().header("Connection", "close"));
        let is_right = answer.status == status && body.is_none_or(|body| answer.body == body);
        let (text, as_signed) = (request.text(), signed.request.text());
        (!is_right).then(|| {
            format!(
                "--- {what}: {} {}\n{text}\nas signed: {as_signed}",
                answer.status, answer.body
            )
        })
    };
    let as_signed = wrong("as signed", &signed.request, 200, Some(&signed.description()));
    if as_signed.is_some() {
        return as_signed;
    }
    for (changes, count, status, body) in [
        (OF_A_COVERED_PART, CHANGES, 401, Some("{}")),
        (OF_NOTHING_COVERED, HARMLESS_CHANGES, 200, None),
    ] {
        let mut changed = (0..count).map(|_| change::any(rng, signed, changes));
        let wrong = changed.find_map(|(what, request)| wrong(what, &request, status, body));
        if wrong.is_some() {
            return wrong;
        }
    }
    None
}
