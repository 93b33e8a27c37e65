//! PEM texts: what is a public key, and what is none.

use std::fs;

use approov_actix::{Algorithm, Approov, Key, KeyFile};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use support::keys::{CERTIFICATE, HMACS, SIGNATURES, TestKey};
use tempfile::TempDir;

use super::algorithm;
use crate::keys::{SIGNATURE, assert_verdict, with};

const PRIVATE: &str = "is a private key, which does not belong on a server that only verifies; use the public key";
const PKCS1: &str = "is a public key in PKCS#1 form; convert it with `openssl rsa -RSAPublicKey_in -pubout`";
const PSS: &str = "is an RSA key of the type id-RSASSA-PSS; use one of the type rsaEncryption";
const TWO: &str = "has more than one PEM block; use one public key";
const NO_PEM: &str = "is not PEM";
const LABEL: &str = "is not a public key: its PEM label is not `PUBLIC KEY`";
const INVALID: &str = "is not a valid public key";
const COMPRESSED: &str = "has its point in compressed form, which is not supported";
const NO_P256: &str = "is not a key on the curve P-256, which ES256 takes";
const NO_P384: &str = "is not a key on the curve P-384, which ES384 takes";
const NO_RSA: &str = "is not an RSA key, which the algorithm requires";
const NO_ED25519: &str = "is not an Ed25519 key, which EdDSA takes";

/// The fault of this text in code, and that of a file with it.
fn faults(algorithm: Algorithm, pem: &str) -> (String, String) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("key.pem");
    fs::write(&path, pem).unwrap();
    let file = Approov::builder().keys(KeyFile::pem(algorithm, path)).build();
    let error = Key::from_pem(algorithm, pem).unwrap_err().to_string();
    let file_error = file.unwrap_err().to_string();
    let rest = |error: &str, start| error.strip_prefix(start).unwrap().to_owned();
    (
        rest(&error, "the text given to `Key::from_pem` "),
        rest(&file_error, "the path given to `KeyFile::pem` names a file "),
    )
}

#[track_caller]
fn assert_fault(algorithm: &str, pem: &str, fault: &str) {
    let both = (fault.to_owned(), format!("that {fault}"));
    assert_eq!(faults(algorithm.parse().unwrap(), pem), both, "{algorithm}, {pem}");
}

