//! Headers that are not what RFC 9421 and RFC 8941 say.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    Case,
    Server::Signing,
    make::{account, both, created, each, install, order, pair, signed, with_parameters},
};
use crate::{
    client::Request,
    signing::{bytes, text},
    tables::{cells, named, pairs},
    token::now,
};

pub(super) fn rows(case: Case) -> Case {
    let labels = cells(
        r#"_install | Install | INSTALL | "install" | :aW5zdGFsbA==: | 1install | -install
        install␠ | ␠= | ∅ | in stall"#,
    );
    let of_both = |(name, form): (&'static str, Form)| both().map(|signature| (name, signature.form(form)));
    let with = |more: &str| install().parameters(&(created() + more));
    let (input, signature) = install().members();
    case.at([Signing])
        .whole(each(
            labels.into_iter().map(|label| (label.clone(), install().label(&label))),
        ))
        .whole(unpaired())
        .whole(in_two_lines())
        .whole(named(INPUTS, |text| {
            pair(&[&text.replace("{}", &input)], &[&signature])
        }))
        .whole(no_ascii(&input, &signature))
        .whole(sizes(&input, &signature))
        .whole(each([(
            "alg twice",
            with(";alg=\"hmac-sha256\";alg=\"ecdsa-p256-sha256\""),
        )]))
        .whole(each(FORMS.into_iter().flat_map(of_both)))
        .whole(with_parameters(times()))
        .passes()
        .whole([
            ("both in one line", signed(&[&install(), &account()])),
            ("as a string", signed(&[&install().form(text)])),
            ("one as a string", signed(&[&account().form(text), &install()])),
            (
                "64 labels",
                pair(
                    &[&(input.clone() + &many(63, ", l"))],
                    &[&(signature.clone() + &many(63, ", l"))],
                ),
            ),
            (
                "white space",
                pair(&[&format!(" {input} ,\t a=() ")], &[&format!("{signature} , a=:AA==:")]),
            ),
            ("in two lines", {
                let (other_input, other) = account().members();
                pair(&[&input, &other_input], &[&signature, &other])
            }),
        ])
}

/// So many of these, each with a number.
fn many(count: usize, item: &str) -> String {
    (0..count).map(|n| format!("{item}{n}")).collect::<Vec<_>>().concat()
}

/// Lines of `Signature-Input` and of `Signature` that do not belong together. `-` is none; `{I}` and `{S}` are those of
/// another signature.
fn unpaired() -> Vec<(String, Request)> {
    let ((input, signature), (other_input, other)) = (install().members(), account().members());
    let lines = |text: &str| -> Vec<String> {
        let lines = text.split('¶').filter(|line| *line != "-");
        let lines = lines.map(|line| line.replace("{i}", &input).replace("{I}", &other_input));
        lines
            .map(|line| line.replace("{s}", &signature).replace("{S}", &other))
            .collect()
    };
    let table = "no input: - / {s} | an empty input: ∅¶␠ / {s} | no signature: {i} / - | an empty signature: {i} / ∅
        not its own: {i} / {S} | one too few: {i}¶{I} / {s} | one too many: {i} / {s}¶{S} | exchanged: {s} / {i}
        input twice in one line: {i}, {i} / {s} | input twice: {i}¶{i} / {s} | signature twice: {i} / {s}¶{s}
        another label twice: {i}¶a=1, a=2 / {s}";
    pairs(table, |text| {
        let (inputs, signatures) = text.split_once(" / ").unwrap();
        let (inputs, signatures) = (lines(inputs), lines(signatures));
        let (inputs, signatures): (Vec<_>, Vec<_>) = (
            inputs.iter().map(String::as_str).collect(),
            signatures.iter().map(String::as_str).collect(),
        );
        pair(&inputs, &signatures)
    })
}

/// One value in two lines that is none when they are joined.
fn in_two_lines() -> Vec<(String, Request)> {
    let (input, signature) = install().members();
    let at = |end: &str| {
        let (one, two) = input.split_at(input.find(end).unwrap());
        pair(&[one, two], &[&signature])
    };
    let ends = ["\"@target-uri\"", ");", ";alg", ";created"];
    let inputs = ends.map(|end| (format!("input in two lines at {end}"), at(end)));
    let (one, two) = signature.split_at(signature.len() / 2);
    let signatures = ("signature in two lines".to_owned(), pair(&[&input], &[one, two]));
    inputs.into_iter().chain([signatures]).collect()
}

/// Texts for `Signature-Input` that are no dictionary, or not of lists. `{}` is the good one.
const INPUTS: &str = r#"
    {}; | {}, | ,{} | {},,a=1 | {} {} | ({}) | "{}" | {}⇥a | {};created=1 | {};expires=" | {};alg="a | {};a="\a"
    {};A=1 | {};=1 | {}; ;a | {} ;a | {};a= | {};a=1. | {};a=1.2345 | {};a=1234567890123456 | {};a=% | {};a=(1)
    {};a=:?: | {}, ??? | {}, a=( | {}, A=1 | a==1, {} | install | install= | install=1 | install=?1 | install=:AA==:
    install="@method" | install=( | install=) | install=()x | install=(() | install=(("@method"))
    install=("@method" "@target-uri" | install=("@method", "@target-uri", "approov-token");created=1
    install=("@method""@target-uri" "approov-token");created=1
    install=("@method"⇥"@target-uri" "approov-token");created=1
    install:("@method" "@target-uri" "approov-token");created=1
"#;

fn no_ascii(input: &str, signature: &str) -> [(&'static str, Request); 3] {
    let with = |bytes: &[u8]| {
        let request = order().request();
        let request = request.raw_header("Signature-Input", &[input.as_bytes(), bytes].concat());
        request.header("Signature", signature)
    };
    [
        ("UTF-8", with(b";x=\"\xc3\xa9\"")),
        ("a byte of Latin-1", with(b";x=\"\xe9\"")),
        ("a quote of typography", with(b";x=\xe2\x80\x9ca\xe2\x80\x9d")),
    ]
}

/// More of something than any client sends.
fn sizes(input: &str, signature: &str) -> [(&'static str, Request); 6] {
    let with = |more: String| pair(&[&(input.to_owned() + &more)], &[signature]);
    let components = (0..65).fold(install(), |signature, n| signature.line(&format!("\"x-{n}\""), ""));
    [
        ("65 labels", with(many(64, ", l"))),
        ("3000 labels", with(many(3000, ", l"))),
        (
            "65 signatures",
            pair(&[input], &[&(signature.to_owned() + &many(64, ", l"))]),
        ),
        ("65 parameters", with(many(65, ";p"))),
        ("3000 members of another", with(format!(", a=({})", " 1".repeat(3000)))),
        ("70 components", signed(&[&components])),
    ]
}

/// How the bytes of a signature are written.
type Form = fn(&[u8]) -> String;

/// Values in `Signature` that are neither a byte sequence nor a string of base64.
const FORMS: [(&str, Form); 13] = [
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

/// Parameters that are no time, or not of their type.
fn times() -> Vec<String> {
    let at = now().to_string();
    let table = r#";created={at};created={at} | ;created={at}.0 | ;created={at}e0 | ;created=+{at} | ;created="{at}"
        ;created=@{at} | ;created=({at}) | ;created | ;created= | ;created=now | ;created=?0 | ;created=:AAAA:
        ;created=1000000000000000 | ;created={at};expires="{at}" | ;created={at};expires={at}.5 | ;created={at};expires
        ;created={at};nonce=1 | ;created={at};nonce | ;created={at};nonce=a"#;
    cells(table).into_iter().map(|cell| cell.replace("{at}", &at)).collect()
}
