//! `longhaul verify`: both sides side by side.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::Duration;

use indicatif::ProgressBar;
use longhaul_core::{Exit, code};
use tokio::time::sleep;

use super::args::{Format, Global, VerifyArgs};
use super::failure::Failure;
use super::{connect, output};
use crate::api::Client;
use crate::engine::ProblemStatus;
use crate::verify::{
    self, FolderReport, MailboxReport, MissingReason, NotCopied, ReportFormat, Verification,
    VerificationState, VerifyOptions,
};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(300);
/// Differences printed per folder; JSON has more.
const SHOWN: usize = 10;
/// Characters of a folder's path in a table.
const LONGEST_PATH: usize = 48;

/// Compares both sides and prints what was found.
///
/// # Errors
///
/// [`Failure`] with LH-0207 if they differ.
pub(crate) async fn run(global: &Global, args: VerifyArgs) -> Result<(), Failure> {
    let client = connect::client(global)?;
    let project = connect::project(&client, &args.project).await?;
    let options = VerifyOptions { deep: args.deep.into(), selection: args.selection.selection() };
    let verification = compare(&client, &project, &options).await?;
    write_report(&verification, &project, &args.to, &args.report)?;
    conclude(&verification, |verification| match global.output {
        Format::Json => output::json(verification),
        Format::Text => output::data(render(verification)),
    })
}

/// Writes the report's files, and says which.
///
/// # Errors
///
/// [`Failure`] with LH-0212 if one cannot be written.
pub(crate) fn write_report(
    verification: &Verification,
    project: &str,
    folder: &Path,
    formats: &[ReportFormat],
) -> Result<(), Failure> {
    let written = verify::write(verification, project, folder, formats)
        .map_err(|error| Failure::new(code::REPORT_NOT_WRITTEN, error.to_string()))?;
    for file in written {
        output::remark(format!("written: {}", file.display()));
    }
    Ok(())
}

/// Compares both sides of a project, and shows how far it is.
///
/// # Errors
///
/// [`Failure`] if the server does not answer, or stops before it is over.
pub(crate) async fn compare(
    client: &Client,
    project: &str,
    options: &VerifyOptions,
) -> Result<Verification, Failure> {
    let id = client.verify(project, options).await?;
    let verification = follow(client, client.verification(id).await?).await?;
    if verification.state == VerificationState::Interrupted {
        let text = "the server stopped before the verification was over";
        return Err(Failure::with_next(code::NOT_CLEAN, text, "verify again"));
    }
    Ok(verification)
}

/// Prints what was found, and says whether it is good.
///
/// # Errors
///
/// [`Failure`] with LH-0207 if the sides differ.
pub(crate) fn conclude(
    verification: &Verification,
    print: impl FnOnce(&Verification) -> Result<(), Failure>,
) -> Result<(), Failure> {
    print(verification)?;
    let mailboxes = verification.report.as_ref().map_or(&[][..], |report| &report.mailboxes);
    if verification.report.as_ref().is_some_and(|report| report.clean) {
        return Ok(());
    }
    let dirty: Vec<_> = mailboxes.iter().filter(|mailbox| !mailbox.clean).collect();
    if let Some(away) = nothing_was_compared(&dirty) {
        let text = format!(
            "{} of {} mailboxes could not be compared: {}",
            dirty.len(),
            mailboxes.len(),
            away.text
        );
        return Err(Failure::new(away.code, text));
    }
    let text = format!("{} of {} mailboxes are not clean", dirty.len(), mailboxes.len());
    Err(Failure::new(code::NOT_CLEAN, text))
}

/// The reason if no mailbox is unclean but for a side that cannot be reached.
fn nothing_was_compared<'a>(dirty: &[&'a MailboxReport]) -> Option<&'a ProblemStatus> {
    let away = |mailbox: &&'a MailboxReport| {
        mailbox.problem.as_ref().filter(|problem| Exit::of(problem.code) == Exit::Unreachable)
    };
    let away: Vec<_> = dirty.iter().filter_map(away).collect();
    away.first().copied().filter(|_| away.len() == dirty.len())
}

async fn follow(client: &Client, begun: Verification) -> Result<Verification, Failure> {
    let bar = match io::stderr().is_terminal() {
        true => ProgressBar::new_spinner(),
        false => ProgressBar::hidden(),
    };
    let mut now = begun;
    while now.state == VerificationState::Running {
        let progress = now.progress;
        bar.set_message(format!(
            "comparing: {}/{} mailboxes, {}/{} folders, {} items listed, {} compared",
            progress.mailboxes_done,
            progress.mailboxes,
            progress.folders_done,
            progress.folders,
            progress.items_listed,
            progress.items_compared,
        ));
        bar.tick();
        sleep(PAUSE).await;
        now = client.verification(now.id).await?;
    }
    bar.finish_and_clear();
    Ok(now)
}

/// The report as people read it: a table per mailbox, then what differs.
#[must_use]
pub(crate) fn render(verification: &Verification) -> String {
    let mut text = String::new();
    let mailboxes = verification.report.as_ref().map_or(&[][..], |report| &report.mailboxes);
    for mailbox in mailboxes {
        let verdict = if mailbox.clean { "clean" } else { "NOT CLEAN" };
        text.push_str(&format!("{} → {}: {verdict}\n", mailbox.source, mailbox.destination));
        if !mailbox.folders.is_empty() {
            text.push_str(&folder_table(mailbox));
            text.push('\n');
        }
        text.push_str(&details(mailbox));
        for left in &mailbox.not_copied {
            text.push_str(&format!("not carried over: {}\n", not_copied(left)));
        }
        text.push('\n');
    }
    let clean = mailboxes.iter().filter(|mailbox| mailbox.clean).count();
    text.push_str(&format!("{clean} of {} mailboxes clean", mailboxes.len()));
    text
}

