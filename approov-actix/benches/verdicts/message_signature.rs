//! A request without body whose token was seen before, signed as Approov's clients do: from headers to verdict, and the
//! cryptography alone.

use std::{hint::black_box, time::Duration};

use actix_web::{FromRequest as _, HttpMessage as _, HttpRequest, dev::Payload};
use approov_actix::{
    Algorithm, Approov, ApproovSignature, Key, MessageSigning, Policy, SignaturePolicy,
    testing::{InstallationKey, RequestSigner},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use criterion::Criterion;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::{
    minter::Minter,
    request::{PATH, request},
};

pub(crate) const ORIGIN: &str = "https://api.example.com";
const ACCOUNT_KEY: &[u8; 32] = b"a secret that signs for accounts";

pub(crate) fn all(criterion: &mut Criterion) {
    let key = InstallationKey::new();
    let install = Signed::by(&RequestSigner::install(&key), &key);
    let account = Signed::by(&RequestSigner::account(&STANDARD.encode(ACCOUNT_KEY)).unwrap(), &key);

    let mut group = criterion.benchmark_group("message_signature");
    for (id, signed) in [("install_check", &install), ("account_check", &account)] {
        group.bench_function(id, |bencher| bencher.iter(|| signed.check()));
    }
    group.bench_function("raw_ecdsa_p256_verify", |bencher| {
        let verify = p256_verifier(&STANDARD.decode(key.public_key()).unwrap());
        assert!(!verify(b"another message", &install.signature));
        bencher.iter(|| assert!(verify(black_box(&install.base), &install.signature)));
    });
    group.bench_function("raw_hmac", |bencher| {
        let key = Hmac::<Sha256>::new_from_slice(ACCOUNT_KEY).unwrap();
        let verify = |message: &[u8]| {
            key.clone()
                .chain_update(message)
                .verify_slice(&account.signature)
                .is_ok()
        };
        assert!(!verify(b"another message"));
        bencher.iter(|| assert!(verify(black_box(&account.base))));
    });
    group.finish();
}

/// Asks for signatures.
pub(crate) fn approov(minter: &Minter) -> Approov {
    let account_key = Key::from_secret(Algorithm::HS256, ACCOUNT_KEY).unwrap();
    Approov::builder()
        .keys(minter.key())
        .message_signing(MessageSigning::new().public_origins(ORIGIN).account_key(account_key))
        .policy(Policy::new().signature(SignaturePolicy::required()))
        .build()
        .unwrap()
}

struct Signed {
    request: HttpRequest,
    base: Vec<u8>,
    signature: Vec<u8>,
}

impl Signed {
    fn by(signer: &RequestSigner, key: &InstallationKey) -> Self {
        let minter = Minter::hs256().with_installation_key(&key.public_key());
        let approov = approov(&minter);
        let token = minter.mint();
        let url = format!("{ORIGIN}{PATH}");
        let headers = [("approov-token", token.as_str())];
        let signer = signer.clone().expires_in(Duration::from_secs(3600));
        let signature_headers = signer.sign("GET", &url, &headers, None);
        let value = |index: usize| {
            let (_, value) = &signature_headers[index];
            value.split_once('=').unwrap().1
        };
        let (parameters, signature) = (value(0), value(1));
        let message = Self {
            base: format!(
                "\"@method\": GET\n\"@target-uri\": {url}\n\"approov-token\": {token}\n\"@signature-params\": {parameters}"
            )
            .into(),
            signature: STANDARD.decode(signature.trim_matches(':')).unwrap(),
            request: {
                let signature_headers = signature_headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                let headers: Vec<_> = headers.into_iter().chain(signature_headers).collect();
                request(&approov, &headers)
            },
        };
        assert!(accepts(&message.request));
        assert!(!accepts(&request(&approov, &headers)));
        message
    }

    fn check(&self) {
        assert!(accepts(black_box(&self.request)));
    }
}

fn accepts(request: &HttpRequest) -> bool {
    request.extensions_mut().clear();
    ApproovSignature::from_request(request, &mut Payload::None)
        .into_inner()
        .is_ok()
}

/// The fastest that the backend offers: with the key read beforehand.
#[cfg(feature = "aws-lc-rs")]
fn p256_verifier(spki: &[u8]) -> impl Fn(&[u8], &[u8]) -> bool + use<> {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};

    let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, spki).unwrap();
    move |message, signature| key.verify_sig(message, signature).is_ok()
}

#[cfg(not(feature = "aws-lc-rs"))]
fn p256_verifier(spki: &[u8]) -> impl Fn(&[u8], &[u8]) -> bool + use<> {
    use p256::{
        ecdsa::{Signature, VerifyingKey, signature::Verifier as _},
        pkcs8::DecodePublicKey as _,
    };

    let key = VerifyingKey::from_public_key_der(spki).unwrap();
    move |message, signature| key.verify(message, &Signature::from_slice(signature).unwrap()).is_ok()
}
