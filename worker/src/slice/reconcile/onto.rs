//! Settling changes to copies that were there: contents replaced, copies moved in.

use std::collections::{HashMap, HashSet};

use longhaul_core::code::UPLOAD_UNANSWERED;
use longhaul_core::{BatchNo, Timestamp};
use longhaul_ews::{ItemFacts, ItemId};
use longhaul_store::folder::{IntentItem, Onto};
use longhaul_store::ledger::{Entry, Record, Seal};
use longhaul_telemetry::labels::Settlement;
use longhaul_telemetry::metrics;

use super::open::item_of;
use crate::slice::committer::Outcome;
use crate::slice::error::Halt;
use crate::slice::folder::Folder;
use crate::slice::item::{UNKNOWN_VERSION, seal};
use crate::slice::look::{Asked, Look};

/// Later than anything: only what is named is looked for.
const NEVER: Timestamp = Timestamp(i64::MAX);

impl Folder {
    /// Notes what became of these items of intents. A copy that somebody else has changed since is
    /// not noted: its item is listed again, and found in conflict.
    pub(super) async fn settle_onto(
        &self,
        asked: Vec<(BatchNo, IntentItem)>,
        unanswered: &HashSet<BatchNo>,
        outcomes: &mut HashMap<BatchNo, Outcome>,
    ) -> Result<(), Halt> {
        if asked.is_empty() {
            return Ok(());
        }
        let keys = asked.iter().map(|(_, item)| item.key).collect();
        let before = self.records(keys).await?;
        let mut absent = Vec::new();
        for (batch, item) in asked {
            let entry = match &item.onto {
                Some(Onto::Update { copy, version, size }) => {
                    let Some(before) = before.get(&item.key) else { continue };
                    match self.look_at_intended(&item, copy, before).await? {
                        Look::Written(id) => {
                            let seal = Seal { change_key: seal(&id), content: item.content };
                            let destination = copy.clone();
                            let (version, size) = (*version, *size);
                            let record = Record { key: item.key, version, size, destination, seal };
                            Some(Entry::Replaced { record, was: before.size })
                        }
                        Look::Untouched(_) => None,
                        Look::Changed | Look::Gone => continue,
                    }
                }
                Some(Onto::Move { copy, created, size }) => {
                    let there = self.facts(&self.destination, &[ItemId::new(copy)]).await?;
                    if there.into_iter().flatten().next().is_some() {
                        None
                    } else {
                        let Some(copy) = self.find_moved(&item, *created).await? else { continue };
                        let seal = Seal { change_key: seal(&copy.id), content: item.content };
                        let (version, destination) = (UNKNOWN_VERSION, copy.id.id);
                        let record =
                            Record { key: item.key, version, size: *size, destination, seal };
                        Some(Entry::Stands(record))
                    }
                }
                None => continue,
            };
            match entry {
                Some(entry) => {
                    metrics().settlements.add(1, Settlement::Adopted);
                    self.adopt(entry, outcomes.entry(batch).or_default());
                }
                None => {
                    metrics().settlements.add(1, Settlement::Absent);
                    absent.push((batch, item));
                }
            }
        }
        absent.retain(|(batch, _)| unanswered.contains(batch));
        for doubtful in self.look_up_sources(absent).await? {
            let outcome = outcomes.entry(doubtful.batch).or_default();
            let detail = "a change ended without an answer and had no effect".to_owned();
            self.fail(&item_of(doubtful), UPLOAD_UNANSWERED, detail, outcome).await?;
        }
        Ok(())
    }

    /// Takes in what an earlier request has done.
    pub(super) fn adopt(&self, entry: Entry, outcome: &mut Outcome) {
        let key = entry.key();
        let mut index = self.index();
        if index.has_failed(key) {
            outcome.cleared.push(key);
        }
        if let Entry::Stands(record) | Entry::Replaced { record, .. } = &entry {
            index.begin(key, record.version);
        }
        outcome.entries.push(entry);
    }

    /// The copy that an upload was to write over. What a streamed item held is not known: what the
    /// source has now has to do.
    async fn look_at_intended(
        &self,
        item: &IntentItem,
        copy: &str,
        before: &Record,
    ) -> Result<Look, Halt> {
        let asked = Asked { copy: ItemId::new(copy), seal: before.seal, written: item.content };
        self.look_closely(asked, &ItemId::new(&item.source_id)).await
    }

    /// A copy that is no longer where it was, if it was moved here.
    async fn find_moved(
        &self,
        item: &IntentItem,
        created: Option<Timestamp>,
    ) -> Result<Option<ItemFacts>, Halt> {
        let source = self.facts(&self.source, &[ItemId::new(&item.source_id)]).await?;
        let (Some(source), Some(created)) = (source.into_iter().flatten().next(), created) else {
            return Ok(None);
        };
        let mut found = self.all_copies(NEVER, &HashSet::from([Some(created)])).await?;
        found.retain(|copy| {
            let differ = source.search_key.is_some()
                && copy.search_key.is_some()
                && source.search_key != copy.search_key;
            copy.created == Some(created) && copy.class == source.class && !differ
        });
        Ok(if found.len() == 1 { found.pop() } else { None })
    }
}
