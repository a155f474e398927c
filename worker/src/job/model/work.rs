//! Work that takes no time, with the course of a real slice: settle what is open, intend, upload,
//! commit.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use longhaul_core::code::SERVICE_UNAVAILABLE;
use longhaul_core::{Bytes, ItemKey};
use longhaul_jobs::FolderSlice;
use longhaul_store::folder::{Held, IntentItem, Position};
use longhaul_store::ledger::{Appender, Record, Seal};
use longhaul_store::{Error as StoreError, Store};
use tokio::time::Instant;

use super::Mishap;
use crate::job::Control;
use crate::job::handle::{Done, Work};
use crate::slice::{Committer, Ending, Halt, Keeper, Outcome};
use crate::stop::Stop;
use crate::{Error, Options};

/// Items of the folder; a slice copies one.
pub(in crate::job) const ITEMS: usize = 5;

/// What happened in the destination, and what is to happen to slices.
#[derive(Debug, Default)]
pub(in crate::job) struct Scene {
    /// Each upload, by the item's number.
    pub(in crate::job) uploads: Vec<usize>,
    pub(super) mishaps: VecDeque<Mishap>,
}

/// Copies one item a slice.
#[derive(Debug)]
pub(in crate::job) struct Quick {
    pub(in crate::job) store: Arc<dyn Store>,
    pub(in crate::job) options: Arc<Options>,
    pub(in crate::job) scene: Arc<Mutex<Scene>>,
}

fn key(item: usize) -> ItemKey {
    ItemKey::of(&item.to_string())
}

fn record(item: usize) -> Record {
    let destination = format!("copy-{item}");
    Record { key: key(item), version: 0, size: Bytes(1), destination, seal: Seal::default() }
}

impl Quick {
    fn has_uploaded(&self, item: usize) -> bool {
        self.scene.lock().unwrap_or_else(PoisonError::into_inner).uploads.contains(&item)
    }

    /// The slice's course. `Err` if the folder is no longer ours.
    async fn run(
        &self,
        job: &FolderSlice,
        held: &Held,
        keeper: &Keeper,
        committer: &Committer,
    ) -> Result<Option<Halt>, StoreError> {
        let checkpoint = &held.checkpoint;
        for (batch, intent) in &checkpoint.intents {
            let mut outcome = Outcome::default();
            for intended in &intent.items {
                let item: usize = intended.source_id.parse().expect("a number");
                if self.has_uploaded(item) {
                    outcome.entries.push(record(item).into());
                }
            }
            committer.commit(None, *batch, outcome).await?;
        }
        let control = Control::new(Arc::clone(&self.store), job.project, job.pass);
        if !control.may_go_on().await {
            return Ok(Some(Halt::Enough));
        }
        let mishap = self.scene.lock().unwrap_or_else(PoisonError::into_inner).mishaps.pop_front();
        match mishap.unwrap_or(Mishap::None) {
            Mishap::None => {}
            Mishap::Throttled => return Ok(Some(Halt::Throttled(Duration::from_secs(30)))),
            Mishap::Settling => return Ok(Some(Halt::Settling(Duration::from_secs(30)))),
            Mishap::Trouble => {
                let detail = "the model wants it so".to_owned();
                return Ok(Some(Halt::Trouble { code: SERVICE_UNAVAILABLE, detail }));
            }
        }
        let listed = checkpoint.position.as_ref().map_or(Ok(0), |at| at.sync_state.parse());
        let item: usize = listed.expect("a number");
        if item == ITEMS {
            // An owner before came to the end and could not say so.
            return Ok(None);
        }
        let end = Position { sync_state: (item + 1).to_string(), last: item + 1 == ITEMS };
        let is_last = end.last;
        if self.has_uploaded(item) {
            // Settled above, or by an owner before: listed again, and known.
            committer.listed(0, end);
            return Ok((!is_last).then_some(Halt::Enough));
        }
        let page = committer.listed(1, end);
        let lease = keeper.lease();
        let intended = vec![IntentItem::new(key(item), item.to_string())];
        let batch = checkpoint.next_batch;
        self.store.intend(&lease, batch, intended, Duration::from_secs(1)).await?;
        // Sent at once: before its deadline.
        self.scene.lock().unwrap_or_else(PoisonError::into_inner).uploads.push(item);
        let outcome = Outcome { entries: vec![record(item).into()], ..Outcome::default() };
        committer.commit(Some(page), batch, outcome).await?;
        Ok((!is_last).then_some(Halt::Enough))
    }
}

impl Work for Quick {
    async fn slice(
        &self,
        job: &FolderSlice,
        held: &Held,
        asked: Instant,
        _stop: &Stop,
    ) -> Result<Done, Error> {
        let store = || Arc::clone(&self.store);
        let keeper = Arc::new(Keeper::new(store(), held.lease, self.options.lease, asked));
        let appender = Appender::new(held.checkpoint.ledger_len, held.checkpoint.template.clone());
        let committer = Committer::new(store(), Arc::clone(&keeper), appender);
        let halt = match self.run(job, held, &keeper, &committer).await {
            Ok(halt) => halt,
            // An intent that came too late for its lease.
            Err(StoreError::Conflict(_)) => Some(Halt::Lost),
            Err(error) => Some(Halt::store(&error)),
        };
        let progressed = committer.has_progressed();
        let ending = Ending { halt, more: false, progressed, fingerprint: None };
        let position = committer.unsaved();
        Ok(Done { begun: asked, ending, keeper, position })
    }
}
