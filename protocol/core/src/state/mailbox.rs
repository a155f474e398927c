//! The life of a mailbox in a project.

use serde::{Deserialize, Serialize};

use super::IllegalTransition;

/// Where a mailbox stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MailboxState {
    /// Known, without a counterpart yet.
    Discovered,
    /// Its destination is settled.
    Matched,
    /// More than one destination fits; an operator must choose.
    NeedsConfirmation,
    /// A pass is preparing it: directory tasks, folder map.
    Preparing,
    /// A pass is copying its items.
    Copying,
    /// A pre-stage pass ended without errors.
    PreStaged,
    /// A full pass ended without errors.
    Completed,
    /// A pass ended; some items could not be copied.
    CompletedWithErrors,
    /// A pass could not go on with it.
    Failed,
    /// Waiting for its pass's start time.
    Scheduled,
    /// Its pass is paused.
    Paused,
    /// Its pass was stopped.
    Stopped,
}

/// What can happen to a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MailboxEvent {
    /// Its one counterpart was found or named.
    Match,
    /// Several counterparts were found.
    FindSeveral,
    /// A pass took it up.
    Prepare,
    /// Its start time lies ahead.
    Schedule,
    /// Its folders are mapped; copying begins.
    Copy,
    /// Its pre-stage pass ended clean.
    EndPreStage,
    /// Its full pass ended clean.
    EndFull,
    /// Its pass ended with items that failed.
    EndWithErrors,
    /// Its pass gave up on it.
    Fail,
    /// What kept its pass from going on is mended.
    Reopen,
    /// Its pass was paused.
    Pause,
    /// Its pass was stopped.
    Stop,
}

impl MailboxState {
    /// The state after `event`.
    ///
    /// # Errors
    ///
    /// [`IllegalTransition`] if `event` is not possible in this state.
    pub fn next(self, event: MailboxEvent) -> Result<Self, IllegalTransition> {
        use MailboxEvent as E;
        Ok(match (self, event) {
            (Self::Discovered | Self::NeedsConfirmation, E::Match) => Self::Matched,
            (Self::Discovered, E::FindSeveral) => Self::NeedsConfirmation,
            (state, E::Prepare) if state.can_start() => Self::Preparing,
            (state, E::Schedule) if state.can_start() => Self::Scheduled,
            (Self::Paused, E::Prepare) => Self::Preparing,
            (Self::Paused, E::Schedule) => Self::Scheduled,
            (Self::Preparing, E::Copy) => Self::Copying,
            (Self::Copying, E::EndPreStage) => Self::PreStaged,
            (Self::Copying, E::EndFull) => Self::Completed,
            (Self::Copying, E::EndWithErrors) => Self::CompletedWithErrors,
            (Self::Preparing | Self::Copying | Self::Scheduled, E::Fail) => Self::Failed,
            (Self::Failed, E::Reopen) => Self::Copying,
            (Self::Preparing | Self::Copying | Self::Scheduled, E::Pause) => Self::Paused,
            (Self::Preparing | Self::Copying | Self::Scheduled | Self::Paused, E::Stop) => {
                Self::Stopped
            }
            (state, event) => return Err(IllegalTransition::new(state, event)),
        })
    }

    /// Whether a pass may take the mailbox up.
    #[must_use]
    pub const fn can_start(self) -> bool {
        matches!(
            self,
            Self::Matched
                | Self::Scheduled
                | Self::PreStaged
                | Self::Completed
                | Self::CompletedWithErrors
                | Self::Failed
                | Self::Stopped
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_with_two_candidates_does_not_start() {
        let state = MailboxState::Discovered.next(MailboxEvent::FindSeveral).expect("legal");
        assert!(state.next(MailboxEvent::Prepare).is_err());
    }

    #[test]
    fn a_failed_or_finished_mailbox_can_be_passed_over_again() {
        for state in [MailboxState::Failed, MailboxState::Completed, MailboxState::PreStaged] {
            assert_eq!(state.next(MailboxEvent::Prepare), Ok(MailboxState::Preparing));
        }
    }

    #[test]
    fn items_are_never_copied_before_the_folders_are_mapped() {
        assert!(MailboxState::Matched.next(MailboxEvent::Copy).is_err());
    }
}
