//! `demo`: a whole migration.

use std::fs;

use crate::program::run;

#[test]
fn a_demonstration_ends_clean() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["demo", "--mailboxes", "1", "--items", "40", "--output", "json"];
    let ended = run(folder.path(), &arguments);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let last = ended.stdout.lines().last().expect("lines");
    let verification: serde_json::Value = serde_json::from_str(last).expect("a line of JSON");
    assert_eq!(verification["report"]["clean"], true);
    let folders = verification["report"]["mailboxes"][0]["folders"].as_array().expect("folders");
    let compared: u64 = folders.iter().filter_map(|folder| folder["compared"].as_u64()).sum();
    assert!(compared >= 30, "{compared} items were compared");
    assert!(ended.stderr.contains("Where to look next"), "{}", ended.stderr);
    // It leaves nothing behind.
    assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 0);
}

#[test]
fn a_folder_of_mail_is_copied() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("below")).expect("made");
    for name in ["one.eml", "below/two.eml"] {
        let text = format!(
            "From: ada@contoso.example\r\nTo: ben@contoso.example\r\nSubject: {name}\r\n\
             Date: Mon, 5 Jan 2026 10:00:00 +0000\r\nMessage-ID: <{name}@contoso.example>\r\n\r\n\
             Hello.\r\n"
        );
        fs::write(folder.path().join(name), text).expect("written");
    }
    let ended = run(folder.path(), &["demo", "--seed-dir", "."]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("completed, 2 of 2 items"), "{}", ended.stdout);
    assert!(ended.stdout.ends_with("1 of 1 mailboxes clean\n"), "{}", ended.stdout);
}

#[test]
fn a_folder_without_mail_is_exit_3() {
    let folder = tempfile::tempdir().expect("a folder");
    let ended = run(folder.path(), &["demo", "--seed-dir", "."]);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(ended.stderr.contains("error[LH-0104]: "), "{}", ended.stderr);
}
