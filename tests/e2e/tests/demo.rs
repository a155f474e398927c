//! `longhaul demo`: the first thing a newcomer runs.

use anyhow::ensure;
use longhaul_e2e::longhaul;

#[test]
fn the_demo_ends_with_a_clean_deep_verification() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let demo = longhaul(folder.path(), &["demo"])?.success()?;
    ensure!(demo.stdout.contains("2 of 2 mailboxes clean"), "{}", demo.stdout);
    ensure!(demo.stderr.contains("longhaul up"), "it does not say where to look next");
    let left: Vec<_> = std::fs::read_dir(folder.path())?.collect();
    ensure!(left.is_empty(), "it left {left:?}");
    Ok(())
}

#[test]
fn mail_files_are_copied_and_an_unreadable_one_is_named() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mail = folder.path().join("mail");
    std::fs::create_dir(&mail)?;
    let good = "From: one@north.example\r\nTo: two@south.example\r\nSubject: words\r\n\
                Message-ID: <1@north.example>\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n\r\ntext\r\n";
    std::fs::write(mail.join("good.eml"), good)?;
    std::fs::write(mail.join("empty.eml"), "")?;
    let demo = longhaul(folder.path(), &["demo", "--seed-dir", "mail"])?.success()?;
    ensure!(demo.stdout.contains("1 of 1 mailboxes clean"), "{}", demo.stdout);
    let named = demo
        .stderr
        .lines()
        .any(|line| line.starts_with("not read: ") && line.contains("empty.eml"));
    ensure!(named, "the unreadable file is not named: {}", demo.stderr);
    Ok(())
}

#[test]
fn real_mail_files_are_copied_where_there_are_some() -> anyhow::Result<()> {
    let Some(corpus) = std::env::var_os("LONGHAUL_CORPUS") else {
        println!("skipped: set LONGHAUL_CORPUS to a folder of .eml files");
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let corpus = std::path::absolute(corpus)?;
    let demo = ["demo", "--seed-dir", &corpus.to_string_lossy()];
    let demo = longhaul(folder.path(), &demo)?.success()?;
    ensure!(demo.stdout.contains("1 of 1 mailboxes clean"), "{}", demo.stdout);
    Ok(())
}
