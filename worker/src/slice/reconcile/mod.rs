//! Settling uploads whose outcome is not known: what they were to write, and what of it stands.
//!
//! Exchange has no idempotency key, so before an item is sent a second time it is looked for in
//! the destination folder (design section 4.6). There are two occasions:
//!
//! - [open intents](open) of an earlier owner, or of an upload without an answer, at a slice's
//!   beginning;
//! - [an upload that was refused](refused), throttled for instance, and is to be repeated within
//!   the slice: what answers a request with "busy" may have carried it out.
//!
//! A change to a copy that was there needs no search: the copy's own content says whether it was
//! made. A copy that was moved is looked for where it was first.
//!
//! What is found is adopted into the ledger, what is not is uploaded again, and what cannot be
//! told is parked with the ids of both sides: never guessed.

mod arrivals;
mod copies;
mod matching;
mod onto;
mod open;
mod refused;

pub(super) use arrivals::{Arrivals, Sent};

use longhaul_core::BatchNo;
use longhaul_ews::{ItemFacts, ItemId};
use longhaul_store::folder::IntentItem;

/// An item of an intent, as the source has it now.
#[derive(Debug)]
struct Doubtful {
    batch: BatchNo,
    intent: IntentItem,
    facts: ItemFacts,
}

/// The detail of an item that may stand as one of these.
fn may_stand_as(ids: Vec<ItemId>) -> String {
    let ids: Vec<_> = ids.into_iter().map(|id| id.id).collect();
    format!("may stand as {}", ids.join(" or "))
}
