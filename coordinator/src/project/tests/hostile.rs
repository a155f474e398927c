//! Files that would take all memory, the stack or forever if they were simply read.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::*;

/// Far more than any of these needs, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What `work` returns; a test that would hang fails instead.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(PATIENCE).expect("it ends, and in time")
}

fn report_in_time(file: &'static str, text: String) -> Vec<String> {
    in_time(move || report(file, &text, &[]))
}

/// The report on the good project with another line instead of its list of mailboxes.
fn report_with(line: &str) -> Vec<String> {
    let inline = GOOD.find("mailboxes:").expect("the list");
    report_in_time("p.yaml", format!("{}{line}\n", &GOOD[..inline]))
}

fn load_report(path: PathBuf) -> String {
    in_time(move || load(&path, []).expect_err("mistakes").to_string())
}

fn pipe(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    let status = Command::new("mkfifo").arg(&path).status().expect("mkfifo runs");
    assert!(status.success());
    path
}

/// A file of this many bytes that takes no room.
fn sparse(path: &Path, length: u64) {
    std::fs::File::create(path).and_then(|file| file.set_len(length)).expect("created");
}

#[test]
fn a_bomb_of_aliases_is_refused_at_its_first_alias() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..=12 {
        let alias = format!("*a{}", level - 1);
        writeln!(text, "a{level}: &a{level} [{}]", vec![alias; 10].join(", ")).expect("written");
    }
    let lines = report_in_time("p.yaml", text);
    let expected =
        "p.yaml:2: LH-0104: YAML aliases (`*name`) are not accepted; write the value out";
    assert_eq!(lines, [expected]);
}

#[test]
fn an_anchor_that_nothing_refers_to_is_harmless() {
    let text = GOOD.replace("customer: Contoso", "customer: &customer Contoso");
    assert_eq!(read("p.yaml", &text, &[]), read("p.yaml", GOOD, &[]));
}

#[test]
fn deep_yaml_is_refused() {
    let deep = "LH-0104: nested more than 32 levels deep";
    let nested = |open: &str, levels: usize, close: &str| {
        format!("name: x\nx: {}{}\n", open.repeat(levels), close.repeat(levels))
    };
    for text in [nested("[", 40, "]"), nested("{a: ", 40, "}")] {
        assert_eq!(report_in_time("p.yaml", text), [format!("p.yaml:2: {deep}")]);
    }
    // The scanner has a bound of its own for these.
    for text in [nested("[", 3000, "]"), nested("{a: ", 3000, "}")] {
        let lines = report_in_time("p.yaml", text);
        assert!(lines.len() == 1 && lines[0].starts_with("p.yaml:2: LH-0104: "), "{lines:?}");
    }
    for step in ["- ", "? "] {
        let text = format!("{}x\n", step.repeat(3000));
        assert_eq!(report_in_time("p.yaml", text), [format!("p.yaml:1: {deep}")]);
    }
    let mut text = String::new();
    for level in 0..3000 {
        writeln!(text, "{}a:", " ".repeat(level)).expect("written");
    }
    assert_eq!(report_in_time("p.yaml", text), [format!("p.yaml:33: {deep}")]);
}

#[test]
fn yaml_of_32_levels_is_read() {
    // The root is a level too.
    let text = format!("{GOOD}x: {}{}\n", "[".repeat(31), "]".repeat(31));
    let lines = report_in_time("p.yaml", text);
    assert!(lines.len() == 1 && lines[0].starts_with("p.yaml:21: x: LH-0101: "), "{lines:?}");
}

#[test]
fn deep_toml_is_refused() {
    let header = format!("[{}a]\n", "a.".repeat(3000));
    let key = format!("{}a = 1\n", "a.".repeat(3000));
    let arrays = format!("x = {}{}\n", "[".repeat(3000), "]".repeat(3000));
    let tables = format!("x = {}1{}\n", "{a = ".repeat(3000), "}".repeat(3000));
    for text in [header, key, arrays, tables] {
        let lines = report_in_time("p.toml", text);
        let bounded = |line: &String| {
            // For keys the parser names no line.
            let line = line.replacen("p.toml:1:", "p.toml:", 1);
            line.starts_with("p.toml: LH-0104: not valid TOML: ") && line.contains("recur")
        };
        assert!(lines.len() == 1 && lines.iter().all(bounded), "{lines:?}");
    }
}

#[test]
fn toml_as_deep_as_its_parser_allows_fits_the_stack() {
    // Its bound of 80 is for the header, the key and the value each.
    let dotted = "a.".repeat(78);
    let text = format!("[{dotted}a]\n{dotted}a = {}{}\n", "[".repeat(78), "]".repeat(78));
    let lines = report_in_time("p.toml", text);
    assert!(lines.iter().any(|line| line.starts_with("p.toml:1: a: LH-0101: ")), "{lines:?}");
}

