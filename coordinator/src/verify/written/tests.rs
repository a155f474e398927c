//! Hostile names, bounds, and what each form says.

use longhaul_core::{Bytes, MailboxId, ProjectId, Timestamp, code};

use super::*;
use crate::engine::Selection;
use crate::verify::{
    Counts, Deep, Difference, Digest, FolderReport, ItemRef, MailboxReport, Missing, MissingReason,
    NotCopied, Progress, Report, VerificationId, VerificationState, VerifyOptions,
};

const SCRIPT: &str = "<script>alert(1)</script>";
const FORMULA: &str = "=cmd|' /C calc'!A0";

fn item(id: &str, class: &str) -> ItemRef {
    ItemRef {
        id: id.to_owned(),
        class: Some(class.to_owned()),
        size: Some(Bytes(1536)),
        received: Some(Timestamp(1_609_459_200_000)),
        code: Some(code::BLOB_BROKEN),
        subject: None,
    }
}

fn folder(path: &str) -> FolderReport {
    let counts = Counts { items: 12, bytes: Bytes(4096), digest: Digest(7) };
    FolderReport {
        path: vec!["Inbox".to_owned(), path.to_owned()],
        class: "IPF.Note".to_owned(),
        source: counts,
        destination: counts,
        paired: 10,
        clean: true,
        ..FolderReport::default()
    }
}

fn mailbox(folders: Vec<FolderReport>) -> MailboxReport {
    MailboxReport {
        id: MailboxId::from_bytes([1; 16]),
        source: "ada@source.test".to_owned(),
        destination: "ada@destination.test".to_owned(),
        clean: folders.iter().all(|folder| folder.clean),
        problem: None,
        folders,
        not_copied: Vec::new(),
    }
}

fn verification(mailboxes: Vec<MailboxReport>) -> Verification {
    Verification {
        id: VerificationId::generate(),
        project: ProjectId::from_bytes([2; 16]),
        options: VerifyOptions { deep: Deep::None, selection: Selection::All },
        state: VerificationState::Done,
        progress: Progress::default(),
        started: Timestamp(0),
        ended: Some(Timestamp(0)),
        report: Some(Report {
            clean: mailboxes.iter().all(|mailbox| mailbox.clean),
            mailboxes,
            limits: vec!["inbox rules".to_owned()],
        }),
    }
}

/// A folder with something of every kind, and names that mean harm.
fn hostile() -> FolderReport {
    FolderReport {
        clean: false,
        missing: 3,
        missing_items: vec![Missing {
            item: item("AAMkMissing=", SCRIPT),
            reason: MissingReason::CopyGone,
        }],
        quarantined: 1,
        quarantined_items: vec![ItemRef {
            subject: Some(FORMULA.to_owned()),
            ..item("AAMkFailed=", FORMULA)
        }],
        ambiguous: 1,
        ambiguous_items: vec![item("AAMkAmbiguous=", "IPM.Note")],
        conflicting: 1,
        conflicting_items: vec![item("AAMkConflict=", "IPM.Note")],
        extra: 1,
        extra_items: vec![item("AAMkExtra=", "\"><img src=x onerror=alert(1)>")],
        different: 1,
        differences: vec![Difference {
            source: "AAMkDiffers=".to_owned(),
            destination: "AAMkCopy=".to_owned(),
            properties: vec!["0x0037".to_owned()],
            problem: None,
        }],
        ..folder(SCRIPT)
    }
}

fn page(verification: &Verification, project: &str) -> String {
    let mut page = Vec::new();
    html::write(verification, project, &mut page).expect("written");
    String::from_utf8(page).expect("text")
}

fn table(
    fill: fn(&Verification, &mut dyn Write) -> io::Result<()>,
    verification: &Verification,
) -> Vec<Vec<String>> {
    let mut bytes = Vec::new();
    fill(verification, &mut bytes).expect("written");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&*bytes);
    reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
}

#[test]
fn names_that_mean_harm_are_text_on_the_page() {
    let page = page(&verification(vec![mailbox(vec![hostile()])]), SCRIPT);
    assert!(!page.contains("<script"), "a name became an element");
    assert!(!page.contains("<img"), "a class became an element");
    assert!(page.contains("&#60;script&#62;"), "the name is gone");
}

