//! How many items of a mailbox may fail (B-72).

use longhaul_core::code::ERROR_BUDGET_SPENT;
use longhaul_core::state::MailboxEvent;
use longhaul_core::{MailboxId, PassId, Timestamp};
use longhaul_store::Error;
use longhaul_store::records::Problem;

use super::Passes;
use super::survey::Survey;

/// Whether a mailbox is to be given up. Failures of earlier passes are tried again, so while it is
/// being copied only what comes on top of them counts; at its end, all.
fn is_spent(budget: Option<u64>, failed: u64, before: u64, over: bool) -> bool {
    let before = if over { 0 } else { before };
    budget.is_some_and(|budget| failed > budget.max(before))
}

impl Passes {
    /// Gives a mailbox up whose error budget is spent; `false` if it is not.
    pub(super) async fn stop_over_budget(
        &mut self,
        pass: PassId,
        mailbox: MailboxId,
        survey: &Survey,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let budget = self.open.get(&pass).and_then(|pass| pass.record.error_budget);
        let Some(line) = self.line(pass, mailbox) else {
            return Ok(false);
        };
        let before = line.record.failed_before;
        let over = survey.is_over(line.record.folders.unwrap_or_default());
        let Some(budget) = budget.filter(|_| is_spent(budget, survey.failed, before, over)) else {
            return Ok(false);
        };
        self.cancel_folders(pass, mailbox).await?;
        self.context.rates.forget(mailbox);
        let text = format!("{} items failed; {budget} may", survey.failed);
        tracing::warn!(pass.id = %pass, mailbox.id = %mailbox, failed = survey.failed, budget, "error budget spent");
        let problem = Problem { code: ERROR_BUDGET_SPENT, text, at: now };
        self.turn_to(pass, mailbox, MailboxEvent::Fail, Some(problem)).await?;
        Ok(true)
    }

    /// How many items of the mailbox are recorded as failed, conflicts left out.
    pub(super) async fn failed(&self, mailbox: MailboxId) -> Result<u64, Error> {
        let overview = self.context.store.overview(mailbox).await?;
        Ok(overview.iter().map(|(_, checkpoint)| checkpoint.counters.to_retry()).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_itself_may_fail_and_not_one_more() {
        assert!(!is_spent(Some(10), 10, 0, false));
        assert!(is_spent(Some(10), 11, 0, false));
        assert!(is_spent(Some(0), 1, 0, true));
        assert!(!is_spent(None, u64::MAX, 0, true));
    }

    #[test]
    fn what_failed_before_is_tried_again_before_it_counts() {
        assert!(!is_spent(Some(10), 40, 40, false));
        assert!(is_spent(Some(10), 41, 40, false));
        assert!(is_spent(Some(10), 40, 40, true));
    }
}
