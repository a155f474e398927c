//! What the destination folder holds that may be a copy, and what the source says of its original.

use std::collections::{HashMap, HashSet};

use longhaul_core::{BatchNo, Bytes, ItemKey, Timestamp};
use longhaul_ews::limits::{BATCH_BYTES, FIND_PAGE, GET_ITEMS};
use longhaul_ews::{ItemFacts, ItemId, Traversal};
use longhaul_store::folder::IntentItem;

use super::{Doubtful, Sent};
use crate::slice::error::{Halt, item_detail};
use crate::slice::folder::Folder;

/// The destination's clock may be behind the store's by so much.
const SKEW_MILLIS: i64 = 5 * 60 * 1000;

/// Items of the destination folder by their keys.
type Copies = HashMap<ItemKey, ItemFacts>;

impl Folder {
    /// What items look like at the source; one that is gone is left out.
    pub(super) async fn look_up_sources(
        &self,
        asked: Vec<(BatchNo, IntentItem)>,
    ) -> Result<Vec<Doubtful>, Halt> {
        let mut found = Vec::with_capacity(asked.len());
        for group in asked.chunks(GET_ITEMS) {
            let ids: Vec<_> = group.iter().map(|(_, i)| ItemId::new(i.source_id.clone())).collect();
            let peer = &self.source;
            let answers = peer.lane.call(&self.stop, || peer.mailbox.get_items(&ids)).await?;
            for ((batch, intent), answer) in group.iter().zip(answers) {
                match answer {
                    Ok(facts) => {
                        found.push(Doubtful { batch: *batch, intent: intent.clone(), facts });
                    }
                    Err(error) if error.class() == longhaul_ews::Class::Vanished => {}
                    Err(error) => {
                        return Err(Halt::Trouble {
                            code: error.code(),
                            detail: item_detail(&error),
                        });
                    }
                }
            }
        }
        Ok(found)
    }

    /// Items of the destination folder that are not in the ledger and were created since `since`,
    /// or when one of `originals` was: nobody promises that every class gets a new creation time
    /// when it is uploaded. Goes through the whole folder.
    pub(super) async fn all_copies(
        &self,
        since: Timestamp,
        originals: &HashSet<Option<Timestamp>>,
    ) -> Result<Vec<ItemFacts>, Halt> {
        let mut found = HashMap::new();
        let peer = &self.destination;
        for traversal in self.traversals() {
            let mut offset = 0;
            loop {
                let find = || peer.mailbox.find_items(&peer.folder, traversal, offset, FIND_PAGE);
                let page = peer.lane.call(&self.stop, find).await?;
                found.extend(
                    page.items
                        .into_iter()
                        .filter(|item| is_new(item, since) || originals.contains(&item.created))
                        .map(by_key),
                );
                match page.next_offset {
                    Some(next) if !page.last && next > offset => offset = next,
                    _ => break,
                }
            }
        }
        self.forget_known(&mut found).await?;
        Ok(found.into_values().collect())
    }

    /// Items of the destination folder that are not in the ledger, did not arrive with an answer,
    /// and were created since `since`. Newest first, in pages of `size`, and no further back than
    /// to what was there before: to an arrival from before `sent`, or to a page on which nothing
    /// is new.
    pub(super) async fn newest_copies(
        &self,
        since: Timestamp,
        sent: Option<Sent>,
        size: u32,
    ) -> Result<Vec<ItemFacts>, Halt> {
        let arrivals = self.arrivals().by_key();
        let was_before = |item: &ItemFacts| {
            let arrival = arrivals.get(&ItemKey::of(&item.id.id));
            !is_new(item, since) || sent.zip(arrival).is_some_and(|(s, n)| *n < s.arrivals)
        };
        let mut found = Copies::new();
        let peer = &self.destination;
        for traversal in self.traversals() {
            let mut offset = 0;
            loop {
                let find = || peer.mailbox.find_newest(&peer.folder, traversal, offset, size);
                let page = peer.lane.call(&self.stop, find).await?;
                let reached = page.items.iter().any(was_before);
                let new = page.items.into_iter().filter(|item| is_new(item, since)).map(by_key);
                let mut new: Copies = new.filter(|(key, _)| !arrivals.contains_key(key)).collect();
                self.forget_known(&mut new).await?;
                let reached = reached || new.is_empty();
                found.extend(new);
                match page.next_offset {
                    Some(next) if !reached && !page.last && next > offset => offset = next,
                    _ => break,
                }
            }
        }
        Ok(found.into_values().collect())
    }

    fn traversals(&self) -> impl Iterator<Item = Traversal> {
        let associated = self.bounds.associated.then_some(Traversal::Associated);
        [Traversal::Shallow].into_iter().chain(associated)
    }

    /// Leaves out what was in the ledger when the slice began.
    async fn forget_known(&self, found: &mut Copies) -> Result<(), Halt> {
        if found.is_empty() {
            return Ok(());
        }
        self.read_ledger(|entry| {
            if let Some(record) = entry.into_record() {
                found.remove(&ItemKey::of(&record.destination));
            }
        })
        .await
    }

    /// The earliest creation time, on the destination's clock, of what an upload brought that
    /// ended at `ended`. `largest` is the largest item it may have held.
    pub(super) fn earliest(&self, ended: Timestamp, largest: Option<Bytes>) -> Timestamp {
        let size = largest.unwrap_or_default().max(Bytes(BATCH_BYTES));
        let took = i64::try_from(self.options.upload_timeout(size).as_millis()).unwrap_or(i64::MAX);
        Timestamp(ended.0.saturating_sub(SKEW_MILLIS).saturating_sub(took))
    }

    /// Likewise, for one that was sent at `sent`.
    pub(super) async fn earliest_after(&self, sent: Sent) -> Result<Timestamp, Halt> {
        let now = self.store.now().await.map_err(|error| Halt::store(&error))?;
        let ago = i64::try_from(sent.at.elapsed().as_millis()).unwrap_or(i64::MAX);
        Ok(Timestamp(now.0.saturating_sub(SKEW_MILLIS).saturating_sub(ago)))
    }
}

fn is_new(item: &ItemFacts, since: Timestamp) -> bool {
    item.created.is_none_or(|created| created >= since)
}

fn by_key(item: ItemFacts) -> (ItemKey, ItemFacts) {
    (ItemKey::of(&item.id.id), item)
}