#[test]
fn the_page_needs_nothing_else() {
    let page = page(&verification(vec![mailbox(vec![hostile()])]), "Move");
    for wanting in ["http://", "https://", "src=\"", "<link", "@import", "url("] {
        assert!(!page.contains(wanting), "{wanting}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn the_verdict_stands_on_top_and_every_finding_is_named() {
    let clean = verification(vec![mailbox(vec![folder("a")])]);
    assert!(page(&clean, "Move").contains("Clean: both sides agree"));
    let page = page(&verification(vec![mailbox(vec![hostile()]), mailbox(vec![])]), "Move");
    assert!(page.contains("1 of 2 mailboxes is to be looked at"));
    for id in ["Missing", "Failed", "Ambiguous", "Conflict", "Extra", "Differs"] {
        assert!(page.contains(&format!("AAMk{id}=")), "{id}");
    }
    assert!(page.contains("<b>2 more</b> of this kind"), "the rest is not counted");
    assert!(page.contains("inbox rules"));
}

#[test]
fn no_spreadsheet_finds_a_formula() {
    let mut hostile = hostile();
    hostile.path = vec![FORMULA.to_owned()];
    let mut mailbox = mailbox(vec![hostile]);
    mailbox.not_copied.push(NotCopied {
        path: vec!["@SUM(1)".to_owned()],
        reason: "-1".to_owned(),
        items: Some(3),
    });
    let verification = verification(vec![mailbox]);
    for fill in [tables::folders, tables::items, tables::not_copied] {
        let rows = table(fill, &verification);
        assert!(rows.len() > 1);
        for cell in rows.iter().flatten() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
        }
    }
    for text in ["=1", " =1", "\t=1", "\u{ff1d}1", "+1", "@a", "-1", "\r=1"] {
        assert_eq!(tables::safe(text), format!("'{text}"));
    }
    assert_eq!(tables::safe("a=1"), "a=1");
}

#[test]
fn the_tables_name_what_is_named_and_count_the_rest() {
    let rows = table(tables::items, &verification(vec![mailbox(vec![hostile()])]));
    let missing: Vec<_> = rows.iter().filter(|row| row[3] == "missing").collect();
    let counted: u64 = missing.iter().map(|row| row[4].parse::<u64>().expect("a number")).sum();
    assert_eq!((missing.len(), counted), (2, 3));
    let failed = rows.iter().find(|row| row[3] == "failed").expect("a row");
    assert_eq!((failed[10].as_str(), failed[9].as_str()), ("LH-0503", "2021-01-01T00:00:00Z"));
    let differing = rows.iter().find(|row| row[3] == "differing").expect("a row");
    assert_eq!((differing[6].as_str(), differing[12].as_str()), ("AAMkCopy=", "differs in 0x0037"));
}

#[test]
fn a_page_of_a_hundred_thousand_folders_is_bounded_and_shows_the_troubled_ones() {
    let mut mailboxes: Vec<_> =
        (0..100).map(|_| mailbox((0..1000).map(|n| folder(&n.to_string())).collect())).collect();
    mailboxes.push(mailbox(vec![hostile()]));
    let page = page(&verification(mailboxes), "Move");
    assert!(page.len() < 12_000_000, "{} bytes", page.len());
    assert!(page.contains("AAMkMissing="));
    assert!(page.contains("90 more mailboxes"), "what is left out is not told");
}

#[test]
fn files_are_replaced_as_a_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("new/reports");
    let all = [ReportFormat::Csv, ReportFormat::Json, ReportFormat::Html];
    let verification = verification(vec![mailbox(vec![hostile()])]);
    for _ in 0..2 {
        let written = write(&verification, "Move", &to, &all).expect("written");
        assert_eq!(written.len(), 5);
        assert_eq!(fs::read_dir(&to).expect("a folder").count(), 5);
    }
    let json = fs::read(to.join("verification.json")).expect("a file");
    assert_eq!(serde_json::from_slice::<Verification>(&json).expect("JSON"), verification);
    let error = write(&verification, "Move", &to.join("verification.json"), &all)
        .expect_err("a file is no folder");
    assert!(error.to_string().contains("verification.json"), "{error}");
}
