//! An item too large for a batch: from the source to the destination without being held.
//!
//! The closing tags of the upload are sent only once the whole item has passed the checker, so a
//! bad one is never stored (design section 4.9).

use longhaul_core::{Bytes, Code};
use longhaul_ews::{Executed, ItemError, ItemId, UploadAction, UploadStreamError};
use tokio::time::{Instant, timeout_at};

use super::copy::Flight;
use super::error::{Halt, describe, item_detail};
use super::export::TRIES;
use super::folder::Folder;
use super::item::Item;
use super::upload::NOTHING_TO_SEND;
use super::verdict::{Verdict, Way, is_about_items, verdict};
use crate::throttle::{Ladder, Lane, Tries};

/// What a streamed item takes in memory: pieces on their way, on both sides.
const HELD: Bytes = Bytes(4 * 1024 * 1024);

/// How one try of a large item ended, when neither it nor the slice has failed.
enum Tried {
    Stands(ItemId),
    Gone,
    /// Why it did not work; another try may.
    Again(Code, String),
    /// Why it does not work.
    Never(Code, String),
}

impl Folder {
    pub(super) async fn copy_large(&self, item: &Item, flight: &mut Flight) -> Result<(), Halt> {
        let _memory = self.memory.reserve(HELD).await;
        let mut tries = 0;
        loop {
            if tries > 0 {
                self.pause(Ladder::of_calls().step(tries)).await?;
            }
            tries += 1;
            let tried = self.stream(flight, item).await;
            if matches!(tried, Err(Halt::InDoubt)) {
                flight.doubtful.push(item.clone());
            }
            let outcome = &mut flight.outcome;
            match tried? {
                Tried::Stands(id) => self.stands(item, &id, outcome),
                Tried::Gone => self.vanished(item, outcome),
                Tried::Again(..) if tries < TRIES => continue,
                Tried::Again(code, detail) | Tried::Never(code, detail) => {
                    self.fail(item, code, detail, outcome).await?;
                }
            }
            return self.note_alone(flight).await;
        }
    }

    /// A failure is written with a batch; one that was never sent has none yet.
    async fn note_alone(&self, flight: &mut Flight) -> Result<(), Halt> {
        if flight.batch.is_some() {
            return Ok(());
        }
        self.intend(&mut flight.batch, Vec::new(), NOTHING_TO_SEND).await
    }

    /// One try: export and upload at the same time.
    async fn stream(&self, flight: &mut Flight, item: &Item) -> Result<Tried, Halt> {
        let runtime = self.options.upload_timeout(item.size);
        let (source, destination) = (&self.source, &self.destination);
        let mut tries = Tries::default();
        loop {
            // Always in this order, so that two slices never wait for each other.
            let reading = source.lane.enter(&self.stop).await?;
            let writing = destination.lane.enter(&self.stop).await?;
            let export = match source.mailbox.export_stream(&item.id).await {
                Ok(Ok(export)) => export,
                Ok(Err(error)) => return refused(&error, Way::Export, &source.lane),
                Err(error) if is_about_items(error.class()) => {
                    return Ok(Tried::Again(error.code(), describe(&error)));
                }
                Err(error) => {
                    drop((reading, writing));
                    source.lane.after(error, &mut tries)?;
                    continue;
                }
            };
            // The deadline is counted from before the store is told of it.
            let until = Instant::now() + runtime;
            self.intend(&mut flight.batch, vec![item.intent()], runtime).await?;
            flight.until = Some(until);
            // A neighbour may have met a hint while the intent was written.
            if destination.lane.is_blocked() {
                continue;
            }
            let upload = destination.mailbox.upload_stream(
                &destination.folder,
                item.associated,
                UploadAction::CreateNew,
                None,
                export,
                runtime,
            );
            let error = match timeout_at(until, upload).await {
                Ok(Ok(Ok(id))) => return Ok(Tried::Stands(id)),
                Ok(Ok(Err(error))) => return refused(&error, Way::Upload, &destination.lane),
                Ok(Err(error)) => error,
                Err(_elapsed) => return Err(Halt::InDoubt),
            };
            if error.executed() == Executed::Unknown {
                return Err(Halt::InDoubt);
            }
            match error {
                UploadStreamError::Destination(error) if !is_about_items(error.class()) => {
                    drop((reading, writing));
                    destination.lane.after(error, &mut tries)?;
                }
                error => return Ok(Tried::Again(error.code(), error.to_string())),
            }
        }
    }
}

/// What a refusal of the item on one side means for the try.
fn refused(error: &ItemError, way: Way, lane: &Lane) -> Result<Tried, Halt> {
    match verdict(error, way)? {
        Verdict::Gone => Ok(Tried::Gone),
        Verdict::InDoubt => Err(Halt::InDoubt),
        Verdict::Throttled { hint } => {
            let wait = Ladder::of_calls().next(hint);
            lane.block(wait);
            Err(Halt::Throttled(wait))
        }
        Verdict::Again { .. } => Ok(Tried::Again(error.code(), item_detail(error))),
        Verdict::Never => Ok(Tried::Never(error.code(), item_detail(error))),
    }
}
