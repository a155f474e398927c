//! The life of a pass, and of one mailbox within it.

use serde::{Deserialize, Serialize};

use super::IllegalTransition;

/// Where a pass stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PassState {
    /// Feeding and watching its jobs.
    Running,
    /// Feeding nothing; running slices end at their next commit.
    Paused,
    /// Ended by the operator; what was copied stays.
    Stopped,
    /// Every mailbox has ended, each in its own state.
    Ended,
}

/// What can happen to a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PassEvent {
    /// The operator paused it.
    Pause,
    /// The operator resumed it.
    Resume,
    /// The operator stopped it.
    Stop,
    /// The last of its mailboxes ended.
    End,
    /// One of its mailboxes goes on after all.
    Reopen,
}

impl PassState {
    /// The state after `event`.
    ///
    /// # Errors
    ///
    /// [`IllegalTransition`] if `event` is not possible in this state.
    pub fn next(self, event: PassEvent) -> Result<Self, IllegalTransition> {
        use PassEvent as E;
        Ok(match (self, event) {
            (Self::Running, E::Pause) => Self::Paused,
            (Self::Paused, E::Resume) => Self::Running,
            (Self::Running | Self::Paused, E::Stop) => Self::Stopped,
            (Self::Running, E::End) => Self::Ended,
            (Self::Ended, E::Reopen) => Self::Running,
            (state, event) => return Err(IllegalTransition::new(state, event)),
        })
    }

    /// Whether nothing happens to it any more by itself.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Stopped | Self::Ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paused_pass_resumes_and_a_stopped_one_does_not() {
        let paused = PassState::Running.next(PassEvent::Pause);
        assert_eq!(paused, Ok(PassState::Paused));
        assert_eq!(PassState::Paused.next(PassEvent::Resume), Ok(PassState::Running));
        assert!(PassState::Stopped.next(PassEvent::Resume).is_err());
        assert!(PassState::Stopped.next(PassEvent::Reopen).is_err());
    }
}
