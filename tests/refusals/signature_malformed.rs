//! Headers that are not what RFC 9421 and RFC 8941 say.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let ((input, signature), (other_input, other)) = (install().members(), account().members());
    let labels = r#"_install | Install | INSTALL | "install" | :aW5zdGFsbA==: | 1install | -install | install␠ | ␠= | ∅
        in stall"#;
    let spelt = |signature: &Signature, form: &str| {
        spelt(signature, |raw| filled_text(form, &[("base64", &STANDARD.encode(raw))]))
    };
    let with_input = |text: &str| pair(&[&text.replace("{}", &input)], &[&signature]);
    let at = now().to_string();
    let times = cells(TIMES).into_iter().map(|cell| cell.replace("{at}", &at));
    let sixty_four = |members: &str| members.to_owned() + &many(63, ", l");
    let as_text = |signature: Signature| signature.form(signing::text);
    let good_ones = [
        ("in one line", signed(&[&install(), &account()])),
        ("in two lines", pair(&[&input, &other_input], &[&signature, &other])),
        ("one as a string", signed(&[&as_text(account()), &install()])),
        ("64 labels", pair(&[&sixty_four(&input)], &[&sixty_four(&signature)])),
        (
            "white space",
            pair(&[&format!(" {input} ,\t a=() ")], &[&format!("{signature} , a=:AA==:")]),
        ),
    ];
    case.at([Signing])
        .signed("label", named(labels, |label| install().label(label)))
        .whole("headers", unpaired())
        .whole("two lines from", in_two_lines())
        .whole("input", named(INPUTS, with_input))
        .whole("too many", sizes(&input, &signature))
        .whole("install", pairs(FORMS, |form| spelt(&install(), form)))
        .whole("account", pairs(FORMS, |form| spelt(&account(), form)))
        .signed("times", with_parameters(times))
        .passes()
        .whole("both", good_ones)
        .signed("one", [("as a string", as_text(install()))])
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
    let table = "- / {s} | ∅¶␠ / {s} | {i} / - | {i} / ∅ | {i} / {S} | {i}¶{I} / {s} | {i} / {s}¶{S} | {s} / {i}
        {i}, {i} / {s} | {i}¶{i} / {s} | {i} / {s}¶{s} | {i}¶a=1, a=2 / {s}";
    named(table, |text| {
        let text = filled_text(text, &values);
        let (inputs, signatures) = text.split_once(" / ").unwrap();
        let [inputs, signatures] = [inputs, signatures].map(|lines| lines.split('¶').filter(|line| *line != "-"));
        pair(&inputs.collect::<Vec<_>>(), &signatures.collect::<Vec<_>>())
    })
}

/// One value in two lines that is none when they are joined.
fn in_two_lines() -> Vec<(String, Request)> {
    let (input, signature) = install().members();
    let (one, two) = signature.split_at(signature.len() / 2);
    let mut rows = named("\"@target-uri\" | ); | ;alg | ;created", |end| {
        let (one, two) = input.split_at(input.find(end).unwrap());
        pair(&[one, two], &[&signature])
    });
    rows.extend(named("half of the signature", |_| pair(&[&input], &[one, two])));
    rows
}

/// Texts for `Signature-Input` that are no dictionary, or not of lists, or say something twice. `{}` is the good one.
const INPUTS: &str = r#"
    {}; | {}, | ,{} | {},,a=1 | {} {} | ({}) | "{}" | {}⇥a | {};created=1 | {};alg="a" | {};a="é" | {};expires="
    {};alg="a | {};a="\a" | {};A=1 | {};=1 | {}; ;a | {} ;a | {};a= | {};a=1. | {};a=1.2345 | {};a=1234567890123456
    {};a=% | {};a=(1) | {};a=:?: | {}, ??? | {}, a=( | {}, A=1 | a==1, {} | install | install= | install=1 | install=?1
    install=:AA==: | install="@method" | install=( | install=) | install=()x | install=(() | install=(("@method"))
    install=("@method" "@target-uri" | install=("@method", "@target-uri", "approov-token");created=1
    install=("@method""@target-uri" "approov-token");created=1
    install=("@method"⇥"@target-uri" "approov-token");created=1
    install:("@method" "@target-uri" "approov-token");created=1
"#;

/// More of something than any client sends.
fn sizes(input: &str, signature: &str) -> [(&'static str, Request); 5] {
    let with = |more: String| pair(&[&(input.to_owned() + &more)], &[signature]);
    let components = (0..65).fold(install(), |signature, n| signature.line(&format!("\"x-{n}\""), ""));
    let signatures = signature.to_owned() + &many(64, ", l");
    [
        ("labels", with(many(64, ", l"))),
        ("signatures", pair(&[input], &[&signatures])),
        ("parameters", with(many(65, ";p"))),
        ("members of another", with(format!(", a=({})", " 1".repeat(3000)))),
        ("components", signed(&[&components])),
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
const TIMES: &str = r#"
    ;created={at};created={at} | ;created={at}.0 | ;created={at}e0 | ;created=+{at} | ;created="{at}" | ;created=@{at}
    ;created=({at}) | ;created | ;created= | ;created=now | ;created=?0 | ;created=:AAAA: | ;created=1000000000000000
    ;created={at};expires="{at}" | ;created={at};expires={at}.5 | ;created={at};expires | ;created={at};nonce=1
    ;created={at};nonce | ;created={at};nonce=a
"#;
