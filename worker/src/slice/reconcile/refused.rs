//! Looking for what a refused upload may have stored, before it is repeated.

use std::collections::HashMap;

use longhaul_core::code::AMBIGUOUS_UPLOAD;
use longhaul_core::{BatchNo, ItemKey};
use longhaul_ews::ItemId;
use longhaul_telemetry::metrics;

use super::matching::{Verdict, settle};
use super::{Sent, may_stand_as};
use crate::slice::copy::Flight;
use crate::slice::error::Halt;
use crate::slice::folder::Folder;
use crate::slice::item::Item;

/// Items on a page of a look: more than the batches under way bring, so that one page does.
const LOOK_PAGE: u32 = 250;

/// What the look found.
enum Found {
    Stands(ItemId),
    Ambiguous(Vec<ItemId>),
    /// It is no longer in the source, so it is neither sent nor looked for.
    Gone,
}

impl Folder {
    /// Looks for `items`, sent at `sent` and refused, and notes what stands. Says of each whether
    /// it is to be sent. No upload of the slice is under way meanwhile, so that none can be taken
    /// for another.
    ///
    /// Mostly nothing stands; then this costs one request.
    pub(in crate::slice) async fn look_before_repeating(
        &self,
        items: &[&Item],
        sent: Sent,
        flight: &mut Flight,
    ) -> Result<Vec<bool>, Halt> {
        let Some(batch) = flight.batch else {
            return Ok(vec![true; items.len()]);
        };
        let nobody_sends = self.sending.write();
        let _nobody_sends = self.unless_stopped(nobody_sends).await?;
        let new: Vec<_> = items.iter().filter(|item| item.asked().is_none()).copied().collect();
        let mut found = self.find_refused(batch, &new, sent).await?;
        let mut absent = Vec::with_capacity(items.len());
        for item in items {
            if let Some(asked) = item.asked() {
                let look = self.look_closely(asked, &item.id).await?;
                absent.push(self.may_write(item, look, flight).await?.is_some());
                continue;
            }
            let found = found.remove(&item.key);
            absent.push(found.is_none());
            match found {
                None => {}
                Some(Found::Stands(id)) => {
                    tracing::info!("an upload that was refused had been carried out");
                    self.arrived(&id);
                    self.stands(item, &id, &mut flight.outcome);
                }
                Some(Found::Gone) => self.vanished(item, &mut flight.outcome),
                Some(Found::Ambiguous(ids)) => {
                    let detail = may_stand_as(ids);
                    self.fail(item, AMBIGUOUS_UPLOAD, detail, &mut flight.outcome).await?;
                }
            }
        }
        Ok(absent)
    }

    async fn find_refused(
        &self,
        batch: BatchNo,
        items: &[&Item],
        sent: Sent,
    ) -> Result<HashMap<ItemKey, Found>, Halt> {
        if items.is_empty() {
            return Ok(HashMap::new());
        }
        let since = self.earliest_after(sent).await?;
        let candidates = self.newest_copies(since, Some(sent), LOOK_PAGE).await?;
        if candidates.is_empty() {
            return Ok(HashMap::new());
        }
        let asked = items.iter().map(|item| (batch, item.intent())).collect();
        let doubtful = self.look_up_sources(asked).await?;
        let mut found: HashMap<_, _> = items.iter().map(|item| (item.key, Found::Gone)).collect();
        for (item, verdict) in settle(doubtful, candidates) {
            metrics().settlements.add(1, verdict.settlement());
            match verdict {
                Verdict::Absent => found.remove(&item.intent.key),
                Verdict::Stands(id) => found.insert(item.intent.key, Found::Stands(id)),
                Verdict::Ambiguous(ids) => found.insert(item.intent.key, Found::Ambiguous(ids)),
            };
        }
        Ok(found)
    }
}
