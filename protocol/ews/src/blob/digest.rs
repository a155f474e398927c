//! One short digest of an item's content, taken while the item passes.
//!
//! It tells whether a copy is still what was uploaded. What the service renews on import and the
//! read state do not count; the order of properties and the numbers of named ones do not either.
//! Values pass through a CRC-32, which processors compute at the speed of memory: their bytes are
//! most of what a worker hashes, and a digest has no more bits than that. Heads are mixed by a hash
//! proper. Both definitions are fixed, because digests are kept. Unlike in
//! [`canonical`](super::canonical), texts count as they are written, in their own code page.

use std::fmt;
use std::num::NonZeroU32;

use xxhash_rust::xxh64::xxh64;

use super::canonical::{RENEWED, RENEWED_IN_ATTACHMENT, RENEWED_IN_RECIPIENT};
use super::tag::{Tag, UTF16, code_page};
use super::walk::{Name, Part};

/// MessageFlags, of which one bit is the read state. The others follow from what else changes.
pub(super) const MESSAGE_FLAGS: u16 = 0x0E07;

/// Stands for both types of text in UTF-16.
const UNICODE: u16 = 0x001F;

/// The digest on its way.
#[derive(Default)]
pub(super) struct ContentDigest {
    sum: u64,
    top: Level,
    open: Vec<(Part, Level)>,
    current: Option<Property>,
}

/// A property on its way.
struct Property {
    /// Hash of its place, type, name and lengths.
    head: u64,
    values: crc32fast::Hasher,
}

/// A part that is open: where its properties stand.
#[derive(Debug, Default)]
struct Level {
    seed: u64,
    parts: u64,
}

impl ContentDigest {
    pub(super) fn enter(&mut self, part: Part) {
        let around = self.open.last_mut().map_or(&mut self.top, |(_, level)| level);
        around.parts += 1;
        let kind = match part {
            Part::Recipient => 1_u8,
            Part::Attachment => 2,
            Part::Embedded => 3,
        };
        let mut place = [kind; 9];
        place[1..].copy_from_slice(&around.parts.to_le_bytes());
        let seed = xxh64(&place, around.seed);
        // The part itself counts, so that one without properties of interest is not lost.
        self.sum = self.sum.wrapping_add(seed);
        self.open.push((part, Level { seed, parts: 0 }));
    }

    pub(super) fn leave(&mut self) {
        self.open.pop();
    }

    pub(super) fn property(&mut self, tag: Tag, name: Option<&Name>) {
        if self.skips(tag.id) {
            return;
        }
        let seed = self.open.last().map_or(self.top.seed, |(_, level)| level.seed);
        let kind = if code_page(tag.kind) == Some(UTF16) { UNICODE } else { tag.kind };
        let seed = xxh64(&kind.to_le_bytes(), seed);
        let head = match name {
            None => xxh64(&tag.id.to_le_bytes(), seed),
            Some(Name::Number { set, lid }) => xxh64(&lid.to_le_bytes(), xxh64(set, seed)),
            Some(Name::Text { set, name }) => xxh64(name.as_bytes(), xxh64(set, seed)),
        };
        self.current = Some(Property { head, values: crc32fast::Hasher::new() });
    }

    fn skips(&self, id: u16) -> bool {
        RENEWED.contains(&id)
            || match self.open.last() {
                None => id == MESSAGE_FLAGS,
                Some((Part::Attachment, _)) => RENEWED_IN_ATTACHMENT.contains(&id),
                Some((Part::Recipient, _)) => RENEWED_IN_RECIPIENT.contains(&id),
                Some((Part::Embedded, _)) => false,
            }
    }

    pub(super) fn value(&mut self, length: usize) {
        if let Some(property) = &mut self.current {
            property.head = xxh64(&(length as u64).to_le_bytes(), property.head);
        }
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        if let Some(property) = &mut self.current {
            property.values.update(bytes);
        }
    }

    pub(super) fn end(&mut self) {
        if let Some(Property { head, values }) = self.current.take() {
            self.sum = self.sum.wrapping_add(xxh64(&values.finalize().to_le_bytes(), head));
        }
    }

    /// The digest of what has passed.
    pub(super) fn finish(&self) -> NonZeroU32 {
        NonZeroU32::new((self.sum ^ (self.sum >> 32)) as u32).unwrap_or(NonZeroU32::MIN)
    }
}

impl fmt::Debug for ContentDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContentDigest").field("sum", &self.sum).finish_non_exhaustive()
    }
}
