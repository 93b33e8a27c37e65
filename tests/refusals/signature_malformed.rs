//! Headers that are not what RFC 9421 and RFC 8941 say.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    Case,
    Server::Signing,
    make::{account, created, each, install, order, pair, signed, spelt, with_parameters},
};
use crate::{
    client::Request,
    signing::{Signature, text},
    tables::{cells, filled_text, named, pairs},
    token::now,
};

pub(super) fn rows(case: Case) -> Case {
    let labels = cells(
        r#"_install | Install | INSTALL | "install" | :aW5zdGFsbA==: | 1install | -install
        install␠ | ␠= | ∅ | in stall"#,
    );
    let spelt = |signature: &Signature, form: &str| {
        spelt(signature, |raw| filled_text(form, &[("base64", &STANDARD.encode(raw))]))
    };
    let with = |more: &str| install().parameters(&(created() + more));
    let (input, signature) = install().members();
    let sixty_four = |members: &str| members.to_owned() + &many(63, ", l");
    let (other_input, other) = account().members();
    let labelled = labels.into_iter().map(|label| (label.clone(), install().label(&label)));
    let alg_twice = with(";alg=\"hmac-sha256\";alg=\"ecdsa-p256-sha256\"");
    case.at([Signing])
        .whole(each(labelled))
        .whole(unpaired())
        .whole(in_two_lines())
        .whole(named(INPUTS, |text| {
            pair(&[&text.replace("{}", &input)], &[&signature])
        }))
        .whole(no_ascii(&input, &signature))
        .whole(sizes(&input, &signature))
        .whole(each([("alg twice", alg_twice)]))
        .whole(pairs(FORMS, |form| spelt(&install(), form)))
        .whole(pairs(FORMS, |form| spelt(&account(), form)))
        .whole(with_parameters(times()))
        .passes()
        .whole([
            ("both in one line", signed(&[&install(), &account()])),
            ("as a string", signed(&[&install().form(text)])),
            ("one as a string", signed(&[&account().form(text), &install()])),
            ("64 labels", pair(&[&sixty_four(&input)], &[&sixty_four(&signature)])),
            ("white space", {
                pair(&[&format!(" {input} ,\t a=() ")], &[&format!("{signature} , a=:AA==:")])
            }),
            ("in two lines", pair(&[&input, &other_input], &[&signature, &other])),
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
    let values = [("i", &*input), ("I", &other_input), ("s", &signature), ("S", &other)];
    let table = "no input: - / {s} | an empty input: ∅¶␠ / {s} | no signature: {i} / - | an empty signature: {i} / ∅
        not its own: {i} / {S} | one too few: {i}¶{I} / {s} | one too many: {i} / {s}¶{S} | exchanged: {s} / {i}
        input twice in one line: {i}, {i} / {s} | input twice: {i}¶{i} / {s} | signature twice: {i} / {s}¶{s}
        another label twice: {i}¶a=1, a=2 / {s}";
    pairs(table, |text| {
        let text = filled_text(text, &values);
        let (inputs, signatures) = text.split_once(" / ").unwrap();
        let [inputs, signatures] = [inputs, signatures].map(|lines| lines.split('¶').filter(|line| *line != "-"));
        pair(&inputs.collect::<Vec<_>>(), &signatures.collect::<Vec<_>>())
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
            pair(&[input], &[&format!("{signature}{}", many(64, ", l"))]),
        ),
        ("65 parameters", with(many(65, ";p"))),
        ("3000 members of another", with(format!(", a=({})", " 1".repeat(3000)))),
        ("70 components", signed(&[&components])),
    ]
}

/// Values in `Signature` that are neither a byte sequence nor a string of base64.
const FORMS: &str = r#"
    no base64: "not base64!" | base64 of the URL alphabet: "-_-_" | a sequence of the URL alphabet: :-_-_:
    bare base64: {base64} | a number: 1 | a flag: ?1 | a date: @1 | a list: (:{base64}:) | no end: :{base64}
    no start: {base64}: | a blank within: :␠{base64}:␠ | a string without an end: "{base64}
    a comma at the end: :{base64}:,
"#;

/// Parameters that are no time, or not of their type.
fn times() -> Vec<String> {
    let at = now().to_string();
    let table = r#";created={at};created={at} | ;created={at}.0 | ;created={at}e0 | ;created=+{at} | ;created="{at}"
        ;created=@{at} | ;created=({at}) | ;created | ;created= | ;created=now | ;created=?0 | ;created=:AAAA:
        ;created=1000000000000000 | ;created={at};expires="{at}" | ;created={at};expires={at}.5 | ;created={at};expires
        ;created={at};nonce=1 | ;created={at};nonce | ;created={at};nonce=a"#;
    cells(table).into_iter().map(|cell| cell.replace("{at}", &at)).collect()
}
