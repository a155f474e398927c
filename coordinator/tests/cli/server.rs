//! `up`, and commands that talk to it.

use std::fs;

use crate::program::{Up, run};

#[test]
fn commands_find_the_server_of_their_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let up = Up::start(folder.path());
    let ended = run(folder.path(), &["project", "list", "--output", "json"]);
    assert_eq!((ended.code, ended.stdout.trim()), (Some(0), "[]"), "{}", ended.stderr);

    let ended = run(folder.path(), &["status"]);
    assert_eq!(ended.code, Some(4));
    assert!(ended.stderr.starts_with("error[LH-0203]: this server has no project"));

    let ended = run(folder.path(), &["pass", "pause", "--project", "none"]);
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    let ended = run(folder.path(), &["project", "list", "--token", "wrong"]);
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    assert!(ended.stderr.starts_with("error[LH-0202]: "), "{}", ended.stderr);
    drop(up);
}

#[test]
fn a_wrong_cutoff_is_refused_before_the_server_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let cases = [("full", "90d", "a full pass has no cut-off"), ("pre-stage", "soon", "cut-off")];
    for (kind, cutoff, text) in cases {
        let arguments = ["pass", "start", "--kind", kind, "--cutoff", cutoff];
        let ended = run(folder.path(), &arguments);
        assert_eq!(ended.code, Some(3), "{kind}");
        assert!(ended.stderr.contains(text), "{}", ended.stderr);
    }
}

#[test]
fn a_start_time_without_a_zone_is_refused_before_the_server_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["pass", "start", "--kind", "full", "--at", "2026-12-01T22:00"];
    let ended = run(folder.path(), &arguments);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(ended.stderr.contains("[Europe/Berlin]"), "{}", ended.stderr);
}

#[test]
fn a_batch_is_set_for_named_mailboxes_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let ended = run(folder.path(), &["batch", "set", "north"]);
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    let ended = run(folder.path(), &["batch", "set", "north", "--all"]);
    assert_eq!(ended.code, Some(6), "{}", ended.stderr);
}

#[test]
fn sigterm_and_sigint_stop_it_in_order() {
    for signal in ["TERM", "INT"] {
        let folder = tempfile::tempdir().expect("a folder");
        let up = Up::start(folder.path());
        let url = up.url.clone();
        let api = folder.path().join("longhaul-data/api.json");
        assert!(fs::read_to_string(&api).expect("written").contains(&url));
        assert_eq!(up.stop(signal).code(), Some(0), "{signal}");
        assert!(!api.exists(), "{signal}");
        // The folder is free, and nobody listens.
        let ended = run(folder.path(), &["project", "list", "--server", &url, "--token", "t"]);
        assert_eq!(ended.code, Some(6), "{}", ended.stderr);
    }
}

#[test]
fn a_folder_in_use_is_exit_8() {
    let folder = tempfile::tempdir().expect("a folder");
    let up = Up::start(folder.path());
    let ended = run(folder.path(), &["up", "--listen", "127.0.0.1:0"]);
    assert_eq!(ended.code, Some(8), "{}", ended.stderr);
    let last = ended.stderr.lines().rev().nth(1).unwrap_or_default();
    assert!(last.starts_with("error[LH-0601]: "), "{}", ended.stderr);
    drop(up);
}

#[test]
fn a_port_in_use_is_exit_8() {
    let (one, two) = (tempfile::tempdir().expect("one"), tempfile::tempdir().expect("two"));
    let up = Up::start(one.path());
    let listen = up.url.trim_start_matches("http://").to_owned();
    let ended = run(two.path(), &["up", "--listen", &listen]);
    assert_eq!(ended.code, Some(8), "{}", ended.stderr);
    assert!(ended.stderr.contains("error[LH-0204]: "), "{}", ended.stderr);
    assert!(ended.stderr.contains(&listen), "{}", ended.stderr);
}

#[test]
fn a_data_folder_that_is_a_file_is_exit_8() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("data"), "").expect("written");
    let ended = run(folder.path(), &["up", "--data", "data", "--listen", "127.0.0.1:0"]);
    assert_eq!(ended.code, Some(8), "{}", ended.stderr);
    assert!(ended.stderr.contains("LH-0602"), "{}", ended.stderr);
}

#[test]
fn wrong_settings_are_exit_3_and_create_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = "workers: many\nqueue: {url: 'amqp//user:hunter2@queue'}\n";
    fs::write(folder.path().join("server.yaml"), settings).expect("written");
    let ended = run(folder.path(), &["up", "--config", "server.yaml"]);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(ended.stderr.contains("server.yaml:1: workers: LH-0102: "), "{}", ended.stderr);
    assert!(ended.stderr.contains("server.yaml:2: queue.url: LH-0102: "), "{}", ended.stderr);
    assert!(!ended.stderr.contains("hunter2"), "{}", ended.stderr);
    assert!(!folder.path().join("longhaul-data").exists());
}
