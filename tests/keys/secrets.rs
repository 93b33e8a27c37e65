//! Texts that are no account secret in base64, or a worthless one. The refusal is how the sentence of the error ends.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::Attack;
use crate::token::SECRET;

const EMPTY: &str = "is empty";
const PLACEHOLDER: &str = "is still the placeholder of a quickstart; use the output of `approov secret -get base64`";
const BASE64: &str = "is not base64; use the output of `approov secret -get base64`, unchanged";
const SHORT: &str = "is too short: the decoded secret must have at least 32 bytes";
const ONE_BYTE: &str = "is the same byte again and again, which anyone can guess";

/// Texts for a configuration with one secret.
#[must_use]
pub fn secrets() -> Vec<Attack> {
    let sevens = |length: usize| STANDARD.encode(vec![7; length]);
    let rows = [
        (
            EMPTY,
            vec![String::new(), " ".to_owned(), "\n".to_owned(), " \t\r\n ".to_owned()],
        ),
        (
            PLACEHOLDER,
            [
                "approov_base64_secret_here",
                "APPROOV_BASE64_SECRET_HERE",
                " approov-base64-encoded-secret-here\n",
                "__ADD_HERE_THE_APPROOV_BASE64_SECRET__",
                "approov_base64url_secret_here",
            ]
            .map(str::to_owned)
            .into(),
        ),
        (
            BASE64,
            vec![
                "secret".to_owned(),
                "your-256-bit-secret".to_owned(),
                "pass word!".to_owned(),
                "${APPROOV_BASE64_SECRET}".to_owned(),
                "<secret>".to_owned(),
                "null,".to_owned(),
                "A".to_owned(),
                "====".to_owned(),
                format!("\"{SECRET}\""),
                format!("'{SECRET}'"),
                format!("{SECRET}="),
                format!("={SECRET}"),
                format!("{SECRET}{SECRET}"),
                format!("{SECRET}\0"),
                format!("{SECRET}é"),
                format!("{SECRET}\u{feff}"),
                format!("{SECRET}\u{a0}"),
                format!("{SECRET}%"),
                format!("APPROOV_BASE64_SECRET={SECRET}"),
                SECRET[..85].to_owned(),
                crate::keys::TestKey::new("RS256").pem(),
                crate::token::good(),
            ],
        ),
        (
            SHORT,
            vec![
                "changeme".to_owned(),
                "password".to_owned(),
                "null".to_owned(),
                "true".to_owned(),
                "12345678".to_owned(),
                "AAAA".to_owned(),
                "secretsecretsecretsecretsecret12".to_owned(),
                sevens(1),
                sevens(16),
                sevens(31),
            ],
        ),
        (
            ONE_BYTE,
            vec![
                sevens(32),
                sevens(64),
                STANDARD.encode([0; 32]),
                "A".repeat(64),
                "_".repeat(64),
            ],
        ),
    ];
    let named = |(refusal, texts): (&'static str, Vec<String>)| {
        texts
            .into_iter()
            .map(move |text| Attack::new(format!("secret for a server: {text:.60?}"), text, refusal))
    };
    rows.into_iter().flat_map(named).collect()
}
