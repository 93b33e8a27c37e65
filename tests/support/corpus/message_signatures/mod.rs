//! Attacks: message signatures. Each is made of one good message, [`Message::order`], in place of whose headers stand
//! others.

mod covered;
mod made;
mod said;
mod structure;

use crate::{
    client::Request,
    signing::{Message, Signature},
    token::now,
};

/// The server that these are for has one public origin, the account's key, and these seconds for both the maximum age
/// of signatures and the skew of clocks.
pub const WINDOW_SECONDS: u64 = 600;

/// An attack in the headers about a signature.
#[derive(Debug, Clone)]
pub struct SignatureAttack {
    /// What is tried.
    pub name: String,
    /// The header lines, in order. Each is in place of the message's own of this name.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The refusal.
    pub refusal: &'static str,
}

impl SignatureAttack {
    fn new<V: AsRef<[u8]>>(
        name: &str,
        refusal: &'static str,
        headers: impl IntoIterator<Item = (&'static str, V)>,
    ) -> Self {
        let headers = headers.into_iter();
        Self {
            name: name.to_owned(),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.as_ref().to_vec()))
                .collect(),
            refusal,
        }
    }

    /// Signed like this.
    fn signed(name: &str, refusal: &'static str, signatures: &[&Signature]) -> Self {
        let (inputs, signatures): (Vec<_>, Vec<_>) = signatures.iter().map(|signature| signature.members()).unzip();
        let values = [
            ("Signature-Input", inputs.join(", ")),
            ("Signature", signatures.join(", ")),
        ];
        Self::new(name, refusal, values)
    }

    /// Each signed by one.
    fn each<'a>(rows: impl IntoIterator<Item = (&'a str, &'static str, Signature)>) -> Vec<Self> {
        let rows = rows.into_iter();
        rows.map(|(name, refusal, signature)| Self::signed(name, refusal, &[&signature]))
            .collect()
    }

    /// The good message, with another header that is signed.
    fn with(name: &str, refusal: &'static str, header: &'static str, value: &str) -> Self {
        let message = Message::order().replace(header, value);
        let mut attack = Self::signed(name, refusal, &[&Signature::install(&message)]);
        attack.headers.push((header.to_owned(), value.into()));
        attack
    }

    /// What is sent.
    #[must_use]
    pub fn request(&self) -> Request {
        let names = self.headers.iter().map(|(name, _)| name);
        let message = names.fold(Message::order(), |message, name| message.without(name));
        let headers = self.headers.iter();
        headers.fold(message.request(), |request, (name, value)| {
            request.raw_header(name, value)
        })
    }
}

const MALFORMED: &str = "signature_malformed";
const MISSING: &str = "signature_missing";
const INVALID: &str = "signature_invalid";
const COMPONENT: &str = "signature_component";
const ALGORITHM: &str = "signature_algorithm";

/// All of them.
#[must_use]
pub fn attacks() -> Vec<SignatureAttack> {
    [
        covered::components(),
        covered::coverage(),
        structure::labels(),
        structure::beside(),
        structure::pairs(),
        structure::lines(),
        structure::inputs(),
        structure::sizes(),
        made::algorithms(),
        made::byte_sequences(),
        made::no_byte_sequences(),
        made::macs_with_what_is_public(),
        made::keys(),
        said::times(),
        said::digests(),
    ]
    .concat()
}

fn install() -> Signature {
    Signature::install(&Message::order())
}

fn account() -> Signature {
    Signature::account(&Message::order())
}

fn both() -> [Signature; 2] {
    [install(), account()]
}

fn created() -> String {
    format!(";created={}", now())
}
