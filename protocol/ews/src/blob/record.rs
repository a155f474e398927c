//! The record wrapper: `u32 opcode, u32 length, bytes`, all little-endian.
//!
//! Order: one configuration record, one interface record, one partner version record, then
//! transfer buffers, which join to one stream. There is no end record, so a text that was cut
//! between two records shows only in the stream.

use super::Error;

const CONFIGURATION: u32 = 1;
const TRANSFER_BUFFER: u32 = 2;
const INTERFACE: u32 = 3;
const PARTNER_VERSION: u32 = 4;

/// Flags 0, transfer method 1 (CopyTo).
const CONFIGURATION_BYTES: [u8; 8] = [0, 0, 0, 0, 1, 0, 0, 0];
/// Kind 1 and the interface id of a message, {00020307-0000-0000-C000-000000000046}.
const INTERFACE_BYTES: [u8; 20] =
    [1, 0, 0, 0, 0x07, 0x03, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];
const INTERFACE_LENGTH: usize = 24;
const PARTNER_VERSION_LENGTH: usize = 6;
/// Exchange 2010; older servers do not export.
const OLDEST_PARTNER: u16 = 14 << 8;

/// Splits a blob into its records.
#[derive(Debug)]
pub(crate) struct Records {
    stage: Stage,
    /// Bytes of the header, or of a small record, read so far.
    gathered: Vec<u8>,
    /// Bytes that the part being read still needs.
    missing: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Header(Expect),
    Body(Expect),
    Buffer,
}

/// Which record has to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    Configuration,
    Interface,
    PartnerVersion,
    FirstBuffer,
    MoreBuffers,
}

const HEADER: usize = 8;

impl Records {
    pub(crate) fn new() -> Self {
        Self {
            stage: Stage::Header(Expect::Configuration),
            gathered: Vec::with_capacity(INTERFACE_LENGTH),
            missing: HEADER,
        }
    }

    /// Takes the next bytes of the blob and gives the stream's bytes in them to `stream`.
    pub(crate) fn push(
        &mut self,
        mut bytes: &[u8],
        mut stream: impl FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        while !bytes.is_empty() {
            let (part, rest) = bytes.split_at(bytes.len().min(self.missing));
            bytes = rest;
            self.missing -= part.len();
            if self.stage == Stage::Buffer {
                stream(part)?;
            } else {
                self.gathered.extend_from_slice(part);
            }
            if self.missing == 0 {
                self.step()?;
            }
        }
        Ok(())
    }

    /// Ends the blob.
    pub(crate) fn finish(&self) -> Result<(), Error> {
        let between = self.gathered.is_empty();
        match self.stage {
            Stage::Header(Expect::MoreBuffers) if between => Ok(()),
            _ => Err(Error::Truncated("it stops within its records")),
        }
    }

    /// The part being read is complete: check it, and say what comes next.
    fn step(&mut self) -> Result<(), Error> {
        match self.stage {
            Stage::Header(then) => {
                let (opcode, length) = header(&self.gathered);
                self.stage = accept(then, opcode, length)?;
                self.missing = length;
            }
            Stage::Body(expect) => {
                check(expect, &self.gathered)?;
                let then = match expect {
                    Expect::Configuration => Expect::Interface,
                    Expect::Interface => Expect::PartnerVersion,
                    _ => Expect::FirstBuffer,
                };
                self.await_header(then);
            }
            Stage::Buffer => self.await_header(Expect::MoreBuffers),
        }
        self.gathered.clear();
        if self.missing == 0 {
            // An empty transfer buffer.
            self.await_header(Expect::MoreBuffers);
        }
        Ok(())
    }

    fn await_header(&mut self, then: Expect) {
        self.stage = Stage::Header(then);
        self.missing = HEADER;
    }
}

fn header(bytes: &[u8]) -> (u32, usize) {
    let number = |at: usize| {
        bytes[at..at + 4].iter().rev().fold(0_u32, |number, byte| number << 8 | u32::from(*byte))
    };
    (number(0), number(4) as usize)
}

fn accept(expect: Expect, opcode: u32, length: usize) -> Result<Stage, Error> {
    match (expect, opcode, length) {
        (Expect::Configuration, CONFIGURATION, 8)
        | (Expect::Interface, INTERFACE, INTERFACE_LENGTH)
        | (Expect::PartnerVersion, PARTNER_VERSION, PARTNER_VERSION_LENGTH) => {
            Ok(Stage::Body(expect))
        }
        (Expect::FirstBuffer | Expect::MoreBuffers, TRANSFER_BUFFER, _) => Ok(Stage::Buffer),
        (_, CONFIGURATION..=PARTNER_VERSION, _) => {
            Err(Error::Broken("a record is out of place or of the wrong length"))
        }
        _ => Err(Error::Broken("a record has an unknown opcode")),
    }
}

fn check(expect: Expect, body: &[u8]) -> Result<(), Error> {
    match expect {
        Expect::Configuration if body != CONFIGURATION_BYTES => {
            Err(Error::Broken("its configuration record has other values"))
        }
        Expect::Interface if !body.starts_with(&INTERFACE_BYTES) => {
            Err(Error::Broken("its interface record does not name a message"))
        }
        Expect::PartnerVersion if u16::from_le_bytes([body[0], body[1]]) < OLDEST_PARTNER => {
            Err(Error::Broken("its server version cannot have made it"))
        }
        _ => Ok(()),
    }
}
