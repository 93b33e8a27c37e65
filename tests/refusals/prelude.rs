//! What rows are made with: tokens, header lines and signed requests, free to make every mistake.

pub(super) use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
pub(super) use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub(super) use super::{
    AUDIENCE, Case, ISSUER, KID,
    Server::{
        Authorization, Blocking, Bound, BoundToTwo, IssuerAndAudience, KeyWithId, Lenient, Secret, Signing,
        SigningBodies,
    },
};
pub(super) use crate::{
    client::Request,
    keys::{ALGORITHMS, TestKey},
    signing::{self, Key, Message, Signature, bytes, sha256, sha512},
    tables::{cells, filled, filled_text, hex, named, pairs},
    token::{self, SECRET, now},
};

/// The usual header.
pub(super) const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// Claims for an hour: however long all rows take, none of them expires by itself.
pub(super) fn payload() -> String {
    token::claims(&json!({ "exp": now() + 3600 })).to_string()
}

/// What the server has.
pub(super) fn secret() -> Vec<u8> {
    STANDARD.decode(SECRET).unwrap()
}

pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A well-signed token of these bytes.
pub(super) fn sign(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    sign_segments(&encode(header), &encode(payload))
}

/// A well-signed token whose segments are already encoded, in whatever way.
pub(super) fn sign_segments(header: &str, payload: &str) -> String {
    sign_with(&secret(), header, payload)
}

/// The same with any secret.
pub(super) fn sign_with(secret: &[u8], header: &str, payload: &str) -> String {
    let message = format!("{header}.{payload}");
    let signature = TestKey::hmac("HS256", secret).signature(message.as_bytes());
    format!("{message}.{}", encode(signature))
}

/// A token with this header that nobody has signed.
pub(super) fn unsigned(header: &str) -> String {
    format!("{}.{}.", encode(header), encode(payload()))
}

