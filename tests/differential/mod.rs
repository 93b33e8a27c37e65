//! Requests signed by packages that we did not write: each is accepted as it was signed, and refused after any change
//! of a covered part.
//!
//! The requests are made here, from one seed, so that both packages sign the same kinds and their quirks are in one
//! place, [`Signer`]. A failure prints the seed; `APPROOV_DIFFERENTIAL_SEED` repeats it, but for the times of the
//! signatures; `APPROOV_DIFFERENTIAL_REQUESTS` says how many to try.

mod change;
mod known;
mod random;
mod request;
mod signer;

use std::{env, time::SystemTime};

use actix_test::TestServer;
use actix_web::{App, web};
use approov_actix::{ApproovSignature, MessageSigning, Policy, SignaturePolicy};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use fastrand::Rng;

use self::{
    request::{Request, Signed},
    signer::{Credentials, Signer},
};
use crate::{builder, key, patient};

/// Under these the server is reached. The last ones are there for their port and their brackets.
const ORIGINS: [&str; 4] = [
    "https://api.example.com",
    "http://plain.example.com",
    "https://shop.example.com:8443",
    "https://[2001:db8::1]:8080",
];

/// Of each package: as many as take half a minute on two slow cores, without optimisation.
const REQUESTS: usize = 3000;

/// Of each request.
const CHANGES: usize = 6;
const HARMLESS_CHANGES: usize = 2;

#[actix_web::test]
async fn python() {
    run(Signer::Python);
}

#[actix_web::test]
async fn javascript() {
    run(Signer::JavaScript);
}

fn run(signer: Signer) {
    let test = format!("differential::{}", signer.name());
    if !support::may_install(&test) {
        return;
    }
    let seed = number("APPROOV_DIFFERENTIAL_SEED").unwrap_or_else(time_as_seed);
    let count = number("APPROOV_DIFFERENTIAL_REQUESTS").map_or(REQUESTS, |count| count.try_into().unwrap());
    let mut rng = Rng::with_seed(seed);
    let credentials = Credentials::new(&mut rng);
    let requests = (0..count).map(|_| random::request(&mut rng, signer, &credentials));
    let all = signer::sign(signer, &credentials, requests.collect());
    let server = serve(&credentials);
    let mut client = Client {
        server: &server,
        sent: 0,
    };
    let mut disagreements = Vec::new();
    let mut rng = Rng::with_seed(seed);
    for signed in &all {
        disagreements.extend(client.disagreement(&mut rng, signed, &credentials));
    }
    support::say(&format!(
        "{test}: seed {seed}, {count} signed requests, {} sent with the changed ones, {} disagreements",
        client.sent,
        disagreements.len()
    ));
    let shown: Vec<_> = disagreements.iter().take(5).map(String::as_str).collect();
    assert!(
        shown.is_empty(),
        "APPROOV_DIFFERENTIAL_SEED={seed}\n{}",
        shown.join("\n")
    );
}

fn number(variable: &str) -> Option<u64> {
    Some(env::var(variable).ok()?.parse().expect(variable))
}

fn time_as_seed() -> u64 {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    since_epoch.as_secs()
}

fn serve(credentials: &Credentials) -> TestServer {
    let signing = MessageSigning::new()
        .public_origins(ORIGINS)
        .account_key(key(&credentials.account_key));
    let approov = builder().message_signing(signing).logging(false).build().unwrap();
    let policy = Policy::new().signature(SignaturePolicy::required());
    actix_test::start_with(patient().workers(1), move || {
        App::new()
            .default_service(web::to(describe))
            .wrap(approov.middleware().policy(policy))
    })
}

/// What the library took for signed, and the body that it handed on.
async fn describe(signature: ApproovSignature, body: web::Bytes) -> String {
    let components: Vec<_> = signature.components().collect();
    let created = signature
        .created()
        .map(|created| created.duration_since(SystemTime::UNIX_EPOCH));
    description(
        signature.label(),
        &components,
        created.unwrap().unwrap().as_secs(),
        signature.nonce(),
        &body,
    )
}

fn description(label: &str, components: &[&str], created: u64, nonce: Option<&str>, body: &[u8]) -> String {
    let body = STANDARD.encode(body);
    format!("{label} {} {created} {nonce:?} {body}", components.join(" "))
}

struct Client<'a> {
    server: &'a TestServer,
    sent: usize,
}

impl Client<'_> {
    /// What the server makes of a signed request and its changes, where it is not what it must make of them.
    fn disagreement(&mut self, rng: &mut Rng, signed: &Signed, credentials: &Credentials) -> Option<String> {
        let report = |what: &str, request: &Request, answer: (u16, String)| {
            let as_signed = if *request == signed.request {
                String::new()
            } else {
                format!("\nas signed: {}", signed.request.text())
            };
            Some(format!(
                "--- {what}: {} {}\n{}{as_signed}",
                answer.0,
                answer.1,
                request.text()
            ))
        };
        let answer = self.send(&signed.request);
        if answer != (200, signed.description()) {
            return report("not accepted as signed", &signed.request, answer);
        }
        for _ in 0..CHANGES {
            let (what, changed) = change::of_a_covered_part(rng, signed, credentials);
            let answer = self.send(&changed);
            if answer != (401, "{}".to_owned()) {
                return report(&format!("accepted with {what}"), &changed, answer);
            }
        }
        for _ in 0..HARMLESS_CHANGES {
            let (what, changed) = change::of_nothing_covered(rng, signed);
            let answer = self.send(&changed);
            if answer.0 != 200 {
                return report(&format!("refused with {what}"), &changed, answer);
            }
        }
        None
    }

    /// On a connection of its own, as a server that refuses a request may leave a rest of its body unread.
    fn send(&mut self, request: &Request) -> (u16, String) {
        self.sent += 1;
        let request = request.on_the_wire().header("Connection", "close");
        let answer = request.send(self.server.addr());
        (answer.status, answer.body)
    }
}

impl Signed {
    fn description(&self) -> String {
        // Of two, the library tells of the first that the policy accepts.
        let signature = self.signatures.iter().find(|signature| signature.label == "install");
        let signature = signature.unwrap_or(&self.signatures[0]);
        let components: Vec<_> = signature.components.iter().map(request::Component::id).collect();
        // Those with parameters keep their quotes.
        let plain = |id: &'_ String| {
            let plain = id.strip_prefix('"').and_then(|id| id.strip_suffix('"'));
            let plain = plain.filter(|plain| !plain.contains('"'));
            plain.map_or_else(|| id.clone(), str::to_owned)
        };
        let components: Vec<_> = components.iter().map(plain).collect();
        let components: Vec<_> = components.iter().map(String::as_str).collect();
        description(
            signature.label,
            &components,
            signature.created,
            signature.nonce(),
            &self.request.body,
        )
    }
}
