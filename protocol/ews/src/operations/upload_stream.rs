//! UploadItems for one item of any size, straight from an export.
//!
//! The closing tags are sent only once the export has turned out well. Until then the request is
//! not complete, so the service cannot carry it out; a source that fails breaks it off.
//!
//! Source: Microsoft: "UploadItems operation".

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::Stream;

use super::{outcomes, read_item, upload_items};
use crate::blob::encoded_length;
use crate::http::{Body, Call};
use crate::xml::{Ns, Xml};
use crate::{
    Error, Executed, ExportStream, FolderId, ItemError, Mailbox, Streamed, UploadAction,
    UploadStreamError, limits,
};

impl Mailbox {
    /// Uploads one item into `folder` while it is being exported.
    ///
    /// `length` is the item's decoded length, if it was measured: then the request announces its
    /// length; else it is sent in chunks, which not every server takes.
    ///
    /// If the future is dropped, look in the folder before uploading again.
    ///
    /// # Errors
    ///
    /// The outer error says which side failed and whether the item may have been stored; the
    /// inner [`ItemError`] is the destination's refusal of the item.
    pub async fn upload_stream(
        &self,
        folder: &FolderId,
        associated: bool,
        action: UploadAction,
        length: Option<u64>,
        source: ExportStream,
        timeout: Duration,
    ) -> Result<Result<Streamed, ItemError>, UploadStreamError> {
        let mut xml = Xml::new();
        upload_items::open(&mut xml, self.smtp());
        upload_items::open_item(&mut xml, folder, associated, &action);
        let head: Bytes = xml.take().into();
        upload_items::close_item(&mut xml);
        upload_items::close(&mut xml);
        let tail: Bytes = xml.finish().map_err(UploadStreamError::Destination)?.into();

        let wire = length.map(|n| (head.len() + tail.len()) as u64 + encoded_length(n));
        let course = Course::default();
        let sender = Sender {
            source,
            length,
            left: length.map(encoded_length),
            head: Some(head),
            tail: Some(tail),
            course: course.clone(),
        };
        let call = Call {
            operation: "UploadItems",
            body: Body::Once { body: reqwest::Body::wrap_stream(sender.stream()), length: wire },
            timeout: Some(timeout),
            token_left: Some(limits::TOKEN_LEFT),
        };
        let mut answer = call.make(self).await.map_err(|error| course.explain(error))?;
        let results = outcomes::results(&mut answer, 1, "an item id", |part| {
            part.start.is(Ns::Messages, "ItemId").then(|| read_item::own_id(part)).flatten()
        })
        .await
        .map_err(|error| course.explain(error))?;
        let result = results.into_iter().next().ok_or_else(|| {
            UploadStreamError::Destination(answer.malformed("it holds no response message"))
        })?;
        Ok(result.map(|id| Streamed { id, content: course.content() }))
    }
}

/// How far the body came, told past the HTTP client, which only says that the request failed.
#[derive(Clone, Default)]
struct Course(Arc<Progress>);

#[derive(Default)]
struct Progress {
    /// Why it was broken off.
    fault: Mutex<Option<UploadStreamError>>,
    /// Whether the closing tags were handed over. Before, nothing can have been carried out.
    complete: AtomicBool,
    /// The digest of what was sent, once it is complete.
    content: Mutex<Option<NonZeroU32>>,
}

impl Course {
    fn broken_off(&self, error: UploadStreamError) {
        *self.0.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    fn completed(&self, content: Option<NonZeroU32>) {
        *self.0.content.lock().unwrap_or_else(PoisonError::into_inner) = content;
        self.0.complete.store(true, Ordering::SeqCst);
    }

    fn content(&self) -> Option<NonZeroU32> {
        *self.0.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The reason on the source side, if there is one; else the destination's.
    fn explain(&self, error: Error) -> UploadStreamError {
        let fault = self.0.fault.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(fault) = fault {
            return fault;
        }
        if self.0.complete.load(Ordering::SeqCst) {
            return UploadStreamError::Destination(error);
        }
        // A connection that was never made was not cut.
        let cut = error.is_cut() && error.executed() == Executed::Unknown;
        let error = error.of_incomplete_request();
        if cut { UploadStreamError::Cut(error) } else { UploadStreamError::Destination(error) }
    }
}

/// The body was broken off; the reason is in [`Course`].
#[derive(Debug, thiserror::Error)]
#[error("the item's source failed")]
struct BrokenOff;

/// Passes the source's text on as it comes.
struct Sender {
    source: ExportStream,
    /// The item's length that was announced, and bytes of text the source still has to give.
    length: Option<u64>,
    left: Option<u64>,
    head: Option<Bytes>,
    tail: Option<Bytes>,
    course: Course,
}

impl Sender {
    fn stream(self) -> impl Stream<Item = Result<Bytes, BrokenOff>> + Send + 'static {
        futures::stream::try_unfold(self, |mut sender| async move {
            match sender.next().await {
                Ok(piece) => Ok(piece.map(|piece| (piece, sender))),
                Err(error) => {
                    sender.course.broken_off(error);
                    Err(BrokenOff)
                }
            }
        })
    }

    async fn next(&mut self) -> Result<Option<Bytes>, UploadStreamError> {
        if let Some(head) = self.head.take() {
            return Ok(Some(head));
        }
        if self.tail.is_none() {
            return Ok(None);
        }
        if let Some(piece) = self.source.next_piece().await.map_err(UploadStreamError::Source)? {
            if let Some(left) = &mut self.left {
                *left =
                    left.checked_sub(piece.len() as u64).ok_or(UploadStreamError::LengthChanged)?;
            }
            return Ok(Some(piece));
        }
        // Items of different lengths may have texts of one length.
        let length = self.source.report().map(|report| report.bytes);
        if self.length.is_some() && self.length != length {
            return Err(UploadStreamError::LengthChanged);
        }
        // The export is whole and checked: the request may be completed.
        let tail = self.tail.take();
        self.course.completed(self.source.report().and_then(|report| report.content));
        Ok(tail)
    }
}
