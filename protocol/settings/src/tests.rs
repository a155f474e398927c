use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use longhaul_core::{Bytes, Timestamp};

use super::*;

fn read(text: &str, env: &[(&str, &str)]) -> (PathBuf, Result<Common, Mistakes>) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("ca.pem"), "a certificate").expect("written");
    std::fs::write(folder.path().join("url"), "amqps://u:hunter2@queue.test\n").expect("written");
    let path = folder.path().join("fleet.yaml");
    std::fs::write(&path, text).expect("written");
    let flags = Flags { config: Some(path.clone()), ..Flags::default() };
    let env = env.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    (path, load(&flags, env, |_, _, _| ()).map(|(common, ())| common))
}

/// The lines of a report, each after its place.
fn lines(result: Result<Common, Mistakes>) -> Vec<String> {
    let report = result.expect_err("mistakes").to_string();
    assert!(!report.contains("hunter2"), "{report}");
    let after = |line: &str| line.split_once(": ").map_or("", |(_, rest)| rest).to_owned();
    report.lines().map(after).collect()
}

#[test]
fn every_mistake_is_reported_with_its_place() {
    let text = "grace: 30\nbytes_in_flight: lots\nport: 7300\n\
         queue: {url: 'amqp//user:hunter2@queue'}\n";
    let env = [("LONGHAUL_SLOTS", "many"), ("LONGHAUL_STORE__URL", "http://u:hunter2@x")];
    let (path, result) = read(text, &env);
    let report = result.expect_err("mistakes").to_string();
    let file = path.display();
    let starts = [
        format!("{file}:1: grace: LH-0102: text is expected, this is a number"),
        format!("{file}:2: bytes_in_flight: LH-0102: not a size such as `64MiB`"),
        format!("{file}:3: port: LH-0101: unknown key; known here: `data`, `listen`, "),
        format!("{file}:4: queue.url: LH-0102: not `embedded`, nor a URL such as `amqp://"),
        "LONGHAUL_SLOTS: slots: LH-0102: not a number from 1 to 64".to_owned(),
        "LONGHAUL_STORE__URL: store.url: LH-0102: not `embedded`, nor".to_owned(),
    ];
    assert_eq!(report.lines().count(), starts.len(), "{report}");
    for (line, start) in report.lines().zip(&starts) {
        assert!(line.starts_with(start), "{line}\n{start}");
    }
    assert!(!report.contains("hunter2"), "{report}");
}

#[test]
fn a_url_may_stand_in_a_file_and_never_prints_its_password() {
    let text = "queue: {url: 'file:url', ca: ca.pem, prefix: contoso}\n\
         store: {url: 'redis://:hunter2@store.test:6380/1', allow_unsafe: true}\n";
    let common = read(text, &[]).1.expect("no mistakes");
    assert_eq!(common.queue.url.expose(), "amqps://u:hunter2@queue.test");
    assert_eq!(common.queue.url.to_string(), "amqps://queue.test");
    assert_eq!(common.store.url.to_string(), "redis://store.test:6380");
    assert_eq!(common.queue.prefix.as_deref(), Some("contoso"));
    assert!(common.queue.ca.as_ref().is_some_and(|ca| ca.is_absolute() && ca.ends_with("ca.pem")));
    assert!(common.store.allow_unsafe);
    assert!(!format!("{common:?}").contains("hunter2"));
}

#[test]
fn variables_reach_into_the_tables_of_both_programs() {
    let env = [
        ("LONGHAUL_QUEUE__URL", "amqp://queue.test"),
        ("LONGHAUL_STORE__URL", "redis://store.test"),
        ("LONGHAUL_STORE__ALLOW_UNSAFE", "true"),
        ("LONGHAUL_ADMIN__LISTEN", "0.0.0.0:7301"),
        ("LONGHAUL_GRACE", "5s"),
    ];
    let common = read("", &env).1.expect("no mistakes");
    assert!(!common.queue.url.is_embedded() && common.store.allow_unsafe);
    assert_eq!(common.admin.as_deref(), Some("0.0.0.0:7301"));
    assert_eq!(common.grace, Duration::from_secs(5));
    let typing_error = lines(read("", &[("LONGHAUL_STORE__ALLOW_UNSAVE", "true")]).1);
    assert_eq!(
        typing_error,
        ["store.allow_unsave: LH-0101: unknown key; is `allow_unsafe` meant?"]
    );
}

