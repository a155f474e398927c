//! How async callers reach the database: reads on the blocking pool, writes in groups.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redb::{Database, ReadTransaction, ReadableDatabase as _};
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

use super::tables::{Tables, failed};
use super::writer::{Pending, Step, write_group};
use crate::Error;

/// Steps that share a transaction at most: bounds the time the first of them waits.
const MAX_GROUP: usize = 256;

/// How long closing waits for a write in progress.
const CLOSING: Duration = Duration::from_secs(60);

/// The database and who is at work on it.
pub(super) struct Access {
    /// `None` only while being dropped.
    database: Option<Arc<Database>>,
    work: Arc<Work>,
}

/// Work in progress, and the steps that wait for the writer.
#[derive(Default)]
struct Work {
    state: Mutex<WorkState>,
    idle: Condvar,
}

#[derive(Default)]
struct WorkState {
    waiting: Vec<Box<dyn Step>>,
    writing: bool,
    /// Tasks that hold the database.
    tasks: usize,
}

impl Work {
    fn lock(&self) -> MutexGuard<'_, WorkState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task's hold on the database. Dropped, also unused, it lets the database go first and says
/// so afterwards: who waits for the last task may then close the file.
struct Task {
    database: Option<Arc<Database>>,
    work: Arc<Work>,
    /// Whether this is the writer and has steps to answer for.
    writes: bool,
}

impl Task {
    fn database(&self) -> Result<&Database, Error> {
        self.database.as_deref().ok_or_else(closed)
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.database = None;
        let mut state = self.work.lock();
        state.tasks -= 1;
        if self.writes {
            // It was cut off: whoever waits for an answer learns it by the closed channel.
            state.writing = false;
            state.waiting.clear();
        }
        drop(state);
        self.work.idle.notify_all();
    }
}

impl Access {
    pub(super) fn new(database: Database) -> Self {
        Self { database: Some(Arc::new(database)), work: Arc::default() }
    }

    /// Reads in one snapshot.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&ReadTransaction) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let task = self.task(&mut self.work.lock(), false);
        let answer =
            spawn_blocking(move || read(&task.database()?.begin_read().map_err(failed("read"))?));
        answer.await.map_err(|error| Error::Backend { action: "read", source: error.into() })?
    }

    /// Carries `step` out in a transaction of the writer; returns once that is on disk.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        step: impl FnOnce(&mut Tables<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        self.enqueue(Box::new(Pending::new(step, reply)));
        answer.await.map_err(|error| Error::Backend { action: "write", source: error.into() })?
    }

    /// Hands a step to the writer, which runs only while there are steps.
    ///
    /// The writer is a task of the blocking pool and not a thread of its own: a test's paused
    /// clock stands still while such a task runs.
    fn enqueue(&self, step: Box<dyn Step>) {
        let mut state = self.work.lock();
        state.waiting.push(step);
        if !state.writing {
            state.writing = true;
            let task = self.task(&mut state, true);
            drop(state);
            spawn_blocking(move || write_all(task));
        }
    }

    fn task(&self, state: &mut WorkState, writes: bool) -> Task {
        state.tasks += 1;
        Task { database: self.database.clone(), work: Arc::clone(&self.work), writes }
    }
}

impl Drop for Access {
    fn drop(&mut self) {
        let state = self.work.lock();
        let waited = self.work.idle.wait_timeout_while(state, CLOSING, |state| state.tasks > 0);
        if !waited.is_ok_and(|(_, timeout)| !timeout.timed_out()) {
            tracing::warn!("the store is closed while a call is still at work");
        }
        // No task holds it any more: this closes the file.
        self.database = None;
    }
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").finish_non_exhaustive()
    }
}

/// Writes group after group until no step waits.
fn write_all(mut task: Task) {
    loop {
        let group: Vec<_> = {
            let mut state = task.work.lock();
            if state.waiting.is_empty() {
                state.writing = false;
                task.writes = false;
                return;
            }
            let size = state.waiting.len().min(MAX_GROUP);
            state.waiting.drain(..size).collect()
        };
        let Ok(database) = task.database() else {
            return;
        };
        // A step that panics takes its group's answers along, and not the writer.
        if catch_unwind(AssertUnwindSafe(|| write_group(database, group))).is_err() {
            tracing::error!("a step of the store panicked; its transaction was not written");
        }
    }
}

fn closed() -> Error {
    failed("use a closed file")(redb::StorageError::DatabaseClosed)
}

#[cfg(test)]
mod tests;
