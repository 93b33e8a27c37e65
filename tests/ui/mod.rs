//! What the compiler says of mistakes with the attribute. What the attribute accepts is in tests/ui/accepted.
//!
//! The cases are compiled against the libraries that these tests use, so nothing is compiled for them alone.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use serde_json::Value;

/// Every compiler version words and draws its messages a little differently. With `APPROOV_UI_TESTS=overwrite` the
/// files get what it says now.
#[test]
fn mistakes() {
    if !support::is_asked_for("ui::mistakes", "APPROOV_UI_TESTS", "it needs the compiler that CI uses") {
        return;
    }
    let overwrites = env::var("APPROOV_UI_TESTS").is_ok_and(|value| value == "overwrite");
    let libraries = libraries();
    let folders = ["own_messages", "rustc_messages"].map(|name| Path::new("ui/mistakes").join(name));
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let mut cases: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    cases.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    assert!(cases.len() > 40);
    let wrong = |case: &PathBuf| {
        let (said, expected) = (compile(case, &libraries), case.with_extension("stderr"));
        if overwrites {
            fs::write(&expected, &said).unwrap();
        }
        let is_expected = !said.trim().is_empty() && fs::read_to_string(&expected).is_ok_and(|text| text == said);
        (!is_expected).then(|| format!("{}:\n{said}", case.display()))
    };
    let all_wrong: Vec<_> = thread::scope(|scope| {
        let quarters = cases.chunks(cases.len().div_ceil(4));
        let workers = quarters.map(|cases| scope.spawn(move || cases.iter().filter_map(wrong).collect::<Vec<_>>()));
        let workers: Vec<_> = workers.collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(all_wrong.is_empty(), "other messages:\n\n{}", all_wrong.join("\n"));
}

/// What `--extern` takes: the file of each library that cases use, by Cargo's own account of what it has built for
/// these tests. One that is there twice counts with the features that are for all of the workspace.
fn libraries() -> [(String, PathBuf); 2] {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["test", "--quiet", "--workspace", "--no-run", "--message-format=json"]);
    // What Cargo tells tests of their package is news to the build scripts that look at it: all would be built again.
    let is_of_package = |name: &str| name.starts_with("CARGO_MANIFEST_") || name.starts_with("CARGO_PKG_");
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_of_package)) {
        cargo.env_remove(name);
    }
    let built = cargo.output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let messages = String::from_utf8(built.stdout).unwrap();
    let messages: Vec<Value> = messages.lines().map(|line| line.parse().unwrap()).collect();
    let features = |message: &&Value| message["features"].as_array().map_or(0, Vec::len);
    ["approov_actix", "actix_web"].map(|name| {
        let is_it = |message: &&Value| {
            let target = message["target"]["name"].as_str().unwrap_or_default();
            target.replace('-', "_") == name && message["profile"]["test"] == false
        };
        let message = messages.iter().filter(is_it).max_by_key(features).expect(name);
        (name.to_owned(), message["filenames"][0].as_str().unwrap().into())
    })
}

/// What the compiler says, with the paths of this machine replaced.
fn compile(case: &Path, libraries: &[(String, PathBuf)]) -> String {
    let output = tempfile::TempDir::new().unwrap();
    let mut command = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    command
        .args(["--edition=2024", "--crate-type=lib", "--emit=metadata"])
        .args(["--error-format=json", "--out-dir"])
        .args([output.path(), case]);
    for (name, file) in libraries {
        command.arg(format!("--extern={name}={}", file.display()));
        command.arg(format!("-Ldependency={}", file.parent().unwrap().display()));
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
        let arrow = ["--> ", "::: "].into_iter().find(|arrow| line.contains(*arrow));
        let Some((before, path)) = arrow.and_then(|arrow| line.split_once(arrow)) else {
            return format!("{line}\n");
        };
        if path.starts_with("ui/") {
            return format!("{line}\n");
        }
        let mut file = path.split(':').next().unwrap();
        for folder in ["/registry/src/", "/library/"] {
            if let Some((_, rest)) = file.split_once(folder) {
                file = rest.split_once('/').unwrap().1;
            }
        }
        format!("{before}{}{file}\n", arrow.unwrap())
    });
    lines.collect()
}
