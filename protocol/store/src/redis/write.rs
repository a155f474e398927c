//! Writing a folder: what a step changed, whole or not at all.

use std::sync::LazyLock;

use longhaul_core::{BatchNo, FolderRef};
use redis::{Script, ScriptInvocation};
use serde::Serialize;

use super::Redis;
use super::folder::Found;
use super::keys::FolderKeys;
use super::reply::corrupt;
use super::revision::{Revision, encode_head, version_bytes};
use crate::Error;
use crate::folder::{Checkpoint, Commit};

static WRITE: LazyLock<Script> =
    LazyLock::new(|| Script::new(include_str!("scripts/write_folder.lua")));

/// What a step brings along besides the checkpoint.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Brought<'a> {
    /// Whether the checkpoint's sync state is the call's, and not what was stored.
    pub(super) sync_state: bool,
    /// The records and failures to write.
    pub(super) commit: Option<&'a Commit>,
}

impl Redis {
    /// The script that turns `found` into `after`.
    pub(super) fn writing(
        &self,
        folder: FolderRef,
        keys: &FolderKeys,
        found: &Found,
        revision: Revision,
        after: &Checkpoint,
        brought: Brought<'_>,
    ) -> Result<ScriptInvocation<'static>, Error> {
        let before = found.checkpoint.as_ref();
        let mut script = WRITE.prepare_invoke();
        script.key(&self.keys.mark).key(&keys.heads).key(&keys.state).key(&keys.intents);
        script.key(&keys.failures).key(&keys.failed).key(&keys.ledger);
        script.arg(self.link.mark().as_str());
        match &self.guard {
            Some(guard) => {
                script.key(&self.keys.bodies).arg(&guard.key).arg(&version_bytes(guard.version))
            }
            None => script.arg("").arg(""),
        };
        script.arg(&keys.field);
        match &found.revision {
            Some(revision) => script.arg(revision.as_bytes()),
            None => script.arg(""),
        };
        script.arg(encode_head(folder, revision, after)?);
        script.arg(before.map_or(0, |before| before.ledger_len));
        script.arg(brought.commit.map_or(&[][..], |commit| &commit.append.bytes));
        match &after.position {
            Some(position) if brought.sync_state => script.arg("set").arg(&position.sync_state),
            None if before.is_some_and(|before| before.position.is_some()) => {
                script.arg("clear").arg("")
            }
            _ => script.arg("keep").arg(""),
        };
        add_intents(&mut script, folder, before, after)?;
        add_failures(&mut script, folder, brought.commit)?;
        Ok(script)
    }
}

fn add_intents(
    script: &mut ScriptInvocation<'_>,
    folder: FolderRef,
    before: Option<&Checkpoint>,
    after: &Checkpoint,
) -> Result<(), Error> {
    let was_there =
        |batch: &BatchNo| before.is_some_and(|before| before.intents.contains_key(batch));
    let gone = before.into_iter().flat_map(|before| before.intents.keys());
    let gone: Vec<_> = gone.filter(|batch| !after.intents.contains_key(batch)).collect();
    script.arg(gone.len());
    for batch in gone {
        script.arg(batch.0);
    }
    // The items of an intent never change.
    let new: Vec<_> = after.intents.iter().filter(|(batch, _)| !was_there(batch)).collect();
    script.arg(new.len());
    for (batch, intent) in new {
        script.arg(batch.0).arg(encode(folder, &intent.items)?);
    }
    Ok(())
}

fn add_failures(
    script: &mut ScriptInvocation<'_>,
    folder: FolderRef,
    commit: Option<&Commit>,
) -> Result<(), Error> {
    let (cleared, failures) = commit.map_or_else(Default::default, |commit| {
        (commit.cleared.as_slice(), commit.failures.as_slice())
    });
    script.arg(cleared.len());
    for item in cleared {
        script.arg(item.as_bytes());
    }
    script.arg(failures.len());
    for failure in failures {
        script.arg(failure.key.as_bytes()).arg(encode(folder, failure)?);
    }
    Ok(())
}

fn encode(folder: FolderRef, value: &impl Serialize) -> Result<Vec<u8>, Error> {
    rmp_serde::to_vec_named(value).map_err(|error| corrupt(&folder, error))
}