#[test]
fn durations_that_cannot_work_are_refused_with_their_bounds() {
    let env = [("LONGHAUL_FOLDER_LEASE", "5s"), ("LONGHAUL_WAIT", "2h")];
    let expected = [
        "folder_lease: LH-0102: not between `10s` and `10m`",
        "wait: LH-0102: not between `0s` and `1h`",
    ];
    assert_eq!(lines(read("", &env).1), expected);
    let env = [("LONGHAUL_FOLDER_LEASE", "10s"), ("LONGHAUL_WAIT", "0s")];
    let common = read("", &env).1.expect("both bounds are allowed");
    assert_eq!((common.folder_lease, common.wait), (Duration::from_secs(10), Duration::ZERO));
}

#[test]
fn variables_of_others_are_left_alone() {
    // Kubernetes makes the first two for a service named longhaul; the command line reads the rest.
    let others = ["PORT", "SERVICE_HOST", "TOKEN", "DATA", "SERVER", "LOG", "CONFIG"];
    let others = others.map(|name| (format!("LONGHAUL_{name}"), "tcp://10.0.0.1"));
    let others: Vec<_> = others.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    read("", &others).1.expect("no mistakes");
}

#[test]
fn queue_and_store_are_both_embedded_or_neither_is() {
    let found = lines(read("store: {url: 'redis://store.test'}\n", &[]).1);
    let expected = "queue.url: LH-0102: the queue is embedded and the store is not; either both \
         are, or neither is";
    assert_eq!(found, [expected]);
}

#[test]
fn certificates_need_a_url_that_uses_them_and_a_certificate_its_key() {
    let plain = "queue: {url: 'amqp://queue.test', ca: ca.pem}\nstore: {url: 'redis://s.test'}\n";
    let found = lines(read(plain, &[]).1);
    assert_eq!(found, ["queue.url: LH-0102: the URL has to begin with `amqps://`"]);
    let keyless = "queue: {url: 'amqps://queue.test', certificate: ca.pem}\n\
         store: {url: 'rediss://s.test'}\n";
    assert_eq!(
        lines(read(keyless, &[]).1),
        ["queue.key: LH-0103: missing: `certificate` needs it"]
    );
}

#[test]
fn a_flag_with_a_password_is_not_repeated() {
    let flags = Flags { queue_url: Some("hunter2".to_owned()), ..Flags::default() };
    assert!(!format!("{flags:?}").contains("hunter2"));
    let mistakes = load(&flags, [], |_, _, _| ()).expect_err("not a URL").to_string();
    assert!(mistakes.starts_with("--queue-url: queue.url: LH-0102: "), "{mistakes}");
    assert!(!mistakes.contains("hunter2"), "{mistakes}");
}

#[test]
fn addresses_are_a_host_and_a_port() {
    for text in ["127.0.0.1:7300", "localhost:0", "[::1]:7300", "coordinator.test:80"] {
        assert_eq!(address(text), Ok(text.to_owned()));
    }
    for text in ["", "7300", ":7300", "::1:7300", "host:", "host:99999", "http://host:1", "a b:1"] {
        address(text).expect_err(text);
    }
}

#[test]
fn a_cutoff_is_days_a_date_or_an_instant() {
    let now = Timestamp(1_767_225_600_000); // 2026-01-01T00:00:00Z
    let cases = [
        ("90d", "2025-10-03T00:00:00Z"),
        ("2025-06-30", "2025-06-30T00:00:00Z"),
        ("2025-06-30T12:00:00+02:00", "2025-06-30T10:00:00Z"),
    ];
    for (text, expected) in cases {
        assert_eq!(cutoff(text, now).map(|at| at.to_string()), Ok(expected.to_owned()), "{text}");
    }
    for text in ["", "d", "90", "-1d", "yesterday", "2026-13-01", "2030-01-01", "0d"] {
        cutoff(text, now).expect_err(text);
    }
}

#[test]
fn sizes_and_durations_carry_units() {
    assert_eq!(size("64MiB"), Ok(Bytes::mib(64)));
    assert_eq!(size("1 GB"), Ok(Bytes(1_000_000_000)));
    assert!(size("lots").is_err());
    assert_eq!(duration("1h 30m"), Ok(Duration::from_secs(5400)));
    for text in ["30", "-5s", "soon"] {
        duration(text).expect_err(text);
    }
}
