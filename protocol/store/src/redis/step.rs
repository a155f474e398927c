//! One call: read, step, write; from the beginning if the folder changed in between.

use std::time::Duration;

use longhaul_core::{FolderRef, Timestamp};
use tokio::time::{Instant, sleep, timeout_at};

use super::Redis;
use super::folder::Parts;
use super::reply::{Failure, read};
use super::revision::Revision;
use super::store::deadline;
use super::write::Brought;
use crate::Error;
use crate::folder::{Checkpoint, Recorded};

/// What a step sees.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    /// The folder, if it is known.
    pub(super) checkpoint: Option<&'a Checkpoint>,
    /// The server's time.
    pub(super) now: Timestamp,
    /// Of the items asked for, those that are recorded as failed.
    pub(super) failed: &'a [Recorded],
}

impl Redis {
    /// Carries `step` out, which may be called several times. A step that changes nothing is
    /// answered without a write.
    ///
    /// A script whose answer was lost may have been carried out, or may be later, by a server that
    /// stood still. Later, it finds another revision and does nothing. Carried out, the folder has
    /// the revision it wrote, and the call is answered as the script would have been. If others
    /// wrote since, the step meets their folder: a commit finds its number, a claim its own lease,
    /// and whoever lost the folder to another owner is told that.
    pub(super) async fn step<T>(
        &self,
        action: &'static str,
        folder: FolderRef,
        parts: Parts<'_>,
        brought: Brought<'_>,
        mut step: impl FnMut(View<'_>) -> Result<(Checkpoint, T), Error> + Send,
    ) -> Result<T, Error>
    where
        T: Send,
    {
        let (until, keys) = (deadline(), self.keys.folder(folder));
        let turn = timeout_at(until, self.turns.take(folder)).await;
        let _turn = turn.map_err(|_| contended(action))?;
        let mut unanswered: Vec<(Revision, T)> = Vec::new();
        for tries in 1.. {
            let found = self.find(folder, &keys, parts, until).await?;
            let ours = |(revision, _): &(Revision, T)| found.revision == Some(*revision);
            if let Some(at) = unanswered.iter().position(ours) {
                return Ok(unanswered.swap_remove(at).1);
            }
            let before = found.checkpoint.as_ref();
            let view = View { checkpoint: before, now: found.now, failed: &found.failed };
            let (after, answer) = step(view)?;
            if before == Some(&after) {
                return Ok(answer);
            }
            let revision = Revision::random();
            let script = self.writing(folder, &keys, &found, revision, &after, brought)?;
            let written = match self.script(action, &script, until).await {
                Ok(value) => read::<String>(value)?,
                Err(Failure::Refused(error)) => return Err(error),
                Err(Failure::Lost(_)) => {
                    unanswered.push((revision, answer));
                    continue;
                }
            };
            match written.as_str() {
                "written" => return Ok(answer),
                "changed" => meet_others(action, tries, until).await?,
                other => return Err(self.refused(other, &keys.ledger)),
            }
        }
        Err(contended(action))
    }

    /// What a script's refusal means; `key` is where something is missing.
    pub(super) fn refused(&self, word: &str, key: &str) -> Error {
        match (word, &self.guard) {
            ("replaced", _) => Error::Replaced,
            ("fenced", Some(guard)) => Error::Fenced { key: guard.key.clone() },
            _ => super::reply::corrupt(&key, "bytes below its committed length are missing"),
        }
    }
}

/// Waits a little before the call begins again; longer, the more often others were faster.
pub(super) async fn meet_others(
    action: &'static str,
    tries: u32,
    until: Instant,
) -> Result<(), Error> {
    if Instant::now() >= until {
        return Err(contended(action));
    }
    let most = f64::from(tries.min(20));
    sleep(Duration::from_millis(1).mul_f64(rand::random_range(0.0..most))).await;
    Ok(())
}

/// Others changed the same thing again and again.
pub(super) fn contended(action: &'static str) -> Error {
    Error::Backend { action, source: "others were faster each time".into() }
}
