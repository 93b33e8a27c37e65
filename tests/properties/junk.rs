//! Bytes that mean nothing are refused: no panic, no server's fault.

use std::sync::LazyLock;

use actix_web::{FromRequest as _, http::header::HeaderValue, test::TestRequest};
use approov_actix::{Algorithm, Approov, ApproovSignature, Key, KeySet, SignaturePolicy};
use futures_util::FutureExt as _;
use proptest::{collection, prelude::*, sample::select};
use support::{tables::cells, token};

use super::{any_byte, verdict};
use crate::signing_by;

static APPROOV: LazyLock<Approov> = LazyLock::new(|| signing_by(SignaturePolicy::required()).build().unwrap());

/// Pieces of structured fields in any order: more of it is nearly right than of random bytes.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let table = r#"
        install | account | sig1 | = | ( | ) | ; | , | ␠ | " | \ | : | ?1 | ?0 | @method | @target-uri | approov-token
        "@method" | "@target-uri" | "approov-token" | "content-digest" | "@query-param";name="a" | ;sf | ;bs | ;key="a"
        ;created=1700000000 | ;expires=1 | ;alg="hmac-sha256" | ;nonce | - | 1 | 999999999999999 | 1.5 | :AAAA: | * | @1
        é
    "#;
    let piece = select(cells(table));
    collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #[test]
    fn as_a_token(value in prop_oneof![collection::vec(any_byte(), 0..300), "[A-Za-z0-9_.=-]{0,300}".prop_map(String::into_bytes)]) {
        let request = TestRequest::default()
            .app_data(APPROOV.clone())
            .insert_header(("Approov-Token", HeaderValue::from_bytes(&value).unwrap()))
            .to_http_request();
        prop_assert!(!verdict(&request).unwrap_err().is_server_fault());
        prop_assert!(APPROOV.verify_token(&String::from_utf8_lossy(&value)).is_err());
    }

    #[test]
    fn as_a_signature(fields in collection::vec((select(vec!["Signature", "Signature-Input", "Content-Digest", "Signature-Base-Digest"]),
        prop_oneof![pieces(), collection::vec(any_byte(), 0..100)]), 0..5)) {
        let mut request = TestRequest::default().app_data(APPROOV.clone()).append_header(("Approov-Token", token::good()));
        for (name, value) in fields {
            request = request.append_header((name, HeaderValue::from_bytes(&value).unwrap()));
        }
        let verdict = ApproovSignature::extract(&request.to_http_request()).now_or_never().unwrap();
        prop_assert!(!verdict.unwrap_err().rejection().is_server_fault());
    }

    #[test]
    fn as_keys(text: String) {
        for text in [text.clone(), format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n")] {
            prop_assert!(KeySet::from_jwks(&text).is_err());
            prop_assert!(Key::from_pem(Algorithm::ES256, &text).is_err());
            prop_assert!(Key::from_base64_secret(&text).is_err() || text.len() >= 43);
        }
    }
}