/// A well-signed token with this member beside the algorithm.
pub(super) fn with_header(member: &str) -> String {
    sign(format!(r#"{{"alg":"HS256",{member}}}"#), payload())
}

/// A well-signed token with this payload.
pub(super) fn with_payload(json: &str) -> String {
    sign(HEADER, json)
}

/// A well-signed token whose claim is this JSON, whatever it is.
pub(super) fn with_claim(claim: &str, json: &str) -> String {
    let mut claims = json!({ "exp": now() + 3600 });
    claims[claim] = Value::Null;
    let payload = token::claims(&claims).to_string();
    with_payload(&payload.replacen('{', &format!(r#"{{"{claim}":{json},"#), 1))
}

/// A good token.
pub(super) fn good() -> String {
    sign(HEADER, payload())
}

/// What a forger has in place of the secret.
pub(super) const OWN: &[u8] = &[0x77; 32];

/// A token that a forger has signed.
pub(super) fn forged(header: &str, payload: &str) -> String {
    sign_with(OWN, &encode(header), &encode(payload))
}

/// Header and payload of a good token, and its signature.
pub(super) fn message_and_signature() -> (String, Vec<u8>) {
    let good = good();
    let (message, signature) = good.rsplit_once('.').unwrap();
    (message.to_owned(), URL_SAFE_NO_PAD.decode(signature).unwrap())
}

/// The text with what is of a good token in place of the names in braces: the segments `h`, `p` and `s`, what is in
/// them (`header`, `payload` and `mac`), and the `secret` with its `text`.
pub(super) fn of_good(text: &str) -> Vec<u8> {
    let (message, mac) = message_and_signature();
    let (h, p) = message.split_once('.').unwrap();
    let (s, payload) = (encode(&mac), payload());
    let values: [(_, &[u8]); 8] = [
        ("h", h.as_bytes()),
        ("p", p.as_bytes()),
        ("s", s.as_bytes()),
        ("header", HEADER.as_bytes()),
        ("payload", payload.as_bytes()),
        ("mac", &mac),
        ("secret", &secret()),
        ("text", SECRET.as_bytes()),
    ];
    filled(text, &values)
}

/// Two tokens in one value: `¦` in the table is what is between them.
pub(super) fn lists(table: &str, by: &str) -> Vec<(String, String)> {
    let (good, forged) = (good(), forged(HEADER, &payload()));
    let values = [("good", &*good), ("forged", &forged)];
    named(table, |row| filled_text(&row.replace('¦', by), &values))
}

/// What is in a list of two tokens.
pub(super) const LISTS: &str = "{good}¦{good} | {good}¦{forged} | {forged}¦{good} | {good}¦Bearer {good}
    Bearer {good}¦{good} | {good}¦{good}¦{good}";

/// A well-signed token of this issuer for this audience.
pub(super) fn issued_for(iss: &Value, aud: &Value) -> String {
    with_payload(&token::claims(&json!({ "exp": now() + 3600, "iss": iss, "aud": aud })).to_string())
}

/// Texts that are almost this one.
pub(super) fn others(text: &str) -> impl Iterator<Item = Value> {
    let table = r#"{t}␠ | ␠{t} | {t}␀ | {t}␊ | {t}. | {t}/ | {t}.attacker.example | attacker.example/{t} | x.{t} | x{t}
        https://{t} | {t},{t} | {t} x | ["{t}"] | ∅ | ␠ | * | {t upper} | {t .→。} | {t a→а} | {t .→} | {t 1..}"#;
    named(table, |cell| filled_text(cell, &[("t", text)]))
        .into_iter()
        .map(|(_, other)| other.into())
}

/// A token with this id of a key, signed with this secret.
pub(super) fn with_kid(secret: &[u8], kid: &str) -> String {
    let header = json!({ "alg": "HS256", "kid": kid }).to_string();
    sign_with(secret, &encode(header), &encode(payload()))
}

/// Ids that other servers took for a path, a query or a command, and what the forger knew to be found there.
pub(super) fn key_ids() -> impl Iterator<Item = (String, &'static [u8])> {
    let tables: [(_, &[u8]); 4] = [
        (KEY_IDS_OF_NOTHING, b""),
        ("/dev/zero", &[0; 32]),
        (KEY_IDS_OF_TEXT, b"AAAA"),
        (KEY_IDS_OF_THE_FORGER, OWN),
    ];
    let ids = |(table, secret)| cells(table).into_iter().map(move |id| (filled_text(&id, &[]), secret));
    tables.into_iter().flat_map(ids)
}

/// Distinct, and short enough to be read where a test fails.
pub(super) fn short(kid: &str) -> String {
    format!("{kid:.60?} of {}", kid.len())
}

const KEY_IDS_OF_NOTHING: &str = r#"
    ∅ | /dev/null | ../../../../../../dev/null | ..\..\..\NUL | file:///dev/null | %2e%2e%2f%2e%2e%2fdev%2fnull
    ....//....//dev/null | /dev/null␀.pem | 0 UNION SELECT NULL | '; UPDATE keys SET k = ''; --␠
    <!DOCTYPE x SYSTEM "file:///dev/null">
"#;
const KEY_IDS_OF_TEXT: &str = r#"
    ' UNION SELECT 'AAAA' --␠ | x' UNION SELECT 'AAAA';-- | " UNION SELECT "AAAA" --␠ | data:,AAAA | $(echo AAAA)
"#;
const KEY_IDS_OF_THE_FORGER: &str = r#"
    file:///proc/self/environ | ' OR 1=1 LIMIT 1 --␠ | {"$ne": null} | *)(kid=* | ' or '1'='1 | http://127.0.0.1:9/key
    https://attacker.example/key.pem | ${jndi:ldap://127.0.0.1/a} | {{7*7}} | a␍␊Set-Cookie: b=c | __proto__
    /proc/sys/kernel/ngroups_max | {0x6b ×700} | {0xc3a9 ×700} | {0xf09f9880 ×700} | {0x00 ×700} | {0x22 ×700}
"#;

/// `none`, as it and its like are written.
pub(super) const NONE: &str = "
    none | nonE | noNe | noNE | nOne | nOnE | nONe | nONE | None | NonE | NoNe | NoNE | NOne | NOnE | NONe | NONE
    ∅ | ␠ | none␠ | ␠none | none␀ | ␀none | none␊ | none⇥ | \u{feff}none | no\u{200b}ne | nonе | ｎｏｎｅ | noné
    none,HS256 | HS256,none | null | nil | undefined | false | 0 | NULL | empty | plain | unsecured | unsigned
    no | n0ne | none256 | HSnone
";

/// As many members as asked for, each behind a comma.
pub(super) fn members(count: usize) -> String {
    (0..count).map(|i| format!(r#","{i}":0"#)).collect::<Vec<_>>().concat()
}

/// Lists in a list.
pub(super) fn deep(depth: usize) -> String {
    "[".repeat(depth) + &"]".repeat(depth)
}

/// The longest token that is read.
pub(super) const MAX_LENGTH: usize = 8192;

/// All that follows the path of a request with these header lines, each with its end.
pub(super) fn lines(lines: impl AsRef<[u8]>) -> Vec<u8> {
    rest("", lines)
}

/// The same with a query, or whatever else follows the path.
pub(super) fn rest(after_path: &str, lines: impl AsRef<[u8]>) -> Vec<u8> {
    let start = format!("{after_path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    [start.as_bytes(), lines.as_ref(), b"\r\n"].concat()
}

/// The token header with this token.
pub(super) fn token_line(token: &str) -> String {
    format!("Approov-Token: {token}\r\n")
}

/// The device that one server blocks.
pub(super) const BLOCKED: &str = "blocked-device";

/// To what tokens are bound. Its hash has both letters in which the alphabets of base64 differ.
pub(super) const USER: &str = "Bearer user-token-24";
/// The second value, where two headers are bound.
pub(super) const DEVICE: &str = "device-1";

/// What `pay` has in base64.
pub(super) fn hash(value: impl AsRef<[u8]>) -> Vec<u8> {
    Sha256::digest(value).to_vec()
}

/// The lines of a request with a token that says it is bound to `pay`.
pub(super) fn with_pay(pay: impl Into<Value>, lines: impl AsRef<[u8]>) -> Vec<u8> {
    let token = token::with(&json!({ "pay": pay.into() }));
    [token_line(&token).as_bytes(), lines.as_ref()].concat()
}

/// The same with a token that is bound to this value.
pub(super) fn bound(value: impl AsRef<[u8]>, lines: impl AsRef<[u8]>) -> Vec<u8> {
    with_pay(STANDARD.encode(hash(value)), lines)
}

/// The line of the bound header.
pub(super) fn user(value: impl AsRef<[u8]>) -> Vec<u8> {
    [b"Authorization: ", value.as_ref(), b"\r\n"].concat()
}

/// The lines of both headers, where two are bound.
pub(super) fn user_and_device(value: &str, device: &str) -> Vec<u8> {
    [user(value), format!("X-Device-Id: {device}\r\n").into()].concat()
}

/// The lines of a request whose token has these members in front of its claims.
pub(super) fn with_members(members: &str, lines: impl AsRef<[u8]>) -> Vec<u8> {
    let claims = token::claims(&json!({})).to_string();
    let token = with_payload(&claims.replacen('{', &format!("{{{members},"), 1));
    [token_line(&token).as_bytes(), lines.as_ref()].concat()
}

/// A token beside a good, a wrong and an empty value of the bound header.
pub(super) fn beside_bound(token: &str) -> [(&'static str, Vec<u8>); 3] {
    [("right", USER), ("wrong", "x"), ("empty", "")]
        .map(|(name, value)| (name, [token_line(token).into(), user(value)].concat()))
}

/// The message that is signed.
pub(super) fn order() -> Message {
    Message::order()
}

pub(super) fn install() -> Signature {
    Signature::install(&order())
}

pub(super) fn account() -> Signature {
    Signature::account(&order())
}

pub(super) fn created() -> String {
    format!(";created={}", now())
}

/// Further than age and skew may be, however slow the test is.
pub(super) const FAR: u64 = 100_000;

/// Each signed by both, with these parameters.
pub(super) fn with_parameters(rows: impl IntoIterator<Item = String>) -> Vec<(String, Signature)> {
    let by = |signature: Signature, row: &str| (format!("{} {row}", signature.label), signature.parameters(row));
    let of_both = |row: String| [install(), account()].map(|signature| by(signature, &row));
    rows.into_iter().flat_map(of_both).collect()
}

/// The message with these signatures.
pub(super) fn signed(signatures: &[&Signature]) -> Request {
    order().request().signed(signatures)
}

/// The message with another header that is signed.
pub(super) fn replaced(name: &str, value: &str) -> Request {
    order().replace(name, value).signed()
}

/// The message with these lines of both headers.
pub(super) fn pair(inputs: &[&str], signatures: &[&str]) -> Request {
    let inputs = inputs.iter().map(|value| ("Signature-Input", value));
    let signatures = signatures.iter().map(|value| ("Signature", value));
    let lines = inputs.chain(signatures);
    lines.fold(order().request(), |request, (name, value)| request.header(name, value))
}

/// The message with a signature whose bytes are written in this form.
pub(super) fn spelt(signature: &Signature, form: impl Fn(&[u8]) -> String) -> Request {
    let input = signature.list();
    let raw = signature.key.sign(signature.base().as_bytes());
    let label = &signature.label;
    pair(&[&format!("{label}={input}")], &[&format!("{label}={}", form(&raw))])
}
