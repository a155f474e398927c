//! ExportItems for batches. Source: Microsoft: "ExportItems operation".

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use longhaul_core::ItemKey;

use super::{outcomes, read_item, write};
use crate::blob::canonical::{Canonical, Collector};
use crate::blob::{self, Base64Decoder, Base64Text, Checker, Keeper, Report};
use crate::http::{Body, Call};
use crate::soap::{Answer, envelope};
use crate::xml::Ns;
use crate::{Error, Exported, ItemError, ItemId, Mailbox, limits};

impl Mailbox {
    /// Exports a small batch into memory, decoded and checked, each item with its own outcome.
    /// Keep to [`limits::EXPORT_ITEMS`] and [`limits::BATCH_BYTES`]; an item that goes beyond
    /// [`limits::EXPORT_MEMORY`] comes back as an error that asks to export it alone. An answer
    /// that stands at another item's place is an error of that place.
    ///
    /// Nothing is changed, so the future may be dropped at any point.
    ///
    /// # Errors
    ///
    /// [`Error`] if the call failed as a whole; [`ItemError`] per item, a damaged export (codes
    /// LH-05xx) among them.
    pub async fn export(&self, ids: &[ItemId]) -> Result<Vec<Result<Exported, ItemError>>, Error> {
        let held = AtomicUsize::new(0);
        let results = self
            .export_each(ids, || Keep {
                checker: Checker::new(),
                keeper: Keeper::default(),
                full: false,
                held: &held,
            })
            .await?;
        let exported = |(id, (data, report))| Exported { id, data, report };
        Ok(results.into_iter().map(|result| result.map(exported)).collect())
    }

    /// Reads items as digests of their properties, to compare them with others; see
    /// [`blob::canonical`]. Items of any size pass without being held.
    ///
    /// Nothing is changed, so the future may be dropped at any point.
    ///
    /// # Errors
    ///
    /// [`Error`] if the call failed as a whole; [`ItemError`] per item.
    pub async fn canonical(
        &self,
        ids: &[ItemId],
    ) -> Result<Vec<Result<Canonical, ItemError>>, Error> {
        let results = self
            .export_each(ids, || Digest {
                collector: Collector::new(),
                decoder: Base64Decoder::new(),
            })
            .await?;
        Ok(results.into_iter().map(|result| result.map(|(_, canonical)| canonical)).collect())
    }

    async fn export_each<S: Sink>(
        &self,
        ids: &[ItemId],
        mut sink: impl FnMut() -> S,
    ) -> Result<Vec<Result<(ItemId, S::Output), ItemError>>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut answer = call(request(self.smtp(), ids)?).make(self).await?;
        let mut results = Vec::with_capacity(ids.len());
        let places: HashMap<_, _> =
            ids.iter().enumerate().map(|(place, id)| (ItemKey::of(&id.id), place)).collect();
        let mut bytes = Vec::new();
        answer.open_messages().await?;
        while let Some(mut message) = answer.message().await? {
            let (mut id, mut data) = (None, None);
            while let Some(part) = answer.part(&mut message).await? {
                if part.is(Ns::Messages, "ItemId") {
                    id = read_item::own_id(&answer.tree(part).await?);
                } else if part.is(Ns::Messages, "Data") {
                    data = Some(decode(&mut answer, sink(), &mut bytes).await?);
                } else {
                    answer.skip().await?;
                }
            }
            let request_id = || Some(answer.request_id().to_owned());
            results.push(message.outcome(answer.request_id()).and_then(|()| {
                let id = id.ok_or_else(|| ItemError::missing("an item id", request_id()))?;
                // An id in a spelling we do not know has no place, and its position has to do.
                let place = places.get(&ItemKey::of(&id.id));
                if place.is_some_and(|place| *place != results.len()) {
                    return Err(ItemError::misplaced(request_id()));
                }
                match data {
                    Some(Ok(Some(output))) => Ok((id, output)),
                    Some(Ok(None)) => Err(ItemError::alone(request_id())),
                    Some(Err(error)) => Err(ItemError::damaged(error, request_id())),
                    None => Err(ItemError::missing("data", request_id())),
                }
            }));
            outcomes::check_count(&answer, results.len() <= ids.len())?;
        }
        answer.finish().await?;
        outcomes::check_count(&answer, results.len() == ids.len())?;
        Ok(results)
    }
}

