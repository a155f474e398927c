//! Property tags: `id << 16 | type` (Microsoft: MS-OXCDATA 2.9 and 2.11.1).

use serde::{Deserialize, Serialize};

/// A property tag: the id in the upper, the type in the lower 16 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Tag(pub(crate) u32);

impl Tag {
    /// A tag of an id and a type.
    pub(crate) const fn new(id: u16, kind: u16) -> Self {
        Self((id as u32) << 16 | kind as u32)
    }

    /// The property id.
    pub(crate) const fn id(self) -> u16 {
        (self.0 >> 16) as u16
    }

    /// The property type.
    pub(crate) const fn kind(self) -> u16 {
        (self.0 & 0xFFFF) as u16
    }
}

impl std::fmt::Debug for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "0x{:08X}", self.0)
    }
}

/// Property types (Microsoft: MS-OXCDATA 2.11.1).
pub(crate) mod kind {
    pub(crate) const I16: u16 = 0x0002;
    pub(crate) const I32: u16 = 0x0003;
    pub(crate) const F32: u16 = 0x0004;
    pub(crate) const F64: u16 = 0x0005;
    pub(crate) const CURRENCY: u16 = 0x0006;
    pub(crate) const APP_TIME: u16 = 0x0007;
    pub(crate) const BOOL: u16 = 0x000B;
    pub(crate) const OBJECT: u16 = 0x000D;
    pub(crate) const I64: u16 = 0x0014;
    /// A string of 8-bit characters in the item's own code page.
    pub(crate) const TEXT8: u16 = 0x001E;
    /// A string of UTF-16 characters.
    pub(crate) const TEXT: u16 = 0x001F;
    pub(crate) const TIME: u16 = 0x0040;
    pub(crate) const GUID: u16 = 0x0048;
    pub(crate) const BINARY: u16 = 0x0102;
    /// Bit that makes a type a list of values.
    pub(crate) const MULTI: u16 = 0x1000;
    /// Bit that makes a type a string in the code page of the other 15 bits.
    pub(crate) const CODE_PAGE: u16 = 0x8000;
    /// UTF-16LE as a code-page string: what Exchange Online writes.
    pub(crate) const TEXT_1200: u16 = CODE_PAGE | 1200;
}
