//! A folder, both sides.

use std::collections::{HashMap, HashSet};

use longhaul_core::code::AMBIGUOUS_UPLOAD;
use longhaul_core::{Bytes, Code, FolderRef, ItemKey, Timestamp};
use longhaul_ews::limits::FIND_PAGE;
use longhaul_ews::{ItemFacts, Listed, Traversal};
use longhaul_store::Store;
use longhaul_store::folder::{Bounds, Checkpoint};

use super::board::Meter;
use super::compare::{Compared, Comparer};
use super::cover::covers;
use super::list::{Pages, Place};
use super::names::Names;
use super::pairs::{Known, Pairs};
use super::patience::patiently;
use super::shown::{is_encrypted, shows};
use super::traits::Traits;
use super::{Counts, Deep, Difference, FolderReport, ItemRef, Missing, MissingReason, subjects};
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
    pub(super) names: &'a Names,
    /// Whether the project shows subjects.
    pub(super) subjects: bool,
}

/// Looks at both sides and fills `report`. The error is what kept us from looking at all of it.
pub(super) async fn look(subject: &Subject<'_>, report: &mut FolderReport) -> Result<(), Trouble> {
    let mut pairs = Pairs::default();
    if let Some((destination, checkpoint)) = &subject.mapped {
        pairs = Pairs::read(subject.store, subject.folder, checkpoint).await?;
        let strangers = list_destination(subject, destination, &mut pairs, report).await?;
        tell_strangers(subject, destination, strangers, report).await?;
    }
    list_source(subject, pairs, report).await?;
    if subject.subjects {
        let destination = subject.mapped.as_ref().map(|(destination, _)| destination);
        subjects::fill(&subject.source, destination, report).await?;
    }
    Ok(())
}

/// Items of the destination that are nobody's counterpart.
#[derive(Default)]
struct Strangers {
    keys: HashSet<ItemKey>,
    /// The first of them: to name what is gone again before it is looked at.
    first: Vec<Listed>,
}

/// Lists the destination; returns the items that are nobody's counterpart.
async fn list_destination(
    subject: &Subject<'_>,
    place: &Place,
    pairs: &mut Pairs,
    report: &mut FolderReport,
) -> Result<Strangers, Trouble> {
    let mut strangers = Strangers::default();
    let mut pages = Pages::new(place, subject.bounds.associated);
    let mut listed = Counts::default();
    while let Some(page) = pages.next().await? {
        subject.meter.count(|progress| progress.items_listed += page.len() as u64);
        for item in page {
            count(&mut listed, &item);
            let key = ItemKey::of(&item.id.id);
            // Clients keep hidden items of their own in every folder.
            if pairs.see_destination(key, Traits::of(&item)) || item.associated {
                continue;
            }
            if strangers.keys.insert(key) && strangers.first.len() < FolderReport::LIST {
                strangers.first.push(item);
            }
        }
    }
    report.destination.items = listed.items;
    report.destination.bytes = listed.bytes;
    Ok(strangers)
}

/// Tells what was there before the project from what appeared during it.
async fn tell_strangers(
    subject: &Subject<'_>,
    place: &Place,
    strangers: Strangers,
    report: &mut FolderReport,
) -> Result<(), Trouble> {
    let Strangers { mut keys, first } = strangers;
    let mut offset = Some(0);
    while let Some(at) = offset.filter(|_| !keys.is_empty()) {
        let Place { mailbox, folder, name } = place;
        let page = patiently(|| async {
            let page = mailbox.find_items(folder, Traversal::Shallow, at, FIND_PAGE).await;
            page.map_err(|error| Trouble::call(name, &error))
        })
        .await?;
        for facts in page.items {
            if !keys.remove(&ItemKey::of(&facts.id.id)) {
                continue;
            }
            if facts.created.is_some_and(|created| created < subject.since) {
                report.standing += 1;
            } else {
                report.extra += 1;
                let names = subject.names;
                names.put(&mut report.extra_items, || described(facts));
            }
        }
        offset = page.next_offset;
    }
    // Listed, and not found: moved on while we looked, or shifted between two pages.
    report.extra += keys.len() as u64;
    for item in first.into_iter().filter(|item| keys.contains(&ItemKey::of(&item.id.id))) {
        subject.names.put(&mut report.extra_items, || reference(item, None));
    }
    report.extra_items.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(())
}

