//! Signatures that cover what the server does not understand, or does not find.

use super::{
    Case,
    Server::Signing,
    make::{both, each, install, order},
};
use crate::signing::Signature;

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
    let single = COMPONENTS
        .into_iter()
        .flat_map(|row| of_both(row.0.to_owned(), with(&[row])));
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
        .whole("", each(single.chain(token).chain(twice)))
        .whole(
            "",
            each([
                ("nine members", nine(&|n| format!("\"x-{n}\";key=\"a\""))),
                (
                    "nine parameters of the query",
                    nine(&|n| format!("\"@query-param\";name=\"{n}\"")),
                ),
            ]),
        )
        .passes()
        .whole(
            "",
            each(
                [
                    ("a parameter of the query", with(&[id])),
                    ("a value as bytes", with(&[bytes])),
                ]
                .into_iter()
                .flat_map(|(name, signatures)| signatures.map(|signature| (name, signature))),
            ),
        )
}