pub(super) fn request(smtp: &str, ids: &[ItemId]) -> Result<Vec<u8>, Error> {
    envelope(smtp, |xml| xml.element("m:ExportItems", &[], |xml| write::items(xml, ids)))
}

/// An export has no whole time: how long it takes depends on its size. Each silence is bounded.
pub(super) fn call(xml: Vec<u8>) -> Call {
    Call { operation: "ExportItems", body: Body::xml(xml), timeout: None, token_left: None }
}

/// Reads the open `Data` into `sink`. A damaged item is read over, so that those behind it are
/// not lost with it. `bytes` is room for a decoded piece.
async fn decode<S: Sink>(
    answer: &mut Answer,
    mut sink: S,
    bytes: &mut Vec<u8>,
) -> Result<Result<Option<S::Output>, blob::Error>, Error> {
    let mut outcome = Ok(());
    loop {
        match answer.piece().await {
            Ok(Some(text)) if outcome.is_ok() => {
                bytes.clear();
                outcome = sink.push(text, bytes);
            }
            Ok(Some(_)) => {}
            Ok(None) => break,
            // The mark of truncation can break the XML as well.
            Err(_) if matches!(outcome, Err(blob::Error::Truncated(_))) => {
                return Err(Error::truncated().with_request_id(Some(answer.request_id())));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(outcome.and_then(|()| sink.finish()))
}

/// Where an item goes.
trait Sink: Send {
    type Output: Send;

    /// Takes the next piece of the item's text; `bytes` is empty room to decode it to.
    fn push(&mut self, text: Bytes, bytes: &mut Vec<u8>) -> Result<(), blob::Error>;

    /// `None` if the item did not fit.
    fn finish(self) -> Result<Option<Self::Output>, blob::Error>;
}

/// Holds the item in memory, if there is room in its batch.
struct Keep<'a> {
    checker: Checker,
    keeper: Keeper,
    /// There is no room: what was kept is dropped.
    full: bool,
    /// Bytes held by the whole batch.
    held: &'a AtomicUsize,
}

impl Sink for Keep<'_> {
    type Output = (Base64Text, Report);

    fn push(&mut self, text: Bytes, bytes: &mut Vec<u8>) -> Result<(), blob::Error> {
        let before = self.keeper.held();
        self.keeper.push(text, bytes)?;
        self.checker.push(bytes)?;
        if self.full {
            self.keeper.forget();
            return Ok(());
        }
        let more = self.keeper.held() - before;
        let held = self.held.fetch_add(more, Ordering::Relaxed) + more;
        if held > limits::EXPORT_MEMORY {
            self.held.fetch_sub(self.keeper.forget(), Ordering::Relaxed);
            self.full = true;
        }
        Ok(())
    }

    fn finish(self) -> Result<Option<Self::Output>, blob::Error> {
        let text = self.keeper.finish()?;
        let report = self.checker.finish()?;
        Ok((!self.full).then_some((text, report)))
    }
}

/// Passes the item on to be digested.
struct Digest {
    decoder: Base64Decoder,
    collector: Collector,
}

impl Sink for Digest {
    type Output = Canonical;

    fn push(&mut self, text: Bytes, bytes: &mut Vec<u8>) -> Result<(), blob::Error> {
        self.decoder.push(&text, bytes)?;
        self.collector.push(bytes)
    }

    fn finish(self) -> Result<Option<Canonical>, blob::Error> {
        self.decoder.finish()?;
        self.collector.finish().map(Some)
    }
}
