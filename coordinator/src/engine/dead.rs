//! Jobs nobody works on until an operator decides.

use bytes::Bytes;
use longhaul_core::{Code, FolderRef, PassId, Timestamp, advice};
use longhaul_jobs::{FolderSlice, decode, encode};
use longhaul_queue::{DeadId, DeadLetter};
use longhaul_store::records::{FolderRecord, MailboxRecord, PassRecord, ProjectRecord, load};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Refusal;
use super::context::Context;

/// Dead jobs looked through at most.
const MOST: usize = 10_000;

/// A job that was set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadJob {
    /// Its name for `retry` and `drop`.
    pub id: String,
    /// Why it was set aside.
    #[schema(value_type = String)]
    pub reason: Code,
    /// What to do next.
    pub next: String,
    /// When it was set aside, in milliseconds since 1970, UTC, if that is known.
    #[schema(value_type = Option<i64>)]
    pub since: Option<Timestamp>,
    /// What it is about; nothing if its message cannot be read.
    #[serde(flatten)]
    pub about: Option<DeadFolder>,
}

/// The folder a dead job is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadFolder {
    /// The project's name.
    pub project: Option<String>,
    /// The number of the pass.
    pub pass: Option<u32>,
    /// The id of the pass.
    #[schema(value_type = String)]
    pub pass_id: PassId,
    /// The mailbox's source address.
    pub mailbox: Option<String>,
    /// Display names of the folder's path, from the root down.
    pub folder: Vec<String>,
    /// The slice.
    pub slice: u32,
    /// Failed tries of the slice.
    pub attempt: u16,
}

/// Which dead jobs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DeadSelection {
    /// All of them.
    All,
    /// Those with these ids.
    Ids(Vec<String>),
}

/// What was done with dead jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadOutcome {
    /// How many it was done with.
    pub done: usize,
    /// Ids that are no dead job's, or no longer.
    pub missing: Vec<String>,
}

/// What to do with dead jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DeadAction {
    Retry,
    Drop,
}

/// The dead jobs, the oldest first.
pub(super) async fn list(context: &Context, limit: usize) -> Result<Vec<DeadJob>, Refusal> {
    let letters = context.queue.dead(limit.min(MOST)).await?;
    let mut jobs = Vec::with_capacity(letters.len());
    for letter in letters {
        let about = match decode(&letter.body) {
            Ok(slice) => Some(about(context, &slice).await?),
            Err(_) => None,
        };
        let next = match letter.reason {
            reason if about.is_some() => advice(reason),
            _ => "retry it with workers of the version that wrote it, or drop it",
        };
        jobs.push(DeadJob {
            id: letter.id.to_string(),
            reason: letter.reason,
            next: next.to_owned(),
            since: letter.since,
            about,
        });
    }
    Ok(jobs)
}

async fn about(context: &Context, job: &FolderSlice) -> Result<DeadFolder, Refusal> {
    let store = &*context.store;
    let project = load::<ProjectRecord>(store, &ProjectRecord::key_of(job.project)).await?;
    let pass = load::<PassRecord>(store, &PassRecord::key_of(job.project, job.pass)).await?;
    let key = MailboxRecord::key_of(job.project, job.mailbox);
    let mailbox = load::<MailboxRecord>(store, &key).await?;
    let folder = FolderRef { mailbox: job.mailbox, folder: job.folder };
    let folder = load::<FolderRecord>(store, &FolderRecord::key_of(folder)).await?;
    Ok(DeadFolder {
        project: project.map(|(project, _)| project.name),
        pass: pass.map(|(pass, _)| pass.number),
        pass_id: job.pass,
        mailbox: mailbox.map(|(mailbox, _)| mailbox.source),
        folder: folder.map(|(folder, _)| folder.path).unwrap_or_default(),
        slice: job.slice.0,
        attempt: job.attempt,
    })
}

/// Retries or drops dead jobs. Cut off in the middle, the rest stays as it is.
pub(super) async fn act(
    context: &Context,
    selection: DeadSelection,
    action: DeadAction,
) -> Result<DeadOutcome, Refusal> {
    let letters = context.queue.dead(MOST).await?;
    let mut outcome = DeadOutcome::default();
    let chosen: Vec<DeadLetter> = match selection {
        DeadSelection::All => letters,
        DeadSelection::Ids(ids) => {
            let is_there = |id: &String| {
                id.parse::<DeadId>().is_ok_and(|id| letters.iter().any(|letter| letter.id == id))
            };
            outcome.missing = ids.iter().filter(|id| !is_there(id)).cloned().collect();
            let chosen = |letter: &DeadLetter| ids.contains(&letter.id.to_string());
            letters.into_iter().filter(chosen).collect()
        }
    };
    for letter in chosen {
        let done = match action {
            DeadAction::Retry => {
                let body = anew(&letter.body).unwrap_or(letter.body);
                context.queue.retry_dead(letter.id, body).await?
            }
            DeadAction::Drop => context.queue.drop_dead(letter.id).await?,
        };
        match done {
            true => outcome.done += 1,
            false => outcome.missing.push(letter.id.to_string()),
        }
    }
    tracing::info!(?action, done = outcome.done, "dead jobs");
    Ok(outcome)
}

/// The message with its attempts counted from zero; `None` if it cannot be read, and goes back as
/// it is: workers of another version may know it.
fn anew(body: &Bytes) -> Option<Bytes> {
    let job = decode(body).ok()?;
    encode(&FolderSlice { attempt: 0, ..job }).ok().map(Bytes::from)
}
