//! What the compiler says of mistakes with the attribute. What the attribute accepts is in tests/ui/accepted.
//!
//! The cases are compiled against the libraries that these tests use, so nothing is compiled for them alone.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
    thread,
};

use serde_json::Value;

/// What the cases use.
const CRATES: [&str; 2] = ["approov_actix", "actix_web"];

/// Every compiler version words and draws its messages a little differently. With `APPROOV_UI_TESTS=overwrite` the
/// files get what it says now.
#[test]
fn mistakes() {
    if !support::is_asked_for("ui::mistakes", "APPROOV_UI_TESTS", "it needs the compiler that CI uses") {
        return;
    }
    let overwrites = env::var("APPROOV_UI_TESTS").is_ok_and(|value| value == "overwrite");
    let libraries = libraries();
    let cases = Mutex::new(cases());
    assert!(cases.lock().unwrap().len() > 60);
    let worker = || {
        let mut wrong = Vec::new();
        loop {
            let Some(case) = cases.lock().unwrap().pop() else {
                return wrong;
            };
            let (said, expected) = (compile(&case, &libraries), case.with_extension("stderr"));
            if overwrites {
                fs::write(&expected, &said).unwrap();
            } else if said.trim().is_empty() || fs::read_to_string(&expected).ok() != Some(said.clone()) {
                wrong.push(format!("{}:\n{said}", case.display()));
            }
        }
    };
    let wrong: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "other messages:\n\n{}", wrong.join("\n"));
}

fn cases() -> Vec<PathBuf> {
    let folders = ["own_messages", "rustc_messages"].map(|name| Path::new("ui/mistakes").join(name));
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let files = entries.map(|entry| entry.unwrap().path());
    files
        .filter(|file| file.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// Cargo's own account of what it has built for these tests: each library's file. A library that is there twice counts
/// with the features that are for all of the workspace.
fn libraries() -> Vec<(String, PathBuf)> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["test", "--quiet", "--workspace", "--no-run", "--message-format=json"])
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let messages = String::from_utf8(built.stdout).unwrap();
    let messages: Vec<Value> = messages.lines().map(|line| line.parse().unwrap()).collect();
    let features = |message: &&Value| message["features"].as_array().map_or(0, Vec::len);
    let library = |name: &str| {
        let is_it = |message: &&Value| {
            let target = message["target"]["name"].as_str().unwrap_or_default();
            target.replace('-', "_") == name && message["profile"]["test"] == false
        };
        let message = messages.iter().filter(is_it).max_by_key(features).expect(name);
        (name.to_owned(), message["filenames"][0].as_str().unwrap().into())
    };
    CRATES.map(library).into()
}

/// What the compiler says, with the paths of this machine replaced.
fn compile(case: &Path, libraries: &[(String, PathBuf)]) -> String {
    let output = tempfile::TempDir::new().unwrap();
    let mut command = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    command
        .args(["--edition=2024", "--emit=metadata", "--error-format=json"])
        .arg("--out-dir")
        .arg(output.path())
        .arg(case);
    for (name, file) in libraries {
        command.arg("--extern").arg(format!("{name}={}", file.display()));
        command
            .arg("-L")
            .arg(format!("dependency={}", file.parent().unwrap().display()));
    }
    let errors = String::from_utf8(command.output().unwrap().stderr).unwrap();
    let messages = errors.lines().map(|line| line.parse::<Value>().unwrap());
    let rendered = messages.filter_map(|message| {
        // Without the count at the end, and without what `--explain` would say.
        let is_summary = message["spans"].as_array().is_none_or(Vec::is_empty);
        let text = message["rendered"].as_str()?;
        (!is_summary || message["code"].is_object()).then(|| without_paths(text))
    });
    rendered.collect::<Vec<_>>().concat().trim_end().to_owned() + "\n"
}

/// Without what differs from machine to machine, and without line numbers of other files than the case.
fn without_paths(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let arrow = ["--> ", "::: "].into_iter().find(|arrow| line.contains(arrow));
        let Some((before, path)) = arrow.and_then(|arrow| line.split_once(arrow)) else {
            return line.to_owned() + "\n";
        };
        let place = if path.starts_with("ui/") {
            path
        } else {
            let file = path.split(':').next().unwrap_or_default();
            ["/registry/src/", "/library/"].iter().fold(file, |file, folder| {
                file.split_once(folder)
                    .and_then(|(_, rest)| rest.split_once('/'))
                    .map_or(file, |(_, rest)| rest)
            })
        };
        format!("{before}{}{place}\n", arrow.unwrap_or_default())
    });
    lines.collect()
}
