//! Comparing pairs property by property.

use std::collections::HashMap;

use longhaul_core::{Bytes, FolderRef, ItemKey, Timestamp, advice};
use longhaul_ews::blob::canonical::{Canonical, diff};
use longhaul_ews::limits::{BATCH_BYTES, EXPORT_ITEMS};
use longhaul_ews::{Class, ItemError, ItemId, Listed};
use longhaul_store::Store;
use longhaul_store::folder::Checkpoint;

use super::list::Place;
use super::pairs;
use super::patience::patiently;
use super::{Deep, Difference};
use crate::engine::{ProblemStatus, Trouble};

/// Pairs gathered before the ledger is read for their destination ids: some 4 MB of ids.
const CHUNK: usize = 8_000;

/// A sample takes every so manieth item,
const SAMPLE_EVERY: usize = 20;
/// and at least so many of a folder.
const SAMPLE_LEAST: usize = 10;

/// Chooses pairs, and compares them chunk by chunk.
#[derive(Debug)]
pub(super) struct Comparer<'a> {
    pub(super) source: &'a Place,
    pub(super) destination: &'a Place,
    pub(super) store: &'a dyn Store,
    pub(super) folder: FolderRef,
    pub(super) checkpoint: &'a Checkpoint,
    step: Option<usize>,
    met: usize,
    waiting: HashMap<ItemKey, (ItemId, Bytes)>,
}

/// What comparing brought.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) compared: u64,
    pub(super) different: Vec<Difference>,
}

impl<'a> Comparer<'a> {
    pub(super) fn new(
        source: &'a Place,
        destination: &'a Place,
        store: &'a dyn Store,
        folder: FolderRef,
        checkpoint: &'a Checkpoint,
        deep: Deep,
        pairs: usize,
    ) -> Self {
        let step = step(deep, pairs);
        let waiting = HashMap::new();
        Self { source, destination, store, folder, checkpoint, step, met: 0, waiting }
    }

    /// Takes note of a pair; compares what has gathered when that is enough.
    pub(super) async fn meet(&mut self, item: &Listed) -> Result<Compared, Trouble> {
        let Some(step) = self.step else {
            return Ok(Compared::default());
        };
        if self.met.is_multiple_of(step) {
            let size = item.size.unwrap_or_default();
            self.waiting.insert(ItemKey::of(&item.id.id), (ItemId::new(&item.id.id), size));
        }
        self.met += 1;
        if self.waiting.len() < CHUNK { Ok(Compared::default()) } else { self.finish().await }
    }

    /// Compares what has gathered.
    pub(super) async fn finish(&mut self) -> Result<Compared, Trouble> {
        let mut waiting = std::mem::take(&mut self.waiting);
        let mut result = Compared::default();
        if waiting.is_empty() {
            return Ok(result);
        }
        // Of several records of an item the last counts.
        let mut found: HashMap<ItemKey, String> = HashMap::with_capacity(waiting.len());
        pairs::scan(self.store, self.folder, self.checkpoint, |entry| {
            if let Some(record) = entry.into_record()
                && waiting.contains_key(&record.key)
            {
                found.insert(record.key, record.destination);
            }
        })
        .await?;
        let mut batch = Vec::new();
        let mut bytes = 0;
        for (key, destination) in found {
            let Some((source, size)) = waiting.remove(&key) else {
                continue;
            };
            if !batch.is_empty() && (bytes + size.0 > BATCH_BYTES || batch.len() == EXPORT_ITEMS) {
                self.compare(std::mem::take(&mut batch), &mut result).await?;
                bytes = 0;
            }
            bytes += size.0;
            batch.push((source, ItemId::new(destination)));
        }
        self.compare(batch, &mut result).await?;
        Ok(result)
    }

    async fn compare(
        &self,
        batch: Vec<(ItemId, ItemId)>,
        result: &mut Compared,
    ) -> Result<(), Trouble> {
        let (sources, destinations): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let (left, right) =
            tokio::try_join!(read(self.source, &sources), read(self.destination, &destinations))?;
        let ids = sources.into_iter().zip(destinations);
        for ((source, destination), (left, right)) in ids.zip(left.into_iter().zip(right)) {
            // Gone since it was listed: nothing to compare, and the next look will not list it.
            if left.as_ref().is_err_and(|error| error.class() == Class::Vanished) {
                continue;
            }
            result.compared += 1;
            let (properties, problem) = match (left, right) {
                (Ok(left), Ok(right)) => (diff(&left, &right), None),
                (Err(error), _) => (Vec::new(), Some(self.problem(self.source, &error).await?)),
                (_, Err(error)) => {
                    (Vec::new(), Some(self.problem(self.destination, &error).await?))
                }
            };
            if problem.is_some() || !properties.is_empty() {
                let (source, destination) = (source.id, destination.id);
                result.different.push(Difference { source, destination, properties, problem });
            }
        }
        Ok(())
    }

    async fn problem(&self, place: &Place, error: &ItemError) -> Result<ProblemStatus, Trouble> {
        let at: Timestamp = self.store.now().await?;
        let code = error.code();
        let text = Trouble::item(&place.name, error).text;
        Ok(ProblemStatus { code, text, next: advice(code).to_owned(), at })
    }
}

/// Every so manieth pair is compared; none if `None`.
fn step(deep: Deep, pairs: usize) -> Option<usize> {
    match deep {
        Deep::None => None,
        Deep::All => Some(1),
        Deep::Sample => {
            let wanted = SAMPLE_LEAST.max(pairs.div_ceil(SAMPLE_EVERY));
            Some((pairs / wanted).max(1))
        }
    }
}

/// The canonical properties of items. What fails and may pass is asked for once more, alone.
async fn read(place: &Place, ids: &[ItemId]) -> Result<Vec<Result<Canonical, ItemError>>, Trouble> {
    let export = async |ids: &[ItemId]| {
        let results = place.mailbox.canonical(ids).await;
        results.map_err(|error| Trouble::call(&place.name, &error))
    };
    let mut results = patiently(|| export(ids)).await?;
    for (result, id) in results.iter_mut().zip(ids) {
        let again = result
            .as_ref()
            .is_err_and(|error| matches!(error.class(), Class::Backoff | Class::RetryItem));
        if again {
            let alone = patiently(|| export(std::slice::from_ref(id))).await?;
            if let Some(second) = alone.into_iter().next() {
                *result = second;
            }
        }
    }
    Ok(results)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_a_twentieth_and_at_least_ten() {
        let chosen = |pairs: usize| {
            let step = step(Deep::Sample, pairs).expect("a sample");
            (0..pairs).filter(|n| n.is_multiple_of(step)).count()
        };
        for pairs in [1, 5, 10, 11, 19, 25, 199, 200, 1000, 4321] {
            let count = chosen(pairs);
            assert!(count >= pairs.min(10), "{count} of {pairs}");
            assert!(count >= pairs / 20, "{count} of {pairs}");
            assert!(count <= 20.max(pairs / 10), "{count} of {pairs}");
        }
        assert_eq!(step(Deep::None, 100), None);
        assert_eq!(step(Deep::All, 100), Some(1));
    }
}
