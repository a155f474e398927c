//! Settling the open intents a slice begins with.

use std::collections::{BTreeMap, HashMap, HashSet};

use longhaul_core::code::{AMBIGUOUS_UPLOAD, UPLOAD_UNANSWERED};
use longhaul_core::{BatchNo, Bytes};
use longhaul_ews::limits::FIND_PAGE;
use longhaul_store::folder::{Checkpoint, Intent, IntentItem};
use longhaul_store::ledger::{Entry, Record, Seal};
use longhaul_telemetry::metrics;

use super::matching::{Verdict, settle};
use super::{Doubtful, may_stand_as};
use crate::slice::committer::Outcome;
use crate::slice::error::Halt;
use crate::slice::folder::Folder;
use crate::slice::item::{Aim, Item, UNKNOWN_VERSION, seal};
use crate::slice::upload::NOTHING_TO_SEND;

impl Folder {
    /// Settles the intents that are open.
    pub(crate) async fn reconcile(&self, checkpoint: &Checkpoint) -> Result<(), Halt> {
        let intents = &checkpoint.intents;
        if intents.is_empty() {
            return Ok(());
        }
        let now = self.store.now().await.map_err(|error| Halt::store(&error))?;
        let unanswered = intents.values().filter(|intent| is_unanswered(intent));
        let deadline = unanswered.map(|intent| intent.deadline).max();
        let settled = deadline.map(|deadline| deadline.after(self.options.settle));
        if let Some(settled) = settled.filter(|settled| now < *settled) {
            return Err(Halt::Settling(settled.since(now)));
        }
        metrics().intents_left.add(intents.len() as u64, ());
        let mut outcomes: HashMap<BatchNo, Outcome> =
            intents.keys().map(|batch| (*batch, Outcome::default())).collect();
        let (onto, new): (Vec<_>, Vec<_>) =
            items_of(intents).into_iter().partition(|(_, item)| item.onto.is_some());
        let unanswered = intents.iter().filter(|(_, intent)| is_unanswered(intent));
        let unanswered = unanswered.map(|(batch, _)| *batch).collect();
        self.settle_onto(onto, &unanswered, &mut outcomes).await?;
        let verdicts = self.judge(new, intents, settled.is_none()).await?;
        for (item, verdict) in verdicts {
            let answered = intents.get(&item.batch).is_some_and(|intent| !is_unanswered(intent));
            let outcome = outcomes.entry(item.batch).or_default();
            self.note(item, verdict, answered, outcome).await?;
        }
        for (batch, outcome) in outcomes {
            tracing::info!(
                adopted = outcome.entries.len(),
                ambiguous = outcome.failures.len(),
                "settled an upload of an earlier owner"
            );
            let written = self.committer.commit(None, batch, outcome).await;
            written.map_err(|error| Halt::store(&error))?;
        }
        Ok(())
    }

    /// What became of the intents' items.
    async fn judge(
        &self,
        asked: Vec<(BatchNo, IntentItem)>,
        intents: &BTreeMap<BatchNo, Intent>,
        all_answered: bool,
    ) -> Result<Vec<(Doubtful, Verdict)>, Halt> {
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let made = intents.values().map(|intent| intent.made).min().unwrap_or_default();
        if all_answered {
            // Nothing is under way any more, so what was stored stands, and mostly nothing does.
            let since = self.earliest(made, None);
            let candidates = self.newest_copies(since, None, FIND_PAGE).await?;
            if candidates.is_empty() {
                return Ok(Vec::new());
            }
            return Ok(settle(self.look_up_sources(asked).await?, candidates));
        }
        let doubtful = self.look_up_sources(asked).await?;
        let largest: Option<Bytes> = doubtful.iter().filter_map(|item| item.facts.size).max();
        let originals: HashSet<_> = doubtful.iter().map(|item| item.facts.created).collect();
        let candidates = self.all_copies(self.earliest(made, largest), &originals).await?;
        Ok(settle(doubtful, candidates))
    }

    async fn note(
        &self,
        doubtful: Doubtful,
        verdict: Verdict,
        answered: bool,
        outcome: &mut Outcome,
    ) -> Result<(), Halt> {
        metrics().settlements.add(1, verdict.settlement());
        let content = doubtful.intent.content;
        let item = item_of(doubtful);
        match verdict {
            // It was refused, and nothing is wrong with it: it is listed again.
            Verdict::Absent if answered => {}
            // It is tried again, alone and not for ever: it may be what breaks the uploads.
            Verdict::Absent => {
                let detail = "an upload ended without an answer and had no effect".to_owned();
                self.fail(&item, UPLOAD_UNANSWERED, detail, outcome).await?;
            }
            Verdict::Stands(id) => {
                self.arrived(&id);
                // The item may have changed since: it is compared when it is listed.
                let seal = Seal { change_key: seal(&id), content };
                let (version, destination) = (UNKNOWN_VERSION, id.id);
                let record = Record { key: item.key, version, size: item.size, destination, seal };
                self.adopt(Entry::Stands(record), outcome);
            }
            Verdict::Ambiguous(ids) => {
                self.fail(&item, AMBIGUOUS_UPLOAD, may_stand_as(ids), outcome).await?;
            }
        }
        Ok(())
    }
}

/// Whether an upload under the intent may still take effect. One without items has nothing to
/// send; one of the shortest run time was made for items whose upload was answered.
fn is_unanswered(intent: &Intent) -> bool {
    !intent.items.is_empty() && intent.deadline.since(intent.made) > NOTHING_TO_SEND
}

/// Every item of the intents once. It may stand in two: the batch's and its own.
fn items_of(intents: &BTreeMap<BatchNo, Intent>) -> Vec<(BatchNo, IntentItem)> {
    let mut seen = HashSet::new();
    let mut items = Vec::new();
    for (batch, intent) in intents {
        let new = intent.items.iter().filter(|item| seen.insert(item.key));
        items.extend(new.map(|item| (*batch, item.clone())));
    }
    items
}

pub(super) fn item_of(doubtful: Doubtful) -> Item {
    let facts = doubtful.facts;
    Item {
        key: doubtful.intent.key,
        id: longhaul_ews::ItemId { id: doubtful.intent.source_id, change_key: facts.id.change_key },
        class: facts.class.unwrap_or_default(),
        size: facts.size.unwrap_or(Bytes(0)),
        received: facts.delivered.or(facts.submitted).or(facts.created),
        associated: false,
        aim: Aim::New,
        content: None,
        read: None,
    }
}
