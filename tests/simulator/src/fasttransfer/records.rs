//! The record wrapper: unpacks transfer buffers, refuses everything else.

use super::{
    Broken,
    layout::{PREAMBLE, TRANSFER},
};

/// Where in the wrapper the parser stands.
#[derive(Debug)]
pub(super) struct Records {
    /// Bytes of the preamble and version, or of a record header, that have come in.
    head: Vec<u8>,
    started: bool,
    /// Bytes of the current buffer still to come.
    left: usize,
}

const VERSION_END: usize = PREAMBLE.len() + 6;
/// The oldest major version that Exchange writes this way, 14, in the upper byte.
const OLDEST_MAJOR: u8 = 0x0E;

impl Records {
    /// At the start of a blob.
    pub(super) fn new() -> Self {
        Self { head: Vec::new(), started: false, left: 0 }
    }

    /// Hands the stream bytes of the next piece of the blob to `deliver`.
    pub(super) fn push(
        &mut self,
        mut bytes: &[u8],
        mut deliver: impl FnMut(&[u8]) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        while !bytes.is_empty() {
            if self.left > 0 {
                let (now, later) = bytes.split_at(self.left.min(bytes.len()));
                self.left -= now.len();
                bytes = later;
                deliver(now)?;
                continue;
            }
            let due = if self.started { 8 } else { VERSION_END };
            let (now, later) = bytes.split_at((due - self.head.len()).min(bytes.len()));
            self.head.extend_from_slice(now);
            bytes = later;
            if self.head.len() == due {
                self.head_complete()?;
            }
        }
        Ok(())
    }

    fn head_complete(&mut self) -> Result<(), Broken> {
        let head = std::mem::take(&mut self.head);
        if !self.started {
            if head[..PREAMBLE.len()] != PREAMBLE {
                return Err(Broken::Preamble);
            }
            // The first word is major << 8 | minor, little-endian.
            if head[PREAMBLE.len() + 1] < OLDEST_MAJOR {
                return Err(Broken::Version);
            }
            self.started = true;
            return Ok(());
        }
        let word =
            |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let (opcode, length) = (word(0), word(4));
        if opcode != TRANSFER {
            return Err(Broken::Opcode(opcode));
        }
        if length == 0 || length > u32::from(u16::MAX) {
            return Err(Broken::BufferLength(length));
        }
        self.left = length as usize;
        Ok(())
    }

    /// Whether the blob may end here.
    pub(super) fn finish(&self) -> Result<(), Broken> {
        if !self.started {
            return Err(Broken::Preamble);
        }
        if self.left > 0 || !self.head.is_empty() {
            return Err(Broken::ShortRecord);
        }
        Ok(())
    }
}
