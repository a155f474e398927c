//! An item too large for a batch: from the source to the destination without being held.
//!
//! The closing tags of the upload are sent only once the whole item has passed the checker, so a
//! bad one is never stored (design section 4.9).

use longhaul_core::{BatchNo, Bytes};
use longhaul_ews::{Class, Executed, ItemError, ItemId, UploadAction, UploadStreamError};

use super::batch::Batch;
use super::copy::Flight;
use super::error::{Halt, beyond_the_item, describe, item_detail};
use super::export::TRIES;
use super::folder::Folder;
use super::item::Item;
use crate::throttle::{CallError, Ladder, Tries};

/// What a streamed item takes in memory: pieces on their way, on both sides.
const HELD: Bytes = Bytes(4 * 1024 * 1024);

/// How one try of a large item ended, when neither it nor the slice has failed.
enum Tried {
    Stands(ItemId),
    Gone,
    /// Why it did not work; another try may.
    Again(longhaul_core::Code, String),
    /// Why it does not work.
    Never(longhaul_core::Code, String),
}

impl Folder {
    pub(super) async fn copy_large(&self, batch: Batch, flight: &mut Flight) -> Result<(), Halt> {
        let _memory = self.memory.reserve(HELD).await;
        for item in batch.items {
            let mut tries = 0;
            loop {
                if tries > 0 {
                    self.pause(Ladder::of_calls().step(tries)).await?;
                }
                tries += 1;
                let tried = self.stream(&mut flight.batch, &item).await?;
                let outcome = &mut flight.outcome;
                match tried {
                    Tried::Stands(id) => self.stands(&item, &id, outcome),
                    Tried::Gone => self.vanished(&item, outcome),
                    Tried::Again(..) if tries < TRIES => continue,
                    Tried::Again(code, detail) | Tried::Never(code, detail) => {
                        self.fail(&item, code, detail, outcome).await?;
                    }
                }
                break;
            }
        }
        Ok(())
    }

    /// One try: export and upload at the same time.
    async fn stream(&self, batch: &mut Option<BatchNo>, item: &Item) -> Result<Tried, Halt> {
        let runtime = self.options.upload_timeout(item.size);
        let mut tries = Tries::default();
        loop {
            // Always in this order, so that two slices never wait for each other.
            let reading = self.source.lane.enter(&self.stop).await?;
            let writing = self.destination.lane.enter(&self.stop).await?;
            self.intend(batch, vec![item.intent()], runtime).await?;
            let export = match self.source.mailbox.export_stream(&item.id).await {
                Ok(Ok(export)) => export,
                Ok(Err(error)) => return not_exported(&error),
                Err(error) => {
                    if about_the_item(error.class()) {
                        return Ok(Tried::Again(error.code(), describe(&error)));
                    }
                    drop((reading, writing));
                    self.source.lane.after(error, &mut tries)?;
                    continue;
                }
            };
            let peer = &self.destination;
            let uploaded = peer
                .mailbox
                .upload_stream(
                    &peer.folder,
                    item.associated,
                    UploadAction::CreateNew,
                    None,
                    export,
                    runtime,
                )
                .await;
            let error = match uploaded {
                Ok(Ok(id)) => return Ok(Tried::Stands(id)),
                Ok(Err(error)) => return not_uploaded(&error),
                Err(error) if error.executed() == Executed::Unknown => return Err(Halt::InDoubt),
                Err(UploadStreamError::Destination(error)) => error,
                Err(error) => return Ok(Tried::Again(error.code(), error.to_string())),
            };
            if about_the_item(error.class()) {
                return Ok(Tried::Again(error.code(), describe(&error)));
            }
            drop((reading, writing));
            peer.lane.after(error, &mut tries).map_err(|error: CallError| Halt::from(error))?;
        }
    }
}

fn not_exported(error: &ItemError) -> Result<Tried, Halt> {
    if let Some(halt) = beyond_the_item(error) {
        return Err(halt);
    }
    Ok(match error.class() {
        Class::Vanished => Tried::Gone,
        Class::Backoff | Class::RetryItem => Tried::Again(error.code(), item_detail(error)),
        _ => Tried::Never(error.code(), item_detail(error)),
    })
}

fn not_uploaded(error: &ItemError) -> Result<Tried, Halt> {
    if error.code() == longhaul_core::code::MALFORMED_ANSWER {
        return Err(Halt::InDoubt);
    }
    match not_exported(error)? {
        Tried::Gone => Ok(Tried::Never(error.code(), item_detail(error))),
        other => Ok(other),
    }
}

const fn about_the_item(class: Class) -> bool {
    matches!(class, Class::RetryItem | Class::SkipItem | Class::Vanished)
}
