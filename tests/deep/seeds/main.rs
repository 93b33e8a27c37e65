//! Writes what the fuzzers start from: the corpus of attacks and requests that are good, in the notation of each fuzz
//! target. Started by `tests/deep/fuzz`.

use std::{env, fs, io, path::Path, string::FromUtf8Error};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use support::{
    corpus::{
        bindings, headers, key_sets, message_signatures,
        requests::{DRAFTS, genuine},
        tokens,
    },
    keys::{ALGORITHMS, TestKey},
    placeholders::emptied,
};

/// `seeds FOLDER`: a folder in it for each target.
fn main() -> io::Result<()> {
    let folder = env::args()
        .nth(1)
        .ok_or_else(|| io::Error::other("usage: seeds FOLDER"))?;
    for (target, seeds) in [
        ("token", of_tokens()),
        ("key_set", of_key_sets()),
        ("message_signature", of_message_signatures()),
        ("request", of_requests()),
    ] {
        let folder = Path::new(&folder).join(target);
        fs::create_dir_all(&folder)?;
        for (number, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:04}")), seed)?;
        }
    }
    Ok(())
}

/// Each as it is, and what it says with a good signature.
fn of_tokens() -> Vec<Vec<u8>> {
    let attacks = [
        tokens::tokens(),
        tokens::tokens_for_a_key_with_an_id(),
        tokens::tokens_for_an_issuer_and_an_audience(),
    ];
    let good = tokens::odd_but_good().into_iter().map(|(_, value)| value.into_bytes());
    let values: Vec<_> = attacks
        .concat()
        .into_iter()
        .map(|attack| attack.value)
        .chain(good)
        .collect();
    let signed: Vec<_> = values.iter().filter_map(|value| to_be_signed(value)).collect();
    [values, signed].concat()
}

/// `S`, the header, a null byte, the payload.
fn to_be_signed(token: &[u8]) -> Option<Vec<u8>> {
    let mut parts = token.split(|byte| *byte == b'.');
    let mut part = || URL_SAFE_NO_PAD.decode(parts.next()?).ok();
    Some([b"S", part()?.as_slice(), b"\0", part()?.as_slice()].concat())
}

fn of_key_sets() -> Vec<Vec<u8>> {
    let documents = key_sets::documents().into_iter().map(|attack| attack.value);
    let entries = key_sets::entries().into_iter().map(|unfit| unfit.entry.value);
    let sets = entries.map(|entry| [b"{\"keys\":[", entry.as_slice(), b"]}"].concat());
    let keys = ALGORITHMS.map(TestKey::new);
    let good = keys.iter().map(|key| key.jwk(Some("a")).to_string());
    let good = good.map(|jwk| format!("{{\"keys\":[{jwk}]}}").into_bytes());
    let pems = keys
        .iter()
        .filter(|key| key.secret().is_none())
        .map(|key| key.pem().into_bytes());
    documents.chain(sets).chain(good).chain(pems).collect()
}

/// To be signed by the target, and signed, well and otherwise.
fn of_message_signatures() -> Vec<Vec<u8>> {
    let drafts = DRAFTS.map(|draft| format!("S{draft}").into_bytes());
    let attacks = message_signatures::attacks().into_iter().map(|attack| {
        let lines = attack.headers.iter();
        let lines = lines.map(|(name, value)| [b"\n", name.as_bytes(), b": ", value.as_slice()].concat());
        [b"()\na=b\nx0".to_vec(), lines.collect::<Vec<_>>().concat()].concat()
    });
    drafts.into_iter().chain(attacks).collect()
}

fn of_requests() -> Vec<Vec<u8>> {
    let good = genuine().into_iter().map(|(_, request)| request);
    let lines = [
        headers::for_the_default_name(),
        bindings::for_one_header(),
        bindings::for_two_headers(),
    ]
    .concat();
    let lines = lines.into_iter().map(|attack| {
        let start = b"GET /bound HTTP/1.1\r\nHost: localhost\r\n";
        with_placeholders([start.as_slice(), &attack.value, b"\r\n"].concat())
    });
    let signed = message_signatures::attacks()
        .into_iter()
        .map(|attack| with_placeholders(attack.request().bytes()));
    good.chain(lines).chain(signed).collect()
}

/// Where that can be done.
fn with_placeholders(request: Vec<u8>) -> Vec<u8> {
    String::from_utf8(request).map_or_else(FromUtf8Error::into_bytes, |text| emptied(&text).into_bytes())
}
