//! ExportItems for batches. Source: Microsoft: "ExportItems operation".

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use longhaul_core::ItemKey;

use super::{outcomes, read_item, write};
use crate::blob::canonical::{Canonical, Collector};
use crate::blob::{self, Base64Decoder, Checker, Report};
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
                data: Vec::with_capacity(ITEM_BYTES),
                full: false,
                held: &held,
            })
            .await?;
        let exported = |(id, (data, report)): (ItemId, (Vec<u8>, Report))| Exported {
            id,
            data: data.into(),
            report,
        };
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
            .export_each(ids, || Digest { collector: Collector::new(), bytes: Vec::new() })
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
        answer.open_messages().await?;
        while let Some(mut message) = answer.message().await? {
            let (mut id, mut data) = (None, None);
            while let Some(part) = answer.part(&mut message).await? {
                if part.is(Ns::Messages, "ItemId") {
                    id = read_item::own_id(&answer.tree(part).await?);
                } else if part.is(Ns::Messages, "Data") {
                    data = Some(decode(&mut answer, sink()).await?);
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
/// not lost with it.
async fn decode<S: Sink>(
    answer: &mut Answer,
    mut sink: S,
) -> Result<Result<Option<S::Output>, blob::Error>, Error> {
    let mut decoder = Base64Decoder::new();
    let mut outcome = Ok(());
    loop {
        let piece = answer.piece(|text| {
            if outcome.is_ok() {
                outcome = sink.push(text, &mut decoder);
            }
        });
        match piece.await {
            Ok(true) => {}
            Ok(false) => break,
            // The mark of truncation can break the XML as well.
            Err(_) if matches!(outcome, Err(blob::Error::Truncated(_))) => {
                return Err(Error::truncated().with_request_id(Some(answer.request_id())));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(outcome.and_then(|()| decoder.finish()).and_then(|()| sink.finish()))
}

/// Where an item's bytes go.
trait Sink: Send {
    type Output: Send;

    /// Takes the next piece of the item's text.
    fn push(&mut self, text: &[u8], decoder: &mut Base64Decoder) -> Result<(), blob::Error>;

    /// `None` if the item did not fit.
    fn finish(self) -> Result<Option<Self::Output>, blob::Error>;
}

/// Room an item is given before its size is known: most items need no more, and it is below what
/// allocators ask the system for anew each time. What is not needed is given back.
const ITEM_BYTES: usize = 96 * 1024;

/// Holds the item in memory, if there is room in its batch.
struct Keep<'a> {
    checker: Checker,
    data: Vec<u8>,
    /// There is no room: `data` holds the last piece only.
    full: bool,
    /// Bytes held by the whole batch.
    held: &'a AtomicUsize,
}

impl Sink for Keep<'_> {
    type Output = (Vec<u8>, Report);

    fn push(&mut self, text: &[u8], decoder: &mut Base64Decoder) -> Result<(), blob::Error> {
        if self.full {
            self.data.clear();
        }
        let before = self.data.len();
        decoder.push(text, &mut self.data)?;
        let bytes = &self.data[before..];
        self.checker.push(bytes)?;
        if self.full {
            return Ok(());
        }
        let held = self.held.fetch_add(bytes.len(), Ordering::Relaxed) + bytes.len();
        if held > limits::EXPORT_MEMORY {
            self.held.fetch_sub(self.data.len(), Ordering::Relaxed);
            self.data = Vec::new();
            self.full = true;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Option<Self::Output>, blob::Error> {
        let report = self.checker.finish()?;
        self.data.shrink_to_fit();
        Ok((!self.full).then_some((self.data, report)))
    }
}

/// Passes the item on to be digested.
struct Digest {
    collector: Collector,
    bytes: Vec<u8>,
}

impl Sink for Digest {
    type Output = Canonical;

    fn push(&mut self, text: &[u8], decoder: &mut Base64Decoder) -> Result<(), blob::Error> {
        self.bytes.clear();
        decoder.push(text, &mut self.bytes)?;
        self.collector.push(&self.bytes)
    }

    fn finish(self) -> Result<Option<Canonical>, blob::Error> {
        self.collector.finish().map(Some)
    }
}
