//! Tests that need more than Rust: a browser, or node. They run where the environment asks for them.

use std::{path::Path, process::Command};

use crate::SHAPES_API;

fn run(script: &str) {
    if !support::may_install(script) {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut script_run = Command::new("bash");
    script_run.arg(script).current_dir(root).env("SHAPES_API", SHAPES_API);
    // Without the feature that has it the script builds it.
    if let Some(prometheus) = option_env!("CARGO_BIN_EXE_prometheus") {
        script_run.env("PROMETHEUS", prometheus);
    }
    let status = script_run.status().unwrap();
    assert!(status.success(), "{script} failed");
}

/// Clicks every button of the Shapes API's home page in headless Chromium, and looks at the page with the decisions.
#[test]
fn browser() {
    run("tests/browser");
}

/// Sends the Postman collection to the Shapes API with newman.
#[test]
fn postman() {
    run("tests/postman");
}
