//! Message signatures (RFC 9421), written down as a specification says and not as the library does: with RustCrypto,
//! and free to make every mistake.

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::Hmac;
use p256::{
    ecdsa::{
        self, SigningKey,
        signature::{Signer, Verifier as _},
    },
    pkcs8::EncodePublicKey as _,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha512};

use crate::{
    client::Request,
    keys::mac,
    token::{self, now},
};

pub const ACCOUNT_KEY: &str = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
pub const OTHER_ACCOUNT_KEY: &str = "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=";

#[derive(Debug, Clone)]
pub enum Key {
    /// An installation of the app.
    Install(SigningKey),
    /// Whoever has these bytes.
    Account(Vec<u8>),
}

impl Key {
    /// Of the installation with this number, not 0.
    pub fn install(number: u8) -> Self {
        Self::Install(SigningKey::from_bytes(&[number; 32].into()).unwrap())
    }

    pub fn account(base64: &str) -> Self {
        Self::Account(STANDARD.decode(base64).unwrap())
    }

    /// The DER `SubjectPublicKeyInfo`.
    pub fn public(&self) -> Vec<u8> {
        match self {
            Self::Install(key) => key.verifying_key().to_public_key_der().unwrap().into_vec(),
            Self::Account(_) => panic!("a secret has no public key"),
        }
    }

    /// The public key as the token's claim has it.
    pub fn ipk(&self) -> String {
        STANDARD.encode(self.public())
    }

    /// The 64 bytes r‖s, or the MAC.
    pub fn sign(&self, base: &[u8]) -> Vec<u8> {
        match self {
            Self::Install(key) => Signer::<ecdsa::Signature>::sign(key, base).to_vec(),
            Self::Account(secret) => mac::<Hmac<Sha256>>(secret, base),
        }
    }

    /// Whether this key made the signature.
    pub fn verifies(&self, base: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Install(key) => ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verifying_key().verify(base, &signature).is_ok()),
            Self::Account(_) => self.sign(base) == signature,
        }
    }

    /// The label and the algorithm that Approov's clients state.
    fn names(&self) -> (&'static str, &'static str) {
        match self {
            Self::Install(_) => ("install", "ecdsa-p256-sha256"),
            Self::Account(_) => ("account", "hmac-sha256"),
        }
    }
}

/// A good token of the first installation, with `more` claims over it. The same whenever it is asked for.
pub fn token(more: &Value) -> String {
    static EXPIRY: LazyLock<u64> = LazyLock::new(|| now() + 3000);
    let claims = json!({ "exp": *EXPIRY, "ipk": Key::install(1).ipk(), "mskid": "j3AWy6" });
    token::with(&token::changed(claims, more))
}

