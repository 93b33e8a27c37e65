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
    let token = format!("\"approov-token\" = {}", order().value("approov-token"));
    let (id, bytes) = (
        r#""@query-param";name="id" = 1"#,
        r#""content-type";bs = :YXBwbGljYXRpb24vanNvbg==:"#,
    );
    // Signed by both, with these lines more.
    let with = |name: &str, rows: &[&str]| {
        let with_row = |signature: Signature, row: &&str| {
            let (identifier, value) = row.split_once(" = ").unwrap();
            signature.line(identifier, value)
        };
        both().map(|signature| (name.to_owned(), rows.iter().fold(signature, with_row)))
    };
    let nine = |form: &dyn Fn(usize) -> String| (0..9).map(form).fold(install(), |all, name| all.line(&name, ""));
    case.at([Signing])
        .whole(each(cells(COMPONENTS).iter().flat_map(|row| with(row, &[row]))))
        .whole(each(with("the token twice", &[&token])))
        .whole(each(with("a parameter of the query twice", &[id, id])))
        .whole(each(with("a value as bytes twice", &[bytes, bytes])))
        .whole(each([
            ("nine members", nine(&|n| format!("\"x-{n}\";key=\"a\""))),
            (
                "nine parameters of the query",
                nine(&|n| format!("\"@query-param\";name=\"{n}\"")),
            ),
        ]))
        .passes()
        .whole(each(with("a parameter of the query", &[id])))
        .whole(each(with("a value as bytes", &[bytes])))
}