#[test]
fn long_keys_around_many_others_stay_small() {
    // Each path would be a mebibyte: 50 GiB together.
    let long = "k".repeat(1 << 20);
    let mut yaml = format!("? {long}\n:\n");
    let mut toml = format!("[{long}]\n");
    for index in 0..50_000 {
        writeln!(yaml, "  k{index}: 1").expect("written");
        writeln!(toml, "k{index} = 1").expect("written");
    }
    for (file, text) in [("p.yaml", yaml), ("p.toml", toml)] {
        let lines = report_in_time(file, text);
        assert!(lines.iter().any(|line| line.contains("LH-0101: unknown key")), "{file}");
    }
}

#[test]
fn a_key_of_nothing_but_dots_has_no_line_but_is_reported() {
    let text = format!("? '{}'\n: 1\n", ".".repeat(1 << 20));
    let lines = report_in_time("p.yaml", text);
    assert!(lines.iter().any(|line| line.contains("LH-0101: unknown key")));
}

#[test]
fn a_byte_order_mark_is_not_part_of_the_first_key() {
    let marked = format!("\u{feff}{GOOD}");
    assert_eq!(read("p.yaml", &marked, &[]), read("p.yaml", GOOD, &[]));
    let wrong = marked.replacen("name: move to fabrikam", "name: ''", 1);
    assert_eq!(report("p.yaml", &wrong, &[]), ["p.yaml:1: name: LH-0102: empty"]);
    assert_eq!(
        report("p.toml", "\u{feff}name = 1\n", &[]).last().map(String::as_str),
        Some("p.toml:1: name: LH-0102: text is expected, this is a number; put it in quotes")
    );
}

#[test]
fn a_project_file_that_is_no_regular_file_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let device = folder.path().join("device.yaml");
    std::os::unix::fs::symlink("/dev/zero", &device).expect("linked");
    for path in [pipe(folder.path(), "pipe.yaml"), device, folder.path().to_owned()] {
        let text = load_report(path);
        assert!(text.ends_with(": LH-0104: cannot be read: not a regular file"), "{text}");
    }
}

#[test]
fn a_project_file_that_is_too_large_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("p.yaml");
    sparse(&path, 1 << 40);
    let text = load_report(path);
    assert!(text.ends_with("larger than the 4.0 MiB that are allowed"), "{text}");
}

#[test]
fn a_csv_file_that_never_ends_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let large = folder.path().join("large.csv");
    sparse(&large, 1 << 40);
    let pipe = pipe(folder.path(), "pipe.csv");
    let why_not = [
        ("/dev/zero", "not a regular file"),
        (pipe.to_str().expect("text"), "not a regular file"),
        (large.to_str().expect("text"), "larger than the 64.0 MiB that are allowed"),
    ];
    for (name, why) in why_not {
        let expected = format!("p.yaml:16: mailboxes_csv: LH-0104: {name} cannot be read: {why}");
        assert_eq!(report_with(&format!("mailboxes_csv: {name}")), [expected]);
    }
}

#[test]
fn a_certificate_or_secret_that_is_no_regular_file_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let large = folder.path().join("large.pem");
    sparse(&large, 1 << 40);
    let pipe = pipe(folder.path(), "pipe.pem");
    let names = ["/dev/zero", "/dev", pipe.to_str().expect("text")];
    let mut cases: Vec<(&str, &str, &str)> = Vec::new();
    for name in names {
        cases.push((name, "not a regular file", "not a regular file"));
    }
    cases.push((
        large.to_str().expect("text"),
        "larger than the 1.0 MiB that are allowed",
        "larger than the 64.0 KiB that are allowed",
    ));
    for (name, certificate, secret) in cases {
        let url = "  ews_url: http://127.0.0.1:8080/EWS/Exchange.asmx";
        let text = GOOD.replacen(url, &format!("  ca_certificate: {name}"), 1);
        let start = "p.yaml:12: destination.ca_certificate: LH-0104:";
        let expected = format!("{start} {name} cannot be read: {certificate}");
        assert_eq!(report_in_time("p.yaml", text), [expected]);

        let text = GOOD.replacen("env:SOURCE_SECRET", &format!("file:{name}"), 1);
        let start = "p.yaml:7: source.client_secret: LH-0104:";
        let expected = format!("{start} {name} cannot be a secret: {secret}");
        assert_eq!(report_in_time("p.yaml", text), [expected]);
    }
}

#[test]
fn a_file_without_a_size_is_read_up_to_the_limit() {
    // A regular file by its metadata, of 0 bytes, that has content.
    let path = Path::new("/proc/self/maps");
    assert!(!longhaul_settings::read_bytes(path, 1 << 24).expect("read").is_empty());
    let error = longhaul_settings::read_bytes(path, 10).expect_err("more than ten bytes");
    assert_eq!(error.kind(), std::io::ErrorKind::FileTooLarge);
}
