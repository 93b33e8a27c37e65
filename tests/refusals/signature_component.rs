//! Signatures that cover what the server does not understand, or does not find.

use super::{
    Case,
    Server::Signing,
    make::{both, each, install, order},
};
use crate::{signing::Signature, tables::cells};

/// Identifiers and the values that are signed for them, of which the server understands nothing, or finds nothing.
const COMPONENTS: &str = r#"
    "@method" = POST | "content-type" = application/json | "@unknown" = ∅ | "@status" = 200 | "@signature-params" = ∅
    "@" = ∅ | "@Method" = POST | "@METHOD" = POST | "@method " = POST | " @method" = POST | "@@method" = POST
    "@query-params";name="id" = 1 | "@request-response";key="install" = ∅ | "Content-Length" = 10
    "Approov-Token" = ∅ | "" = ∅ | "content type" = ∅ | "content-type:" = ∅ | content-type = application/json | 1 = ∅
    1.5 = ∅ | ?1 = ∅ | @1 = ∅ | :Y29udGVudC10eXBl: = application/json | "@path";req = /orders | "@path";tr = /orders
    "@path";sf = /orders | "@method";bs = :UE9TVA==: | "@target-uri";key="a" = ∅ | "@query";name="id" = 1
    "content-type";req = application/json | "content-type";tr = ∅ | "content-type";unknown = application/json
    "content-type";sf = application/json | "content-type";bs=?0 = application/json
    "content-type";bs=1 = :YXBwbGljYXRpb24vanNvbg==: | "content-digest";bs;sf = ∅
    "content-digest";sf;key="sha-256" = ∅ | "content-digest";bs;key="sha-256" = ∅ | "content-digest";key = ∅
    "content-digest";key=sha-256 = ∅ | "content-digest";key="sha-512" = ∅ | "content-digest";key="SHA-256" = ∅
    "content-digest";sf="" = ∅ | "@query-param" = ∅ | "@query-param";name = ∅ | "@query-param";name=id = 1
    "@query-param";name="id";x = 1 | "@query-param";name="absent" = ∅ | "x-absent" = ∅ | "x-absent";bs = ∅
    "transfer-encoding" = ∅ | "content-encoding" = ∅ | "cookie" = ∅
"#;

pub(super) fn rows(case: Case) -> Case {
    let token = order().value("approov-token");
    let with = |rows: &[(&str, &str)]| {
        let rows = rows.iter();
        both().map(|signature| {
            rows.clone()
                .fold(signature, |signature, (name, value)| signature.line(name, value))
        })
    };
    let of_both = |name: String, signatures: [Signature; 2]| signatures.map(|signature| (name.clone(), signature));
    let single = cells(COMPONENTS).into_iter().flat_map(|cell| {
        let (identifier, value) = cell.split_once(" = ").unwrap();
        of_both(identifier.to_owned(), with(&[(identifier, value)]))
    });
    let token = of_both("the token twice".to_owned(), with(&[("\"approov-token\"", &token)]));
    let (id, bytes) = (
        (r#""@query-param";name="id""#, "1"),
        (r#""content-type";bs"#, ":YXBwbGljYXRpb24vanNvbg==:"),
    );
    let twice = [id, bytes]
        .into_iter()
        .flat_map(|row| of_both(format!("{} twice", row.0), with(&[row, row])));
    let nine = |form: &dyn Fn(usize) -> String| (0..9).map(form).fold(install(), |all, name| all.line(&name, ""));
    case.at([Signing])
        .whole(each(single.chain(token).chain(twice)))
        .whole(each([
            ("nine members", nine(&|n| format!("\"x-{n}\";key=\"a\""))),
            (
                "nine parameters of the query",
                nine(&|n| format!("\"@query-param\";name=\"{n}\"")),
            ),
        ]))
        .passes()
        .whole(each(
            [
                ("a parameter of the query", with(&[id])),
                ("a value as bytes", with(&[bytes])),
            ]
            .into_iter()
            .flat_map(|(name, signatures)| signatures.map(|signature| (name, signature))),
        ))
}
