//! Jobs nobody works on until an operator decides.

use std::collections::{BTreeMap, HashSet};

use bytes::Bytes;
use longhaul_core::{Code, FolderRef, PassId, Timestamp, advice};
use longhaul_jobs::{FolderSlice, decode, encode};
use longhaul_queue::{DeadFate, DeadId, DeadLetter};
use longhaul_store::records::{FolderRecord, MailboxRecord, PassRecord, ProjectRecord, load};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::command::Command;
use super::context::Context;
use super::passes::Reopened;
use super::{Handle, Refusal};

/// Dead jobs looked through at most.
pub(super) const MOST: usize = 10_000;

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
    /// Ids of jobs that stay where they are: their pass is done with the folder, or a later one
    /// has it.
    #[serde(default)]
    pub over: Vec<String>,
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

/// Puts dead jobs back. Cut off in the middle, the rest stays as it is.
pub(super) async fn retry(
    handle: &Handle,
    selection: DeadSelection,
) -> Result<DeadOutcome, Refusal> {
    let (letters, mut outcome) = chosen(&handle.context, selection).await?;
    let mut fates = BTreeMap::new();
    for DeadLetter { id, body, .. } in letters {
        // What cannot be read goes back as it is: workers of another version may know it.
        let body = match decode(&body) {
            Ok(job) if !goes_on(handle, &job).await? => {
                outcome.over.push(id.to_string());
                continue;
            }
            Ok(job) => encode(&FolderSlice { attempt: 0, ..job }).map_or(body, Bytes::from),
            Err(_) => body,
        };
        fates.insert(id, DeadFate::Retry(body));
    }
    settle(&handle.context, fates, outcome).await
}

/// Drops dead jobs. Cut off in the middle, the rest stays as it is.
pub(super) async fn discard(
    context: &Context,
    selection: DeadSelection,
) -> Result<DeadOutcome, Refusal> {
    let (letters, outcome) = chosen(context, selection).await?;
    let fates = letters.into_iter().map(|letter| (letter.id, DeadFate::Drop)).collect();
    settle(context, fates, outcome).await
}

/// The letters that are meant, and the ids that are no letter's.
async fn chosen(
    context: &Context,
    selection: DeadSelection,
) -> Result<(Vec<DeadLetter>, DeadOutcome), Refusal> {
    let letters = context.queue.dead(MOST).await?;
    let ids = match selection {
        DeadSelection::All => return Ok((letters, DeadOutcome::default())),
        DeadSelection::Ids(ids) => ids,
    };
    let there: HashSet<String> = letters.iter().map(|letter| letter.id.to_string()).collect();
    let (named, missing): (Vec<_>, Vec<_>) = ids.into_iter().partition(|id| there.contains(id));
    let named: HashSet<_> = named.into_iter().collect();
    let letters = letters.into_iter().filter(|letter| named.contains(&letter.id.to_string()));
    Ok((letters.collect(), DeadOutcome { missing, ..DeadOutcome::default() }))
}

/// Whether a pass still works on the job's folder, or takes it up again now.
async fn goes_on(handle: &Handle, job: &FolderSlice) -> Result<bool, Refusal> {
    let (project, pass, folder) = (job.project, job.pass, job.folder_ref());
    match handle.context.store.checkpoint(folder).await? {
        Some(checkpoint) if checkpoint.pass == pass && !checkpoint.is_over() => Ok(true),
        Some(_) => {
            let reopen = |answer| Command::Reopen { project, pass, folder, answer };
            Ok(handle.ask(reopen).await? == Reopened::Yes)
        }
        // Nobody knows it: its worker says so.
        None => Ok(true),
    }
}

async fn settle(
    context: &Context,
    fates: BTreeMap<DeadId, DeadFate>,
    mut outcome: DeadOutcome,
) -> Result<DeadOutcome, Refusal> {
    let wanted: Vec<DeadId> = fates.keys().copied().collect();
    let settled = context.queue.settle_dead(fates).await?;
    outcome.done = settled.len();
    let gone = wanted.iter().filter(|id| !settled.contains(id));
    outcome.missing.extend(gone.map(DeadId::to_string));
    tracing::info!(done = outcome.done, "dead jobs settled");
    Ok(outcome)
}