/// Lists the source and pairs it up.
async fn list_source(
    subject: &Subject<'_>,
    mut pairs: Pairs,
    report: &mut FolderReport,
) -> Result<(), Trouble> {
    let failed = failures(subject.store, subject.folder).await?;
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
            let class = item.class.as_deref().unwrap_or_default();
            report.not_shown += u64::from(!item.associated && !shows(&report.class, class));
            report.encrypted += u64::from(is_encrypted(class));
            match known {
                Known::Paired(copy) => {
                    report.paired += 1;
                    let alike = agree(subject, &item, copy, report);
                    if let Some(code) = failed.get(&key) {
                        report.conflicting += 1;
                        let item = || reference(item, Some(*code));
                        subject.names.put(&mut report.conflicting_items, item);
                    } else if let Some(comparer) = comparer.as_mut().filter(|_| alike) {
                        note(subject, comparer.meet(&item).await?, report);
                    }
                }
                Known::CopyGone if failed.get(&key).is_some_and(|code| code.is_conflict()) => {
                    report.conflicting += 1;
                    let item = || reference(item, failed.get(&key).copied());
                    subject.names.put(&mut report.conflicting_items, item);
                }
                Known::CopyGone => miss(subject, report, item, MissingReason::CopyGone),
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
        let (counted, list) = match *code {
            AMBIGUOUS_UPLOAD => (&mut report.ambiguous, &mut report.ambiguous_items),
            _ => (&mut report.quarantined, &mut report.quarantined_items),
        };
        *counted += 1;
        subject.names.put(list, || reference(item, Some(*code)));
    } else if covers(&subject.bounds, &item) {
        miss(subject, report, item, MissingReason::NotCopied);
    } else {
        report.outside += 1;
    }
}

/// Takes a pair's class and date in; `false` if they differ, which is a difference of its own.
fn agree(subject: &Subject<'_>, item: &Listed, copy: Traits, report: &mut FolderReport) -> bool {
    let (source, destination, differs) = Traits::compare(Traits::of(item), copy, subject.since);
    report.source.digest.add(source);
    report.destination.digest.add(destination);
    if differs.is_empty() {
        return true;
    }
    report.different += 1;
    subject.names.put(&mut report.differences, || Difference {
        source: item.id.id.clone(),
        destination: String::new(),
        properties: differs.into_iter().map(str::to_owned).collect(),
        problem: None,
    });
    false
}

fn miss(subject: &Subject<'_>, report: &mut FolderReport, item: Listed, reason: MissingReason) {
    report.missing += 1;
    let missing = || Missing { item: reference(item, None), reason };
    subject.names.put(&mut report.missing_items, missing);
}

fn note(subject: &Subject<'_>, compared: Compared, report: &mut FolderReport) {
    subject.meter.count(|progress| progress.items_compared += compared.compared);
    report.compared += compared.compared;
    report.different += compared.different.len() as u64;
    for difference in compared.different {
        subject.names.put(&mut report.differences, || difference);
    }
}

/// Items of the folder that are recorded as failed.
pub(super) async fn failures(
    store: &dyn Store,
    folder: FolderRef,
) -> Result<HashMap<ItemKey, Code>, Trouble> {
    let mut failed = HashMap::new();
    let mut after = None;
    loop {
        let page = store.failures(folder, after, FAILURES).await?;
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
    ItemRef { id: id.id, class, size, received, code, subject: None }
}

fn described(facts: ItemFacts) -> ItemRef {
    let received = facts.delivered.or(facts.submitted).or(facts.created);
    let ItemFacts { id, class, size, .. } = facts;
    ItemRef { id: id.id, class, size, received, code: None, subject: None }
}
