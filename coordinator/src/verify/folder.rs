//! A folder, both sides.

use std::collections::{HashMap, HashSet};

use longhaul_core::{Bytes, Code, FolderRef, ItemKey, Timestamp};
use longhaul_ews::limits::FIND_PAGE;
use longhaul_ews::{Listed, Traversal};
use longhaul_store::Store;
use longhaul_store::folder::{Bounds, Checkpoint};

use super::board::Meter;
use super::compare::{Compared, Comparer};
use super::cover::covers;
use super::list::{Pages, Place};
use super::pairs::{Known, Pairs};
use super::patience::patiently;
use super::{Counts, Deep, FolderReport, ItemRef, Missing, MissingReason};
use crate::engine::Trouble;

/// Failures read at a time.
const FAILURES: usize = 500;

/// What a folder is verified with.
pub(super) struct Subject<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) folder: FolderRef,
    pub(super) source: Place,
    /// `None` if no pass has mapped the folder.
    pub(super) mapped: Option<(Place, Checkpoint)>,
    pub(super) bounds: Bounds,
    pub(super) deep: Deep,
    /// What appeared in the destination before this was there before us.
    pub(super) since: Timestamp,
    pub(super) meter: Meter<'a>,
}

/// Looks at both sides and fills `report`. The error is what kept us from looking at all of it.
pub(super) async fn look(subject: &Subject<'_>, report: &mut FolderReport) -> Result<(), Trouble> {
    let mut pairs = Pairs::default();
    if let Some((destination, checkpoint)) = &subject.mapped {
        pairs = Pairs::read(subject.store, subject.folder, checkpoint).await?;
        let strangers = list_destination(subject, destination, &mut pairs, report).await?;
        tell_strangers(subject, destination, strangers, report).await?;
    }
    list_source(subject, pairs, report).await
}

/// Lists the destination; returns the items that are nobody's counterpart.
async fn list_destination(
    subject: &Subject<'_>,
    place: &Place,
    pairs: &mut Pairs,
    report: &mut FolderReport,
) -> Result<HashMap<ItemKey, Listed>, Trouble> {
    let mut strangers = HashMap::new();
    let mut pages = Pages::new(place, subject.bounds.associated);
    let mut listed = Counts::default();
    while let Some(page) = pages.next().await? {
        subject.meter.count(|progress| progress.items_listed += page.len() as u64);
        for item in page {
            count(&mut listed, &item);
            let key = ItemKey::of(&item.id.id);
            // Clients keep hidden items of their own in every folder.
            if !pairs.see_destination(key) && !item.associated {
                strangers.insert(key, item);
            }
        }
    }
    report.destination = listed;
    Ok(strangers)
}

/// Tells what was there before the project from what appeared during it.
async fn tell_strangers(
    subject: &Subject<'_>,
    place: &Place,
    mut strangers: HashMap<ItemKey, Listed>,
    report: &mut FolderReport,
) -> Result<(), Trouble> {
    let mut offset = Some(0);
    while let Some(at) = offset.filter(|_| !strangers.is_empty()) {
        let Place { mailbox, folder, name } = place;
        let page = patiently(|| async {
            let page = mailbox.find_items(folder, Traversal::Shallow, at, FIND_PAGE).await;
            page.map_err(|error| Trouble::call(name, &error))
        })
        .await?;
        for facts in page.items {
            let key = ItemKey::of(&facts.id.id);
            if facts.created.is_some_and(|created| created < subject.since)
                && strangers.remove(&key).is_some()
            {
                report.standing += 1;
            }
        }
        offset = page.next_offset;
    }
    let mut extra: Vec<Listed> = strangers.into_values().collect();
    extra.sort_by(|a, b| a.id.id.cmp(&b.id.id));
    report.extra = extra.len() as u64;
    report.extra_items =
        extra.into_iter().take(FolderReport::LIST).map(|item| reference(item, None)).collect();
    Ok(())
}

/// Lists the source and pairs it up.
async fn list_source(
    subject: &Subject<'_>,
    mut pairs: Pairs,
    report: &mut FolderReport,
) -> Result<(), Trouble> {
    let failed = failures(subject).await?;
    let mut comparer = subject.mapped.as_ref().map(|(destination, checkpoint)| {
        Comparer::new(
            &subject.source,
            destination,
            subject.store,
            subject.folder,
            checkpoint,
            subject.deep,
            pairs.len(),
        )
    });
    let mut unpaired = HashSet::new();
    let mut pages = Pages::new(&subject.source, subject.bounds.associated);
    while let Some(page) = pages.next().await? {
        subject.meter.count(|progress| progress.items_listed += page.len() as u64);
        for item in page {
            let key = ItemKey::of(&item.id.id);
            let known = pairs.see_source(key);
            if known == Known::Again || (known == Known::No && !unpaired.insert(key)) {
                continue;
            }
            count(&mut report.source, &item);
            match known {
                Known::Paired => {
                    report.paired += 1;
                    if let Some(comparer) = &mut comparer {
                        note(subject, comparer.meet(&item).await?, report);
                    }
                }
                Known::CopyGone => miss(report, item, MissingReason::CopyGone),
                Known::No | Known::Again => sort_out(subject, &failed, key, item, report),
            }
        }
    }
    if let Some(comparer) = &mut comparer {
        note(subject, comparer.finish().await?, report);
    }
    report.source_gone = pairs.unseen_sources();
    Ok(())
}

/// A source item without a record: failed, not asked for, or missing.
fn sort_out(
    subject: &Subject<'_>,
    failed: &HashMap<ItemKey, Code>,
    key: ItemKey,
    item: Listed,
    report: &mut FolderReport,
) {
    if let Some(code) = failed.get(&key) {
        report.quarantined += 1;
        if report.quarantined_items.len() < FolderReport::LIST {
            report.quarantined_items.push(reference(item, Some(*code)));
        }
    } else if covers(&subject.bounds, &item) {
        miss(report, item, MissingReason::NotCopied);
    } else {
        report.outside += 1;
    }
}

fn miss(report: &mut FolderReport, item: Listed, reason: MissingReason) {
    report.missing += 1;
    if report.missing_items.len() < FolderReport::LIST {
        report.missing_items.push(Missing { item: reference(item, None), reason });
    }
}

fn note(subject: &Subject<'_>, compared: Compared, report: &mut FolderReport) {
    subject.meter.count(|progress| progress.items_compared += compared.compared);
    report.compared += compared.compared;
    report.different += compared.different.len() as u64;
    let room = FolderReport::LIST - report.differences.len();
    report.differences.extend(compared.different.into_iter().take(room));
}

async fn failures(subject: &Subject<'_>) -> Result<HashMap<ItemKey, Code>, Trouble> {
    let mut failed = HashMap::new();
    let mut after = None;
    loop {
        let page = subject.store.failures(subject.folder, after, FAILURES).await?;
        after = page.last().map(|failure| failure.key);
        let full = page.len() == FAILURES;
        failed.extend(page.into_iter().map(|failure| (failure.key, failure.code)));
        if !full {
            return Ok(failed);
        }
    }
}

fn count(counts: &mut Counts, item: &Listed) {
    counts.items += 1;
    counts.bytes += item.size.unwrap_or(Bytes(0));
}

fn reference(item: Listed, code: Option<Code>) -> ItemRef {
    let Listed { id, class, size, received, .. } = item;
    ItemRef { id: id.id, class, size, received, code }
}
