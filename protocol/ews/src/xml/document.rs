//! A streaming reader over an answer's elements.
//!
//! It walks in document order: [`Document::child`] opens the next child of the element that is
//! open, or closes that element and returns `None`. An open element is read by
//! [`text`](Document::text), [`tree`](Document::tree), [`skip`](Document::skip),
//! [`piece`](Document::piece), or by walking its own children.

use std::sync::LazyLock;

use bytes::Bytes;
use memchr::memmem::Finder;
use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use tokio::io::AsyncBufReadExt as _;

use super::capped::{Capped, Source, UsedUp};
use super::reference::{resolve, unescape};
use super::{Element, Error, Ns};
use crate::blob::TRUNCATION_MARKER;
use crate::limits;

/// Room for the tag that ends a text, so that a text of just the limit still fits.
const MARKUP: usize = 4096;

/// A start tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Start {
    pub(crate) ns: Ns,
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
}

impl Start {
    pub(crate) fn is(&self, ns: Ns, name: &str) -> bool {
        self.ns == ns && self.name == name
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// An answer being read.
pub(crate) struct Document {
    reader: NsReader<Capped>,
    buffer: Vec<u8>,
    /// Elements open now.
    depth: usize,
    /// The open element was written as `<a/>`, so its end is not in the bytes.
    empty: bool,
}

/// What stands next in an open element.
pub(crate) enum Next {
    Start(Start),
    End,
    Text(String),
    Eof,
}

impl Document {
    pub(crate) fn new(source: Source) -> Self {
        let mut reader = NsReader::from_reader(Capped::new(source));
        reader.config_mut().check_end_names = true;
        Self { reader, buffer: Vec::new(), depth: 0, empty: false }
    }

    /// Opens the next child of the open element (or the root), or closes the element. Text
    /// beside child elements is passed over.
    ///
    /// Not cancel safe: part of a tag may be lost.
    pub(crate) async fn child(&mut self) -> Result<Option<Start>, Error> {
        loop {
            match self.next(limits::TEXT_BYTES).await? {
                Next::Start(start) => return Ok(Some(start)),
                Next::End => return Ok(None),
                Next::Text(_) => {}
                Next::Eof if self.depth == 0 => return Ok(None),
                Next::Eof => return Err(Error::Cut("an element is not closed".into())),
            }
        }
    }

    /// The text of the open element, which must not have children, and closes it.
    pub(crate) async fn text(&mut self, limit: usize) -> Result<String, Error> {
        let mut text = String::new();
        loop {
            match self.next(limit.saturating_sub(text.len()).max(1)).await? {
                Next::Text(more) if text.is_empty() => text = more,
                Next::Text(more) => text.push_str(&more),
                Next::End => return Ok(text),
                Next::Start(_) => {
                    return Err(Error::malformed("an element stands where text should"));
                }
                Next::Eof => return Err(Error::Cut("a text is not closed".into())),
            }
            if text.len() > limit {
                return Err(Error::TooLarge("a text"));
            }
        }
    }

    /// Reads over the open element and closes it.
    pub(crate) async fn skip(&mut self) -> Result<(), Error> {
        let outside = self.depth - 1;
        while self.depth > outside {
            self.child().await?;
        }
        Ok(())
    }

    /// The open element (begun by `start`) with all its children, and closes it.
    pub(crate) async fn tree(&mut self, start: Start) -> Result<Element, Error> {
        let mut open = vec![Element::new(start)];
        let mut bytes = 0;
        loop {
            match self.next(limits::TEXT_BYTES).await? {
                Next::Start(start) => {
                    bytes += start.weight();
                    open.push(Element::new(start));
                }
                Next::Text(text) => {
                    bytes += text.len();
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(&text);
                    }
                }
                Next::End => {
                    let Some(element) = open.pop() else {
                        return Err(Error::malformed("an element ends twice"));
                    };
                    match open.last_mut() {
                        Some(parent) => parent.children.push(element),
                        None => return Ok(element),
                    }
                }
                Next::Eof => return Err(Error::Cut("an element is not closed".into())),
            }
            if bytes > limits::TREE_BYTES {
                return Err(Error::TooLarge("an item or folder"));
            }
        }
    }

    /// The next piece of the open element's raw text; `None` once the element is closed. The
    /// text is never held as a whole, and a piece is not copied.
    ///
    /// References to white space are dropped; no other reference belongs in base64, so the rest
    /// is passed on for the decoder to refuse.
    pub(crate) async fn piece(&mut self) -> Result<Option<Bytes>, Error> {
        if !self.empty {
            // Past the parser: it takes up again at the next tag.
            let stream = self.reader.get_mut();
            stream.allow(limits::STREAM_CHUNK);
            let available = stream.fill_buf().await.map_err(|e| read_error(&e))?;
            if available.is_empty() {
                return Err(Error::Cut("the data is not closed".into()));
            }
            let amount = memchr::memchr2(b'<', b'&', available).unwrap_or(available.len());
            if amount > 0 {
                return Ok(Some(stream.take(amount)));
            }
        }
        match self.next(limits::TEXT_BYTES).await? {
            Next::End => Ok(None),
            Next::Text(text) => Ok(Some(text.into())),
            Next::Start(_) => Err(Error::malformed("an element stands where data should")),
            Next::Eof => Err(Error::Cut("the data is not closed".into())),
        }
    }

    /// Reads to the end of the answer, which must hold nothing but closing tags.
    pub(crate) async fn finish(&mut self) -> Result<(), Error> {
        loop {
            match self.next(limits::TEXT_BYTES).await? {
                Next::Eof if self.depth == 0 => return Ok(()),
                Next::Eof => return Err(Error::Cut("an element is not closed".into())),
                _ => {}
            }
        }
    }

    async fn next(&mut self, limit: usize) -> Result<Next, Error> {
        if self.empty {
            self.empty = false;
            self.depth -= 1;
            return Ok(Next::End);
        }
        loop {
            self.buffer.clear();
            self.reader.get_mut().allow(limit + MARKUP);
            let (resolved, event) = self
                .reader
                .read_resolved_event_into_async(&mut self.buffer)
                .await
                .map_err(|e| syntax_error(&e))?;
            match event {
                Event::Start(tag) | Event::Empty(tag) if self.depth >= limits::DEPTH => {
                    drop(tag);
                    return Err(Error::TooLarge("the depth of elements"));
                }
                Event::Start(tag) => {
                    let start = start(&resolved, &tag)?;
                    self.depth += 1;
                    return Ok(Next::Start(start));
                }
                Event::Empty(tag) => {
                    let start = start(&resolved, &tag)?;
                    self.depth += 1;
                    self.empty = true;
                    return Ok(Next::Start(start));
                }
                Event::End(_) => {
                    self.depth = self
                        .depth
                        .checked_sub(1)
                        .ok_or_else(|| Error::malformed("an element ends twice"))?;
                    return Ok(Next::End);
                }
                Event::Text(text) => return checked_text(text.xml10_content().into_owned()),
                Event::CData(text) => return checked_text(text.xml10_content().into_owned()),
                Event::GeneralRef(reference) => {
                    return Ok(Next::Text(resolve(&reference.into_inner())?.to_string()));
                }
                Event::DocType(_) => {
                    return Err(Error::malformed("it has a document type, which SOAP forbids"));
                }
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::Eof => return Ok(Next::Eof),
            }
        }
    }
}

impl Start {
    fn weight(&self) -> usize {
        let attributes: usize = self.attributes.iter().map(|(k, v)| k.len() + v.len() + 48).sum();
        self.name.len() + attributes + 128
    }
}

fn start(resolved: &ResolveResult<'_>, tag: &BytesStart<'_>) -> Result<Start, Error> {
    let ns = match resolved {
        ResolveResult::Bound(namespace) => Ns::of(namespace.as_ref()),
        ResolveResult::Unbound => Ns::None,
        ResolveResult::Unknown(_) => return Err(Error::malformed("a prefix is not declared")),
    };
    let mut attributes = Vec::new();
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|e| Error::malformed(e.to_string()))?;
        let name = attribute.key.as_ref();
        if name == "xmlns" || name.starts_with("xmlns:") {
            continue;
        }
        if attributes.len() == limits::ATTRIBUTES {
            return Err(Error::TooLarge("a list of attributes"));
        }
        let local = attribute.key.local_name();
        attributes.push((local.as_ref().to_owned(), unescape(&attribute.value)?));
    }
    Ok(Start { ns, name: tag.local_name().as_ref().to_owned(), attributes })
}

static TRUNCATED: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(TRUNCATION_MARKER));

/// The service may write its mark of truncation outside the data, where nothing else looks.
fn checked_text(text: String) -> Result<Next, Error> {
    if TRUNCATED.find(text.as_bytes()).is_some() {
        return Err(Error::Truncated);
    }
    Ok(Next::Text(text))
}

fn syntax_error(error: &quick_xml::Error) -> Error {
    match error {
        quick_xml::Error::Io(error) => read_error(error),
        quick_xml::Error::Syntax(error) => Error::Cut(error.to_string()),
        other => Error::malformed(other.to_string()),
    }
}

fn read_error(error: &std::io::Error) -> Error {
    if error.get_ref().is_some_and(|inner| inner.is::<UsedUp>()) {
        return Error::TooLarge("a text or tag");
    }
    Error::Cut(error.to_string())
}
