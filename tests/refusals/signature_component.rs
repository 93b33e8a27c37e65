//! Signatures that cover what the server does not understand, or does not find.

use super::prelude::*;

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
    let id = r#""@query-param";name="id" = 1"#;
    let bytes = r#""content-type";bs = :YXBwbGljYXRpb24vanNvbg==:"#;
    // Signed by both, with this line so many times more.
    let with = |row: &str, count| {
        let (identifier, value) = row.split_once(" = ").unwrap();
        let add = |signature| (0..count).fold(signature, |signature: Signature, _| signature.line(identifier, value));
        [install(), account()].map(|signature| (format!("{} {row:.60}", signature.label), add(signature)))
    };
    let nine = |form: &str| {
        let names = (0..9).map(|n| form.replace("{n}", &n.to_string()));
        names.fold(install(), |signature, name| signature.line(&name, ""))
    };
    let many = r#""x-{n}";key="a" | "@query-param";name="{n}""#;
    case.at([Signing])
        .signed("once", cells(COMPONENTS).iter().flat_map(|row| with(row, 1)))
        .signed("twice", [&token, id, bytes].into_iter().flat_map(|row| with(row, 2)))
        .signed("nine", named(many, nine))
        .passes()
        .signed("once", [id, bytes].into_iter().flat_map(|row| with(row, 1)))
}
