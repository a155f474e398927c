//! An item's content as the base64 text the service gives and takes.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use bytes::Bytes;

use super::base64::{BASE64, Base64Decoder};
use super::error::Error;

/// Base64 text without white space, padded: what an item is uploaded as.
///
/// It is kept as it came, in pieces, so that nothing is encoded or copied again; each symbol has
/// passed the decoder, so that nothing else can come into a request with it. `Debug` leaves out
/// the content.
#[derive(Clone)]
pub struct Base64Text(Arc<[Bytes]>);

impl Base64Text {
    /// The text of `bytes`.
    #[must_use]
    pub fn encode(bytes: &[u8]) -> Self {
        Self([BASE64.encode(bytes).into()].into())
    }

    /// Bytes of the content.
    #[must_use]
    pub fn content_bytes(&self) -> u64 {
        let symbols: usize = self.0.iter().map(Bytes::len).sum();
        let from_end = self.0.iter().rev().flat_map(|piece| piece.iter().rev());
        let padding = from_end.take_while(|symbol| **symbol == b'=').count();
        symbols as u64 / 4 * 3 - padding as u64
    }

    pub(crate) fn pieces(&self) -> &[Bytes] {
        &self.0
    }
}

/// Where the text is cut into pieces does not matter.
impl PartialEq for Base64Text {
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().flatten().eq(other.0.iter().flatten())
    }
}

impl Eq for Base64Text {}

impl fmt::Debug for Base64Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Base64Text").field("bytes", &self.content_bytes()).finish_non_exhaustive()
    }
}

/// Bytes of the base64 text of `length` bytes.
pub(crate) const fn encoded_length(length: u64) -> u64 {
    length.div_ceil(3) * 4
}

/// Decodes the next piece of a text to `out` and gives it back without the white space in it.
/// Fails as [`Base64Decoder::push`] does.
pub(crate) fn symbols(
    decoder: &mut Base64Decoder,
    text: Bytes,
    out: &mut Vec<u8>,
) -> Result<Bytes, Error> {
    let before = decoder.spaces();
    decoder.push(&text, out)?;
    if decoder.spaces() == before {
        return Ok(text);
    }
    // What the decoder took is symbols, padding and white space.
    Ok(text.iter().copied().filter(|byte| *byte > b' ').collect())
}

/// Pieces shorter than this are joined: each has costs of its own.
const SHORT: usize = 4096;

/// Decodes text in pieces and keeps it.
#[derive(Debug, Default)]
pub(crate) struct Keeper {
    decoder: Base64Decoder,
    pieces: Vec<Bytes>,
    /// Symbols that belong behind the pieces.
    joined: Vec<u8>,
    held: usize,
}

impl Keeper {
    /// Decodes `text`, appends the bytes to `out` and keeps the symbols. Fails as
    /// [`Base64Decoder::push`] does.
    pub(crate) fn push(&mut self, text: Bytes, out: &mut Vec<u8>) -> Result<(), Error> {
        let text = symbols(&mut self.decoder, text, out)?;
        self.held += text.len();
        if text.len() < SHORT {
            self.joined.extend_from_slice(&text);
        } else {
            self.join();
            self.pieces.push(text);
        }
        Ok(())
    }

    /// Bytes of text kept.
    pub(crate) fn held(&self) -> usize {
        self.held
    }

    /// Lets go of what was kept so far, and says how much that was.
    pub(crate) fn forget(&mut self) -> usize {
        self.pieces.clear();
        self.joined.clear();
        std::mem::take(&mut self.held)
    }

    /// Ends the text. Fails as [`Base64Decoder::finish`] does.
    pub(crate) fn finish(mut self) -> Result<Base64Text, Error> {
        self.join();
        self.decoder.finish().map(|()| Base64Text(self.pieces.into()))
    }

    fn join(&mut self) {
        if !self.joined.is_empty() {
            self.pieces.push(std::mem::take(&mut self.joined).into());
        }
    }
}
