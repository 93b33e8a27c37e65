//! An empty set is an answer: its owner revokes all keys. Whatever else is wrong keeps them: `files.rs` and
//! `failing_addresses.rs`.

use approov_actix::Approov;
use serde_json::json;
use support::{log, oct};

use super::{Published, wait_until_accepted, wait_until_unavailable};

/// Sets without a key for this library, but with nothing wrong in them.
fn empty_sets() -> [String; 3] {
    let mut for_encryption = oct::jwk("for-encryption");
    for_encryption["use"] = json!("enc");
    let quantum = json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA" });
    [
        r#"{"keys":[]}"#.to_owned(),
        r#"{"keys": [ ], "a": 1}"#.to_owned(),
        oct::set_of(&[for_encryption, quantum]),
    ]
}

#[test]
fn an_empty_set_in_a_file_revokes_its_keys() {
    log::capture();
    let file = Published::keys(&["revoked-file"]);
    let start = || Approov::builder().name("revoked-file").keys(file.jwks()).build();
    let approov = start().unwrap();
    for set in empty_sets() {
        wait_until_accepted(&approov, "revoked-file");
        file.replace(&set);
        wait_until_unavailable(&approov, "revoked-file");
        // At the start it is a mistake.
        let error = start().unwrap_err().to_string();
        let sentence = "the path given to `KeyFile::jwks` names a file that has no usable key";
        assert_eq!(error, sentence, "{set}");
        file.replace(oct::key_set(&["revoked-file"]));
    }
    wait_until_accepted(&approov, "revoked-file");
    for line in [
        "the path given to `KeyFile::jwks` names a file that has an empty set; \
         the keys that came from there before are REVOKED",
        "there is NO KEY: every token is refused",
    ] {
        let lines = log::lines_with(&format!("ERROR approov_actix {line} name=revoked-file"));
        assert_eq!(lines.len(), 3, "{line}");
    }
}
