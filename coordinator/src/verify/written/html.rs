//! The report as one page that needs nothing else.

use std::io::{self, Write};

use askama::Template;
use longhaul_core::{Bytes, Timestamp};

use super::findings::findings;
use crate::verify::{Deep, FolderReport, MailboxReport, NotCopied, Verification};

/// Folders on the page at most; mailboxes that are not clean come first.
pub(super) const FOLDERS: usize = 10_000;
/// Things not carried over, per mailbox.
const NOT_COPIED: usize = 100;
/// So many mailboxes that are not clean are shown opened.
const OPENED: usize = 3;

/// Writes the page.
pub(super) fn write(
    verification: &Verification,
    project: &str,
    to: &mut dyn Write,
) -> io::Result<()> {
    Page::of(verification, project).write_into(&mut { to })
}

#[derive(Template)]
#[template(path = "verification.html")]
struct Page<'a> {
    project: &'a str,
    when: String,
    how: &'static str,
    clean: bool,
    verdict: String,
    meaning: &'static str,
    totals: Vec<Total>,
    mailboxes: Vec<Mailbox<'a>>,
    undetailed: usize,
    limits: &'a [String],
    version: &'static str,
    id: String,
}

struct Total {
    label: &'static str,
    value: String,
}

struct Mailbox<'a> {
    report: &'a MailboxReport,
    number: usize,
    verdict: String,
    items: String,
    size: Bytes,
    paired: String,
    outside: String,
    findings: String,
    /// Whether its folders are on the page.
    detailed: bool,
    open: bool,
    folders: Vec<Folder<'a>>,
    empty: usize,
    left: usize,
    not_copied: Vec<Left<'a>>,
    not_copied_left: usize,
}

struct Folder<'a> {
    report: &'a FolderReport,
    path: String,
    findings: String,
    failed: u64,
    differ: u64,
    groups: Vec<Group<'a>>,
}

struct Group<'a> {
    title: &'static str,
    hint: &'static str,
    rows: Vec<Row<'a>>,
    more: u64,
}

struct Row<'a> {
    id: &'a str,
    class: &'a str,
    date: String,
    size: String,
    what: String,
}

struct Left<'a> {
    place: String,
    reason: &'a str,
    items: String,
}

impl<'a> Page<'a> {
    fn of(verification: &'a Verification, project: &'a str) -> Self {
        let report = verification.report.as_ref();
        let mut sorted: Vec<_> = report.iter().flat_map(|report| &report.mailboxes).collect();
        sorted.sort_by(|a, b| a.clean.cmp(&b.clean).then_with(|| a.source.cmp(&b.source)));
        let mut room = FOLDERS;
        let mailboxes: Vec<_> = sorted
            .iter()
            .enumerate()
            .map(|(at, report)| Mailbox::of(report, at, &mut room))
            .collect();
        let clean = report.is_some_and(|report| report.clean);
        let to_look_at = sorted.iter().filter(|mailbox| !mailbox.clean).count();
        let verdict = match (clean, to_look_at) {
            (true, _) => "Clean: both sides agree".to_owned(),
            (false, 1) => format!("1 of {} mailboxes is to be looked at", sorted.len()),
            (false, count) => format!("{count} of {} mailboxes are to be looked at", sorted.len()),
        };
        let meaning = match clean {
            true => "Every item that was to be copied stands in the destination, once.",
            false => "Below is what was found, mailbox by mailbox; what is marked ✓ is fine.",
        };
        Self {
            project,
            when: instant(verification.ended.unwrap_or(verification.started)),
            how: match verification.options.deep {
                Deep::None => "every item paired up; class and date compared",
                Deep::Sample => "every item paired up; a sample compared property by property",
                Deep::All => "every item paired up and compared property by property",
            },
            clean,
            verdict,
            meaning,
            totals: totals(&sorted),
            undetailed: mailboxes.iter().filter(|mailbox| !mailbox.detailed).count(),
            mailboxes,
            limits: report.map_or(&[], |report| &report.limits),
            version: env!("CARGO_PKG_VERSION"),
            id: verification.id.to_string(),
        }
    }
}

