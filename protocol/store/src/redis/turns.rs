//! One call at a time on each folder, within this process.
//!
//! A folder's calls come from its owner: batches side by side, and a heartbeat. Of two that read
//! the same revision one would begin again; in turn, none does. Others' calls still meet them in
//! the server, which is what the revision is for: this saves work and guarantees nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use longhaul_core::FolderRef;
use tokio::sync::{Mutex as Queue, OwnedMutexGuard};

/// Who waits for which folder.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<HashMap<FolderRef, Arc<Queue<()>>>>);

/// A caller's turn, or its place in the queue; dropped, the next one's comes.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    turns: &'a Turns,
    folder: FolderRef,
    held: Option<OwnedMutexGuard<()>>,
}

impl Turns {
    /// Waits for the caller's turn, in the order of asking. Cancel safe: the place is given up.
    pub(super) async fn take(&self, folder: FolderRef) -> Turn<'_> {
        let queue = Arc::clone(self.lock().entry(folder).or_default());
        let mut turn = Turn { turns: self, folder, held: None };
        turn.held = Some(queue.lock_owned().await);
        turn
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<FolderRef, Arc<Queue<()>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.held = None;
        let mut queues = self.turns.lock();
        // Nobody can join while this looks.
        if queues.get(&self.folder).is_some_and(|queue| Arc::strong_count(queue) == 1) {
            queues.remove(&self.folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use longhaul_core::{FolderKey, MailboxId};
    use tokio::time::{Duration, timeout};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_folder_is_one_callers_at_a_time_and_forgotten_after() {
        let turns = Turns::default();
        let folder = |name| FolderRef {
            mailbox: MailboxId::from_bytes([1; 16]),
            folder: FolderKey::of(name),
        };
        let first = turns.take(folder("inbox")).await;
        let second = timeout(Duration::from_secs(1), turns.take(folder("inbox"))).await;
        assert!(second.is_err(), "two had their turn at once");
        drop(turns.take(folder("sent")).await);
        drop(first);
        drop(turns.take(folder("inbox")).await);
        assert!(turns.lock().is_empty());
    }
}
