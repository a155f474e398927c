//! `longhaul-simulator` as a process.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

#[tokio::test]
async fn the_program_prints_one_line_and_ends_on_the_signal() {
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("ca.pem");
    let mut child = Command::new(env!("CARGO_BIN_EXE_longhaul-simulator"))
        .args(["--tls", "--mailboxes", "1", "--items", "10", "--ca-out"])
        .arg(&authority)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let description: Value = serde_json::from_str(&line).unwrap();
    let written = std::fs::read_to_string(&authority).unwrap();
    assert_eq!(description["ca_cert"].as_str(), Some(written.as_str()));
    let tenants = description["tenants"].as_array().unwrap();
    assert_eq!(tenants.len(), 2);
    for tenant in tenants {
        for key in ["tenant_id", "client_id", "client_secret", "ews_url", "token_url"] {
            assert!(tenant[key].is_string(), "{key}");
        }
        assert_eq!(tenant["mailboxes"].as_array().unwrap().len(), 1);
    }
    let killed = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(killed.success());
    assert!(child.wait().unwrap().success());
    let mut rest = String::new();
    assert_eq!(out.read_line(&mut rest).unwrap(), 0, "{rest}");
}
