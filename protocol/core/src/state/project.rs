//! The life of a project.

use serde::{Deserialize, Serialize};

use super::IllegalTransition;

/// Where a project stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ProjectState {
    /// Written down, not confirmed, or setting it up failed.
    Draft,
    /// Coexistence confirmed with the typed word.
    Confirmed,
    /// Its mailboxes are being looked up.
    Processing,
    /// Passes can run.
    Ready,
    /// Ended; its records are freed.
    Closed,
}

/// What can happen to a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProjectEvent {
    /// The operator typed `Confirm`.
    Confirm,
    /// Processing began.
    Process,
    /// Processing succeeded.
    Processed,
    /// Processing failed; the errors are kept.
    ProcessingFailed,
    /// The operator closed the project.
    Close,
}

impl ProjectState {
    /// The state after `event`.
    ///
    /// # Errors
    ///
    /// [`IllegalTransition`] if `event` is not possible in this state.
    pub fn next(self, event: ProjectEvent) -> Result<Self, IllegalTransition> {
        use ProjectEvent as E;
        Ok(match (self, event) {
            (Self::Draft, E::Confirm) => Self::Confirmed,
            (Self::Confirmed | Self::Ready, E::Process) => Self::Processing,
            (Self::Processing, E::Processed) => Self::Ready,
            (Self::Processing, E::ProcessingFailed) => Self::Draft,
            (Self::Draft | Self::Ready, E::Close) => Self::Closed,
            (state, event) => return Err(IllegalTransition::new(state, event)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_runs_without_confirmation() {
        assert!(ProjectState::Draft.next(ProjectEvent::Process).is_err());
        assert_eq!(ProjectState::Draft.next(ProjectEvent::Confirm), Ok(ProjectState::Confirmed));
    }

    #[test]
    fn failed_processing_returns_to_draft() {
        let state = ProjectState::Processing.next(ProjectEvent::ProcessingFailed);
        assert_eq!(state, Ok(ProjectState::Draft));
    }

    #[test]
    fn a_closed_project_stays_closed() {
        use ProjectEvent as E;
        for event in [E::Confirm, E::Process, E::Processed, E::ProcessingFailed, E::Close] {
            assert!(ProjectState::Closed.next(event).is_err());
        }
    }
}
