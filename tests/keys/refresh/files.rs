//! Files are read again, and what is wrong with one never takes its good keys away. Of a PEM file:
//! `tests/servers/key_sources.rs`.

use std::{fs, thread};

use approov_actix::{Approov, KeyFile};
use serde_json::json;
use support::{log, oct, token, wait_until};

use super::{Published, SECOND, verdict, wait_until_accepted, wait_until_unknown};
use crate::{
    builder,
    keys::{SIGNATURE, UNKNOWN, with},
};

/// A key id says nothing about the key: the same id with another key is another key.
#[test]
fn a_key_that_changes_under_its_id_changes() {
    let set = |kid: &str| {
        let mut jwk = oct::jwk(kid);
        jwk["kid"] = json!("same");
        oct::set_of(&[jwk])
    };
    let file = Published::new(&set("old"));
    let approov = with(file.jwks());
    let verdict = |kid| crate::keys::verdict(&approov, &oct::naming("same", &oct::secret(kid)));
    assert_eq!((verdict("old"), verdict("new")), (Ok(()), SIGNATURE));
    file.replace(set("new"));
    wait_until("the new key", || verdict("new").is_ok());
    assert_eq!(verdict("old"), SIGNATURE);
}

type Break = fn(&Published);

/// How a file goes wrong, and what the log says.
const FAULTS: &[(&str, &str, Break)] = &[
    ("half", "is not a JWK Set: EOF while parsing ", |file| {
        let text = oct::key_set(&["kept-half"]);
        fs::write(&file.path, &text[..text.len() / 2]).unwrap();
    }),
    ("unusable", "has no usable key", |file| {
        file.replace(r#"{"keys":[{"kty":"oct","alg":"HS256","k":"c2hvcnQ"},7,null]}"#);
    }),
    ("binary", "is not text", |file| file.replace([0xff, 0xfe, 0])),
    ("large", "is larger than 1 MiB", |file| {
        file.replace(oct::key_set(&["kept-large", "large"]) + &" ".repeat(1024 * 1024));
    }),
    ("deleted", "cannot be read: ", |file| {
        fs::remove_file(&file.path).unwrap();
    }),
    // Opening a pipe would wait for somebody to write. Where there are none, a folder.
    ("pipe", "is not a regular file", |file| {
        fs::remove_file(&file.path).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&file.path).status();
        if !made.is_ok_and(|status| status.success()) {
            fs::create_dir(&file.path).unwrap();
        }
    }),
];

#[test]
fn a_file_that_goes_wrong_keeps_its_keys_and_recovers() {
    log::capture();
    thread::scope(|scope| {
        for &(name, fault, break_it) in FAULTS {
            scope.spawn(move || {
                let (kept, new) = (&format!("kept-{name}"), &format!("new-{name}"));
                let file = Published::keys(&[kept]);
                let approov = with(file.jwks());
                break_it(&file);
                // Long enough for the first attempts, and if it is not, that only makes this test weaker.
                for _ in 0..30 {
                    assert_eq!(verdict(&approov, kept), Ok(()), "{name}");
                    thread::sleep(SECOND / 10);
                }
                let sentence = format!("the path given to `KeyFile::jwks` names a file that {fault}");
                wait_until(name, || !log::lines_with(&sentence).is_empty());
                assert_eq!(verdict(&approov, kept), Ok(()), "{name}");
                file.replace(oct::key_set(&[new]));
                wait_until_accepted(&approov, new);
                assert_eq!(verdict(&approov, kept), UNKNOWN, "{name}");
            });
        }
    });
    for line in log::lines_with("the path given to `KeyFile::jwks` names a file that") {
        assert!(line.starts_with("ERROR approov_actix "), "{line}");
        // Tests of what gets too old, or is revoked, run beside this one.
        let is_of_others = line.ends_with("; there are no keys from there") || line.contains(" REVOKED ");
        assert!(
            is_of_others || line.ends_with("; the keys that came from there before are kept"),
            "{line}"
        );
    }
}

