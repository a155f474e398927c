//! Reading a folder: what a step needs, and the server's time, in one moment.

use std::sync::LazyLock;

use longhaul_core::{BatchNo, FolderRef, ItemKey, Timestamp};
use redis::{Script, ScriptInvocation};
use tokio::time::Instant;

use super::Redis;
use super::keys::FolderKeys;
use super::reply::{Answers, read};
use super::revision::{Revision, decode, decode_head, version_bytes};
use crate::Error;
use crate::folder::{Checkpoint, Failure, IntentItem, Recorded};

static READ: LazyLock<Script> =
    LazyLock::new(|| Script::new(include_str!("scripts/read_folder.lua")));

/// What a step needs of a folder besides its head.
#[derive(Clone, Copy, Debug)]
pub(super) enum Parts<'a> {
    /// Nothing.
    Head,
    /// Sync state and the items of all intents.
    Whole,
    /// The items of one intent.
    Intent(BatchNo),
    /// Which of these items are recorded as failed.
    Failed(&'a [ItemKey]),
}

/// A folder as it was at one moment.
#[derive(Debug)]
pub(super) struct Found {
    /// The moment.
    pub(super) now: Timestamp,
    /// Which write the checkpoint is from; `None` if there is none.
    pub(super) revision: Option<Revision>,
    /// The checkpoint; what was not asked for is empty.
    pub(super) checkpoint: Option<Checkpoint>,
    /// Of the items asked for, those that are recorded as failed.
    pub(super) failed: Vec<Recorded>,
}

impl Redis {
    /// Reads a folder.
    pub(super) async fn find(
        &self,
        folder: FolderRef,
        keys: &FolderKeys,
        parts: Parts<'_>,
        until: Instant,
    ) -> Result<Found, Error> {
        let question = self.question(keys, parts);
        let answer = self.read_by_script("read", &question, until).await?;
        let mut answers = Answers::new(read(answer)?);
        self.check_mark(&mut answers)?;
        self.check_guard(&mut answers)?;
        let now = self.time(answers.take()?);
        let Some(head) = answers.take::<Option<Vec<u8>>>()? else {
            return Ok(Found { now, revision: None, checkpoint: None, failed: Vec::new() });
        };
        let (revision, mut checkpoint) = decode_head(&folder, &head)?;
        let mut failed = Vec::new();
        match parts {
            Parts::Head => {}
            Parts::Whole => {
                let state: Option<String> = answers.take()?;
                if let (Some(position), Some(state)) = (&mut checkpoint.position, state) {
                    position.sync_state = state;
                }
                for (batch, items) in answers.take::<Vec<(u64, Vec<u8>)>>()? {
                    put_items(folder, &mut checkpoint, BatchNo(batch), &items)?;
                }
            }
            Parts::Intent(batch) => {
                if let Some(items) = answers.take::<Option<Vec<u8>>>()? {
                    put_items(folder, &mut checkpoint, batch, &items)?;
                }
            }
            Parts::Failed(_) => {
                for failure in answers.take::<Vec<Vec<u8>>>()? {
                    failed.push(Recorded::from(&decode::<Failure>(&folder, &failure)?));
                }
            }
        }
        Ok(Found { now, revision: Some(revision), checkpoint: Some(checkpoint), failed })
    }

    fn question(&self, keys: &FolderKeys, parts: Parts<'_>) -> ScriptInvocation<'static> {
        let mut script = READ.prepare_invoke();
        script.key(&self.keys.mark).key(&keys.heads).key(&keys.state).key(&keys.intents);
        script.key(&keys.failures);
        match &self.guard {
            Some(guard) => script.key(&self.keys.bodies).arg(&guard.key),
            None => script.arg(""),
        };
        script.arg(&keys.field);
        match parts {
            Parts::Head => script.arg("head"),
            Parts::Whole => script.arg("whole"),
            Parts::Intent(batch) => script.arg("intent").arg(batch.0),
            Parts::Failed(items) => {
                script.arg("failed");
                for item in items {
                    script.arg(item.as_bytes());
                }
                &mut script
            }
        };
        script
    }

    /// Takes the mark off the answers.
    pub(super) fn check_mark(&self, answers: &mut Answers) -> Result<(), Error> {
        self.link.mark().check(answers.take::<Option<String>>()?.as_deref())
    }

    /// Takes the guard's record off the answers.
    fn check_guard(&self, answers: &mut Answers) -> Result<(), Error> {
        let record: Option<Vec<u8>> = answers.take()?;
        match &self.guard {
            Some(guard)
                if !record
                    .is_some_and(|record| record.starts_with(&version_bytes(guard.version))) =>
            {
                Err(Error::Fenced { key: guard.key.clone() })
            }
            _ => Ok(()),
        }
    }
}

/// Puts the items of an intent where they belong. Redis may have items of a batch whose intent the
/// head does not know only if somebody wrote there by hand.
fn put_items(
    folder: FolderRef,
    checkpoint: &mut Checkpoint,
    batch: BatchNo,
    items: &[u8],
) -> Result<(), Error> {
    if let Some(intent) = checkpoint.intents.get_mut(&batch) {
        intent.items = decode::<Vec<IntentItem>>(&folder, items)?;
    }
    Ok(())
}
