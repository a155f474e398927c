//! Numbers of the wrapper and of the stream.

/// The two records every blob starts with: configuration (flags 0, method CopyTo) and interface
/// (`IID_IMessage`), headers included, and the header of the version record.
pub(super) const PREAMBLE: [u8; 56] = [
    1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, //
    3, 0, 0, 0, 24, 0, 0, 0, 1, 0, 0, 0, 7, 3, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0,
    0x46, //
    0, 0x24, 0, 0x80, 4, 0, 0, 0, 6, 0, 0, 0,
];

/// Partner version 15.20.4566, as a published Exchange Online sample carries it.
pub(super) const VERSION: [u8; 6] = [0x14, 0x0F, 0xD6, 0x91, 0x86, 0x17];

/// Opcode of a transfer buffer.
pub(super) const TRANSFER: u32 = 2;

/// Bytes of the stream in one transfer buffer, as published samples have it.
pub(super) const BUFFER: usize = 31_680;

/// Start and end markers (Microsoft: MS-OXCFXICS 2.2.4.1.4).
pub(super) mod marker {
    pub(in crate::fasttransfer) const NEW_ATTACH: u32 = 0x4000_0003;
    pub(in crate::fasttransfer) const START_EMBED: u32 = 0x4001_0003;
    pub(in crate::fasttransfer) const END_EMBED: u32 = 0x4002_0003;
    pub(in crate::fasttransfer) const START_RECIP: u32 = 0x4003_0003;
    pub(in crate::fasttransfer) const END_RECIP: u32 = 0x4004_0003;
    pub(in crate::fasttransfer) const END_ATTACH: u32 = 0x400E_0003;
    /// Followed by the tag of what is left out.
    pub(in crate::fasttransfer) const DELETE: u32 = 0x4016_0003;
}

/// Id of `MetaTagDnPrefix`, which old servers put first.
pub(super) const DN_PREFIX: u16 = 0x4008;
