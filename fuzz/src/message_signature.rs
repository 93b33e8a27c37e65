//! Message signatures. The first byte says how: `S` signs well what the fuzzer thinks of, and then spoils one byte of
//! it; anything else is sent as it comes.
use super::exchange;
use support::{
    placeholders::tokens,
    requests::{DRAFTS, ORIGIN},
    second_opinion::{components, signature_base},
    signing::{ACCOUNT_KEY, Key, Message, bytes},
};

pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    match text.strip_prefix('S') {
        Some(text) => {
            let _ = sign_and_spoil(text);
        }
        None => {
            if let Some((message, _)) = Draft::parse(text).and_then(Draft::message) {
                // The handler looks after it.
                let _ = exchange(&message.request().bytes());
            }
        }
    }
}

/// That the drafts of the tests get in, so that something is spoilt.
pub fn assert_prepared() {
    super::assert_all_can_be_entered();
    assert_eq!(DRAFTS.map(|draft| sign_and_spoil(draft).is_some()), [true; 3]);
}

/// A list, a query, a place, a byte, header lines, and a body after an empty line.
struct Draft<'a> {
    list: &'a str,
    query: &'a str,
    place: usize,
    byte: u8,
    headers: Vec<(&'a str, &'a str)>,
    body: &'a str,
}

impl<'a> Draft<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut lines = head.split('\n');
        let (list, query, change) = (lines.next()?, lines.next()?, lines.next()?);
        let (byte, place) = change.as_bytes().split_first()?;
        Some(Self {
            list,
            query,
            place: std::str::from_utf8(place).ok()?.parse().ok()?,
            byte: *byte,
            headers: lines.map(|line| line.split_once(": ")).collect::<Option<_>>()?,
            body,
        })
    }

    /// With what to change in it. None if HTTP cannot carry it.
    fn message(self) -> Option<(Message, Spoilt)> {
        let is_target = |byte: u8| byte.is_ascii_graphic() && byte != b'#';
        let is_value = |text: &str| text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        let is_name = |name: &str| {
            let framing = [
                "content-length",
                "transfer-encoding",
                "host",
                "connection",
                "upgrade",
                "expect",
                "approov-token",
            ];
            !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && framing.iter().all(|known| !name.eq_ignore_ascii_case(known))
        };
        if !self.query.bytes().all(is_target)
            || !is_value(self.list)
            || !self
                .headers
                .iter()
                .all(|(name, value)| is_name(name) && is_value(value))
        {
            return None;
        }
        let url = format!("{ORIGIN}/signed-by-account?{}", self.query);
        let mut message = Message::new("POST", &url).header("Approov-Token", &tokens()[0]);
        for (name, value) in &self.headers {
            message = message.header(name, value);
        }
        if !self.body.is_empty() {
            message = message.header("Content-Length", &self.body.len().to_string());
        }
        message.body = self.body.as_bytes().to_vec();
        Some((
            message,
            Spoilt {
                place: self.place,
                byte: self.byte,
            },
        ))
    }
}

struct Spoilt {
    place: usize,
    byte: u8,
}

/// None if it does not get in as it was signed.
fn sign_and_spoil(text: &str) -> Option<()> {
    let draft = Draft::parse(text)?;
    let list = draft.list.to_owned();
    let (message, spoilt) = draft.message()?;
    if message.has("signature") || message.has("signature-input") {
        return None;
    }
    let signature = bytes(&Key::account(ACCOUNT_KEY).sign(&signature_base(&message, &list)?));
    let gets_in = |message: &Message| {
        let message = message
            .clone()
            .header("Signature-Input", &format!("account={list}"))
            .header("Signature", &format!("account={signature}"));
        !exchange(&message.request().bytes()).entered.is_empty()
    };
    gets_in(&message).then_some(())?;
    if let Some(spoilt) = spoilt.applied_to(&message, &list) {
        assert!(!gets_in(&spoilt), "let in although something covered was changed");
    }
    Some(())
}

impl Spoilt {
    /// With one covered byte changed. None if the place is in nothing that is covered.
    fn applied_to(&self, message: &Message, list: &str) -> Option<Message> {
        let mut spoilt = message.clone();
        let mut place = self.place;
        let start = ORIGIN.len() + "/signed-by-account?".len();
        if place < message.url.len() - start {
            replace(&mut spoilt.url, start + place, self.byte).then_some(())?;
            return Some(spoilt);
        }
        place -= message.url.len() - start;
        let covered = components(list)?;
        for (name, value) in &mut spoilt.headers {
            let mut same = covered.iter().filter(|component| component.is_whole());
            if name != "Approov-Token" && same.any(|component| component.name.eq_ignore_ascii_case(name)) {
                let blanks = value.len() - value.trim_start().len();
                let length = value.trim().len();
                if place < length {
                    return replace(value, blanks + place, self.byte).then_some(spoilt);
                }
                place -= length;
            }
        }
        let is_digest_covered = covered.iter().any(|component| component.name == "content-digest");
        let byte = spoilt.body.get_mut(place).filter(|_| is_digest_covered)?;
        (*byte != self.byte).then(|| *byte = self.byte)?;
        Some(spoilt)
    }
}

/// Whether it is another text now.
fn replace(text: &mut String, at: usize, byte: u8) -> bool {
    if !byte.is_ascii_graphic() || byte == b'#' || text.as_bytes()[at] == byte {
        return false;
    }
    text.replace_range(at..=at, char::from(byte).encode_utf8(&mut [0; 4]));
    true
}
