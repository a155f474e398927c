//! Commands that need no server.

use std::path::Path;

use crate::program::run;

#[test]
fn help_and_version_are_data() {
    for argument in ["--help", "--version", "help"] {
        let ended = run(Path::new("."), &[argument]);
        assert_eq!(ended.code, Some(0), "{argument}");
        assert!(!ended.stdout.is_empty() && ended.stderr.is_empty(), "{argument}");
    }
}

#[test]
fn a_wrong_command_line_is_exit_2() {
    for arguments in [&["fly"][..], &["pass", "start"], &["up", "--workers", "none"], &[]] {
        let ended = run(Path::new("."), arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}");
        assert!(ended.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_code_is_explained() {
    let ended = run(Path::new("."), &["explain-code", "LH-0105"]);
    assert_eq!(ended.code, Some(0));
    assert!(ended.stdout.starts_with("# LH-0105: "));

    let ended = run(Path::new("."), &["explain-code", "LH-0402", "--output", "json"]);
    let document: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!((&document["code"], &document["exit"]), (&"LH-0402".into(), &5.into()));

    let ended = run(Path::new("."), &["explain-code", "LH-0000"]);
    assert_eq!(ended.code, Some(4));
    assert!(ended.stderr.starts_with("error[LH-0203]: "), "{}", ended.stderr);
    assert!(ended.stderr.contains("\nnext: "), "{}", ended.stderr);
}

#[test]
fn completions_and_the_api_document_are_printed() {
    let ended = run(Path::new("."), &["completions", "bash"]);
    assert_eq!(ended.code, Some(0));
    assert!(ended.stdout.contains("_longhaul()"));

    let ended = run(Path::new("."), &["openapi"]);
    let document: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(document["info"]["title"], "longhaul");
}
