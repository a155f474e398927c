//! The bytes of an answer, of which only so many pass before their reader allows more.
//!
//! The XML parser gathers one event (a tag, a text) in memory before it returns; this is what
//! bounds it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use futures::Stream;
use tokio::io::{AsyncBufRead, AsyncRead, ReadBuf};

/// Where an answer's bytes come from.
pub(crate) type Source = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// Bytes of the source, as long as the allowance lasts.
pub(crate) struct Capped {
    source: Source,
    chunk: Bytes,
    allowance: usize,
}

/// The allowance was used up.
#[derive(Debug, thiserror::Error)]
#[error("an XML event is too large")]
pub(crate) struct UsedUp;

impl Capped {
    pub(crate) fn new(source: Source) -> Self {
        Self { source, chunk: Bytes::new(), allowance: 0 }
    }

    /// Lets `bytes` through from now on.
    pub(crate) fn allow(&mut self, bytes: usize) {
        self.allowance = bytes;
    }

    /// Takes bytes that were seen out of the way, without copying them.
    pub(crate) fn take(&mut self, amount: usize) -> Bytes {
        self.allowance = self.allowance.saturating_sub(amount);
        self.chunk.split_to(amount)
    }
}

impl AsyncBufRead for Capped {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        while this.chunk.is_empty() {
            match ready!(this.source.as_mut().poll_next(cx)) {
                Some(chunk) => this.chunk = chunk?,
                None => return Poll::Ready(Ok(&[])),
            }
        }
        if this.allowance == 0 {
            return Poll::Ready(Err(io::Error::other(UsedUp)));
        }
        Poll::Ready(Ok(&this.chunk[..this.chunk.len().min(this.allowance)]))
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        let this = self.get_mut();
        this.allowance = this.allowance.saturating_sub(amount);
        this.chunk.advance(amount);
    }
}

impl AsyncRead for Capped {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let available = ready!(self.as_mut().poll_fill_buf(cx))?;
        let amount = available.len().min(buffer.remaining());
        buffer.put_slice(&available[..amount]);
        self.consume(amount);
        Poll::Ready(Ok(()))
    }
}
