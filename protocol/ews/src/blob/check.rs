//! The check every item passes between export and upload.

use std::num::NonZeroU32;

use longhaul_core::Timestamp;

use super::digest::{ContentDigest, MESSAGE_FLAGS};
use super::tag::{Tag, UTF16, code_page};
use super::walk::{Name, Part, Visitor, Walk};
use super::{Error, record::Records};

/// What a check found in an item that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Bytes of the item.
    pub bytes: u64,
    /// Its message class, if it has one and the stream could be followed that far.
    pub message_class: Option<String>,
    /// When it was delivered (0x0E06), likewise.
    pub delivered: Option<Timestamp>,
    /// When it was submitted (0x0039), likewise.
    pub submitted: Option<Timestamp>,
    /// Whether it is marked read, if it says so and the stream could be followed that far.
    pub read: Option<bool>,
    /// A digest of its content, the read state left out; equal for an item and its copy. `None`
    /// if the stream could not be followed to its end.
    pub content: Option<NonZeroU32>,
    /// The separator before the attachments is missing. The format allows that, but no server
    /// was seen to leave it out: export again before believing it.
    pub suspect: bool,
    /// A property of an unknown type was met: only the records were checked to the end.
    pub opaque: bool,
}

/// Checks one item as it passes, in pieces of any size; the verdict does not depend on them.
#[derive(Debug)]
pub struct Checker {
    pipe: Pipe,
    facts: Facts,
}

impl Checker {
    /// A checker at the start of an item.
    #[must_use]
    pub fn new() -> Self {
        Self { pipe: Pipe::new(), facts: Facts::default() }
    }

    /// Takes the item's next bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Broken`] as soon as the item breaks the format. The checker is of no use
    /// afterwards.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.pipe.push(bytes, &mut self.facts)
    }

    /// Ends the item.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`] if the item is not complete.
    pub fn finish(self) -> Result<Report, Error> {
        self.pipe.finish(self.facts)
    }
}

impl Default for Checker {
    fn default() -> Self {
        Self::new()
    }
}

/// Records and stream, one behind the other.
#[derive(Debug)]
pub(crate) struct Pipe {
    records: Records,
    walk: Walk,
    bytes: u64,
}

impl Pipe {
    pub(crate) fn new() -> Self {
        Self { records: Records::new(), walk: Walk::new(), bytes: 0 }
    }

    pub(crate) fn push(&mut self, bytes: &[u8], visitor: &mut impl Visitor) -> Result<(), Error> {
        self.bytes += bytes.len() as u64;
        self.records.push(bytes, |stream| self.walk.push(stream, visitor))
    }

    pub(crate) fn finish(self, facts: Facts) -> Result<Report, Error> {
        self.records.finish()?;
        self.walk.finish()?;
        let opaque = self.walk.is_opaque();
        let suspect = !opaque && !self.walk.has_attachment_separator();
        Ok(Report {
            bytes: self.bytes,
            read: flags(facts.flags.as_deref()).map(|flags| flags & READ != 0),
            content: (!opaque).then(|| facts.digest.finish()),
            delivered: time(facts.delivered.as_deref()),
            submitted: time(facts.submitted.as_deref()),
            message_class: facts.class(),
            suspect,
            opaque,
        })
    }
}

const MESSAGE_CLASS: u16 = 0x001A;
const SUBMITTED: u16 = 0x0039;
const DELIVERED: u16 = 0x0E06;
/// Type of a time: 64 bits, in 100 ns since 1601.
/// Source: \[MS-DTYP\] section 2.3.3.
const TIME: u16 = 0x0040;
/// Type of a 32-bit number.
const INTEGER: u16 = 0x0003;
/// The bit of MessageFlags that says that a message is read.
/// Source: \[MS-OXCMSG\] section 2.2.1.6.
const READ: u32 = 1;
/// Milliseconds from then to 1970.
const EPOCH: i64 = 11_644_473_600_000;
/// A message class has at most 255 characters of two bytes each.
/// Source: \[MS-OXCMSG\] section 2.2.1.3.
const CLASS_BYTES: usize = 512;

/// Picks out what tells one item from another.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    depth: usize,
    wide: bool,
    /// The property whose value is being read, if it is one of ours.
    reading: Option<u16>,
    message_class: Option<Vec<u8>>,
    delivered: Option<Vec<u8>>,
    submitted: Option<Vec<u8>>,
    flags: Option<Vec<u8>>,
    digest: ContentDigest,
}

fn time(value: Option<&[u8]>) -> Option<Timestamp> {
    let ticks = i64::from_le_bytes(value?.try_into().ok()?);
    Some(Timestamp(ticks / 10_000 - EPOCH))
}

fn flags(value: Option<&[u8]>) -> Option<u32> {
    Some(u32::from_le_bytes(value?.try_into().ok()?))
}

impl Facts {
    fn class(self) -> Option<String> {
        let bytes = self.message_class?;
        let text = if self.wide {
            let units: Vec<u16> =
                bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units)
        } else {
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let text = text.trim_end_matches('\0');
        (!text.is_empty()).then(|| text.to_owned())
    }
}

impl Facts {
    /// The place for the value that is being read.
    fn read(&mut self) -> Option<&mut Option<Vec<u8>>> {
        match self.reading? {
            MESSAGE_CLASS => Some(&mut self.message_class),
            SUBMITTED => Some(&mut self.submitted),
            MESSAGE_FLAGS => Some(&mut self.flags),
            _ => Some(&mut self.delivered),
        }
    }
}

impl Visitor for Facts {
    fn enter(&mut self, part: Part) {
        self.depth += 1;
        self.digest.enter(part);
    }

    fn leave(&mut self) {
        self.depth -= 1;
        self.digest.leave();
    }

    fn property(&mut self, tag: Tag, name: Option<Name>) {
        self.digest.property(tag, name.as_ref());
        let page = code_page(tag.kind);
        let ours = match tag.id {
            MESSAGE_CLASS => page.is_some(),
            SUBMITTED | DELIVERED => tag.kind == TIME,
            MESSAGE_FLAGS => tag.kind == INTEGER,
            _ => false,
        };
        self.reading = (self.depth == 0 && ours).then_some(tag.id);
        if self.reading == Some(MESSAGE_CLASS) {
            self.wide = page == Some(UTF16);
        }
    }

    fn value(&mut self, length: usize) {
        self.digest.value(length);
        self.reading = self.reading.filter(|_| length <= CLASS_BYTES);
        if let Some(value) = self.read() {
            *value = Some(Vec::with_capacity(length));
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.digest.bytes(bytes);
        if let Some(Some(value)) = self.read() {
            value.extend_from_slice(bytes);
        }
    }

    fn end(&mut self) {
        self.digest.end();
        self.reading = None;
    }
}
