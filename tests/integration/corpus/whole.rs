//! What must hold of all tables together.

use std::collections::BTreeSet;

use support::{
    codes,
    corpus::{Attack, bindings, headers, key_sets, tokens},
};

/// The rows on which a request's token and its binding stand or fall.
fn requests() -> Vec<Attack> {
    [
        tokens::tokens(),
        tokens::tokens_for_a_key_with_an_id(),
        tokens::tokens_for_an_issuer_and_an_audience(),
        headers::for_the_default_name(),
        headers::for_authorization(),
        bindings::for_one_header(),
        bindings::for_two_headers(),
        bindings::where_pay_may_be_missing(),
        bindings::for_no_header(),
    ]
    .concat()
}

/// A row that fails is found by its name.
#[test]
fn each_row_has_a_name_of_its_own() {
    let documents = [key_sets::documents(), key_sets::secrets()].concat();
    let entries = key_sets::entries().into_iter().map(|unfit| unfit.entry);
    let rows: Vec<_> = requests().into_iter().chain(documents).chain(entries).collect();
    let mut names = BTreeSet::new();
    let twice: Vec<_> = rows
        .iter()
        .filter(|row| !names.insert(&row.name))
        .map(|row| &row.name)
        .collect();
    assert!(twice.is_empty(), "{twice:#?}");
    support::say(&format!(
        "the corpus has {} rows of tokens, bindings and keys",
        rows.len()
    ));
}

/// The beginnings of codes that no token and no binding can bring about.
const OF_OTHERS: [&str; 9] = [
    "signature_",
    "digest_",
    "body_",
    "application_check",
    "request_replayed",
    "single_use_unavailable",
    "keys_unavailable",
    "not_configured",
    "policy_invalid",
];

/// So that no new code is left without an attack.
#[test]
fn each_refusal_of_a_token_or_a_binding_has_a_row() {
    let expected: BTreeSet<_> = codes::all()
        .filter(|code| !OF_OTHERS.iter().any(|beginning| code.starts_with(beginning)))
        .collect();
    assert!(
        expected.contains("token_missing") && expected.contains("binding_mismatch"),
        "{expected:?}"
    );

    let rows = requests();
    let code = |row: &Attack| row.refusal.split('(').next().unwrap_or_default();
    let produced: BTreeSet<_> = rows.iter().map(code).filter(|code| code.contains('_')).collect();
    assert_eq!(produced, expected);
}
