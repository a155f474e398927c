//! Where a project stands, read from the store.

use futures::{StreamExt, TryStreamExt, stream};
use longhaul_core::state::{FolderJobState, MailboxState};
use longhaul_core::{FolderKey, Timestamp};
use longhaul_store::Error;
use longhaul_store::folder::Checkpoint;
use longhaul_store::records::{self, FolderRecord, MailboxPassRecord, MailboxRecord, PassRecord};

use super::context::Context;
use super::rates::Sample;
use super::{FolderCounts, ItemCounts, MailboxStatus, PassStatus, ProjectStatus, Refusal, find};

/// Mailboxes read at a time.
const READERS: usize = 8;

/// Where the project stands.
pub(super) async fn status(context: &Context, name: &str) -> Result<ProjectStatus, Refusal> {
    let store = &*context.store;
    let project = find::project(store, name).await?;
    let passes = find::passes(store, project.id).await?;
    let mailboxes = find::mailboxes(store, project.id).await?;
    let now = store.now().await?;
    let statuses = stream::iter(mailboxes)
        .map(|mailbox| read(context, mailbox, &passes, now))
        .buffered(READERS)
        .try_collect()
        .await?;
    Ok(ProjectStatus {
        id: project.id,
        name: project.name,
        customer: project.customer,
        state: project.state,
        passes: passes.iter().map(PassStatus::from).collect(),
        mailboxes: statuses,
    })
}

async fn read(
    context: &Context,
    mailbox: MailboxRecord,
    passes: &[PassRecord],
    now: Timestamp,
) -> Result<MailboxStatus, Error> {
    let store = &*context.store;
    let pass = passes.iter().find(|pass| Some(pass.id) == mailbox.last_pass);
    let line: Option<MailboxPassRecord> = match pass {
        Some(pass) => records::load(store, &MailboxPassRecord::key_of(pass.id, mailbox.id))
            .await?
            .map(|(line, _)| line),
        None => None,
    };
    let folders: Vec<FolderRecord> =
        records::list(store, &FolderRecord::prefix(mailbox.id)).await?;
    let overview = store.overview(mailbox.id).await?;
    let tally = Tally::of(&mailbox, &folders, &overview, now);
    let runs = matches!(mailbox.state, MailboxState::Copying);
    // A coordinator that does not lead takes its samples here.
    let sample = Sample { at: now, items: tally.items.copied, bytes: tally.items.bytes_copied };
    match runs {
        true => context.rates.sample(mailbox.id, sample),
        false => context.rates.forget(mailbox.id),
    }
    let rate = runs.then(|| context.rates.rate(mailbox.id)).flatten();
    let left = tally.items.bytes_total.0.saturating_sub(tally.items.bytes_copied.0);
    let eta_seconds =
        rate.filter(|rate| rate.bytes >= 1.0).map(|rate| (left as f64 / rate.bytes) as u64);
    Ok(MailboxStatus {
        id: mailbox.id,
        pass: pass.map(|pass| pass.number),
        folders: tally.folders.of(line.as_ref()),
        items: tally.items,
        copied_in_pass: tally.copied_in_pass,
        rate,
        eta_seconds,
        deferred_until: tally.deferred_until.filter(|_| runs),
        problem: mailbox.problem.as_ref().map(Into::into),
        source: mailbox.source,
        destination: mailbox.destination,
        batch: mailbox.batch,
        state: mailbox.state,
    })
}

/// What the folders of a mailbox add up to.
#[derive(Debug, Default)]
struct Tally {
    folders: FolderCounts,
    items: ItemCounts,
    copied_in_pass: u64,
    deferred_until: Option<Timestamp>,
}

impl Tally {
    fn of(
        mailbox: &MailboxRecord,
        folders: &[FolderRecord],
        overview: &[(FolderKey, Checkpoint)],
        now: Timestamp,
    ) -> Self {
        let mut tally = Self::default();
        let (mut open, mut deferred) = (0, 0);
        for (_, checkpoint) in overview {
            let counters = checkpoint.counters;
            tally.items.copied += counters.items;
            tally.items.bytes_copied += counters.bytes;
            tally.items.failed += counters.to_retry();
            tally.items.conflicts += counters.conflicts;
            tally.items.updated += counters.replaced;
            tally.items.vanished += counters.vanished;
            if Some(checkpoint.pass) != mailbox.last_pass {
                continue;
            }
            tally.copied_in_pass += checkpoint.copied_in_pass();
            match checkpoint.job_state(now) {
                FolderJobState::Done => tally.folders.done += 1,
                FolderJobState::Parked { .. } => tally.folders.parked += 1,
                FolderJobState::Cancelled => {}
                FolderJobState::Deferred { until } => {
                    deferred += 1;
                    let first = tally.deferred_until.map_or(until, |first| first.min(until));
                    tally.deferred_until = Some(first);
                }
                FolderJobState::Planned => {}
                FolderJobState::Queued => open += 1,
                FolderJobState::Leased | FolderJobState::Copying | FolderJobState::Verifying => {
                    open += 1;
                    tally.folders.active += 1;
                }
            }
        }
        if open > 0 || deferred == 0 {
            tally.deferred_until = None;
        }
        for folder in folders {
            tally.items.total += folder.items;
            tally.items.bytes_total += folder.bytes;
        }
        tally
    }
}
