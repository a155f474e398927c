//! Writing XML as a stream.
//!
//! No tree and no look-back: what is written is gone. Characters that XML 1.0
//! cannot carry become U+FFFD, so every answer is well formed whatever a
//! property holds.

use std::io::{Result, Write};

/// Writes elements to any sink.
#[derive(Debug)]
pub(crate) struct XmlWriter<W> {
    sink: W,
}

impl<W: Write> XmlWriter<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self { sink }
    }

    /// The sink.
    pub(crate) fn get_mut(&mut self) -> &mut W {
        &mut self.sink
    }

    /// Gives the sink back.
    pub(crate) fn into_inner(self) -> W {
        self.sink
    }

    /// `<?xml …?>`.
    pub(crate) fn declaration(&mut self) -> Result<()> {
        self.sink.write_all(b"<?xml version=\"1.0\" encoding=\"utf-8\"?>")
    }

    /// A start tag; `name` carries its prefix.
    pub(crate) fn start(&mut self, name: &str, attributes: &[(&str, &str)]) -> Result<()> {
        self.open(name, attributes)?;
        self.sink.write_all(b">")
    }

    /// An end tag.
    pub(crate) fn end(&mut self, name: &str) -> Result<()> {
        self.sink.write_all(b"</")?;
        self.sink.write_all(name.as_bytes())?;
        self.sink.write_all(b">")
    }

    /// An element without content.
    pub(crate) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> Result<()> {
        self.open(name, attributes)?;
        self.sink.write_all(b"/>")
    }

    /// An element with text.
    pub(crate) fn element(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        text: &str,
    ) -> Result<()> {
        self.start(name, attributes)?;
        self.text(text)?;
        self.end(name)
    }

    /// Escaped text.
    pub(crate) fn text(&mut self, text: &str) -> Result<()> {
        escape(&mut self.sink, text, false)
    }

    /// Bytes that need no escaping (base64).
    pub(crate) fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.sink.write_all(bytes)
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> Result<()> {
        self.sink.write_all(b"<")?;
        self.sink.write_all(name.as_bytes())?;
        for (key, value) in attributes {
            self.sink.write_all(b" ")?;
            self.sink.write_all(key.as_bytes())?;
            self.sink.write_all(b"=\"")?;
            escape(&mut self.sink, value, true)?;
            self.sink.write_all(b"\"")?;
        }
        Ok(())
    }
}

fn escape(sink: &mut impl Write, text: &str, attribute: bool) -> Result<()> {
    let mut clean = 0;
    for (at, character) in text.char_indices() {
        let replacement: &[u8] = match character {
            '<' => b"&lt;",
            '>' => b"&gt;",
            '&' => b"&amp;",
            '\r' => b"&#xD;",
            '"' if attribute => b"&quot;",
            '\n' if attribute => b"&#xA;",
            '\t' if attribute => b"&#x9;",
            '\n' | '\t' => continue,
            '\u{0}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => "\u{FFFD}".as_bytes(),
            _ => continue,
        };
        sink.write_all(&text.as_bytes()[clean..at])?;
        sink.write_all(replacement)?;
        clean = at + character.len_utf8();
    }
    sink.write_all(&text.as_bytes()[clean..])
}