fn block(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

#[test]
fn private_keys() {
    for name in SIGNATURES {
        let (public, private) = (TestKey::new(name).pem(), TestKey::new(name).private_pem());
        for pem in [format!("{public}{private}"), format!("{private}{public}"), private] {
            assert_fault(name, &pem, PRIVATE);
        }
    }
    for kind in ["RSA", "EC", "ENCRYPTED", "OPENSSH"] {
        assert_fault("ES256", &block(&format!("{kind} PRIVATE KEY"), b"anything"), PRIVATE);
    }
}

#[test]
fn keys_of_another_type() {
    let keys = ["RS256", "PS512", "ES256", "ES384", "EdDSA"].map(TestKey::new);
    for key in &keys {
        for (wanted, fault) in keys.iter().zip([NO_RSA, NO_RSA, NO_P256, NO_P384, NO_ED25519]) {
            if wanted.der() != key.der() {
                assert_fault(wanted.algorithm(), &key.pem(), fault);
            }
        }
        for hmac in HMACS {
            let fault = "is a public key, and the algorithm is an HMAC, which takes a secret".to_owned();
            let in_file = format!("with a public key, but the algorithm {hmac} is an HMAC, which takes a secret");
            assert_eq!(faults(hmac.parse().unwrap(), &key.pem()), (fault, in_file));
        }
        assert!(Key::from_secret(algorithm(key), key.pem().as_bytes()).is_err());
    }
}

/// The last ones could be read, but not by every backend: they are refused rather than used here and not there.
#[test]
fn texts_that_are_no_public_key() {
    let (rsa, ec, ed) = (TestKey::new("RS256"), TestKey::new("ES256"), TestKey::new("EdDSA"));
    let pem = ec.pem();
    for (text, fault) in [
        (
            CERTIFICATE,
            "is a certificate; use its public key, from `openssl x509 -pubkey -noout`",
        ),
        (&format!("{pem}{}", TestKey::other("ES256").pem()), TWO),
        (&format!("{pem}{CERTIFICATE}"), TWO),
        (&format!("{}{pem}", block("EC PARAMETERS", b"anything")), TWO),
        ("", NO_PEM),
        ("junk", NO_PEM),
        (&ec.jwk(None).to_string(), NO_PEM),
        (&pem[..pem.find("-----END").unwrap()], NO_PEM),
        (&pem.replace("END PUBLIC", "END PRIVATE"), NO_PEM),
        (&pem.replacen('E', "!", 4).replace("B!GIN", "BEGIN"), NO_PEM),
        (&pem.replace("PUBLIC KEY", "EC PUBLIC KEY"), LABEL),
        (&pem.replace("PUBLIC KEY", "public key"), LABEL),
    ] {
        assert_fault("ES256", text, fault);
    }

    let der = ec.der();
    let (most, last) = der.split_at(der.len() - 1);
    let (prefix, point) = der.split_at(26);
    let (x, y) = point[1..].split_at(32);
    let sign = y[31] & 1;
    let compressed = [&changed(prefix, &[(1, 57), (24, 34)]), &[2 + sign][..], x].concat();
    // One byte shorter, with lengths that fit.
    let short = changed(&ed.der()[..43], &[(1, 41), (10, 32)]);
    // With something else where modulus and exponent are.
    let without_numbers = changed(&rsa.der(), &[(24, 0x31)]);
    // From the object identifier of any RSA key to that of a key for PSS alone.
    let for_pss = changed(&rsa.der(), &[(16, 10)]);
    for (name, der, fault) in [
        ("ES256", vec![], INVALID),
        ("ES256", most.to_vec(), INVALID),
        ("ES256", [&der, &[0][..]].concat(), INVALID),
        ("ES256", [most, &[last[0] ^ 1]].concat(), "is not a valid key"),
        ("EdDSA", short, "is not a valid Ed25519 key"),
        ("RS256", without_numbers, "is not a valid RSA key"),
        (
            "RS256",
            TestKey::rsa_1024("RS256").der(),
            "is an RSA key of less than 2048 bits",
        ),
        ("ES256", compressed, COMPRESSED),
        ("ES256", [prefix, &[6 + sign], x, y].concat(), NO_P256),
        ("PS256", for_pss, PSS),
    ] {
        assert_fault(name, &block("PUBLIC KEY", &der), fault);
    }
    assert_fault("PS256", &rsa.pkcs1_pem(), PKCS1);
}

/// With other bytes in these places.
fn changed(der: &[u8], bytes: &[(usize, u8)]) -> Vec<u8> {
    let mut der = der.to_vec();
    for (place, byte) in bytes {
        assert_ne!(der[*place], *byte);
        der[*place] = *byte;
    }
    der
}

/// As they come out of editors, of Windows, and of openssl. The key set's `kid` is not in the PEM, so tokens may have
/// any.
#[test]
fn forms_of_a_good_key() {
    for name in SIGNATURES {
        let key = TestKey::new(name);
        let pem = key.pem();
        for text in [
            pem.replace('\n', "\r\n"),
            pem.trim_end().to_owned(),
            format!("\u{feff}{pem}"),
            format!("Public-Key: of the key set 2026\n# a note\n\n{pem}a note\n"),
            block("PUBLIC KEY", &key.der()),
        ] {
            let approov = with(Key::from_pem(algorithm(&key), &text).unwrap());
            for kid in [None, Some(""), Some("any")] {
                assert_verdict(&approov, &key.token(kid), Ok(()), &text);
            }
            assert_verdict(&approov, &TestKey::other(name).token(None), SIGNATURE, &text);
        }
    }
}

/// Errors go to logs, which others read.
#[test]
fn no_error_shows_a_key() {
    for (name, other) in [("RS256", "ES256"), ("ES256", "EdDSA"), ("EdDSA", "ES256")] {
        let key = TestKey::new(name);
        for pem in [key.private_pem(), key.pem()] {
            let error = Key::from_pem(other.parse().unwrap(), &pem).unwrap_err();
            let shown = format!("{error} {error:?}");
            let mut body = pem.lines().filter(|line| !line.starts_with('-'));
            assert!(!body.any(|line| shown.contains(line)), "{shown}");
        }
    }
    let error = Key::from_secret(Algorithm::HS256, b"AAAAAAAAAAAA").unwrap_err();
    let shown = format!("{error} {error:?}");
    for text in ["AAAA", &STANDARD.encode(b"AAAAAAAAAAAA"), "65, 65"] {
        assert!(!shown.contains(text), "{shown}");
    }
}
