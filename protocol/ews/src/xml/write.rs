//! Writing requests. Every text and attribute is escaped; characters that XML cannot carry are
//! refused, because a request that holds one is refused by the service without saying which.

use std::io::Write as _;

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

use super::names::{MESSAGES, SOAP, TYPES};
use crate::Error;

/// An XML text being written.
///
/// The first fault is kept and given by [`Xml::finish`], so that the calls read like the document.
pub(crate) struct Xml {
    writer: Writer<Vec<u8>>,
    fault: Option<Error>,
}

impl Xml {
    /// An empty text.
    pub(crate) fn new() -> Self {
        Self { writer: Writer::new(Vec::with_capacity(1024)), fault: None }
    }

    /// `<name attributes>` children `</name>`.
    pub(crate) fn element(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        children: impl FnOnce(&mut Self),
    ) {
        self.open(name, attributes);
        children(self);
        self.close(name);
    }

    /// `<name attributes/>`.
    pub(crate) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        let start = self.start(name, attributes);
        self.event(Event::Empty(start));
    }

    /// `<name>text</name>`.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.check(text);
        self.open(name, &[]);
        self.event(Event::Text(BytesText::new(text)));
        self.close(name);
    }

    pub(crate) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        let start = self.start(name, attributes);
        self.event(Event::Start(start));
    }

    pub(crate) fn close(&mut self, name: &str) {
        self.event(Event::End(BytesEnd::new(name)));
    }

    /// `<s:Envelope>` with the three namespaces every request uses.
    pub(crate) fn open_envelope(&mut self) {
        self.open("s:Envelope", &[("xmlns:s", SOAP), ("xmlns:t", TYPES), ("xmlns:m", MESSAGES)]);
    }

    /// Takes out what was written so far, to go on with text that is not held here.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(self.writer.get_mut())
    }

    /// What was written since the last [`take`](Self::take).
    ///
    /// # Errors
    ///
    /// A text that XML cannot carry.
    pub(crate) fn finish(self) -> Result<Vec<u8>, Error> {
        match self.fault {
            Some(fault) => Err(fault),
            None => Ok(self.writer.into_inner()),
        }
    }

    fn start<'a>(&mut self, name: &'a str, attributes: &[(&str, &str)]) -> BytesStart<'a> {
        let mut start = BytesStart::new(name);
        for (key, value) in attributes {
            self.check(value);
            start.push_attribute((*key, *value));
        }
        start
    }

    fn event(&mut self, event: Event<'_>) {
        if let Err(error) =
            self.writer.write_event(event).and_then(|()| self.writer.get_mut().flush())
        {
            tracing::error!(%error, "a request could not be written to memory");
            self.fault.get_or_insert_with(|| Error::argument("it could not be written to memory"));
        }
    }

    /// XML 1.0, section 2.2: the characters a document may hold.
    fn check(&mut self, text: &str) {
        let fits = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
        if !text.chars().all(fits) {
            self.fault.get_or_insert_with(|| {
                Error::argument("a name, address or id holds a character that XML forbids")
            });
        }
    }
}
