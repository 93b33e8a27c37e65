//! Tokens that are signed with a secret that someone could guess, or with what a careless program makes of the right
//! one.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE},
};
use serde_json::json;
use sha2::{Digest as _, Sha256, Sha512};

use super::{Attack, HEADER, encode, hex, payload, secret, sign_with};
use crate::{
    keys::TestKey,
    token::{ARC, DEVICE_ID, OTHER_SECRET, SECRET},
};

pub(super) fn rows() -> Vec<Attack> {
    let guessed = GUESSED
        .into_iter()
        .map(|secret| (format!("{secret:?}"), secret.as_bytes().to_vec()));
    let rows = bytes().into_iter().chain(guessed).chain(misread());
    rows.map(|(name, secret)| {
        let token = sign_with(&secret, &encode(HEADER), &encode(payload()));
        Attack::new(format!("secret: {name}"), token, "token_signature")
    })
    .collect()
}

/// HMAC fills a key with zeros: the empty one is the same as up to 64 of them.
fn bytes() -> Vec<(String, Vec<u8>)> {
    let of =
        |byte: u8| [1, 16, 31, 32, 48, 64].map(|length| (format!("{length} times {byte:#04x}"), vec![byte; length]));
    let bytes = [0x00, 0x01, 0x20, 0x30, 0x41, 0x61, 0xa5, 0xff]
        .into_iter()
        .flat_map(of);
    let counted = [32, 64].map(|length| (format!("counted to {length}"), (0..length).collect()));
    let other = ("another secret".to_owned(), STANDARD.decode(OTHER_SECRET).unwrap());
    bytes
        .chain(counted)
        .chain([(String::new(), Vec::new()), other])
        .collect()
}

/// Words of lists, of examples, and of Approov's own samples.
const GUESSED: [&str; 75] = [
    "secret",
    "Secret",
    "SECRET",
    "secret1",
    "mysecret",
    "my-secret",
    "my_secret",
    "supersecret",
    "super-secret",
    "topsecret",
    "secretkey",
    "secret_key",
    "secret-key",
    "changeme",
    "change-me",
    "change_me",
    "CHANGE_ME",
    "password",
    "Password1",
    "passw0rd",
    "123456",
    "12345678",
    "1234567890",
    "qwerty",
    "letmein",
    "admin",
    "root",
    "test",
    "dev",
    "development",
    "production",
    "default",
    "example",
    "demo",
    "key",
    "private",
    "token",
    "jwt",
    "jwt_secret",
    "jwt-secret",
    "JWT_SECRET",
    "shhhhh",
    "hmac",
    "hs256",
    "HS256",
    "your-256-bit-secret",
    "your-384-bit-secret",
    "your-512-bit-secret",
    "your_jwt_secret",
    "a-string-secret-at-least-256-bits-long",
    "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",
    "GeneratedSecretKeyThatIsAtLeast32Bytes",
    "0123456789abcdef0123456789abcdef",
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
    "null",
    "undefined",
    "None",
    "nil",
    "false",
    "[object Object]",
    "{}",
    "\"\"",
    "approov",
    "Approov",
    "approov-token",
    "Approov-Token",
    "approov_base64_secret_here",
    "approov-base64-encoded-secret-here",
    "__ADD_HERE_THE_APPROOV_BASE64_SECRET__",
    "approov_base64url_secret_here",
    "APPROOV_BASE64_SECRET",
    "APPROOV_TOKEN_SECRET",
    "h+CX0tOzdAAR9l15bWAqvq7w9olk66daIH+Xk+IAHhVVHszjDzeGobzNnqyRze3lw",
    DEVICE_ID,
    ARC,
];

/// The right secret, not read as the base64 that it is, or altered.
fn misread() -> Vec<(String, Vec<u8>)> {
    let secret = secret();
    let hex = hex(&secret);
    let url_safe = URL_SAFE.encode(&secret);
    let letters: String = SECRET.chars().filter(char::is_ascii_alphanumeric).collect();
    let lenient = STANDARD_NO_PAD.decode(&letters[..letters.len() / 4 * 4]).unwrap();
    let mut swapped = secret.clone();
    swapped.chunks_mut(4).for_each(<[u8]>::reverse);
    let rows: [(&str, Vec<u8>); 31] = [
        ("its text", SECRET.as_bytes().to_vec()),
        ("its text without padding", SECRET.trim_end_matches('=').into()),
        ("its text with a line end", format!("{SECRET}\n").into()),
        ("its text in quotes", format!("\"{SECRET}\"").into()),
        ("its text in base64url", url_safe.clone().into()),
        (
            "its text in base64url without padding",
            url_safe.trim_end_matches('=').into(),
        ),
        ("its text in lower case", SECRET.to_lowercase().into()),
        ("its text backwards", SECRET.chars().rev().collect::<String>().into()),
        ("its text without + and /", letters.into()),
        ("its bytes, read without + and /", lenient),
        (
            "its text as UTF-16",
            SECRET.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
        ("its text in base64", STANDARD.encode(SECRET).into()),
        ("its variable", format!("APPROOV_BASE64_SECRET={SECRET}").into()),
        ("its hex text", hex.clone().into()),
        ("its hex text in capitals", hex.to_uppercase().into()),
        (
            "its bytes as Latin-1 in UTF-8",
            secret.iter().map(|byte| char::from(*byte)).collect::<String>().into(),
        ),
        (
            "its bytes as broken UTF-8",
            String::from_utf8_lossy(&secret).into_owned().into(),
        ),
        (
            "its bytes up to a zero",
            secret.split(|byte| *byte == 0).next().unwrap().to_vec(),
        ),
        ("backwards", secret.iter().rev().copied().collect()),
        ("with its words swapped", swapped),
        ("inverted", secret.iter().map(|byte| !byte).collect()),
        ("its first half", secret[..32].to_vec()),
        ("its second half", secret[32..].to_vec()),
        ("without its last byte", secret[..63].to_vec()),
        ("without its first byte", secret[1..].to_vec()),
        ("and a zero byte", [secret.as_slice(), &[0]].concat()),
        ("and a line end", [secret.as_slice(), b"\n"].concat()),
        ("twice", secret.repeat(2)),
        ("its SHA-256", Sha256::digest(&secret).to_vec()),
        ("its SHA-512", Sha512::digest(&secret).to_vec()),
        ("as a JWK", TestKey::hmac("HS256", &secret).jwk(None).to_string().into()),
    ];
    let mut rows: Vec<_> = rows
        .into_iter()
        .map(|(name, secret)| (name.to_owned(), secret))
        .collect();
    rows.push(("a list of it".to_owned(), json!([SECRET]).to_string().into()));
    rows
}