/// A request, as its client has it.
#[must_use]
#[derive(Debug, Clone)]
pub struct Message {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Message {
    /// Without headers or body.
    pub fn new(method: &str, url: &str) -> Self {
        Self {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// What most tests send: a token, a type, a length, a body and its digest.
    pub fn order() -> Self {
        Self::new("POST", "https://api.example.com/orders?id=1&of=a%20b")
            .header("Approov-Token", &token(&json!({})))
            .header("Content-Type", "application/json")
            .body(br#"{"item":1}"#)
    }

    /// A `GET` with a token.
    pub fn get(url: &str) -> Self {
        Self::new("GET", url).header("Approov-Token", &token(&json!({})))
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    pub fn replace(self, name: &str, value: &str) -> Self {
        self.without(name).header(name, value)
    }

    /// With a body, and its length and digest as headers.
    pub fn body(self, body: &[u8]) -> Self {
        let length = body.len().to_string();
        let mut message = self
            .replace("Content-Length", &length)
            .replace("Content-Digest", &sha256(body));
        message.body = body.to_vec();
        message
    }

    /// With another body of the same length, and everything else as it was.
    pub fn alter_body(mut self) -> Self {
        self.body[0] ^= 1;
        self
    }

    fn parts(&self) -> (&str, &str, &str, Option<&str>) {
        let (scheme, rest) = self.url.split_once("://").unwrap();
        let (rest, query) = rest
            .split_once('?')
            .map_or((rest, None), |(rest, query)| (rest, Some(query)));
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        (scheme, authority, if path.is_empty() { "/" } else { path }, query)
    }

    /// The request-target in origin form.
    pub fn target(&self) -> String {
        let (.., path, query) = self.parts();
        path.to_owned() + &query.map_or(String::new(), |query| format!("?{query}"))
    }

    /// The value of a component without parameters.
    pub fn value(&self, name: &str) -> String {
        let (scheme, authority, path, query) = self.parts();
        match name {
            "@method" => self.method.clone(),
            "@target-uri" => self.url.clone(),
            "@scheme" => scheme.to_owned(),
            "@authority" => authority.to_owned(),
            "@path" => path.to_owned(),
            "@query" => format!("?{}", query.unwrap_or_default()),
            "@request-target" => self.target(),
            _ => self.lines(name).collect::<Vec<_>>().join(", "),
        }
    }

    pub fn has(&self, name: &str) -> bool {
        self.lines(name).next().is_some()
    }

    /// The values of a header, without the blanks around them.
    pub fn lines(&self, name: &str) -> impl Iterator<Item = &str> {
        let lines = self.headers.iter();
        let lines = lines.filter(move |(known, _)| known.eq_ignore_ascii_case(name));
        lines.map(|(_, value)| value.trim_matches([' ', '\t']))
    }

    pub fn request(&self) -> Request {
        self.request_to(&self.target())
    }

    /// With another request-target.
    pub fn request_to(&self, target: &str) -> Request {
        let request = Request::new(&self.method, target).body(&self.body);
        let headers = self.headers.iter();
        headers.fold(request, |request, (name, value)| request.header(name, value))
    }

    /// With this signature among its headers.
    pub fn carrying(&self, signature: &Signature) -> Self {
        let (input, bytes) = signature.members();
        self.clone()
            .header("Signature-Input", &input)
            .header("Signature", &bytes)
    }

    /// Signed by the first installation, and sent.
    pub fn signed(&self) -> Request {
        self.request().signed(&[&Signature::install(self)])
    }
}

/// A signature, and everything that one can get wrong about it.
#[must_use]
#[derive(Debug, Clone)]
pub struct Signature {
    pub label: String,
    pub key: Key,
    /// Identifiers of components and their values.
    pub lines: Vec<(String, String)>,
    /// The parameters, with the first `;`.
    pub parameters: String,
    /// What is in `Signature-Input` in place of what was signed.
    pub input: Option<String>,
    /// How the bytes are written.
    pub form: fn(&[u8]) -> String,
}

impl Signature {
    /// By this key and with its label, as Approov's clients sign by default.
    pub fn new(key: Key, message: &Message) -> Self {
        let names = "@method @target-uri approov-token approov-traceid approov-status authorization content-length \
                     content-type content-digest";
        let names = names
            .split(' ')
            .filter(|name| name.starts_with('@') || message.has(name));
        let (label, algorithm) = key.names();
        let signature = Self {
            label: label.to_owned(),
            key,
            lines: Vec::new(),
            parameters: format!(";alg=\"{algorithm}\";created={};expires={}", now(), now() + 15),
            input: None,
            form: bytes,
        };
        signature.covering(message, &names.collect::<Vec<_>>())
    }

    pub fn install(message: &Message) -> Self {
        Self::new(Key::install(1), message)
    }

    pub fn account(message: &Message) -> Self {
        Self::new(Key::account(ACCOUNT_KEY), message)
    }

    /// Of these components in place of others.
    pub fn covering(mut self, message: &Message, names: &[&str]) -> Self {
        let line = |name: &&str| (format!("\"{name}\""), message.value(name));
        self.lines = names.iter().map(line).collect();
        self
    }

    /// Of one more.
    pub fn line(mut self, identifier: &str, value: &str) -> Self {
        self.lines.push((identifier.to_owned(), value.to_owned()));
        self
    }

    pub fn value(mut self, name: &str, value: &str) -> Self {
        let known = self.lines.iter_mut().find(|(known, _)| known.trim_matches('"') == name);
        value.clone_into(&mut known.unwrap().1);
        self
    }

    pub fn parameters(mut self, parameters: &str) -> Self {
        parameters.clone_into(&mut self.parameters);
        self
    }

    pub fn label(mut self, label: &str) -> Self {
        label.clone_into(&mut self.label);
        self
    }

    /// With another text in `Signature-Input` than what was signed.
    pub fn input(mut self, input: &str) -> Self {
        self.input = Some(input.to_owned());
        self
    }

    /// With its bytes written in this way.
    pub fn form(mut self, form: fn(&[u8]) -> String) -> Self {
        self.form = form;
        self
    }

    /// The inner list and the parameters.
    pub fn list(&self) -> String {
        let identifiers: Vec<_> = self.lines.iter().map(|(identifier, _)| identifier.as_str()).collect();
        format!("({}){}", identifiers.join(" "), self.parameters)
    }

    /// What is signed.
    pub fn base(&self) -> String {
        let lines = self.lines.iter();
        let lines = lines.map(|(identifier, value)| format!("{identifier}: {value}\n"));
        lines.collect::<String>() + "\"@signature-params\": " + &self.list()
    }

    /// One member of `Signature-Input` and one of `Signature`.
    pub fn members(&self) -> (String, String) {
        let input = self.input.clone().unwrap_or_else(|| self.list());
        let signature = (self.form)(&self.key.sign(self.base().as_bytes()));
        (format!("{}={input}", self.label), format!("{}={signature}", self.label))
    }
}

pub fn bytes(bytes: &[u8]) -> String {
    format!(":{}:", STANDARD.encode(bytes))
}

/// A string of base64, as some releases write it.
pub fn text(bytes: &[u8]) -> String {
    format!("\"{}\"", STANDARD.encode(bytes))
}

/// The bytes of a signature with `n - s` in place of `s`: anyone can compute them, and they are as good.
pub fn other_s(signature: &[u8]) -> String {
    let signature = ecdsa::Signature::from_slice(signature).unwrap();
    let (r, s) = signature.split_scalars();
    let other = ecdsa::Signature::from_scalars(r, -s).unwrap();
    assert_ne!(other, signature);
    bytes(&other.to_bytes())
}

/// The value of `Content-Digest`.
pub fn sha256(body: &[u8]) -> String {
    format!("sha-256={}", bytes(&Sha256::digest(body)))
}

pub fn sha512(body: &[u8]) -> String {
    format!("sha-512={}", bytes(&Sha512::digest(body)))
}

impl Request {
    /// With these signatures, all in one line of each header.
    pub fn signed(self, signatures: &[&Signature]) -> Self {
        let (inputs, signatures): (Vec<_>, Vec<_>) = signatures.iter().map(|signature| signature.members()).unzip();
        self.header("Signature-Input", &inputs.join(", "))
            .header("Signature", &signatures.join(", "))
    }
}
