//! `project check` and `project submit`.

use std::fs;
use std::path::Path;

use crate::program::{longhaul, run};

const GOOD: &str = "\
name: move
confirm: Confirm
source:
  tenant_id: 11111111-1111-4111-8111-111111111111
  client_id: 22222222-2222-4222-8222-222222222222
  client_secret: file:secret
  authority: http://127.0.0.1:9
destination:
  tenant_id: 11111111-1111-4111-8111-111111111111
  client_id: 22222222-2222-4222-8222-222222222222
  client_secret: file:secret
  authority: http://127.0.0.1:9
mailboxes_csv: boxes.csv
";

fn folder(project: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("project.yaml"), project).expect("written");
    fs::write(folder.path().join("secret"), "hunter2").expect("written");
    let boxes = "source,destination\nada@source.test,ada@destination.test\n";
    fs::write(folder.path().join("boxes.csv"), boxes).expect("written");
    folder
}

#[test]
fn a_good_file_is_exit_0() {
    let folder = folder(GOOD);
    let ended = run(folder.path(), &["project", "check", "project.yaml"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.stdout, "project.yaml: no mistakes; project move, 1 mailbox\n");

    let ended = run(folder.path(), &["project", "check", "project.yaml", "--output", "json"]);
    let spec: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(spec["mailboxes"][0]["source"], "ada@source.test");
    assert!(!ended.stdout.contains("hunter2"));
}

#[test]
fn every_mistake_is_a_line_and_the_last_says_what_to_do() {
    let folder =
        folder(&GOOD.replace("name: move", "nmae: move").replace("confirm: Confirm\n", ""));
    let ended = run(folder.path(), &["project", "check", "project.yaml"]);
    assert_eq!(ended.code, Some(3));
    assert!(ended.stdout.is_empty());
    let lines: Vec<_> = ended.stderr.lines().collect();
    let starts = [
        "project.yaml: confirm: LH-0105: ",
        "project.yaml: name: LH-0103: missing",
        "project.yaml:1: nmae: LH-0101: unknown key; is `name` meant?",
        "error[LH-0105]: 3 mistakes; nothing was done",
        "next: correct the places above",
    ];
    assert_eq!(lines.len(), starts.len(), "{lines:#?}");
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}");
    }
}

#[test]
fn the_environment_is_read_and_its_mistakes_are_named() {
    let folder = folder(GOOD);
    let mut command = longhaul(folder.path(), &["project", "check", "project.yaml"]);
    let output = command.env("LONGHAUL_PROJECT__SOURCE__CLIENT_ID", "x").output().expect("it runs");
    assert_eq!(output.status.code(), Some(3));
    let stderr = String::from_utf8_lossy(&output.stderr);
    let start = "LONGHAUL_PROJECT__SOURCE__CLIENT_ID: source.client_id: LH-0102: not a GUID";
    assert!(stderr.starts_with(start), "{stderr}");
}

#[test]
fn a_file_that_is_not_there_is_exit_3() {
    let ended = run(Path::new("."), &["project", "check", "/nowhere/project.yaml"]);
    assert_eq!(ended.code, Some(3));
    assert!(ended.stderr.contains("/nowhere/project.yaml: LH-0104: "), "{}", ended.stderr);
}

#[test]
fn an_error_is_json_for_programs() {
    let ended =
        run(Path::new("."), &["project", "check", "/nowhere/project.yaml", "--output", "json"]);
    let document: serde_json::Value = serde_json::from_str(&ended.stderr).expect("JSON");
    assert_eq!(document["error"]["code"], "LH-0104");
}

#[test]
fn without_a_server_submitting_is_exit_6() {
    let folder = folder(GOOD);
    let ended = run(folder.path(), &["project", "submit", "project.yaml"]);
    assert_eq!(ended.code, Some(6));
    assert!(ended.stderr.starts_with("error[LH-0201]: "), "{}", ended.stderr);
    assert!(ended.stderr.contains("longhaul up"), "{}", ended.stderr);
}

#[test]
fn a_tenant_that_cannot_be_reached_is_exit_6_and_creates_nothing() {
    let folder = folder(GOOD);
    let up = crate::program::Up::start(folder.path());
    let ended = run(folder.path(), &["project", "submit", "project.yaml"]);
    assert_eq!(ended.code, Some(6), "{}", ended.stderr);
    assert!(ended.stderr.contains("LH-0302"), "{}", ended.stderr);
    let ended = run(folder.path(), &["project", "list", "--output", "json"]);
    assert_eq!(ended.stdout.trim(), "[]");
    drop(up);
}
