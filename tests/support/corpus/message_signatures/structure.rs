//! The structure of both headers.

use super::{ALGORITHM, COMPONENT, INVALID, MALFORMED, MISSING, SignatureAttack, account, created, install};
use crate::signing::{Key, Message, OTHER_ACCOUNT_KEY, Signature};

/// A signature under another label than its own.
pub(super) fn labels() -> Vec<SignatureAttack> {
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
    attacks
}

/// A bad signature beside a good one.
pub(super) fn beside() -> Vec<SignatureAttack> {
    let mut attacks = Vec::new();
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
pub(super) fn pairs() -> Vec<SignatureAttack> {
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
pub(super) fn lines() -> Vec<SignatureAttack> {
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

pub(super) fn inputs() -> Vec<SignatureAttack> {
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
pub(super) fn sizes() -> Vec<SignatureAttack> {
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
