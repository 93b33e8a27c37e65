//! Writes what the fuzzers start from: all attacks in tables, and requests that are good, in the notation of each fuzz
//! target. Started by `tests/deep/fuzz`.

use std::{env, fs, io, path::Path};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use support::{
    client::Request,
    key_sets,
    keys::{ALGORITHMS, TestKey},
    placeholders::emptied,
    refusals::{self, Sent, Server},
    requests::{DRAFTS, genuine},
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

/// Every row, of those that pass as well.
fn rows() -> impl Iterator<Item = (Server, Sent)> {
    let rows = refusals::all().flat_map(|case| case.rows);
    rows.map(|row| (row.server, row.sent))
}

/// Each as it is, and what it says with a good signature.
fn of_tokens() -> Vec<Vec<u8>> {
    let value = |(_, sent)| match sent {
        Sent::Token(value) => Some(value),
        _ => None,
    };
    let values: Vec<_> = rows().filter_map(value).collect();
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
    let good = keys.iter().map(|key| format!("{{\"keys\":[{}]}}", key.jwk(Some("a"))));
    let public = keys.iter().filter(|key| key.secret().is_none());
    let texts = good.chain(public.map(TestKey::pem));
    documents.chain(sets).chain(texts.map(String::into_bytes)).collect()
}

/// To be signed by the target, and signed, well and otherwise.
fn of_message_signatures() -> Vec<Vec<u8>> {
    let drafts = DRAFTS.map(|draft| format!("S{draft}").into_bytes());
    let attacks = signed_requests().map(|request| {
        let text = String::from_utf8_lossy(&request.bytes()).into_owned();
        let head = text.split("\r\n\r\n").next().unwrap_or_default();
        let lines = head.split("\r\n").skip(1);
        let lines = lines.filter(|line| !FRAMING.split(' ').any(|name| line.starts_with(name)));
        let draft: Vec<_> = ["()\na=b\nx0"].into_iter().chain(lines).collect();
        draft.join("\n").into_bytes()
    });
    drafts.into_iter().chain(attacks).collect()
}

/// What the target says itself.
const FRAMING: &str = "Host Connection Approov-Token Content-Length Transfer-Encoding";

fn signed_requests() -> impl Iterator<Item = Request> {
    rows().filter_map(|(_, sent)| match sent {
        Sent::Whole(request) => Some(request),
        _ => None,
    })
}

fn of_requests() -> Vec<Vec<u8>> {
    let good = genuine().into_iter().map(|(_, request)| request);
    let of_bound = [Server::Secret, Server::Bound, Server::BoundToTwo];
    let rest = rows().filter_map(|(server, sent)| match sent {
        Sent::Rest(rest) if of_bound.contains(&server) => Some([b"GET /bound", rest.as_slice()].concat()),
        _ => None,
    });
    let signed = signed_requests().map(|request| request.bytes());
    // Placeholders, where that can be done.
    let emptied = |request| match String::from_utf8(request) {
        Ok(text) => emptied(&text).into_bytes(),
        Err(error) => error.into_bytes(),
    };
    good.chain(rest.chain(signed).map(emptied)).collect()
}
