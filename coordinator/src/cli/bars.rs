//! Progress as bars: the mailboxes that are worked on, and all of them together.

use std::collections::HashMap;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use longhaul_core::state::MailboxState;
use longhaul_core::{Bytes, MailboxId};

use super::output::words;
use super::status::{folders, left};
use crate::engine::{MailboxStatus, ProjectStatus};

/// Rows kept free for the total and the prompt.
const RESERVED: usize = 4;
const TEMPLATE: &str = "{prefix:28!} {bar:24.cyan/blue} {wide_msg}";

/// One bar per mailbox that is worked on, as many as fit, and one for all.
pub(crate) struct Bars {
    screen: MultiProgress,
    total: ProgressBar,
    mailboxes: HashMap<MailboxId, ProgressBar>,
    style: ProgressStyle,
}

impl Bars {
    /// No bars yet.
    #[must_use]
    pub(crate) fn new() -> Self {
        let screen = MultiProgress::new();
        let style = ProgressStyle::with_template(TEMPLATE)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("━╸─");
        let total = screen.add(ProgressBar::new(0).with_style(style.clone()));
        Self { screen, total, mailboxes: HashMap::new(), style }
    }

    /// Draws where a project stands.
    pub(crate) fn show(&mut self, status: &ProjectStatus) {
        let rows = screen_height().saturating_sub(RESERVED).max(1);
        let shown = most_interesting(&status.mailboxes, rows);
        self.mailboxes.retain(|id, bar| {
            let stays = shown.iter().any(|mailbox| mailbox.id == *id);
            if !stays {
                self.screen.remove(bar);
            }
            stays
        });
        for mailbox in &shown {
            let bar = self.mailboxes.entry(mailbox.id).or_insert_with(|| {
                let bar = ProgressBar::new(0).with_style(self.style.clone());
                self.screen.insert_before(&self.total, bar)
            });
            bar.set_prefix(mailbox.source.clone());
            bar.set_length(length(mailbox.items.total, mailbox.items.copied));
            bar.set_position(mailbox.items.copied);
            bar.set_message(message(mailbox));
        }
        let sum = |count: fn(&MailboxStatus) -> u64| status.mailboxes.iter().map(count).sum();
        let copied: u64 = sum(|mailbox| mailbox.items.copied);
        let total: u64 = sum(|mailbox| mailbox.items.total);
        self.total.set_prefix(format!("all {} mailboxes", status.mailboxes.len()));
        self.total.set_length(length(total, copied));
        self.total.set_position(copied);
        self.total.set_message(format!("{copied}/{total} items, {}", total_message(status)));
    }

    /// Leaves the bars on the screen as they are.
    pub(crate) fn end(&self) {
        for bar in self.mailboxes.values() {
            bar.abandon();
        }
        self.total.abandon();
    }
}

impl std::fmt::Debug for Bars {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bars").field("mailboxes", &self.mailboxes.len()).finish_non_exhaustive()
    }
}

impl Default for Bars {
    fn default() -> Self {
        Self::new()
    }
}

/// The length of a bar: an unknown or empty total is an empty bar, not a full one.
fn length(total: u64, copied: u64) -> u64 {
    total.max(copied).max(1)
}

/// Lines of the screen the bars are drawn on.
fn screen_height() -> usize {
    let (rows, _) = console::Term::stderr().size();
    rows.into()
}

/// Those that are worked on, then those in trouble, then the others; at most `rows`.
fn most_interesting(mailboxes: &[MailboxStatus], rows: usize) -> Vec<&MailboxStatus> {
    let mut ranked: Vec<_> = mailboxes.iter().collect();
    ranked.sort_by_key(|mailbox| match mailbox.state {
        MailboxState::Copying | MailboxState::Preparing => 0,
        MailboxState::Failed | MailboxState::CompletedWithErrors => 1,
        MailboxState::Paused | MailboxState::Scheduled => 2,
        _ => 3,
    });
    ranked.truncate(rows);
    ranked
}

fn message(mailbox: &MailboxStatus) -> String {
    let items = &mailbox.items;
    let mut message = match mailbox.folders.total {
        None => words(mailbox.state),
        Some(_) => format!(
            "{}/{} items, folders {}, {}",
            items.copied,
            items.total,
            folders(mailbox),
            words(mailbox.state)
        ),
    };
    if mailbox.items.failed > 0 {
        message.push_str(&format!(", {} failed", mailbox.items.failed));
    }
    if let Some(until) = mailbox.deferred_until {
        message.push_str(&format!(", waits until {until}"));
    } else if let Some(rate) = mailbox.rate {
        message.push_str(&format!(", {}/s", Bytes(rate.bytes as u64)));
        if let Some(eta) = mailbox.eta_seconds {
            message.push_str(&format!(", {} left", left(eta)));
        }
    }
    if let Some(problem) = &mailbox.problem {
        message.push_str(&format!(", {}: {}", problem.code, problem.text));
    }
    message
}

fn total_message(status: &ProjectStatus) -> String {
    let bytes: Bytes = status.mailboxes.iter().map(|mailbox| mailbox.items.bytes_copied).sum();
    let failed: u64 = status.mailboxes.iter().map(|mailbox| mailbox.items.failed).sum();
    let rate: f64 =
        status.mailboxes.iter().filter_map(|mailbox| mailbox.rate).map(|rate| rate.bytes).sum();
    let mut message = bytes.to_string();
    if rate >= 1.0 {
        message.push_str(&format!(", {}/s", Bytes(rate as u64)));
    }
    if failed > 0 {
        message.push_str(&format!(", {failed} failed"));
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::status::tests::mailbox;

    #[test]
    fn mailboxes_that_are_worked_on_come_first() {
        let mailboxes = [
            mailbox("done", MailboxState::Completed),
            mailbox("failed", MailboxState::Failed),
            mailbox("busy", MailboxState::Copying),
        ];
        let names: Vec<_> =
            most_interesting(&mailboxes, 2).iter().map(|mailbox| mailbox.source.clone()).collect();
        assert_eq!(names, ["busy@source.test", "failed@source.test"]);
    }
}
