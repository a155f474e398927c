//! One transaction for several steps.

use std::sync::Arc;

use redb::{Database, Durability};
use tokio::sync::oneshot;

use super::tables::{Tables, failed};
use crate::Error;

/// A queued call.
pub(super) trait Step: Send {
    /// Carries it out within a transaction and keeps its answer. A refusal is an answer.
    ///
    /// # Errors
    ///
    /// If the backend failed: nothing of the transaction may stay.
    fn apply(&mut self, tables: &mut Tables<'_>) -> Result<(), Error>;

    /// Gives the answer, or says that the transaction was not written.
    fn answer(self: Box<Self>, written: Result<(), Arc<Error>>);
}

/// A step that answers with a `T`.
pub(super) struct Pending<T, F> {
    step: Option<F>,
    result: Option<Result<T, Error>>,
    reply: oneshot::Sender<Result<T, Error>>,
}

impl<T, F> Pending<T, F> {
    pub(super) const fn new(step: F, reply: oneshot::Sender<Result<T, Error>>) -> Self {
        Self { step: Some(step), result: None, reply }
    }
}

impl<T, F> Step for Pending<T, F>
where
    T: Send,
    F: FnOnce(&mut Tables<'_>) -> Result<T, Error> + Send,
{
    fn apply(&mut self, tables: &mut Tables<'_>) -> Result<(), Error> {
        let Some(step) = self.step.take() else {
            return Ok(());
        };
        match step(tables) {
            Err(error @ Error::Backend { .. }) => Err(error),
            result => {
                self.result = Some(result);
                Ok(())
            }
        }
    }

    fn answer(self: Box<Self>, written: Result<(), Arc<Error>>) {
        let answer = match (written, self.result) {
            (Ok(()), Some(result)) => result,
            (Err(cause), _) => Err(Error::Backend { action: "write", source: cause.into() }),
            // Without a result the channel closes, which the caller reports.
            (Ok(()), None) => return,
        };
        // A caller that is gone does not need its answer.
        let _ = self.reply.send(answer);
    }
}

/// Writes `group` in one transaction, then answers each.
pub(super) fn write_group(database: &Database, mut group: Vec<Box<dyn Step>>) {
    let written = write(database, &mut group).map_err(Arc::new);
    for step in group {
        step.answer(written.clone());
    }
}

fn write(database: &Database, group: &mut [Box<dyn Step>]) -> Result<(), Error> {
    let mut transaction = database.begin_write().map_err(failed("begin a transaction"))?;
    transaction.set_durability(Durability::Immediate).map_err(failed("begin a transaction"))?;
    let changed = {
        let mut tables = Tables::open(&transaction)?;
        for step in group {
            step.apply(&mut tables)?;
        }
        tables.changed
    };
    if changed {
        transaction.commit().map_err(failed("commit"))
    } else {
        transaction.abort().map_err(failed("end a transaction"))
    }
}
