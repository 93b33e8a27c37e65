//! PEM texts: what is a public key, and what is none.

use std::fs;

use approov_actix::{Algorithm, Approov, Key, KeyFile};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use support::keys::{ALGORITHMS, CERTIFICATE, TestKey};
use tempfile::TempDir;

use super::{approov_with, verdict};

/// What is wrong with this text, which is the same in code and in a file.
fn fault(algorithm: &str, pem: &str) -> String {
    let algorithm: Algorithm = algorithm.parse().unwrap();
    let error = Key::from_pem(algorithm, pem).unwrap_err().to_string();
    let fault = error.strip_prefix("the text given to `Key::from_pem` ").unwrap();
    let file_fault = file_fault(algorithm, pem.as_bytes());
    if !matches!(algorithm, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512) {
        assert_eq!(file_fault, fault);
    }
    fault.to_owned()
}

fn file_fault(algorithm: Algorithm, content: &[u8]) -> String {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("key.pem");
    fs::write(&path, content).unwrap();
    let builder = Approov::builder().keys(KeyFile::pem(algorithm, path));
    let error = builder.build().unwrap_err().to_string();
    let prefix = "the path given to `KeyFile::pem` names a file that ";
    error.strip_prefix(prefix).unwrap_or(&error).to_owned()
}

