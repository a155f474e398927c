//! Writing: an item as the chunks of its blob.

use std::collections::VecDeque;

use bytes::{BufMut, Bytes, BytesMut};

use crate::mapi::{Content, Item};

use super::{
    layout::{BUFFER, PREAMBLE, TRANSFER, VERSION},
    pieces::Pieces,
};

/// The blob of an item in chunks of at most 32 KiB; generated content is made chunk by chunk.
#[derive(Debug)]
pub(crate) struct Export {
    pieces: VecDeque<Content>,
    /// Bytes of the first piece that are written.
    offset: u64,
    /// Bytes of the stream that are not.
    left: u64,
    started: bool,
    len: u64,
}

impl Export {
    /// The blob of an item.
    pub(crate) fn new(item: &Item) -> Self {
        let pieces = Pieces::of(item);
        let records = pieces.len.div_ceil(BUFFER as u64);
        Self {
            offset: 0,
            left: pieces.len,
            started: false,
            len: (PREAMBLE.len() + VERSION.len()) as u64 + 8 * records + pieces.len,
            pieces: pieces.list.into(),
        }
    }

    /// Bytes of the whole blob, also after chunks are taken.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    fn take(&mut self, out: &mut BytesMut, mut count: usize) {
        while count > 0
            && let Some(piece) = self.pieces.front()
        {
            let bytes = piece.read(self.offset, count);
            out.put_slice(&bytes);
            count -= bytes.len();
            self.offset += bytes.len() as u64;
            self.left -= bytes.len() as u64;
            if self.offset == piece.len() {
                self.pieces.pop_front();
                self.offset = 0;
            }
        }
    }
}

impl Iterator for Export {
    type Item = Bytes;

    /// The three records at the front, then one transfer buffer at a time.
    fn next(&mut self) -> Option<Bytes> {
        if !self.started {
            self.started = true;
            return Some([&PREAMBLE[..], &VERSION].concat().into());
        }
        if self.left == 0 {
            return None;
        }
        let count = self.left.min(BUFFER as u64) as usize;
        let mut out = BytesMut::with_capacity(count + 8);
        out.put_u32_le(TRANSFER);
        out.put_u32_le(count as u32);
        self.take(&mut out, count);
        Some(out.freeze())
    }
}

/// Bytes of an item's stream without the wrapper: what the simulator calls the item's size.
pub(crate) fn stream_length(item: &Item) -> u64 {
    Pieces::of(item).len
}
