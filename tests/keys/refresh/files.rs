//! Files are read again, and what is wrong with one never takes its good keys away.

use std::{fs, path::PathBuf, thread};

use approov_actix::{Algorithm, Approov, KeyFile, Rejection};
use serde_json::json;
use support::{ed25519, log, oct, token, wait_until};
use tempfile::TempDir;

use super::{SECOND, verdict, wait_until_accepted, wait_until_unknown};
use crate::builder;

/// A file in a folder of its own.
struct Published {
    folder: TempDir,
    path: PathBuf,
}

impl Published {
    fn new(text: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("keys");
        let file = Self { folder, path };
        file.replace(text);
        file
    }

    /// As a careful administrator does it: nobody ever sees half of the text.
    fn replace(&self, text: impl AsRef<[u8]>) {
        let new = self.folder.path().join("new");
        fs::write(&new, text).unwrap();
        if self.path.is_dir() {
            fs::remove_dir(&self.path).unwrap();
        }
        fs::rename(new, &self.path).unwrap();
    }

    fn approov(&self) -> Approov {
        Approov::builder().keys(self.jwks()).build().unwrap()
    }

    /// Read again as often as it may be.
    fn jwks(&self) -> KeyFile {
        KeyFile::jwks(&self.path).refresh_interval(SECOND)
    }
}

#[test]
fn an_added_key_is_accepted_and_a_removed_one_refused() {
    let file = Published::new(&oct::key_set(&["file-a", "file-b"]));
    let approov = file.approov();
    assert_eq!(verdict(&approov, "file-a"), Ok(()));
    assert_eq!(verdict(&approov, "file-c"), Err(Rejection::TokenKeyUnknown));
    for (kids, gone) in [(["file-b", "file-c"], "file-a"), (["file-b", "file-a"], "file-c")] {
        file.replace(oct::key_set(&kids));
        wait_until_unknown(&approov, gone);
        for kid in kids {
            assert_eq!(verdict(&approov, kid), Ok(()), "all keys of a file change at once");
        }
    }
}

/// A key id says nothing about the key: the same id with another key is another key.
#[test]
fn a_key_that_changes_under_its_id_changes() {
    let set = |kid: &str| {
        let mut jwk = oct::jwk(kid);
        jwk["kid"] = json!("same");
        oct::set_of(&[jwk])
    };
    let file = Published::new(&set("old"));
    let approov = file.approov();
    let verdict = |kid| approov.verify_token(&oct::naming("same", &oct::secret(kid))).map(drop);
    assert_eq!(
        (verdict("old"), verdict("new")),
        (Ok(()), Err(Rejection::TokenSignature))
    );
    file.replace(set("new"));
    wait_until("the new key", || verdict("new").is_ok());
    assert_eq!(verdict("old"), Err(Rejection::TokenSignature));
}

type Break = fn(&Published);

/// How a file goes wrong, and what the log says. False where this cannot be tried.
const FAULTS: [(&str, &str, Break); 11] = [
    ("empty", "is not a JWK Set: it is empty", |file| file.replace("")),
    ("half", "is not a JWK Set: EOF while parsing ", |file| {
        let text = oct::key_set(&["kept-half"]);
        fs::write(&file.path, &text[..text.len() / 2]).unwrap();
    }),
    ("html", "is not a JWK Set: it is HTML or XML", |file| {
        file.replace("<html></html>");
    }),
    (
        "no-keys",
        "is not a JWK Set: it is not an object with an array `keys`",
        |file| file.replace("{}"),
    ),
    ("unusable", "has no usable key", |file| {
        file.replace(r#"{"keys":[{"kty":"oct","alg":"HS256","k":"c2hvcnQ"},7,null]}"#);
    }),
    ("binary", "is not text", |file| file.replace([0xff, 0xfe, 0])),
    ("large", "is larger than 1 MiB", |file| {
        let padding = " ".repeat(1024 * 1024);
        file.replace(oct::key_set(&["kept-large", "large"]) + &padding);
    }),
    ("deleted", "cannot be read: ", |file| {
        fs::remove_file(&file.path).unwrap();
    }),
    ("folder", "is not a regular file", |file| {
        fs::remove_file(&file.path).unwrap();
        fs::create_dir(&file.path).unwrap();
    }),
    ("private", "cannot be read: ", make_unreadable),
    ("pipe", "is not a regular file", make_pipe),
];

#[cfg(unix)]
fn make_unreadable(file: &Published) {
    use std::os::unix::fs::PermissionsExt as _;

    // A new file, as `root` reads everything.
    file.replace("not a set, for root");
    fs::set_permissions(&file.path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&file.path).is_ok() {
        support::skipped("refresh::files", "this user can read a file without permissions");
    }
}

/// Opening one would wait for somebody to write.
#[cfg(unix)]
fn make_pipe(file: &Published) {
    fs::remove_file(&file.path).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&file.path).status();
    if !made.is_ok_and(|status| status.success()) {
        support::skipped("refresh::files", "there is no mkfifo");
    }
}

