//! Attacks: message signatures. Each is made of one good message, [`Message::order`], in place of whose headers stand others.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac as _};
use p256::ecdsa;
use serde_json::json;
use sha2::Sha256;

use crate::{
    client::Request,
    signing::{Key, Message, OTHER_ACCOUNT_KEY, Signature, bytes, sha256, sha512, token},
    token::now,
};

/// The server that these are for has one public origin, the account's key, and this maximum age of signatures.
pub const MAX_AGE_SECONDS: u64 = 600;

/// An attack in the headers about a signature.
#[derive(Debug, Clone)]
pub struct SignatureAttack {
    /// What is tried.
    pub name: String,
    /// The header lines, in order. Each stands in place of the message's own of this name.
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
        components(),
        coverage(),
        labels(),
        pairs(),
        lines(),
        inputs(),
        sizes(),
        algorithms(),
        byte_sequences(),
        no_byte_sequences(),
        macs_with_what_is_public(),
        keys(),
        times(),
        digests(),
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

/// An identifier and the value that is signed for it, of which the server understands nothing, or finds nothing.
const COMPONENTS: [(&str, &str); 54] = [
    // Twice.
    (r#""@method""#, "POST"),
    (r#""content-type""#, "application/json"),
    // Unknown.
    (r#""@unknown""#, ""),
    (r#""@status""#, "200"),
    (r#""@signature-params""#, ""),
    (r#""@""#, ""),
    (r#""@Method""#, "POST"),
    (r#""@METHOD""#, "POST"),
    (r#""@method ""#, "POST"),
    (r#"" @method""#, "POST"),
    (r#""@@method""#, "POST"),
    (r#""@query-params";name="id""#, "1"),
    (r#""@request-response";key="install""#, ""),
    // No component name.
    (r#""Content-Length""#, "10"),
    (r#""Approov-Token""#, ""),
    (r#""""#, ""),
    (r#""content type""#, ""),
    (r#""content-type:""#, ""),
    ("content-type", "application/json"),
    ("1", ""),
    ("1.5", ""),
    ("?1", ""),
    ("@1", ""),
    (":Y29udGVudC10eXBl:", "application/json"),
    // Parameters.
    (r#""@path";req"#, "/orders"),
    (r#""@path";tr"#, "/orders"),
    (r#""@path";sf"#, "/orders"),
    (r#""@method";bs"#, ":UE9TVA==:"),
    (r#""@target-uri";key="a""#, ""),
    (r#""@query";name="id""#, "1"),
    (r#""content-type";req"#, "application/json"),
    (r#""content-type";tr"#, ""),
    (r#""content-type";unknown"#, "application/json"),
    (r#""content-type";sf"#, "application/json"),
    (r#""content-type";bs=?0"#, "application/json"),
    (r#""content-type";bs=1"#, ":YXBwbGljYXRpb24vanNvbg==:"),
    (r#""content-digest";bs;sf"#, ""),
    (r#""content-digest";sf;key="sha-256""#, ""),
    (r#""content-digest";bs;key="sha-256""#, ""),
    (r#""content-digest";key"#, ""),
    (r#""content-digest";key=sha-256"#, ""),
    (r#""content-digest";key="sha-512""#, ""),
    (r#""content-digest";key="SHA-256""#, ""),
    (r#""content-digest";sf="""#, ""),
    (r#""@query-param""#, ""),
    (r#""@query-param";name"#, ""),
    (r#""@query-param";name=id"#, "1"),
    (r#""@query-param";name="id";x"#, "1"),
    (r#""@query-param";name="absent""#, ""),
    // Absent.
    (r#""x-absent""#, ""),
    (r#""x-absent";bs"#, ""),
    (r#""transfer-encoding""#, ""),
    (r#""content-encoding""#, ""),
    (r#""cookie""#, ""),
];

fn components() -> Vec<SignatureAttack> {
    let mut attacks = Vec::new();
    for signature in both() {
        for (identifier, value) in COMPONENTS {
            let signature = signature.clone().line(identifier, value);
            attacks.push(SignatureAttack::signed(identifier, COMPONENT, &[&signature]));
        }
        let token = Message::order().value("approov-token");
        attacks.push(SignatureAttack::signed(
            "the token twice",
            COMPONENT,
            &[&signature.clone().line("\"approov-token\"", &token)],
        ));
        for (identifier, value) in [
            (r#""@query-param";name="id""#, "1"),
            (r#""content-type";bs"#, ":YXBwbGljYXRpb24vanNvbg==:"),
        ] {
            let signature = signature.clone().line(identifier, value).line(identifier, value);
            attacks.push(SignatureAttack::signed(
                &format!("{identifier} twice"),
                COMPONENT,
                &[&signature],
            ));
        }
    }
    attacks
}

/// Too little is covered, though it may look like enough.
fn coverage() -> Vec<SignatureAttack> {
    let message = Message::order();
    let covering = |names: &[&str]| install().covering(&message, names);
    let path = ["@method", "@authority", "@path", "approov-token"];
    let rows = [
        ("nothing", covering(&[])),
        ("no method", covering(&["@target-uri", "approov-token"])),
        ("no target", covering(&["@method", "approov-token"])),
        ("no token", covering(&["@method", "@target-uri"])),
        ("no query", covering(&path)),
        (
            "no authority",
            covering(&["@method", "@path", "@query", "approov-token"]),
        ),
        (
            "the request target alone",
            covering(&["@method", "@request-target", "approov-token"]),
        ),
        (
            "single parameters of the query",
            covering(&path).line(r#""@query-param";name="id""#, "1"),
        ),
        (
            "a member of the token",
            covering(&["@method", "@target-uri"]).line(r#""approov-token";key="a""#, "1"),
        ),
    ];
    let attack =
        |(name, signature): (&str, Signature)| SignatureAttack::signed(name, "signature_coverage", &[&signature]);
    rows.into_iter().map(attack).collect()
}

/// A signature under another label than its own.
fn labels() -> Vec<SignatureAttack> {
    let bare = |signature: Signature| signature.parameters(&created());
    let (install_as_account, account_as_install) = (bare(install()).label("account"), bare(account()).label("install"));
    let mut attacks = vec![
        SignatureAttack::signed("install as account", INVALID, &[&install_as_account]),
        SignatureAttack::signed("account as install", INVALID, &[&account_as_install]),
        SignatureAttack::signed("swapped", INVALID, &[&install_as_account, &account_as_install]),
        SignatureAttack::signed(
            "install as account, with alg",
            ALGORITHM,
            &[&install().label("account")],
        ),
        SignatureAttack::signed(
            "account as install, with alg",
            ALGORITHM,
            &[&account().label("install")],
        ),
        SignatureAttack::signed("install as both", INVALID, &[&bare(install()), &install_as_account]),
        SignatureAttack::signed("account as both", INVALID, &[&account_as_install, &bare(account())]),
    ];
    for label in ["sig1", "*install", "install2", "install-", "in.stall", "x"] {
        attacks.push(SignatureAttack::signed(label, MISSING, &[&install().label(label)]));
    }
    for label in [
        "_install",
        "Install",
        "INSTALL",
        "\"install\"",
        ":aW5zdGFsbA==:",
        "1install",
        "-install",
        "install ",
        " =",
        "",
        "in stall",
    ] {
        attacks.push(SignatureAttack::signed(label, MALFORMED, &[&install().label(label)]));
    }
    // A bad one beside a good one.
    let order = Message::order();
    let elsewhere = Message {
        url: "https://api.example.com/".to_owned(),
        ..order.clone()
    };
    for (name, bad, good) in [
        ("of another target", Signature::install(&elsewhere), account()),
        ("of another target", Signature::account(&elsewhere), install()),
        (
            "by another installation",
            Signature::new(Key::install(2), &order),
            account(),
        ),
        (
            "by another account",
            Signature::new(Key::account(OTHER_ACCOUNT_KEY), &order),
            install(),
        ),
    ] {
        for signatures in [[&bad, &good], [&good, &bad]] {
            attacks.push(SignatureAttack::signed(
                &format!("one {name} beside a good one"),
                INVALID,
                &signatures,
            ));
        }
    }
    attacks
}

/// `Signature-Input` and `Signature` that do not belong together.
fn pairs() -> Vec<SignatureAttack> {
    let (input, signature) = install().members();
    let (other_input, other) = account().members();
    let (input, signature) = (input.as_str(), signature.as_str());
    let twice = |value: &str| format!("{value}, {value}");
    let rows: [(&str, &'static str, &[&str], &[&str]); 14] = [
        ("none", MISSING, &[], &[]),
        ("empty", MISSING, &[""], &["", ""]),
        ("no input", MALFORMED, &[], &[signature]),
        ("an empty input", MALFORMED, &["", " "], &[signature]),
        ("no signature", MALFORMED, &[input], &[]),
        ("an empty signature", MALFORMED, &[input], &[""]),
        ("not its own", MALFORMED, &[input], &[&other]),
        ("one too few", MALFORMED, &[input, &other_input], &[signature]),
        ("one too many", MALFORMED, &[input], &[signature, &other]),
        ("input twice in one line", MALFORMED, &[&twice(input)], &[signature]),
        ("input twice", MALFORMED, &[input, input], &[signature]),
        ("signature twice", MALFORMED, &[input], &[signature, signature]),
        ("another label twice", MALFORMED, &[input, "a=1, a=2"], &[signature]),
        ("exchanged", MALFORMED, &[signature], &[input]),
    ];
    rows.into_iter()
        .map(|(name, refusal, inputs, signatures)| pair(name, refusal, inputs, signatures))
        .collect()
}

/// Lines of both headers; where there is none, an empty one.
fn pair(name: &str, refusal: &'static str, inputs: &[&str], signatures: &[&str]) -> SignatureAttack {
    let inputs = inputs.iter().map(|value| ("Signature-Input", *value));
    let signatures = signatures.iter().map(|value| ("Signature", *value));
    SignatureAttack::new(name, refusal, inputs.chain(signatures))
}

/// One value in two lines that is none when they are joined.
fn lines() -> Vec<SignatureAttack> {
    let (input, signature) = install().members();
    let mut attacks = Vec::new();
    for end in ["\"@target-uri\"", ");", ";alg", ";created"] {
        let (one, two) = input.split_at(input.find(end).unwrap());
        attacks.push(pair(
            &format!("input in two lines at {end}"),
            MALFORMED,
            &[one, two],
            &[&signature],
        ));
    }
    let (one, two) = signature.split_at(signature.len() / 2);
    attacks.push(pair("signature in two lines", MALFORMED, &[&input], &[one, two]));
    // The parameters become another member.
    let (one, two) = input.split_at(input.find(";alg").unwrap());
    attacks.push(pair(
        "parameters as a member",
        "signature_time_missing",
        &[one, &two[1..]],
        &[&signature],
    ));
    attacks
}

/// Texts for `Signature-Input` that are no dictionary, or not of lists. `{}` is the good one.
const INPUTS: [&str; 43] = [
    "{};",
    "{},",
    ",{}",
    "{},,a=1",
    "{} {}",
    "({})",
    "\"{}\"",
    "{}\ta",
    "{};created=1",
    "{};expires=\"",
    "{};alg=\"a",
    "{};a=\"\\a\"",
    "{};A=1",
    "{};=1",
    "{}; ;a",
    "{} ;a",
    "{};a=",
    "{};a=1.",
    "{};a=1.2345",
    "{};a=1234567890123456",
    "{};a=%",
    "{};a=(1)",
    "{};a=:?:",
    "{}, ???",
    "{}, a=(",
    "{}, A=1",
    "a==1, {}",
    "install",
    "install=",
    "install=1",
    "install=?1",
    "install=:AA==:",
    "install=\"@method\"",
    "install=(",
    "install=)",
    "install=()x",
    "install=(()",
    "install=((\"@method\"))",
    "install=(\"@method\" \"@target-uri\"",
    "install=(\"@method\", \"@target-uri\", \"approov-token\");created=1",
    "install=(\"@method\"\"@target-uri\" \"approov-token\");created=1",
    "install=(\"@method\"\t\"@target-uri\" \"approov-token\");created=1",
    "install:(\"@method\" \"@target-uri\" \"approov-token\");created=1",
];

fn inputs() -> Vec<SignatureAttack> {
    let (input, signature) = install().members();
    let attack = |text: &&str| pair(text, MALFORMED, &[&text.replace("{}", &input)], &[&signature]);
    let mut attacks: Vec<_> = INPUTS.iter().map(attack).collect();
    for (name, bytes) in [
        ("UTF-8", &b";x=\"\xc3\xa9\""[..]),
        ("a byte of Latin-1", b";x=\"\xe9\""),
        ("a quote of typography", b";x=\xe2\x80\x9ca\xe2\x80\x9d"),
    ] {
        let input = [input.as_bytes(), bytes].concat();
        let headers = [("Signature-Input", input), ("Signature", signature.clone().into())];
        attacks.push(SignatureAttack::new(name, MALFORMED, headers));
    }
    attacks
}

/// More of something than any client sends.
fn sizes() -> Vec<SignatureAttack> {
    let (input, signature) = install().members();
    let many = |count: usize, item: &dyn Fn(usize) -> String| (0..count).map(item).collect::<String>();
    let costly = |form: &dyn Fn(usize) -> String| {
        let lines = (0..9).map(form);
        lines.fold(install(), |signature, identifier| signature.line(&identifier, ""))
    };
    let mut attacks = vec![
        pair(
            "65 labels",
            MALFORMED,
            &[&(input.clone() + &many(64, &|n| format!(", l{n}")))],
            &[&signature],
        ),
        pair(
            "3000 labels",
            MALFORMED,
            &[&(input.clone() + &many(3000, &|n| format!(", l{n}")))],
            &[&signature],
        ),
        pair(
            "65 signatures",
            MALFORMED,
            &[&input],
            &[&(signature.clone() + &many(64, &|n| format!(", l{n}")))],
        ),
        pair(
            "65 parameters",
            MALFORMED,
            &[&(input.clone() + &many(65, &|n| format!(";p{n}")))],
            &[&signature],
        ),
        pair(
            "3000 members of another",
            MALFORMED,
            &[&format!("{input}, a=({})", many(3000, &|_| " 1".to_owned()))],
            &[&signature],
        ),
        SignatureAttack::signed(
            "nine members",
            COMPONENT,
            &[&costly(&|n| format!("\"x-{n}\";key=\"a\""))],
        ),
        SignatureAttack::signed(
            "nine parameters of the query",
            COMPONENT,
            &[&costly(&|n| format!("\"@query-param\";name=\"{n}\""))],
        ),
    ];
    let components = (0..65).fold(install(), |signature, n| signature.line(&format!("\"x-{n}\""), ""));
    attacks.push(SignatureAttack::signed("70 components", MALFORMED, &[&components]));
    attacks
}

/// What the request says of algorithm and key decides nothing.
fn algorithms() -> Vec<SignatureAttack> {
    let order = Message::order();
    let theirs = Signature::new(Key::install(2), &order);
    let mac = Signature::new(Key::Account(Key::install(1).ipk().into()), &order).label("install");
    let with = |signature: &Signature, more: &str| signature.clone().parameters(&(created() + more));
    let their_key = format!(";keyid=\"{}\"", Key::install(2).ipk());
    vec![
        SignatureAttack::signed(
            "no algorithm, no signature",
            ALGORITHM,
            &[&with(&install(), ";alg=\"none\"").form(|_| "::".to_owned())],
        ),
        SignatureAttack::signed("a MAC by the public key", ALGORITHM, &[&mac]),
        SignatureAttack::signed(
            "alg of RFC 9421 for another curve",
            ALGORITHM,
            &[&with(&install(), ";alg=\"ecdsa-p384-sha384\"")],
        ),
        SignatureAttack::signed("alg of JWS", ALGORITHM, &[&with(&install(), ";alg=\"ES256\"")]),
        SignatureAttack::signed(
            "alg of another case",
            ALGORITHM,
            &[&with(&account(), ";alg=\"HMAC-SHA256\"")],
        ),
        SignatureAttack::signed("alg as a flag", ALGORITHM, &[&with(&install(), ";alg")]),
        SignatureAttack::signed(
            "alg as a token",
            ALGORITHM,
            &[&with(&install(), ";alg=ecdsa-p256-sha256")],
        ),
        SignatureAttack::signed(
            "alg twice",
            MALFORMED,
            &[&with(&install(), ";alg=\"hmac-sha256\";alg=\"ecdsa-p256-sha256\"")],
        ),
        SignatureAttack::signed("a key in keyid", INVALID, &[&with(&theirs, &their_key)]),
        SignatureAttack::signed(
            "the account in keyid",
            INVALID,
            &[&with(&account().label("install"), ";keyid=\"j3AWy6\"")],
        ),
        SignatureAttack::signed("another's", INVALID, &[&theirs]),
        SignatureAttack::signed(
            "another account's",
            INVALID,
            &[&Signature::new(Key::account(OTHER_ACCOUNT_KEY), &order)],
        ),
    ]
}

/// The order of P-256.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7,
    0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// How the bytes of a signature are written.
type Form = fn(&[u8]) -> String;

/// Bytes that the key has not made, or has made otherwise.
fn byte_sequences() -> Vec<SignatureAttack> {
    let installs: [(&str, Form); 18] = [
        ("DER", |raw| {
            bytes(ecdsa::Signature::from_slice(raw).unwrap().to_der().as_bytes())
        }),
        ("63 bytes", |raw| bytes(&raw[..63])),
        ("65 bytes", |raw| bytes(&[raw, &[0]].concat())),
        ("a zero before", |raw| bytes(&[&[0], raw].concat())),
        ("a recovery id before", |raw| bytes(&[&[27], raw].concat())),
        ("twice", |raw| bytes(&[raw, raw].concat())),
        ("zeros", |_| bytes(&[0; 64])),
        ("ones", |_| bytes(&[255; 64])),
        ("r = 0", |raw| bytes(&[&[0; 32], &raw[32..]].concat())),
        ("s = 0", |raw| bytes(&[&raw[..32], &[0; 32]].concat())),
        ("r = n", |raw| bytes(&[&ORDER, &raw[32..]].concat())),
        ("s = n", |raw| bytes(&[&raw[..32], &ORDER].concat())),
        ("r = s = n", |_| bytes(&[ORDER, ORDER].concat())),
        ("s and r", |raw| bytes(&[&raw[32..], &raw[..32]].concat())),
        ("little endian", |raw| {
            bytes(&raw.iter().rev().copied().collect::<Vec<_>>())
        }),
        ("the last bit", |raw| bytes(&[&raw[..63], &[raw[63] ^ 1]].concat())),
        ("nothing", |_| bytes(&[])),
        ("base64 of base64", |raw| bytes(STANDARD.encode(raw).as_bytes())),
    ];
    let accounts: [(&str, Form); 7] = [
        ("16 bytes", |raw| bytes(&raw[..16])),
        ("31 bytes", |raw| bytes(&raw[..31])),
        ("33 bytes", |raw| bytes(&[raw, &[0]].concat())),
        ("zeros", |_| bytes(&[0; 32])),
        ("the last bit", |raw| bytes(&[&raw[..31], &[raw[31] ^ 1]].concat())),
        ("nothing", |_| bytes(&[])),
        ("base64 of base64", |raw| bytes(STANDARD.encode(raw).as_bytes())),
    ];
    let installs = installs.into_iter().map(|(name, form)| (name, install().form(form)));
    let accounts = accounts.into_iter().map(|(name, form)| (name, account().form(form)));
    let attack = |(name, signature): (&str, Signature)| SignatureAttack::signed(name, INVALID, &[&signature]);
    installs.chain(accounts).map(attack).collect()
}

/// Values in `Signature` that are neither a byte sequence nor a string of base64.
fn no_byte_sequences() -> Vec<SignatureAttack> {
    let forms: [(&str, Form); 13] = [
        ("no base64", |_| "\"not base64!\"".to_owned()),
        ("base64 of the URL alphabet", |_| "\"-_-_\"".to_owned()),
        ("a sequence of the URL alphabet", |_| ":-_-_:".to_owned()),
        ("bare base64", |raw| STANDARD.encode(raw)),
        ("a number", |_| "1".to_owned()),
        ("a flag", |_| "?1".to_owned()),
        ("a date", |_| "@1".to_owned()),
        ("a list", |raw| format!("({})", bytes(raw))),
        ("no end", |raw| format!(":{}", STANDARD.encode(raw))),
        ("no start", |raw| format!("{}:", STANDARD.encode(raw))),
        ("a blank within", |raw| bytes(raw).replacen(':', ": ", 1) + " "),
        ("a string without an end", |raw| format!("\"{}", STANDARD.encode(raw))),
        ("a comma at the end", |raw| bytes(raw) + ","),
    ];
    let mut attacks = Vec::new();
    for (name, form) in forms {
        for signature in both() {
            attacks.push(SignatureAttack::signed(name, MALFORMED, &[&signature.form(form)]));
        }
    }
    attacks
}

/// A public key is no secret: whoever has the token has it too.
fn macs_with_what_is_public() -> Vec<SignatureAttack> {
    let public = Key::install(1).public();
    let secrets = [
        ("the key as the token has it", Key::install(1).ipk().into_bytes()),
        ("the key", public.clone()),
        ("the point", public[public.len() - 65..].to_vec()),
        ("x and y", public[public.len() - 64..].to_vec()),
        ("nothing", Vec::new()),
        ("the token", token(&json!({})).into_bytes()),
        ("the secret of tokens", STANDARD.decode(crate::token::SECRET).unwrap()),
    ];
    let mut derived = Hmac::<Sha256>::new_from_slice(b"account").unwrap();
    derived.update(&STANDARD.decode(OTHER_ACCOUNT_KEY).unwrap());
    let derived = ("a key derived from another", derived.finalize().into_bytes().to_vec());
    let mut attacks = Vec::new();
    for (name, secret) in secrets.into_iter().chain([derived]) {
        for label in ["install", "account"] {
            let signature = Signature::new(Key::Account(secret.clone()), &Message::order());
            let signature = signature.parameters(&created()).label(label);
            attacks.push(SignatureAttack::signed(
                &format!("a MAC by {name}"),
                INVALID,
                &[&signature],
            ));
        }
    }
    attacks
}

/// Tokens whose key did not sign, or is none. The other cases need other servers: `signatures/keys.rs`.
fn keys() -> Vec<SignatureAttack> {
    let token = |claims: serde_json::Value| token(&claims);
    let attack = |(name, refusal, token): (&str, &'static str, String)| {
        SignatureAttack::with(name, refusal, "Approov-Token", &token)
    };
    [
        ("no key", "signature_key_missing", token(json!({ "ipk": null }))),
        ("no base64", "signature_key_invalid", token(json!({ "ipk": "junk!" }))),
        ("an empty key", "signature_key_invalid", token(json!({ "ipk": "" }))),
        ("another key", INVALID, token(json!({ "ipk": Key::install(2).ipk() }))),
    ]
    .into_iter()
    .map(attack)
    .collect()
}

/// Times out of the window, and what is no time.
fn times() -> Vec<SignatureAttack> {
    let (at, created) = (now(), created());
    let (missing, early, late) = ("signature_time_missing", "signature_not_yet_valid", "signature_expired");
    let rows = [
        (missing, String::new()),
        (missing, format!(";expires={}", at + 15)),
        (missing, format!(";nonce=\"created={at}\"")),
        (early, format!(";created={}", at + 120)),
        (early, format!(";created={};expires={}", at + 120, at - 120)),
        (early, ";created=999999999999999".to_owned()),
        (late, format!("{created};expires={}", at - 120)),
        (late, format!("{created};expires=0")),
        (late, format!("{created};expires=-0")),
        (late, format!("{created};expires=-1")),
        (late, format!("{created};expires=-999999999999999")),
        (late, format!(";created={}", at - MAX_AGE_SECONDS - 100)),
        (
            late,
            format!(";created={};expires={}", at - MAX_AGE_SECONDS - 100, at + 15),
        ),
        (late, ";created=-999999999999999;expires=999999999999999".to_owned()),
        (late, ";created=0".to_owned()),
        (MALFORMED, format!("{created}{created}")),
        (MALFORMED, format!(";created={at}.0")),
        (MALFORMED, format!(";created={at}e0")),
        (MALFORMED, format!(";created=+{at}")),
        (MALFORMED, format!(";created=\"{at}\"")),
        (MALFORMED, format!(";created=@{at}")),
        (MALFORMED, format!(";created=({at})")),
        (MALFORMED, ";created".to_owned()),
        (MALFORMED, ";created=".to_owned()),
        (MALFORMED, ";created=now".to_owned()),
        (MALFORMED, ";created=?0".to_owned()),
        (MALFORMED, ";created=:AAAA:".to_owned()),
        (MALFORMED, ";created=1000000000000000".to_owned()),
        (MALFORMED, format!("{created};expires=\"{at}\"")),
        (MALFORMED, format!("{created};expires={at}.5")),
        (MALFORMED, format!("{created};expires")),
        (MALFORMED, format!("{created};nonce=1")),
        (MALFORMED, format!("{created};nonce")),
        (MALFORMED, format!("{created};nonce=a")),
    ];
    let attack = |(refusal, parameters): &(&'static str, String)| {
        both().map(|signature| SignatureAttack::signed(parameters, refusal, &[&signature.parameters(parameters)]))
    };
    rows.iter().flat_map(attack).collect()
}

/// Digests that are signed, but are not those of the body, or say nothing.
fn digests() -> Vec<SignatureAttack> {
    let body = &Message::order().body;
    let (right, wrong) = (sha256(body), sha256(b"other"));
    let (mismatch, malformed) = ("digest_mismatch", "digest_malformed");
    let rows = [
        (mismatch, wrong.clone()),
        (mismatch, sha256(b"")),
        (mismatch, sha512(b"")),
        (mismatch, sha256(&body[1..])),
        (mismatch, sha256(&[body, &b"\n"[..]].concat())),
        (mismatch, format!("{right}, {}", sha512(b"other"))),
        (mismatch, format!("{wrong}, {}", sha512(body))),
        (mismatch, format!("{right}, sha-512=::")),
        (mismatch, format!("{wrong}, md5=:AAAA:")),
        (mismatch, "sha-256=::".to_owned()),
        (mismatch, "sha-256=\"\"".to_owned()),
        (mismatch, "sha-256=:AAAA:".to_owned()),
        (mismatch, format!("sha-256={}", bytes(&[0; 32]))),
        (mismatch, format!("sha-256={}", bytes(&[0; 33]))),
        (mismatch, format!("sha-256={}", bytes(right.as_bytes()))),
        (mismatch, sha512(body).replace("sha-512", "sha-256")),
        (mismatch, right.replace("sha-256", "sha-512")),
        (malformed, format!("{right}, {right}")),
        (malformed, format!("{right}, {wrong}")),
        (malformed, format!("{right}, sha-512=1")),
        (malformed, format!("{right}, sha-512")),
        (malformed, format!("{right}, junk(")),
        (malformed, format!("{right},")),
        (malformed, format!("{right} {right}")),
        (malformed, format!("a{right}")),
        (malformed, "md5=:AAAA:".to_owned()),
        (malformed, "sha=:AAAA:, sha-384=:AAAA:, unixsum=:AAAA:".to_owned()),
        (malformed, right.replace("sha-256", "sha256")),
        (malformed, right.replace("sha-256", "SHA-256")),
        (malformed, right.replacen('=', ":", 1)),
        (malformed, right.replace("sha-256=", "")),
        (malformed, String::new()),
        (malformed, "sha-256".to_owned()),
        (malformed, "sha-256=1".to_owned()),
        (malformed, "sha-256=?0".to_owned()),
        (malformed, "sha-256=\"no base64\"".to_owned()),
        (malformed, "sha-256=:-_-_:".to_owned()),
        (malformed, "sha-256=(:AAAA:)".to_owned()),
        (malformed, "sha-256=\u{e9}".to_owned()),
    ];
    let attack =
        |(refusal, digest): &(&'static str, String)| SignatureAttack::with(digest, refusal, "Content-Digest", digest);
    rows.iter().map(attack).collect()
}