/// The folders that hold something or are not clean, by their paths; the others are counted.
fn folder_table(mailbox: &MailboxReport) -> String {
    let header = [
        "Folder",
        "Source",
        "Dest.",
        "Missing",
        "Extra",
        "Failed",
        "Compared",
        "Differ",
        "Size",
        "Dest. size",
        "",
    ];
    let is_empty = |folder: &&FolderReport| {
        folder.clean && folder.source.items == 0 && folder.destination.items == 0
    };
    let mut folders: Vec<_> = mailbox.folders.iter().filter(|folder| !is_empty(folder)).collect();
    folders.sort_by(|a, b| a.path.cmp(&b.path));
    let mut table = output::table(&header);
    for folder in &folders {
        table.add_row([
            output::shortened(&folder.path.join("/"), LONGEST_PATH),
            folder.source.items.to_string(),
            folder.destination.items.to_string(),
            folder.missing.to_string(),
            folder.extra.to_string(),
            (folder.quarantined + folder.ambiguous).to_string(),
            folder.compared.to_string(),
            (folder.different + folder.conflicting).to_string(),
            folder.source.bytes.to_string(),
            folder.destination.bytes.to_string(),
            if folder.clean { "✓" } else { "✗" }.to_owned(),
        ]);
    }
    output::numbers(&mut table, &[1, 2, 3, 4, 5, 6, 7, 8, 9]);
    let mut text = output::lines(&table);
    match mailbox.folders.len() - folders.len() {
        0 => {}
        1 => text.push_str("\n1 more folder is empty on both sides"),
        count => text.push_str(&format!("\n{count} more folders are empty on both sides")),
    }
    text
}

fn details(mailbox: &MailboxReport) -> String {
    let mut lines = Vec::new();
    lines.extend(mailbox.problem.as_ref().map(problem));
    for folder in mailbox.folders.iter().filter(|folder| !folder.clean) {
        lines.extend(folder_details(folder));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn folder_details(folder: &FolderReport) -> Vec<String> {
    let path = folder.path.join("/");
    let mut lines = Vec::new();
    lines.extend(folder.problem.as_ref().map(|wrong| format!("{path}: {}", problem(wrong))));
    for missing in folder.missing_items.iter().take(SHOWN) {
        let reason = match missing.reason {
            MissingReason::NotCopied => "was not copied",
            MissingReason::CopyGone => "was copied, and the copy is gone",
        };
        lines.push(format!("{path}: {} {reason}", missing.item.id));
    }
    for (items, what) in [
        (&folder.quarantined_items, "failed"),
        (&folder.ambiguous_items, "may stand or not"),
        (&folder.conflicting_items, "is copied, and a later change is not"),
    ] {
        for item in items.iter().take(SHOWN) {
            let code = item.code.map(|code| code.to_string()).unwrap_or_default();
            lines.push(format!("{path}: {} {what}: {code}", item.id));
        }
    }
    for item in folder.extra_items.iter().take(SHOWN) {
        lines.push(format!("{path}: {} stands in the destination only", item.id));
    }
    for pair in folder.differences.iter().take(SHOWN) {
        let what = match &pair.problem {
            Some(wrong) => problem(wrong),
            None => format!("differs in {}", pair.properties.join(", ")),
        };
        lines.push(format!("{path}: {} {what}", pair.source));
    }
    lines
}

/// What is not carried over, as a line.
pub(super) fn not_copied(left: &NotCopied) -> String {
    let mut text = left.reason.clone();
    if !left.path.is_empty() {
        text = format!("{}: {text}", left.path.join("/"));
    }
    match left.items {
        Some(1) => text.push_str(" (1 item)"),
        Some(count) => text.push_str(&format!(" ({count} items)")),
        None => {}
    }
    text
}

fn problem(problem: &ProblemStatus) -> String {
    format!("{}: {}; next: {}", problem.code, problem.text, problem.next)
}

#[cfg(test)]
mod tests {
    use longhaul_core::{Code, MailboxId, Timestamp};

    use super::*;

    fn unclean(code: Option<Code>) -> MailboxReport {
        let problem = |code| ProblemStatus {
            code,
            text: "no".to_owned(),
            next: String::new(),
            at: Timestamp(0),
        };
        MailboxReport {
            id: MailboxId::generate(),
            source: "a@old.example".to_owned(),
            destination: "a@new.example".to_owned(),
            clean: false,
            problem: code.map(problem),
            folders: Vec::new(),
            not_copied: Vec::new(),
        }
    }

    #[test]
    fn sides_that_cannot_be_reached_are_not_called_different() {
        let away = unclean(Some(code::EWS_UNREACHABLE));
        let found = nothing_was_compared(&[&away, &away]).expect("nothing was compared");
        assert_eq!(Exit::of(found.code), Exit::Unreachable);
        let differs = unclean(None);
        assert!(nothing_was_compared(&[&away, &differs]).is_none());
        let refused = unclean(Some(code::MAILBOX_NOT_FOUND));
        assert!(nothing_was_compared(&[&refused]).is_none());
    }
}
