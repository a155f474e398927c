//! Settling uploads of an earlier owner: what they were to write, and what of it stands.
//!
//! Exchange has no idempotency key, so an upload whose answer was lost is looked for in the
//! destination folder (design section 4.6). What is found is adopted into the ledger, what is not
//! is uploaded again, and what cannot be told is parked with the ids of both sides: never guessed.

mod matching;

use std::collections::{HashMap, HashSet};

use longhaul_core::code::{AMBIGUOUS_UPLOAD, UPLOAD_UNANSWERED};
use longhaul_core::{BatchNo, Bytes, ItemKey};
use longhaul_ews::limits::{FIND_PAGE, GET_ITEMS};
use longhaul_ews::{ItemFacts, ItemId, Traversal};
use longhaul_store::folder::{Checkpoint, IntentItem};
use longhaul_telemetry::metrics;

use self::matching::{Verdict, settle};
use super::committer::Outcome;
use super::error::{Halt, item_detail};
use super::folder::Folder;
use super::item::Item;

/// The destination's clock may be behind the store's by so much.
const SKEW_MILLIS: i64 = 5 * 60 * 1000;

/// An item of an intent, as the source has it now.
#[derive(Debug)]
struct Doubtful {
    batch: BatchNo,
    intent: IntentItem,
    facts: ItemFacts,
}

impl Folder {
    /// Settles the intents that are open.
    pub(crate) async fn reconcile(&self, checkpoint: &Checkpoint) -> Result<(), Halt> {
        if checkpoint.intents.is_empty() {
            return Ok(());
        }
        // An intent without items has nothing that could still take effect.
        let sending = checkpoint.intents.values().filter(|intent| !intent.items.is_empty());
        let deadline = sending.map(|intent| intent.deadline).max().unwrap_or_default();
        let now = self.store.now().await.map_err(|error| Halt::store(&error))?;
        let settled = deadline.after(self.options.settle);
        if now < settled {
            return Err(Halt::Settling(settled.since(now)));
        }
        metrics().intents_left.add(checkpoint.intents.len() as u64, ());
        let doubtful = self.look_up_sources(checkpoint).await?;
        let candidates = self.look_for_copies(checkpoint, &doubtful).await?;
        let mut outcomes: HashMap<BatchNo, Outcome> =
            checkpoint.intents.keys().map(|batch| (*batch, Outcome::default())).collect();
        for (item, verdict) in settle(doubtful, candidates) {
            let outcome = outcomes.entry(item.batch).or_default();
            self.note(item, verdict, outcome).await?;
        }
        for (batch, outcome) in outcomes {
            tracing::info!(
                adopted = outcome.records.len(),
                ambiguous = outcome.failures.len(),
                "settled an upload of an earlier owner"
            );
            let written = self.committer.commit(None, batch, outcome).await;
            written.map_err(|error| Halt::store(&error))?;
        }
        Ok(())
    }

    async fn note(
        &self,
        doubtful: Doubtful,
        verdict: Verdict,
        outcome: &mut Outcome,
    ) -> Result<(), Halt> {
        metrics().settlements.add(1, verdict.settlement());
        let item = item_of(doubtful);
        match verdict {
            // It is tried again, alone and not for ever: it may be what breaks the uploads.
            Verdict::Absent => {
                let detail = "an upload ended without an answer and had no effect".to_owned();
                self.fail(&item, UPLOAD_UNANSWERED, detail, outcome).await?;
            }
            Verdict::Stands(id) => {
                self.index().copied(item.key);
                self.stands(&item, &id, outcome);
            }
            Verdict::Ambiguous(ids) => {
                let ids: Vec<_> = ids.into_iter().map(|id| id.id).collect();
                let detail = format!("may stand as {}", ids.join(" or "));
                self.fail(&item, AMBIGUOUS_UPLOAD, detail, outcome).await?;
            }
        }
        Ok(())
    }

    /// What the items of open intents look like at the source; one that is gone is left out.
    async fn look_up_sources(&self, checkpoint: &Checkpoint) -> Result<Vec<Doubtful>, Halt> {
        // An item in doubt may stand in two intents: the batch's and its own.
        let mut seen = HashSet::new();
        let mut asked = Vec::new();
        for (batch, intent) in &checkpoint.intents {
            let items = intent.items.iter().filter(|item| seen.insert(item.key));
            asked.extend(items.map(|item| (*batch, item.clone())));
        }
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

    /// Items of the destination folder that are not in the ledger and were created since the
    /// first open intent was made.
    async fn look_for_copies(
        &self,
        checkpoint: &Checkpoint,
        doubtful: &[Doubtful],
    ) -> Result<Vec<ItemFacts>, Halt> {
        let since = checkpoint.intents.values().map(|intent| intent.made.0).min();
        let since = since.unwrap_or(0) - SKEW_MILLIS;
        // Nobody promises that every class gets a new creation time when it is uploaded.
        let originals: HashSet<_> = doubtful.iter().map(|item| item.facts.created).collect();
        let mut traversals = vec![Traversal::Shallow];
        if self.bounds.associated {
            traversals.push(Traversal::Associated);
        }
        let mut found = HashMap::new();
        let peer = &self.destination;
        for traversal in traversals {
            let mut offset = 0;
            loop {
                let find = || peer.mailbox.find_items(&peer.folder, traversal, offset, FIND_PAGE);
                let page = peer.lane.call(&self.stop, find).await?;
                for facts in page.items {
                    let is_new = facts.created.is_none_or(|created| created.0 >= since);
                    if is_new || originals.contains(&facts.created) {
                        found.insert(ItemKey::of(&facts.id.id), facts);
                    }
                }
                match page.next_offset {
                    Some(next) if !page.last && next > offset => offset = next,
                    _ => break,
                }
            }
        }
        self.read_ledger(checkpoint, |record| {
            found.remove(&ItemKey::of(&record.destination));
        })
        .await?;
        Ok(found.into_values().collect())
    }
}

fn item_of(doubtful: Doubtful) -> Item {
    let facts = doubtful.facts;
    Item {
        key: doubtful.intent.key,
        id: ItemId { id: doubtful.intent.source_id, change_key: facts.id.change_key },
        class: facts.class.unwrap_or_default(),
        size: facts.size.unwrap_or(Bytes(0)),
        received: facts.delivered.or(facts.submitted).or(facts.created),
        associated: false,
    }
}
