//! ExportItems for one item of any size. Source: Microsoft: "ExportItems operation".

use std::fmt;

use bytes::Bytes;

use super::{export_items, outcomes, read_item};
use crate::blob::{Base64Decoder, Checker, Report, symbols};
use crate::soap::{Answer, Message};
use crate::xml::Ns;
use crate::{Error, ItemError, ItemId, Mailbox, StreamError};

impl Mailbox {
    /// Begins to export one item as a stream.
    ///
    /// Nothing is changed, so the future and the stream may be dropped at any point.
    ///
    /// # Errors
    ///
    /// The outer [`Error`] if the call failed as a whole, the inner [`ItemError`] if the service
    /// gives no data for the item.
    pub async fn export_stream(
        &self,
        id: &ItemId,
    ) -> Result<Result<ExportStream, ItemError>, Error> {
        let xml = export_items::request(self.smtp(), std::slice::from_ref(id))?;
        let mut answer = export_items::call(xml).make(self).await?;
        answer.open_messages().await?;
        let Some(mut message) = answer.message().await? else {
            return Err(answer.malformed("it holds no response message"));
        };
        let mut id = None;
        while let Some(part) = answer.part(&mut message).await? {
            if part.is(Ns::Messages, "ItemId") {
                id = read_item::own_id(&answer.tree(part).await?);
            } else if part.is(Ns::Messages, "Data") {
                let request_id = answer.request_id().to_owned();
                return Ok(message.outcome(&request_id).and_then(|()| {
                    let id =
                        id.ok_or_else(|| ItemError::missing("an item id", Some(request_id)))?;
                    Ok(ExportStream::new(id, answer, message))
                }));
            } else {
                answer.skip().await?;
            }
        }
        answer.finish().await?;
        let request_id = answer.request_id().to_owned();
        let outcome = message.outcome(&request_id);
        Ok(outcome.and_then(|()| Err(ItemError::missing("data", Some(request_id)))))
    }
}

/// One item as it arrives: its base64 text, checked as it passes.
///
/// What was read counts only once [`next_piece`](Self::next_piece) has given `None`. Nothing of
/// the item is held but the piece at hand.
pub struct ExportStream {
    id: ItemId,
    answer: Answer,
    message: Message,
    decoder: Base64Decoder,
    /// Room for a decoded piece.
    bytes: Vec<u8>,
    checker: Checker,
    state: State,
}

enum State {
    Reading,
    Failed,
    Done(Report),
}

impl ExportStream {
    fn new(id: ItemId, answer: Answer, message: Message) -> Self {
        Self {
            id,
            answer,
            message,
            decoder: Base64Decoder::new(),
            bytes: Vec::new(),
            checker: Checker::new(),
            state: State::Reading,
        }
    }

    /// The item's id as the service returned it.
    #[must_use]
    pub fn id(&self) -> &ItemId {
        &self.id
    }

    /// What the check found, once the stream has ended well.
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        match &self.state {
            State::Done(report) => Some(report),
            _ => None,
        }
    }

    /// The next piece of the item's text, at most [`STREAM_CHUNK`](crate::limits::STREAM_CHUNK)
    /// bytes of it; `None` once the item and the whole answer have turned out well.
    ///
    /// Not cancel safe: drop the stream if a call was dropped.
    ///
    /// # Errors
    ///
    /// [`StreamError`] if the item is damaged or the answer is lost; also on every later call.
    pub async fn next_piece(&mut self) -> Result<Option<Bytes>, StreamError> {
        if let State::Done(_) = self.state {
            return Ok(None);
        }
        let failed = matches!(self.state, State::Failed);
        // Whatever goes wrong from here, and a dropped call, ends the stream.
        self.state = State::Failed;
        if failed {
            return Err(self.answer.malformed("it has failed before").into());
        }
        loop {
            let Some(text) = self.answer.piece().await? else {
                let report = self.end().await?;
                self.state = State::Done(report);
                return Ok(None);
            };
            self.bytes.clear();
            let piece = symbols(&mut self.decoder, text, &mut self.bytes).and_then(|piece| {
                self.checker.push(&self.bytes)?;
                Ok(piece)
            });
            let piece = piece.map_err(StreamError::Blob)?;
            if !piece.is_empty() {
                self.state = State::Reading;
                return Ok(Some(piece));
            }
        }
    }

    /// The data is closed: the item and the rest of the answer have to turn out well.
    async fn end(&mut self) -> Result<Report, StreamError> {
        std::mem::take(&mut self.decoder).finish().map_err(StreamError::Blob)?;
        let report = std::mem::take(&mut self.checker).finish().map_err(StreamError::Blob)?;
        while self.answer.part(&mut self.message).await?.is_some() {
            self.answer.skip().await?;
        }
        let more = self.answer.message().await?.is_some();
        outcomes::check_count(&self.answer, !more)?;
        self.answer.finish().await?;
        Ok(report)
    }
}

impl fmt::Debug for ExportStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExportStream").field("id", &self.id).finish_non_exhaustive()
    }
}