fn totals(mailboxes: &[&MailboxReport]) -> Vec<Total> {
    let sum = |of: fn(&FolderReport) -> u64| {
        mailboxes.iter().flat_map(|mailbox| &mailbox.folders).map(of).sum::<u64>()
    };
    let bytes = Bytes(sum(|folder| folder.source.bytes.0));
    [
        ("mailboxes", grouped(mailboxes.len() as u64)),
        ("folders", grouped(sum(|_| 1))),
        ("items in the source", grouped(sum(|folder| folder.source.items))),
        ("their size", bytes.to_string()),
        ("of them copied", grouped(sum(|folder| folder.paired))),
        ("compared in depth", grouped(sum(|folder| folder.compared))),
        ("to be looked at", grouped(sum(FolderReport::findings))),
    ]
    .map(|(label, value)| Total { label, value })
    .into()
}

impl<'a> Mailbox<'a> {
    fn of(report: &'a MailboxReport, number: usize, room: &mut usize) -> Self {
        let sum = |of: fn(&FolderReport) -> u64| report.folders.iter().map(of).sum::<u64>();
        let findings = sum(FolderReport::findings);
        let verdict = match (report.clean, findings) {
            (true, _) => "clean".to_owned(),
            (false, 0) => "not compared".to_owned(),
            (false, count) => format!("{} to look at", grouped(count)),
        };
        let detailed = *room > 0;
        let mut shown: Vec<_> = report.folders.iter().filter(|folder| !is_empty(folder)).collect();
        let empty = report.folders.len() - shown.len();
        shown.sort_by(|a, b| a.clean.cmp(&b.clean).then_with(|| a.path.cmp(&b.path)));
        let left = shown.len().saturating_sub(*room);
        shown.truncate(*room);
        *room -= shown.len();
        shown.sort_by(|a, b| a.path.cmp(&b.path));
        let told = if detailed { report.not_copied.len().min(NOT_COPIED) } else { 0 };
        Self {
            report,
            number,
            verdict,
            items: grouped(sum(|folder| folder.source.items)),
            size: Bytes(sum(|folder| folder.source.bytes.0)),
            paired: grouped(sum(|folder| folder.paired)),
            outside: grouped(sum(|folder| folder.outside)),
            findings: grouped(findings),
            detailed,
            open: !report.clean && number < OPENED,
            folders: shown.into_iter().map(Folder::of).collect(),
            empty,
            left,
            not_copied: report.not_copied[..told].iter().map(Left::of).collect(),
            not_copied_left: report.not_copied.len() - told,
        }
    }
}

impl<'a> Folder<'a> {
    fn of(report: &'a FolderReport) -> Self {
        let groups = findings(report).into_iter().map(|found| Group {
            title: found.kind.title,
            hint: found.kind.hint,
            more: found.count.saturating_sub(found.named.len() as u64),
            rows: found
                .named
                .into_iter()
                .map(|finding| {
                    let item = finding.item;
                    let subject = item.and_then(|item| item.subject.as_deref());
                    Row {
                        id: finding.id,
                        class: item.and_then(|item| item.class.as_deref()).unwrap_or("–"),
                        date: item
                            .and_then(|item| item.received)
                            .map_or_else(|| "–".into(), instant),
                        size: item
                            .and_then(|item| item.size)
                            .map_or_else(|| "–".into(), |size| size.to_string()),
                        what: match subject {
                            Some(subject) if finding.why.is_empty() => format!("“{subject}”"),
                            Some(subject) => format!("{}: “{subject}”", finding.why),
                            None => finding.why,
                        },
                    }
                })
                .collect(),
        });
        Self {
            path: match report.path.is_empty() {
                true => "(the root)".to_owned(),
                false => report.path.join(" / "),
            },
            findings: grouped(report.findings()),
            failed: report.quarantined + report.ambiguous,
            differ: report.different + report.conflicting,
            groups: groups.collect(),
            report,
        }
    }

    const fn is_unclean(&self) -> bool {
        !self.report.clean
    }
}

impl<'a> Left<'a> {
    fn of(left: &'a NotCopied) -> Self {
        let items = match left.items {
            None => String::new(),
            Some(1) => "1 item".to_owned(),
            Some(count) => format!("{} items", grouped(count)),
        };
        Self { place: left.path.join(" / "), reason: &left.reason, items }
    }
}

fn is_empty(folder: &FolderReport) -> bool {
    folder.clean && folder.source.items == 0 && folder.destination.items == 0
}

/// `2026-11-22 14:05:06 UTC`
fn instant(at: Timestamp) -> String {
    let text = at.to_string();
    match (text.get(..10), text.get(11..19)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => text,
    }
}

/// `1,234,567`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