fn block(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

const PRIVATE: &str = "is a private key, which does not belong on a server that only verifies; use the public key";
const CERTIFICATE_FAULT: &str = "is a certificate; use its public key, from `openssl x509 -pubkey -noout`";
const PKCS1: &str = "is a public key in PKCS#1 form; convert it with `openssl rsa -RSAPublicKey_in -pubout`";
const TWO: &str = "has more than one PEM block; use one public key";
const NO_PEM: &str = "is not PEM";
const LABEL: &str = "is not a public key: its PEM label is not `PUBLIC KEY`";
const INVALID: &str = "is not a valid public key";
const NO_P256: &str = "is not a key on the curve P-256, which ES256 takes";
const NO_P384: &str = "is not a key on the curve P-384, which ES384 takes";
const NO_RSA: &str = "is not an RSA key, which the algorithm requires";
const NO_ED25519: &str = "is not an Ed25519 key, which EdDSA takes";

#[test]
fn private_keys() {
    for name in ALGORITHMS {
        let key = TestKey::new(name);
        if key.secret().is_some() {
            continue;
        }
        for private in key.private_pems() {
            for pem in [
                private.clone(),
                private.replace('\n', "\r\n"),
                format!("{}{private}", key.pem()),
                format!("{private}{}", key.pem()),
                format!("Bag Attributes\n    friendlyName: key\n{private}"),
            ] {
                assert_eq!(fault(name, &pem), PRIVATE, "{pem}");
            }
        }
    }
    assert_eq!(fault("ES256", &block("ENCRYPTED PRIVATE KEY", b"anything")), PRIVATE);
    assert_eq!(fault("EdDSA", &block("OPENSSH PRIVATE KEY", b"anything")), PRIVATE);
}

#[test]
fn keys_of_another_type() {
    let names = ["RS256", "PS512", "ES256", "ES384", "EdDSA"];
    for (wanted, expected) in names.into_iter().zip([NO_RSA, NO_RSA, NO_P256, NO_P384, NO_ED25519]) {
        for name in names {
            let key = TestKey::new(name);
            let both_rsa = expected == NO_RSA && ["RS256", "PS512"].contains(&name);
            if wanted != name && !both_rsa {
                assert_eq!(fault(wanted, &key.pem()), expected, "{name} for {wanted}");
            }
        }
    }
    for hmac in ["HS256", "HS384", "HS512"] {
        for name in names {
            let fault = fault(hmac, &TestKey::new(name).pem());
            assert_eq!(
                fault,
                "is a public key, and the algorithm is an HMAC, which takes a secret"
            );
            let file_fault = file_fault(hmac.parse().unwrap(), TestKey::new(name).pem().as_bytes());
            let expected = format!(
                "the path given to `KeyFile::pem` names a file with a public key, but the algorithm {hmac} is an HMAC, which takes a secret"
            );
            assert_eq!(file_fault, expected);
        }
    }
    for key in names.map(TestKey::new) {
        assert!(Key::from_secret(key.algorithm().parse().unwrap(), key.pem().as_bytes()).is_err());
    }
}

#[test]
fn texts_that_are_no_public_key() {
    let (rsa, ec, ed) = (TestKey::new("RS256"), TestKey::new("ES256"), TestKey::new("EdDSA"));
    let short = TestKey::rsa_1024("RS256");
    let pem = ec.pem();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let end = pem.find("-----END").unwrap();
    let der = ec.der();
    let with_last_byte = |byte: u8| [&der[..der.len() - 1], &[byte]].concat();
    for (name, text, expected) in [
        ("ES256", CERTIFICATE, CERTIFICATE_FAULT),
        ("RS256", &rsa.pkcs1_pem(), PKCS1),
        ("PS256", &rsa.pkcs1_pem(), PKCS1),
        ("RS256", &short.pem(), "is an RSA key of less than 2048 bits"),
        ("PS512", &short.pem(), "is an RSA key of less than 2048 bits"),
        ("ES256", &pem.repeat(2), TWO),
        ("ES256", &format!("{pem}{}", TestKey::other("ES256").pem()), TWO),
        ("ES256", &format!("{pem}{CERTIFICATE}"), TWO),
        ("ES256", &format!("{}{pem}", block("EC PARAMETERS", b"anything")), TWO),
        ("ES256", "", NO_PEM),
        ("ES256", " \n", NO_PEM),
        ("ES256", "junk", NO_PEM),
        ("ES256", &body, NO_PEM),
        ("ES256", &ec.jwk(None).to_string(), NO_PEM),
        ("ES256", &pem[..end], NO_PEM),
        ("ES256", &pem[..pem.len() - 8], NO_PEM),
        ("ES256", &pem[20..], NO_PEM),
        ("ES256", &pem.replace("END PUBLIC", "END PRIVATE"), NO_PEM),
        ("ES256", &pem.replace("-----", "----"), NO_PEM),
        ("ES256", &pem.replacen('E', "!", 4).replace("B!GIN", "BEGIN"), NO_PEM),
        ("ES256", &pem.replace("PUBLIC KEY", "EC PUBLIC KEY"), LABEL),
        ("ES256", &pem.replace("PUBLIC KEY", "public key"), LABEL),
        ("ES256", &block("X509 CRL", &der), LABEL),
        ("ES256", &block("PUBLIC KEY", b""), INVALID),
        ("ES256", &block("PUBLIC KEY", b"anything"), INVALID),
        ("ES256", &block("PUBLIC KEY", &der[..der.len() - 1]), INVALID),
        ("ES256", &block("PUBLIC KEY", &[der.as_slice(), &[0]].concat()), INVALID),
        (
            "ES256",
            &block("PUBLIC KEY", &with_last_byte(der[der.len() - 1] ^ 1)),
            "is not a valid key",
        ),
        (
            "EdDSA",
            &block("PUBLIC KEY", &ed25519_of_31_bytes(&ed)),
            "is not a valid Ed25519 key",
        ),
        (
            "RS256",
            &block("PUBLIC KEY", &rsa_of_junk(&rsa)),
            "is not a valid RSA key",
        ),
    ] {
        assert_eq!(fault(name, text), expected, "{name}, {text}");
    }
}

/// One byte shorter, with lengths that fit.
fn ed25519_of_31_bytes(key: &TestKey) -> Vec<u8> {
    let mut der = key.der();
    assert_eq!((der.len(), der[1], der[10]), (44, 42, 33));
    der.pop();
    der[1] -= 1;
    der[10] -= 1;
    der
}

/// With something else where modulus and exponent are.
fn rsa_of_junk(key: &TestKey) -> Vec<u8> {
    let mut der = key.der();
    assert_eq!(der[24], 0x30);
    der[24] = 0x31;
    der
}

/// Keys that could be read, but not by every backend. They are refused rather than used here and not there.
#[test]
fn rare_encodings() {
    let ec = TestKey::new("ES256").der();
    let (prefix, point) = ec.split_at(26);
    let (x, y) = point[1..].split_at(32);
    let sign = y[31] & 1;
    let mut shorter = prefix.to_vec();
    shorter[1] -= 32;
    shorter[24] -= 32;
    let compressed = [shorter.as_slice(), &[2 + sign], x].concat();
    let hybrid = [prefix, &[6 + sign], x, y].concat();
    let mut pss = TestKey::new("PS256").der();
    // From the object identifier of any RSA key to that of a key for PSS alone.
    assert_eq!(pss[16], 1);
    pss[16] = 10;
    for (name, der, fault) in [
        ("ES256", compressed, "has its point in compressed form"),
        ("ES256", hybrid, "is not a key on the curve P-256"),
        ("PS256", pss, "is an RSA key of the type id-RSASSA-PSS"),
    ] {
        let error = Key::from_pem(name.parse().unwrap(), &block("PUBLIC KEY", &der)).unwrap_err();
        assert!(error.to_string().contains(fault), "{error}");
    }
}

#[test]
fn bytes_that_are_no_text() {
    for name in ["RS256", "ES256", "ES384", "EdDSA"] {
        let key = TestKey::new(name);
        assert_eq!(
            file_fault(key.algorithm().parse().unwrap(), &[key.der(), vec![0xFF]].concat()),
            "is not text",
            "{name}"
        );
    }
}

/// As they come out of editors, of Windows, and of openssl. The key set's `kid` is not in the PEM, so tokens may have
/// any.
#[test]
fn forms_of_a_good_key() {
    for name in ALGORITHMS {
        let (key, other) = (TestKey::new(name), TestKey::other(name));
        if key.secret().is_some() {
            continue;
        }
        let pem = key.pem();
        let tokens = [None, Some(""), Some("any")].map(|kid| key.token(kid));
        let forged = other.token(None);
        for text in [
            pem.clone(),
            pem.replace('\n', "\r\n"),
            pem.trim_end().to_owned(),
            format!("\n\n{pem}\n\n"),
            format!("\u{feff}{pem}"),
            format!("Public-Key: of the key set 2026\n# a note\n{pem}"),
            format!("{pem}a note\n"),
            block("PUBLIC KEY", &key.der()),
        ] {
            let approov = approov_with([Key::from_pem(name.parse().unwrap(), &text).unwrap()]);
            for token in &tokens {
                assert_eq!(verdict(&approov, token), Ok(()), "{text}");
            }
            assert!(verdict(&approov, &forged).is_err(), "{text}");
        }
    }
}

/// Errors go to logs, which others read.
#[test]
fn no_error_shows_a_key() {
    for name in ["RS256", "ES256", "EdDSA"] {
        let key = TestKey::new(name);
        let other = if name == "ES256" { "EdDSA" } else { "ES256" };
        for pem in key.private_pems().iter().chain([&key.pem(), &key.pem().repeat(2)]) {
            let error = Key::from_pem(other.parse().unwrap(), pem).unwrap_err();
            let shown = format!("{error} {error:?}");
            let body = pem.lines().filter(|line| !line.starts_with('-'));
            assert!(
                body.clone().count() > 0 && body.clone().all(|line| !shown.contains(line)),
                "{shown}"
            );
        }
    }
    let secret = [0x41; 31];
    let error = Key::from_secret(Algorithm::HS256, &secret).unwrap_err();
    let shown = format!("{error} {error:?}");
    for text in [
        "AAAA".to_owned(),
        STANDARD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        format!("{:?}", &secret[..3]),
    ] {
        assert!(!shown.contains(&text), "{shown}");
    }
}
