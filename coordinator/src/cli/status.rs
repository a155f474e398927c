//! `longhaul status`: where things stand, as a table.

use std::time::Duration;

use comfy_table::Table;
use serde::Serialize;

use super::args::{Format, Global, SelectionArgs, StatusArgs};
use super::failure::Failure;
use super::pass::describe;
use super::watch::{self, Until};
use super::{connect, fleet, output};
use crate::engine::{FleetStatus, MailboxStatus, PassStatus, ProjectStatus};

/// Shows where a project stands.
///
/// # Errors
///
/// [`Failure`].
pub(crate) async fn run(global: &Global, args: StatusArgs) -> Result<(), Failure> {
    let client = connect::client(global)?;
    let project = connect::project(&client, &args.project).await?;
    if args.watch {
        watch::run(&client, global.output, &project, &args.selection, Until::AllOver).await?;
        return Ok(());
    }
    let mut status = client.status(&project).await?;
    status.mailboxes.retain(|mailbox| is_selected(mailbox, &args.selection));
    let fleet = client.fleet().await?;
    match global.output {
        Format::Json => output::json(&Whole { status, fleet }),
        Format::Text => {
            output::data(summary(&status))?;
            output::data(format!("\n{}", fleet::lines(&fleet)))
        }
    }
}

/// A project, and the fleet that works on it.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    status: ProjectStatus,
    fleet: FleetStatus,
}

/// Whether a mailbox is among those that were asked for.
#[must_use]
pub(crate) fn is_selected(mailbox: &MailboxStatus, selection: &SelectionArgs) -> bool {
    let named = |address: &String| {
        mailbox.source.eq_ignore_ascii_case(address)
            || mailbox.destination.eq_ignore_ascii_case(address)
            || mailbox.id.to_string() == *address
    };
    match &selection.batch {
        Some(batch) => mailbox.batch.as_ref() == Some(batch),
        None => selection.mailbox.is_empty() || selection.mailbox.iter().any(named),
    }
}

fn summary(status: &ProjectStatus) -> String {
    let mut text = format!("project {} ({})\n", status.name, output::words(status.state));
    for pass in &status.passes {
        text.push_str(&format!("{}\n", pass_line(pass)));
    }
    text.push_str(&table(status, |_| true));
    for mailbox in &status.mailboxes {
        if let Some(problem) = &mailbox.problem {
            text.push_str(&format!(
                "\n{}: {}: {}\n  next: {}",
                mailbox.source, problem.code, problem.text, problem.next
            ));
        }
    }
    text
}

fn pass_line(pass: &PassStatus) -> String {
    let end = match pass.ended {
        Some(ended) => format!("{} {ended}", output::words(pass.state)),
        None => output::words(pass.state),
    };
    format!("{}, started {}: {end}", describe(pass), pass.started)
}

/// A table of those mailboxes that `shown` picks.
#[must_use]
pub(crate) fn table(status: &ProjectStatus, shown: impl Fn(&MailboxStatus) -> bool) -> String {
    let mailboxes: Vec<_> = status.mailboxes.iter().filter(|mailbox| shown(mailbox)).collect();
    let runs = mailboxes.iter().any(|mailbox| mailbox.rate.is_some());
    let mut header = vec![
        "Mailbox",
        "State",
        "Pass",
        "Folders",
        "Items",
        "Of",
        "This pass",
        "Updated",
        "Size",
        "Failed",
    ];
    if runs {
        header.extend(["Rate", "Left"]);
    }
    let mut table: Table = output::table(&header);
    for mailbox in mailboxes {
        let mut row = vec![
            mailbox.source.clone(),
            output::words(mailbox.state),
            mailbox.pass.map(|pass| pass.to_string()).unwrap_or_default(),
            folders(mailbox),
            mailbox.items.copied.to_string(),
            mailbox.items.total.to_string(),
            mailbox.copied_in_pass.to_string(),
            mailbox.items.updated.to_string(),
            mailbox.items.bytes_copied.to_string(),
            mailbox.items.failed.to_string(),
        ];
        if runs {
            row.extend([rate(mailbox), mailbox.eta_seconds.map(left).unwrap_or_default()]);
        }
        table.add_row(row);
    }
    let columns: Vec<usize> = (2..header.len()).collect();
    output::numbers(&mut table, &columns);
    output::lines(&table)
}

/// Folders done, of all.
#[must_use]
pub(crate) fn folders(mailbox: &MailboxStatus) -> String {
    let folders = &mailbox.folders;
    let total = folders.total.map_or_else(|| "?".to_owned(), |total| total.to_string());
    match folders.parked {
        0 => format!("{}/{total}", folders.done),
        parked => format!("{}/{total}, {parked} given up", folders.done),
    }
}

fn rate(mailbox: &MailboxStatus) -> String {
    mailbox
        .rate
        .map(|rate| format!("{}/s", longhaul_core::Bytes(rate.bytes as u64)))
        .unwrap_or_default()
}

/// A time to go, in words.
#[must_use]
pub(crate) fn left(seconds: u64) -> String {
    let duration = Duration::from_secs(seconds);
    indicatif::HumanDuration(duration).to_string()
}

#[cfg(test)]
pub(super) mod tests {
    use longhaul_core::state::{MailboxState, ProjectState};
    use longhaul_core::{MailboxId, ProjectId};

    use super::*;
    use crate::engine::{FolderCounts, ItemCounts};

    pub(in crate::cli) fn mailbox(name: &str, state: MailboxState) -> MailboxStatus {
        MailboxStatus {
            id: MailboxId::generate(),
            source: format!("{name}@source.test"),
            destination: format!("{name}@destination.test"),
            batch: None,
            state,
            pass: Some(1),
            folders: FolderCounts { total: Some(4), done: 1, active: 1, ..FolderCounts::default() },
            items: ItemCounts { total: 10, copied: 3, ..ItemCounts::default() },
            copied_in_pass: 2,
            rate: None,
            eta_seconds: None,
            deferred_until: None,
            problem: None,
        }
    }

    pub(in crate::cli) fn project(mailboxes: Vec<MailboxStatus>) -> ProjectStatus {
        ProjectStatus {
            id: ProjectId::generate(),
            name: "move".to_owned(),
            customer: None,
            state: ProjectState::Ready,
            passes: Vec::new(),
            mailboxes,
        }
    }

    #[test]
    fn a_mailbox_is_one_line_with_its_counts() {
        let status = project(vec![mailbox("ada", MailboxState::Copying)]);
        let table = table(&status, |_| true);
        let line = table.lines().find(|line| line.contains("ada@")).expect("a line");
        let words: Vec<_> = line.split_whitespace().collect();
        assert_eq!(
            words,
            ["ada@source.test", "copying", "1", "1/4", "3", "10", "2", "0", "0", "B", "0"]
        );
    }

    #[test]
    fn a_mailbox_is_selected_by_either_address_or_its_batch() {
        let mut ada = mailbox("ada", MailboxState::Matched);
        ada.batch = Some("one".to_owned());
        let by = |mailbox: &[&str], batch: Option<&str>| SelectionArgs {
            mailbox: mailbox.iter().map(|name| (*name).to_owned()).collect(),
            batch: batch.map(str::to_owned),
        };
        assert!(is_selected(&ada, &by(&[], None)));
        assert!(is_selected(&ada, &by(&["ADA@destination.test"], None)));
        assert!(is_selected(&ada, &by(&[], Some("one"))));
        assert!(!is_selected(&ada, &by(&["ben@source.test"], None)));
        assert!(!is_selected(&ada, &by(&[], Some("two"))));
    }
}
