//! The way of an answer from a working thread to the connection.
//!
//! An answer that fits one buffer goes out whole, with its length; a longer one is streamed
//! with back pressure, so an item of 150 MB never stands in memory.

use std::io::{Error, ErrorKind, Result, Write};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::sync::{mpsc, oneshot};

/// Bytes collected before they are sent.
const PIECE: usize = 64 * 1024;

/// The head of an answer.
#[derive(Debug)]
pub(crate) enum Reply {
    /// All of it; `true` if it is compressed.
    Whole(Bytes, bool),
    /// HTTP 200, the body follows piece by piece.
    Streamed(mpsc::Receiver<Bytes>, bool),
}

/// Takes the bytes of a 200 answer.
#[derive(Debug)]
pub(crate) struct ReplySink {
    head: Option<oneshot::Sender<Reply>>,
    pieces: Option<mpsc::Sender<Bytes>>,
    out: Out,
    /// Work on, but send nothing: the answer will be lost.
    discard: bool,
    /// The answer ends here, whatever is still written.
    ended: bool,
    written: u64,
}

#[derive(Debug)]
enum Out {
    Plain(Vec<u8>),
    Gzip(GzEncoder<Vec<u8>>),
}

impl ReplySink {
    /// A sink whose first piece goes to `head`.
    pub(crate) fn new(head: oneshot::Sender<Reply>, compress: bool) -> Self {
        let out = if compress {
            Out::Gzip(GzEncoder::new(Vec::new(), Compression::fast()))
        } else {
            Out::Plain(Vec::new())
        };
        Self { head: Some(head), pieces: None, out, discard: false, ended: false, written: 0 }
    }

    /// Nothing is sent from now on.
    pub(crate) fn discard(&mut self) {
        self.discard = true;
    }

    /// Ends the answer at this byte.
    pub(crate) fn end_here(&mut self) {
        self.ended = true;
    }

    /// Bytes of XML written so far.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// Sends what is left.
    pub(crate) fn finish(mut self) -> Result<()> {
        if self.discard {
            return Ok(());
        }
        let compressed = matches!(self.out, Out::Gzip(_));
        let rest = match std::mem::replace(&mut self.out, Out::Plain(Vec::new())) {
            Out::Plain(bytes) => bytes,
            Out::Gzip(encoder) => encoder.finish()?,
        };
        match self.head.take() {
            Some(head) => head.send(Reply::Whole(rest.into(), compressed)).map_err(|_| gone()),
            None => self.send(rest),
        }
    }

    fn buffer(&mut self) -> &mut Vec<u8> {
        match &mut self.out {
            Out::Plain(bytes) => bytes,
            Out::Gzip(encoder) => encoder.get_mut(),
        }
    }

    fn send(&mut self, bytes: Vec<u8>) -> Result<()> {
        if let Some(head) = self.head.take() {
            let (sender, receiver) = mpsc::channel(4);
            self.pieces = Some(sender);
            let compressed = matches!(self.out, Out::Gzip(_));
            head.send(Reply::Streamed(receiver, compressed)).map_err(|_| gone())?;
        }
        match &self.pieces {
            Some(pieces) => pieces.blocking_send(bytes.into()).map_err(|_| gone()),
            None => Err(gone()),
        }
    }
}

impl Write for ReplySink {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        if self.ended {
            return Ok(bytes.len());
        }
        self.written += bytes.len() as u64;
        if self.discard {
            return Ok(bytes.len());
        }
        match &mut self.out {
            Out::Plain(buffer) => buffer.extend_from_slice(bytes),
            Out::Gzip(encoder) => encoder.write_all(bytes)?,
        }
        if self.buffer().len() >= PIECE {
            let full = std::mem::take(self.buffer());
            self.send(full)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

fn gone() -> Error {
    Error::new(ErrorKind::BrokenPipe, "the client has gone")
}
