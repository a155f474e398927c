//! The report as tables.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::Writer;

use super::findings::findings;
use crate::verify::{MailboxReport, Verification};

/// A row per folder, all of them.
pub(super) fn folders(verification: &Verification, to: &mut dyn Write) -> io::Result<()> {
    let mut table = Writer::from_writer(to);
    table.write_record([
        "source",
        "destination",
        "folder",
        "class",
        "clean",
        "source_items",
        "source_bytes",
        "source_digest",
        "destination_items",
        "destination_bytes",
        "destination_digest",
        "paired",
        "missing",
        "failed",
        "ambiguous",
        "conflicting",
        "extra",
        "differing",
        "compared",
        "outside_cutoff",
        "source_gone",
        "there_before",
        "problem_code",
        "problem",
    ])?;
    for mailbox in mailboxes(verification) {
        for folder in &mailbox.folders {
            let problem = folder.problem.as_ref().or(mailbox.problem.as_ref());
            table.write_record([
                safe(&mailbox.source).as_bytes(),
                safe(&mailbox.destination).as_bytes(),
                safe(&folder.path.join("/")).as_bytes(),
                safe(&folder.class).as_bytes(),
                if folder.clean { b"yes" } else { b"no" },
                folder.source.items.to_string().as_bytes(),
                folder.source.bytes.0.to_string().as_bytes(),
                folder.source.digest.to_string().as_bytes(),
                folder.destination.items.to_string().as_bytes(),
                folder.destination.bytes.0.to_string().as_bytes(),
                folder.destination.digest.to_string().as_bytes(),
                folder.paired.to_string().as_bytes(),
                folder.missing.to_string().as_bytes(),
                folder.quarantined.to_string().as_bytes(),
                folder.ambiguous.to_string().as_bytes(),
                folder.conflicting.to_string().as_bytes(),
                folder.extra.to_string().as_bytes(),
                folder.different.to_string().as_bytes(),
                folder.compared.to_string().as_bytes(),
                folder.outside.to_string().as_bytes(),
                folder.source_gone.to_string().as_bytes(),
                folder.standing.to_string().as_bytes(),
                problem.map(|problem| problem.code.to_string()).unwrap_or_default().as_bytes(),
                safe(problem.map_or("", |problem| &problem.text)).as_bytes(),
            ])?;
        }
        if let Some(problem) = mailbox.problem.as_ref().filter(|_| mailbox.folders.is_empty()) {
            let mut row = vec![String::new(); 24];
            row[0] = safe(&mailbox.source).into_owned();
            row[1] = safe(&mailbox.destination).into_owned();
            row[4] = "no".to_owned();
            row[22] = problem.code.to_string();
            row[23] = safe(&problem.text).into_owned();
            table.write_record(row)?;
        }
    }
    table.flush()
}

/// A row per item that is named, and one for the rest of its kind and folder.
pub(super) fn items(verification: &Verification, to: &mut dyn Write) -> io::Result<()> {
    let mut table = Writer::from_writer(to);
    table.write_record([
        "source",
        "destination",
        "folder",
        "finding",
        "count",
        "item",
        "copy",
        "class",
        "bytes",
        "date",
        "code",
        "subject",
        "why",
    ])?;
    for mailbox in mailboxes(verification) {
        for folder in &mailbox.folders {
            let path = folder.path.join("/");
            for found in findings(folder) {
                let front = |count: u64| {
                    vec![
                        safe(&mailbox.source).into_owned(),
                        safe(&mailbox.destination).into_owned(),
                        safe(&path).into_owned(),
                        found.kind.name.to_owned(),
                        count.to_string(),
                    ]
                };
                for finding in &found.named {
                    let item = finding.item;
                    let mut row = front(1);
                    row.extend([
                        safe(finding.id).into_owned(),
                        safe(finding.copy.unwrap_or_default()).into_owned(),
                        safe(item.and_then(|item| item.class.as_deref()).unwrap_or_default())
                            .into_owned(),
                        text(item.and_then(|item| item.size).map(|size| size.0)),
                        text(item.and_then(|item| item.received)),
                        text(item.and_then(|item| item.code)),
                        safe(item.and_then(|item| item.subject.as_deref()).unwrap_or_default())
                            .into_owned(),
                        safe(&finding.why).into_owned(),
                    ]);
                    table.write_record(row)?;
                }
                let rest = found.count.saturating_sub(found.named.len() as u64);
                if rest > 0 {
                    let mut row = front(rest);
                    row.resize(12, String::new());
                    row.push("counted, and not named".to_owned());
                    table.write_record(row)?;
                }
            }
        }
    }
    table.flush()
}

/// What is not carried over, with its reason (B-17).
pub(super) fn not_copied(verification: &Verification, to: &mut dyn Write) -> io::Result<()> {
    let mut table = Writer::from_writer(to);
    table.write_record(["source", "destination", "folder", "items", "reason"])?;
    for mailbox in mailboxes(verification) {
        for left in &mailbox.not_copied {
            table.write_record([
                &*safe(&mailbox.source),
                &*safe(&mailbox.destination),
                &*safe(&left.path.join("/")),
                &text(left.items),
                &*safe(&left.reason),
            ])?;
        }
    }
    for limit in verification.report.iter().flat_map(|report| &report.limits) {
        table.write_record(["", "", "", "", &*safe(limit)])?;
    }
    table.flush()
}

fn mailboxes(verification: &Verification) -> &[MailboxReport] {
    verification.report.as_ref().map_or(&[], |report| &report.mailboxes)
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A text that no spreadsheet takes for a formula.
/// Source: OWASP: "CSV Injection".
pub(super) fn safe(text: &str) -> Cow<'_, str> {
    // Some readers skip blanks, and what is not seen, before they look.
    let first = text.trim_start().chars().next();
    let begins = text.chars().next();
    let formula = |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n');
    // Full-width forms are taken for the plain ones.
    let wide = |c: char| matches!(c, '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}');
    match first.is_some_and(|c| formula(c) || wide(c)) || begins.is_some_and(formula) {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    }
}
