use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use longhaul_core::{Bytes, Timestamp};
use longhaul_identity::Secret;
use longhaul_settings::Mistakes;

use super::*;

fn read(text: &str, env: &[(&str, &str)]) -> (PathBuf, Result<Settings, Mistakes>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("server.yaml");
    std::fs::write(&path, text).expect("written");
    let flags = Flags { config: Some(path.clone()), ..Flags::default() };
    let env = env.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    (path, load(&flags, None, None, env))
}

#[test]
fn without_file_variable_or_flag_the_defaults_hold() {
    let settings = load(&Flags::default(), None, None, []).expect("no mistakes");
    assert_eq!(settings.data, Path::new("longhaul-data"));
    assert_eq!(settings.listen, "127.0.0.1:7300");
    assert_eq!(settings.grace, Duration::from_secs(30));
    assert!(settings.token.is_none());
}

#[test]
fn a_flag_wins_over_a_variable_and_a_variable_over_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("server.toml");
    let text = "data = \"here\"\nworkers = 2\nslots = 3\nbytes_in_flight = \"64MiB\"\n\
         [queue]\nurl = \"embedded\"\n";
    std::fs::write(&path, text).expect("written");
    let flags = Flags { config: Some(path), slots: Some(9), ..Flags::default() };
    let env = [("LONGHAUL_WORKERS", "5"), ("LONGHAUL_SLOTS", "7"), ("LONGHAUL_GRACE", "1m 30s")]
        .map(|(name, value)| (OsString::from(name), OsString::from(value)));
    let token = Secret::new("abc".into());
    let settings = load(&flags, None, Some(token), env).expect("no mistakes");
    assert_eq!((settings.workers, settings.slots), (5, 9));
    assert_eq!(settings.bytes_in_flight, Bytes::mib(64));
    assert_eq!(settings.grace, Duration::from_secs(90));
    assert_eq!(settings.data, folder.path().join("here"));
    assert_eq!(settings.token.expect("given").expose(), "abc");
}

#[test]
fn every_mistake_is_reported_with_its_place() {
    let text = "workers: 0\ngrace: 30\nbytes_in_flight: lots\nport: 7300\n\
         queue: {url: 'amqp://user:hunter2@queue'}\ntoken: hunter2\n";
    let env = [("LONGHAUL_SLOTS", "many"), ("LONGHAUL_STORE__URL", "redis://x")];
    let (path, result) = read(text, &env);
    let report = result.expect_err("mistakes").to_string();
    let file = path.display();
    let expected = [
        format!("{file}:1: workers: LH-0102: not a number from 1 to 64"),
        format!("{file}:2: grace: LH-0102: text is expected, this is a number; put it in quotes"),
        format!("{file}:3: bytes_in_flight: LH-0102: not a size such as `64MiB`"),
        format!(
            "{file}:4: port: LH-0101: unknown key; known here: `data`, `listen`, `token`, \
             `workers`, `slots`, `bytes_in_flight`, `grace`, `upload_time`, `settle`, \
             `queue`, `store`"
        ),
        format!("{file}:5: queue.url: LH-0102: only `embedded` is supported so far"),
        format!(
            "{file}:6: token: LH-0102: a secret is given as `env:NAME` or `file:PATH`, not as the \
             secret itself"
        ),
        "LONGHAUL_SLOTS: slots: LH-0102: not a number from 1 to 64".to_owned(),
        "LONGHAUL_STORE__URL: store.url: LH-0102: only `embedded` is supported so far".to_owned(),
    ];
    assert_eq!(report.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn variables_of_others_are_left_alone() {
    let (_, settings) = read("", &[("LONGHAUL_PORT", "tcp://10.0.0.1:7300")]);
    assert_eq!(settings.expect("no mistakes").listen, "127.0.0.1:7300");
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
