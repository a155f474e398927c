//! A reader that lets only so many bytes through before its owner allows more.
//!
//! The XML parser gathers one event (a tag, a text) in memory before it returns; this is what
//! bounds it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncBufRead, AsyncRead, ReadBuf};

/// Bytes from `inner`, as long as the allowance lasts.
pub(crate) struct Capped<R> {
    inner: R,
    allowance: usize,
}

/// The allowance was used up.
#[derive(Debug, thiserror::Error)]
#[error("an XML event is too large")]
pub(crate) struct UsedUp;

impl<R> Capped<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self { inner, allowance: 0 }
    }

    /// Lets `bytes` through from now on.
    pub(crate) fn allow(&mut self, bytes: usize) {
        self.allowance = bytes;
    }
}

impl<R: AsyncBufRead + Unpin> AsyncBufRead for Capped<R> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        let available = ready!(Pin::new(&mut this.inner).poll_fill_buf(cx))?;
        if this.allowance == 0 && !available.is_empty() {
            return Poll::Ready(Err(io::Error::other(UsedUp)));
        }
        Poll::Ready(Ok(&available[..available.len().min(this.allowance)]))
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        let this = self.get_mut();
        this.allowance = this.allowance.saturating_sub(amount);
        Pin::new(&mut this.inner).consume(amount);
    }
}

impl<R: AsyncBufRead + Unpin> AsyncRead for Capped<R> {
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
