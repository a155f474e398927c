//! Digest of a property's value, independent of how its text was written.

use codepage::to_encoding;
use encoding_rs::{Decoder, Encoding};
use sha2::{Digest as _, Sha256};

use crate::blob::tag::{Tag, code_page};

/// Digest of a value, short enough to keep for every property of a large item.
pub(crate) type ValueDigest = [u8; 16];

/// Stands for every type of text in the digest.
const TEXT: u16 = 0x001F;
/// Sets one text of a list apart from the next: a unit that no text holds.
const BORDER: u16 = 0xFFFF;

/// A value being digested.
#[derive(Debug)]
pub(crate) struct Value {
    hash: Sha256,
    text: Option<Text>,
}

impl Value {
    pub(crate) fn new(tag: Tag) -> Self {
        // A text whose code page nobody can read is compared byte by byte.
        let text = code_page(tag.kind).and_then(Text::new);
        let kind = if text.is_some() { TEXT } else { tag.kind };
        let mut hash = Sha256::new();
        hash.update(kind.to_le_bytes());
        Self { hash, text }
    }

    /// One value of the property begins.
    pub(crate) fn begin(&mut self, length: usize) {
        match &mut self.text {
            Some(text) => {
                text.flush(&mut self.hash);
                self.hash.update(BORDER.to_le_bytes());
            }
            None => self.hash.update((length as u64).to_le_bytes()),
        }
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        match &mut self.text {
            Some(text) => text.bytes(bytes, &mut self.hash),
            None => self.hash.update(bytes),
        }
    }

    pub(crate) fn finish(mut self) -> ValueDigest {
        if let Some(text) = &mut self.text {
            text.flush(&mut self.hash);
        }
        let mut digest = ValueDigest::default();
        digest.copy_from_slice(&self.hash.finalize()[..16]);
        digest
    }
}

/// A text on its way to UTF-16, without its terminators.
struct Text {
    encoding: &'static Encoding,
    decoder: Decoder,
    /// Terminators that may be the last; they count only if something follows.
    zeros: usize,
}

impl Text {
    fn new(page: u16) -> Option<Self> {
        // A type has 15 bits for the code page; the upper half of the numbers lost its first bit.
        let encoding = to_encoding(page).or_else(|| to_encoding(page | 0x8000))?;
        let decoder = encoding.new_decoder_without_bom_handling();
        Some(Self { encoding, decoder, zeros: 0 })
    }

    fn bytes(&mut self, bytes: &[u8], hash: &mut Sha256) {
        self.decode(bytes, false, hash);
    }

    /// The text is complete.
    fn flush(&mut self, hash: &mut Sha256) {
        self.decode(&[], true, hash);
        self.decoder = self.encoding.new_decoder_without_bom_handling();
        self.zeros = 0;
    }

    fn decode(&mut self, mut bytes: &[u8], last: bool, hash: &mut Sha256) {
        let mut units = [0_u16; 1024];
        loop {
            let (result, read, written, _) = self.decoder.decode_to_utf16(bytes, &mut units, last);
            bytes = &bytes[read..];
            self.hash(&units[..written], hash);
            if result == encoding_rs::CoderResult::InputEmpty {
                return;
            }
        }
    }

    fn hash(&mut self, units: &[u16], hash: &mut Sha256) {
        for unit in units {
            if *unit == 0 {
                self.zeros += 1;
                continue;
            }
            for _ in 0..std::mem::take(&mut self.zeros) {
                hash.update([0, 0]);
            }
            hash.update(unit.to_le_bytes());
        }
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Text").field("encoding", &self.encoding.name()).finish_non_exhaustive()
    }
}