#[cfg(not(unix))]
fn make_unreadable(file: &Published) {
    fs::remove_file(&file.path).unwrap();
}

#[cfg(not(unix))]
fn make_pipe(file: &Published) {
    fs::remove_file(&file.path).unwrap();
    fs::create_dir(&file.path).unwrap();
}

#[test]
fn a_file_that_goes_wrong_keeps_its_keys_and_recovers() {
    log::capture();
    thread::scope(|scope| {
        for (name, fault, break_it) in FAULTS {
            scope.spawn(move || {
                let (kept, new) = (&format!("kept-{name}"), &format!("new-{name}"));
                let file = Published::new(&oct::key_set(&[kept]));
                let approov = file.approov();
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
                assert_eq!(verdict(&approov, kept), Err(Rejection::TokenKeyUnknown), "{name}");
            });
        }
    });
    for line in log::lines_with("the path given to `KeyFile::jwks` names a file that") {
        assert!(line.starts_with("ERROR approov_actix "), "{line}");
        // Tests of what gets too old run beside this one.
        let is_kept = line.ends_with("; the keys that came from there before are kept");
        assert!(is_kept || line.ends_with("; there are no keys from there"), "{line}");
    }
}

#[test]
fn a_file_that_is_wrong_at_the_start_is_an_error() {
    for (name, fault, break_it) in FAULTS {
        let file = Published::new(&oct::key_set(&["start"]));
        break_it(&file);
        // Who may read everything finds text there that is no set.
        let fault = if name == "private" && fs::read(&file.path).is_ok() {
            "is not a JWK Set"
        } else {
            fault
        };
        let builder = Approov::builder().keys(file.jwks());
        let error = builder.build().unwrap_err().to_string();
        let sentence = format!("the path given to `KeyFile::jwks` names a file that {fault}");
        assert!(error.starts_with(&sentence), "{name}: {error}");
        assert!(!error.contains(file.folder.path().to_str().unwrap()), "{name}: {error}");
    }
}

/// A set with one bad entry is still a set: what is no longer in it is out.
#[test]
fn a_bad_entry_keeps_no_removed_key_alive() {
    log::capture();
    let mut encryption = oct::jwk("turned-to-encryption");
    let file = Published::new(&oct::key_set(&["turned-to-encryption", "beside-junk", "removed"]));
    let approov = file.approov();
    for kid in ["turned-to-encryption", "beside-junk", "removed"] {
        assert_eq!(verdict(&approov, kid), Ok(()));
    }
    encryption["use"] = json!("enc");
    file.replace(oct::set_of(&[json!("junk"), encryption, oct::jwk("beside-junk")]));
    wait_until_unknown(&approov, "turned-to-encryption");
    assert_eq!(verdict(&approov, "removed"), Err(Rejection::TokenKeyUnknown));
    assert_eq!(verdict(&approov, "beside-junk"), Ok(()));
    let lines = log::lines_with(r#"key 2, kid "turned-to-encryption", is not used: it has a `use` other than `sig`"#);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].starts_with("DEBUG approov_actix the path given to `KeyFile::jwks`"),
        "{lines:?}"
    );
}

