//! Progress as lines: one per change worth reading, none per tick.

use std::collections::HashMap;

use longhaul_core::MailboxId;
use longhaul_core::state::{MailboxState, PassState};

use super::output::words;
use super::pass::describe;
use super::status::folders;
use crate::engine::{MailboxStatus, ProjectStatus};

/// Remembers what was printed last.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    passes: HashMap<u32, PassState>,
    mailboxes: HashMap<MailboxId, Printed>,
}

/// What of a mailbox is worth a line when it changes.
#[derive(Debug, PartialEq, Eq)]
struct Printed {
    state: MailboxState,
    pass: Option<u32>,
    tenth: u64,
    parked: u32,
    has_failures: bool,
    waits: bool,
    problem: Option<String>,
}

impl Printed {
    fn of(mailbox: &MailboxStatus) -> Self {
        let items = &mailbox.items;
        Self {
            state: mailbox.state,
            pass: mailbox.pass,
            tenth: (items.copied * 10).checked_div(items.total).unwrap_or(0),
            parked: mailbox.folders.parked,
            has_failures: items.failed > 0,
            waits: mailbox.deferred_until.is_some(),
            problem: mailbox.problem.as_ref().map(|problem| problem.text.clone()),
        }
    }
}

impl Changes {
    /// The lines for what has changed since the last call.
    pub(crate) fn lines(&mut self, status: &ProjectStatus) -> Vec<String> {
        let mut lines = Vec::new();
        for pass in &status.passes {
            if self.passes.insert(pass.number, pass.state) != Some(pass.state) {
                lines.push(format!("{}: {}", describe(pass), words(pass.state)));
            }
        }
        for mailbox in &status.mailboxes {
            let now = Printed::of(mailbox);
            if self.mailboxes.get(&mailbox.id) != Some(&now) {
                lines.push(line(mailbox));
                self.mailboxes.insert(mailbox.id, now);
            }
        }
        lines
    }
}

fn line(mailbox: &MailboxStatus) -> String {
    let items = &mailbox.items;
    let mut line = format!("{}: {}", mailbox.source, words(mailbox.state));
    if mailbox.folders.total.is_some() {
        line.push_str(&format!(
            ", {} of {} items, {}, folders {}",
            items.copied,
            items.total,
            items.bytes_copied,
            folders(mailbox)
        ));
    }
    if items.updated > 0 {
        line.push_str(&format!(", {} updated", items.updated));
    }
    if items.failed > 0 {
        line.push_str(&format!(", {} failed", items.failed));
    }
    if items.conflicts > 0 {
        line.push_str(&format!(", {} in conflict", items.conflicts));
    }
    if let Some(until) = mailbox.deferred_until {
        line.push_str(&format!(", waits until {until}"));
    }
    if let Some(problem) = &mailbox.problem {
        line.push_str(&format!(", {}: {}; next: {}", problem.code, problem.text, problem.next));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::status::tests::{mailbox, project};

    #[test]
    fn a_tick_without_a_change_prints_nothing() {
        let mut status = project(vec![mailbox("ada", MailboxState::Copying)]);
        let mut changes = Changes::default();
        let expected = "ada@source.test: copying, 3 of 10 items, 0 B, folders 1/4";
        assert_eq!(changes.lines(&status), [expected]);
        status.mailboxes[0].eta_seconds = Some(7);
        status.mailboxes[0].folders.done = 2;
        assert!(changes.lines(&status).is_empty());
    }

    #[test]
    fn a_tenth_more_and_a_new_state_print_a_line_each() {
        let mut status = project(vec![
            mailbox("ada", MailboxState::Copying),
            mailbox("ben", MailboxState::Copying),
        ]);
        let mut changes = Changes::default();
        assert_eq!(changes.lines(&status).len(), 2);
        status.mailboxes[0].items.copied = 4;
        let lines = changes.lines(&status);
        assert!(lines.len() == 1 && lines[0].starts_with("ada@source.test: copying, 4 of 10"));
        status.mailboxes[1].state = MailboxState::Completed;
        let lines = changes.lines(&status);
        assert!(lines.len() == 1 && lines[0].starts_with("ben@source.test: completed"));
    }

    #[test]
    fn an_empty_mailbox_divides_by_nothing() {
        let mut empty = mailbox("ada", MailboxState::Copying);
        empty.items.total = 0;
        empty.items.copied = 0;
        assert_eq!(Changes::default().lines(&project(vec![empty])).len(), 1);
    }
}
