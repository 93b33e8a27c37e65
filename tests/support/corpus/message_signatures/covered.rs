//! What a signature covers.

use super::{COMPONENT, SignatureAttack, both, install};
use crate::signing::Message;

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

pub(super) fn components() -> Vec<SignatureAttack> {
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
pub(super) fn coverage() -> Vec<SignatureAttack> {
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
    SignatureAttack::each(rows.map(|(name, signature)| (name, "signature_coverage", signature)))
}