/// More keys than a start would take: a running server uses the first ones rather than none.
#[test]
fn a_surplus_key_is_left_out() {
    let file = Published::new(&oct::key_set(&["before-surplus"]));
    let approov = file.approov();
    let kids: Vec<_> = (1..=9).map(|number| format!("surplus-{number}")).collect();
    file.replace(oct::key_set(&kids.iter().map(String::as_str).collect::<Vec<_>>()));
    wait_until_unknown(&approov, "before-surplus");
    for kid in &kids[..8] {
        assert_eq!(verdict(&approov, kid), Ok(()), "{kid}");
    }
    assert_eq!(verdict(&approov, &kids[8]), Err(Rejection::TokenKeyUnknown));
}

#[test]
fn several_files_and_fixed_keys_add_up_and_change_apart() {
    let (one, other) = (
        Published::new(&oct::key_set(&["one-1"])),
        Published::new(&oct::key_set(&["other-1"])),
    );
    let approov = builder().keys(one.jwks()).keys(other.jwks()).build().unwrap();
    one.replace(oct::key_set(&["one-2"]));
    wait_until("the new key", || verdict(&approov, "one-2").is_ok());
    assert_eq!(verdict(&approov, "other-1"), Ok(()));
    // The fixed key has no id, so a token whose id nobody has is tried with it.
    assert_eq!(verdict(&approov, "one-1"), Err(Rejection::TokenSignature));
    assert!(approov.verify_token(&token::good()).is_ok());
    fs::remove_file(&one.path).unwrap();
    other.replace(oct::key_set(&["other-2"]));
    wait_until("the other new key", || verdict(&approov, "other-2").is_ok());
    assert_eq!(verdict(&approov, "one-2"), Ok(()));
    assert!(approov.verify_token(&token::good()).is_ok());
}

/// How Kubernetes changes the files of a volume: the folder behind a symbolic link is another one from one moment to
/// the next.
#[cfg(unix)]
#[test]
fn a_link_that_points_elsewhere_is_followed() {
    use std::os::unix::fs::symlink;

    let folder = TempDir::new().unwrap();
    let publish = |version: &str, kid: &str| {
        let path = |name: &str| -> PathBuf { folder.path().join(name) };
        fs::create_dir(path(version)).unwrap();
        fs::write(path(version).join("keys.json"), oct::key_set(&[kid])).unwrap();
        symlink(version, path("..data_tmp")).unwrap();
        fs::rename(path("..data_tmp"), path("..data")).unwrap();
    };
    publish("..v1", "volume-1");
    let path = folder.path().join("keys.json");
    symlink("..data/keys.json", &path).unwrap();
    let file = KeyFile::jwks(&path).refresh_interval(SECOND);
    let approov = Approov::builder().keys(file).build().unwrap();
    assert_eq!(verdict(&approov, "volume-1"), Ok(()));
    publish("..v2", "volume-2");
    fs::remove_dir_all(folder.path().join("..v1")).unwrap();
    wait_until_accepted(&approov, "volume-2");
    assert_eq!(verdict(&approov, "volume-1"), Err(Rejection::TokenKeyUnknown));
}

#[test]
fn a_public_key_in_a_file_is_read_again() {
    log::capture();
    let (first, second) = (ed25519::FIRST, ed25519::SECOND);
    let file = Published::new(first.pem);
    let pem = KeyFile::pem(Algorithm::EdDSA, &file.path).refresh_interval(SECOND);
    let approov = Approov::builder().keys(pem).build().unwrap();
    let verdict = |key: ed25519::SignedOnce| approov.verify_token(key.token).map(drop);
    assert_eq!(
        (verdict(first), verdict(second)),
        (Ok(()), Err(Rejection::TokenSignature))
    );
    file.replace(first.pem.replace("PUBLIC", "PRIVATE"));
    let sentence = "the path given to `KeyFile::pem` names a file that is a private key";
    wait_until("a log line", || !log::lines_with(sentence).is_empty());
    assert_eq!(verdict(first), Ok(()));
    file.replace(second.pem);
    wait_until("the second key", || verdict(second).is_ok());
    assert_eq!(verdict(first), Err(Rejection::TokenSignature));
}