#[test]
fn a_file_that_is_wrong_at_the_start_is_an_error() {
    for &(name, fault, break_it) in FAULTS {
        let file = Published::keys(&["start"]);
        break_it(&file);
        let error = Approov::builder().keys(file.jwks()).build().unwrap_err().to_string();
        let sentence = format!("the path given to `KeyFile::jwks` names a file that {fault}");
        assert!(error.starts_with(&sentence), "{name}: {error}");
        assert!(!error.contains(file.folder.path().to_str().unwrap()), "{name}: {error}");
    }
}

/// A set with one bad entry is still a set: what is no longer in it is out.
#[test]
fn a_bad_entry_keeps_no_removed_key_alive() {
    log::capture();
    let kids = ["turned-to-encryption", "beside-junk", "removed"];
    let file = Published::keys(&kids);
    let approov = with(file.jwks());
    assert_eq!(kids.map(|kid| verdict(&approov, kid)), [Ok(()); 3]);
    let mut encryption = oct::jwk("turned-to-encryption");
    encryption["use"] = json!("enc");
    file.replace(oct::set_of(&[json!("junk"), encryption, oct::jwk("beside-junk")]));
    wait_until_unknown(&approov, "removed");
    assert_eq!(kids.map(|kid| verdict(&approov, kid)), [UNKNOWN, Ok(()), UNKNOWN]);
    let lines = log::lines_with(r#"key 2, kid "turned-to-encryption", is not used: it has a `use` other than `sig`"#);
    assert_eq!(lines.len(), 1, "{lines:?}");
    let start = "DEBUG approov_actix the path given to `KeyFile::jwks`";
    assert!(lines[0].starts_with(start), "{lines:?}");
}

#[test]
fn several_files_and_fixed_keys_add_up_and_change_apart() {
    let (one, other) = (Published::keys(&["one-1"]), Published::keys(&["other-1"]));
    let approov = builder().keys(one.jwks()).keys(other.jwks()).build().unwrap();
    one.replace(oct::key_set(&["one-2"]));
    wait_until_accepted(&approov, "one-2");
    // The fixed key has no id, so a token whose id nobody has is tried with it.
    let verdicts = ["one-1", "one-2", "other-1"].map(|kid| verdict(&approov, kid));
    assert_eq!(verdicts, [SIGNATURE, Ok(()), Ok(())]);
    fs::remove_file(&one.path).unwrap();
    other.replace(oct::key_set(&["other-2"]));
    wait_until_accepted(&approov, "other-2");
    assert_eq!(verdict(&approov, "one-2"), Ok(()));
    assert!(approov.verify_token(&token::good()).is_ok());
}

/// How Kubernetes changes the files of a volume: the folder behind a symbolic link is another one from one moment to
/// the next.
#[cfg(unix)]
#[test]
fn a_link_that_points_elsewhere_is_followed() {
    use std::os::unix::fs::symlink;

    let folder = tempfile::TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let publish = |version: &str, kid: &str| {
        fs::create_dir(path(version)).unwrap();
        fs::write(path(version).join("keys.json"), oct::key_set(&[kid])).unwrap();
        symlink(version, path("..data_tmp")).unwrap();
        fs::rename(path("..data_tmp"), path("..data")).unwrap();
    };
    publish("..v1", "volume-1");
    symlink("..data/keys.json", path("keys.json")).unwrap();
    let approov = with(KeyFile::jwks(path("keys.json")).refresh_interval(SECOND));
    assert_eq!(verdict(&approov, "volume-1"), Ok(()));
    publish("..v2", "volume-2");
    fs::remove_dir_all(path("..v1")).unwrap();
    wait_until_accepted(&approov, "volume-2");
    assert_eq!(verdict(&approov, "volume-1"), UNKNOWN);
}
