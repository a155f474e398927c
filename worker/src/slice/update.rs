//! Changes of items that were copied: what is uploaded over a copy, and what is left alone.

use longhaul_core::Code;
use longhaul_core::code::{COPY_CHANGED, COPY_GONE, ITEM_CHANGED, ITEM_GONE};
use longhaul_ews::{ItemError, ItemId, UploadAction};
use longhaul_store::ledger::{Entry, Record, Seal};

use super::copy::Flight;
use super::error::Halt;
use super::export::Ready;
use super::folder::Folder;
use super::item::{Aim, Item, UNKNOWN_VERSION};
use super::look::{Asked, Look};
use super::reading::Reading;

impl Folder {
    /// Of what was exported, what is to be uploaded: new items, and changed ones whose copies
    /// nobody else has changed. What became of the others is noted in the flight.
    pub(super) async fn judge_updates(
        &self,
        ready: Vec<Ready>,
        flight: &mut Flight,
    ) -> Result<Vec<Ready>, Halt> {
        let mut reading = Vec::new();
        let (mut upload, mut ask) = (Vec::with_capacity(ready.len()), Vec::new());
        for ready in ready {
            let Aim::Update(record) = &ready.item.aim else {
                upload.push(ready);
                continue;
            };
            if ready.item.content.is_some() && ready.item.content == record.seal.content {
                self.keep_content(&ready.item, record, &mut reading, flight);
            } else {
                ask.push(ready);
            }
        }
        flight.outcome.entries.extend(self.mark(reading).await?);
        let asked: Vec<_> = ask.iter().filter_map(|ready| ready.item.asked()).collect();
        let looks = self.look_at(&asked).await?;
        for (mut ready, look) in ask.into_iter().zip(looks) {
            if let Some(copy) = self.may_write(&ready.item, look, flight).await? {
                ready.action = UploadAction::Update(copy);
                upload.push(ready);
            }
        }
        Ok(upload)
    }

    /// The same for an item that is not held: its content is read before it is streamed. The copy
    /// to be written over, if it is to be.
    pub(super) async fn judge_large(
        &self,
        item: &Item,
        flight: &mut Flight,
    ) -> Result<Option<ItemId>, Halt> {
        let item = Item { content: self.content_now(&item.id).await?, ..item.clone() };
        let (Aim::Update(record), Some(asked)) = (&item.aim, item.asked()) else {
            return Ok(None);
        };
        if item.content.is_some() && item.content == record.seal.content {
            let mut reading = Vec::new();
            self.keep_content(&item, record, &mut reading, flight);
            flight.outcome.entries.extend(self.mark(reading).await?);
            return Ok(None);
        }
        let by_content = Asked { seal: Seal::default(), ..asked.clone() };
        let mut look = self.look_at(&[asked]).await?.pop().unwrap_or(Look::Gone);
        if matches!(look, Look::Untouched(_)) && record.seal.content.is_none() {
            // Nobody has touched it, and it may be what it is to become.
            let second = self.look_at(&[by_content]).await?.pop();
            look = second.filter(|second| matches!(second, Look::Written(_))).unwrap_or(look);
        }
        self.may_write(&item, look, flight).await
    }

    /// An item whose content is what was copied: it was marked, or nothing of it that is copied
    /// has changed.
    fn keep_content(
        &self,
        item: &Item,
        record: &Record,
        reading: &mut Vec<Reading>,
        flight: &mut Flight,
    ) {
        let (version, size) = (item.version(), item.size);
        if let Some(read) = item.read.filter(|_| record.version != UNKNOWN_VERSION) {
            return reading.push(Reading { record: record.clone(), read, version });
        }
        let entry = Record { version, size, ..record.clone() };
        flight.outcome.entries.push(Entry::Replaced { record: entry, was: record.size });
        self.forgive(item, &mut flight.outcome);
    }

    /// The copy to be written over, if `look` allows it; else what is the matter is noted.
    pub(super) async fn may_write(
        &self,
        item: &Item,
        look: Look,
        flight: &mut Flight,
    ) -> Result<Option<ItemId>, Halt> {
        let code = match look {
            Look::Untouched(copy) => return Ok(Some(copy)),
            Look::Written(copy) => {
                self.stands(item, &copy, &mut flight.outcome);
                return Ok(None);
            }
            Look::Changed => COPY_CHANGED,
            Look::Gone => COPY_GONE,
        };
        self.leave_alone(item, code, flight).await?;
        Ok(None)
    }

    /// Lists an item whose copy is its user's business.
    pub(super) async fn leave_alone(
        &self,
        item: &Item,
        code: Code,
        flight: &mut Flight,
    ) -> Result<(), Halt> {
        let copy = item.copy().map(|copy| copy.id).unwrap_or_default();
        self.fail(item, code, format!("its copy is {copy}"), &mut flight.outcome).await
    }
}

impl Item {
    /// The copy that the item is to be written over.
    pub(super) fn copy(&self) -> Option<ItemId> {
        match &self.aim {
            Aim::New => None,
            Aim::Update(record) | Aim::Move(record, _) | Aim::Return(record) => {
                Some(ItemId::new(&record.destination))
            }
        }
    }

    /// The question whether that may be done.
    pub(super) fn asked(&self) -> Option<Asked> {
        match &self.aim {
            Aim::Update(record) => Some(Asked {
                copy: ItemId::new(&record.destination),
                seal: record.seal,
                written: self.content,
            }),
            Aim::New | Aim::Move(..) | Aim::Return(_) => None,
        }
    }

    /// What a refusal to write over the item's copy says of the copy, if it does.
    pub(super) fn copy_refused(&self, error: &ItemError) -> Option<Code> {
        if !matches!(self.aim, Aim::Update(_)) {
            return None;
        }
        match error.code() {
            ITEM_GONE => Some(COPY_GONE),
            ITEM_CHANGED => Some(COPY_CHANGED),
            _ => None,
        }
    }
}
