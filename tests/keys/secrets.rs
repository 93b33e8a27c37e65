//! Texts that are no account secret in base64, or a worthless one. The refusal is how the sentence of the error ends.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::Attack;
use crate::{keys::TestKey, tables::cells, token};

const EMPTY: &str = "is empty";
const PLACEHOLDER: &str = "is still the placeholder of a quickstart; use the output of `approov secret -get base64`";
const BASE64: &str = "is not base64; use the output of `approov secret -get base64`, unchanged";
const SHORT: &str = "is too short: the decoded secret must have at least 32 bytes";
const ONE_BYTE: &str = "is the same byte again and again, which anyone can guess";

/// Texts for a configuration with one secret.
#[must_use]
pub fn secrets() -> Vec<Attack> {
    let same = |byte: u8, length: usize| STANDARD.encode(vec![byte; length]);
    let tables = [
        (EMPTY, "∅ | ␠ | ␊ | ␠⇥␍␊␠"),
        (
            PLACEHOLDER,
            "approov_base64_secret_here | APPROOV_BASE64_SECRET_HERE | ␠approov-base64-encoded-secret-here␊
            __ADD_HERE_THE_APPROOV_BASE64_SECRET__ | approov_base64url_secret_here",
        ),
        // `@` is a good one.
        (
            BASE64,
            "secret | your-256-bit-secret | pass word! | ${APPROOV_BASE64_SECRET} | <secret> | null, | A | ==== | \"@\"
            '@' | @= | =@ | @@ | @␀ | @é | @\u{feff} | @\u{a0} | @% | APPROOV_BASE64_SECRET=@",
        ),
        (
            SHORT,
            "changeme | password | null | true | 12345678 | AAAA | secretsecretsecretsecretsecret12",
        ),
    ];
    let texts = [
        (BASE64, token::SECRET[..85].to_owned()),
        (BASE64, TestKey::new("RS256").pem()),
        (BASE64, token::good()),
        (SHORT, same(7, 1)),
        (SHORT, same(7, 16)),
        (SHORT, same(7, 31)),
        (ONE_BYTE, same(7, 32)),
        (ONE_BYTE, same(7, 64)),
        (ONE_BYTE, same(0, 32)),
        (ONE_BYTE, "A".repeat(64)),
        (ONE_BYTE, "_".repeat(64)),
    ];
    let filled = |(refusal, table)| {
        cells(table)
            .into_iter()
            .map(move |cell| (refusal, cell.replace('@', token::SECRET)))
    };
    let all = tables.into_iter().flat_map(filled).chain(texts);
    all.map(|(refusal, text)| Attack::new(format!("secret for a server: {text:.60?}"), text, refusal))
        .collect()
}
