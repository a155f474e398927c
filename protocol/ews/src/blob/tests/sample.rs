//! Items to test with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A small made-up message: class, subject, dates, body, a named property, one recipient.
pub(super) const TEXT: &str = "\
AQAAAAgAAAAAAAAAAQAAAAMAAAAYAAAAAQAAAAcDAgAAAAAAwAAAAAAAAEYAJACABAAAAAYAAAAUD9aRhhcCAAAAIQEAAAMAFwABAAAAsIQaABIAAABJAFAA
TQAuAE4AbwB0AGUAAACwhDcADAAAAEgAZQBsAGwAbwAAAEAAOQAAAOz2g0PbAUAABg4AAOz2g0PbAQMABw4BAAAAsIQAEAYAAABIAGkAAACwhDUQIAAAADwA
YQBAAGMAbwBuAHQAbwBzAG8ALgBjAG8AbQA+AAAAsIQBgCkDAgAAAAAAwAAAAAAAAEYBWAAtAEQAZQBtAG8AAAAEAAAAdgAAAAMAFkANABIOAwADQAMAADAA
AAAAAwAVDAEAAACwhAEwBAAAAEIAAACwhAIwCgAAAFMATQBUAFAAAACwhAMwHAAAAGIAQABjAG8AbgB0AG8AcwBvAC4AYwBvAG0AAAADAARAAwAWQA0AEw4=";

pub(super) fn bytes() -> Vec<u8> {
    let text: String = TEXT.split_whitespace().collect();
    STANDARD.decode(text).expect("a constant")
}

/// Length of the records before the first transfer buffer.
pub(super) const PROLOGUE: usize = 16 + 32 + 14;

/// A blob whose stream is `stream`, in buffers of at most `buffer` bytes.
pub(super) fn wrap(stream: &[u8], buffer: usize) -> Vec<u8> {
    let mut blob = bytes()[..PROLOGUE].to_vec();
    for part in stream.chunks(buffer) {
        blob.extend(2_u32.to_le_bytes());
        blob.extend(u32::try_from(part.len()).expect("small").to_le_bytes());
        blob.extend(part);
    }
    blob
}

/// The sample's stream.
pub(super) fn stream() -> Vec<u8> {
    bytes()[PROLOGUE + 8..].to_vec()
}

/// A stream being written.
#[derive(Default)]
pub(super) struct Stream(pub(super) Vec<u8>);

impl Stream {
    pub(super) fn marker(mut self, tag: u32) -> Self {
        let [a, b, c, d] = tag.to_le_bytes();
        self.0.extend([a, b, c, d]);
        self
    }

    pub(super) fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }

    pub(super) fn number(self, id: u16, value: u32) -> Self {
        self.tag(0x0003, id).raw(&value.to_le_bytes())
    }

    pub(super) fn wide(self, id: u16, text: &str) -> Self {
        let units: Vec<u8> = text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        self.tag(0x84B0, id).sized(&units)
    }

    pub(super) fn narrow(self, kind: u16, id: u16, text: &[u8]) -> Self {
        let mut bytes = text.to_vec();
        bytes.push(0);
        self.tag(kind, id).sized(&bytes)
    }

    pub(super) fn tag(self, kind: u16, id: u16) -> Self {
        self.raw(&kind.to_le_bytes()).raw(&id.to_le_bytes())
    }

    pub(super) fn sized(self, bytes: &[u8]) -> Self {
        let length = u32::try_from(bytes.len()).expect("small");
        self.raw(&length.to_le_bytes()).raw(bytes)
    }

    pub(super) fn separators(self) -> Self {
        self.first_separator().second_separator()
    }

    pub(super) fn first_separator(self) -> Self {
        self.marker(0x4016_0003).marker(0x0E12_000D)
    }

    pub(super) fn second_separator(self) -> Self {
        self.marker(0x4016_0003).marker(0x0E13_000D)
    }

    pub(super) fn blob(&self) -> Vec<u8> {
        wrap(&self.0, 31_680)
    }
}

/// A message with an attachment that holds a message with a recipient.
pub(super) fn nested() -> Stream {
    Stream::default()
        .wide(0x001A, "IPM.Note")
        .first_separator()
        .second_separator()
        .marker(0x4000_0003)
        .number(0x0E21, 0)
        .wide(0x3704, "inner.msg")
        .marker(0x4001_0003)
        .wide(0x0037, "Inner")
        .first_separator()
        .marker(0x4003_0003)
        .wide(0x3001, "B")
        .marker(0x4004_0003)
        .second_separator()
        .marker(0x4002_0003)
        .marker(0x400E_0003)
}
