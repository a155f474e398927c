//! Reading a request envelope as a stream.
//!
//! [`RequestReader::head`] stops behind the start tag of the operation, so that
//! the caller can refuse before the body is sent; [`RequestReader::body`] reads
//! the rest. Document types are refused, names and namespaces are kept apart,
//! and the nesting is bounded. Text of `t:Data` goes to a [`Divert`].

use std::io::BufRead;

use quick_xml::XmlVersion;
use quick_xml::errors::Error as XmlError;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

use super::fault::Fault;
use super::names::Space;
use super::node::Node;
use super::position::{Place, PlacedReader};

/// Deeper than any element of the schema.
const DEEPEST: usize = 64;

/// Receives the text of `t:Data` elements, in pieces.
pub(crate) trait Divert {
    /// A new element begins; `siblings` are the elements in front of it.
    fn begin(&mut self, parent: &Node);
    /// A piece of its text.
    fn push(&mut self, text: &[u8]);
    /// The element ends; the answer is put into [`Node::diverted`].
    ///
    /// # Errors
    /// The text of the violation, if the content was not what the schema wants.
    fn end(&mut self) -> Result<usize, String>;
}

/// Nothing is diverted: text goes into the tree.
#[derive(Debug)]
pub(crate) struct Keep;

impl Divert for Keep {
    fn begin(&mut self, _parent: &Node) {}
    fn push(&mut self, _text: &[u8]) {}
    fn end(&mut self) -> Result<usize, String> {
        Ok(0)
    }
}

/// Why a request could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// To be answered.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The connection broke, or the body was longer than allowed.
    #[error("the request body ended early")]
    Body(#[source] std::io::Error),
}

/// Everything in front of the operation's content.
#[derive(Debug)]
pub(crate) struct Head {
    /// `s:Header`, if there is one.
    pub(crate) header: Option<Node>,
    /// The operation's element, attributes only.
    pub(crate) operation: Node,
    closed: bool,
}

/// Reader of one envelope.
pub(crate) struct RequestReader<R> {
    xml: NsReader<PlacedReader<R>>,
    buffer: Vec<u8>,
    place: Place,
}

enum Token {
    Start(Node),
    Closed(Node),
    End,
    Text(String),
    Nothing,
    Over,
}

impl<R: BufRead> RequestReader<R> {
    /// Reads UTF-8 text from `source`.
    pub(crate) fn new(source: R) -> Self {
        let mut xml = NsReader::from_reader(PlacedReader::new(source));
        let config = xml.config_mut();
        config.check_end_names = true;
        Self { xml, buffer: Vec::new(), place: Place { line: 1, column: 1 } }
    }

    /// Reads up to and including the start tag of the operation.
    ///
    /// # Errors
    /// [`ReadError::Fault`] for anything that is not a SOAP 1.1 request.
    pub(crate) fn head(&mut self) -> Result<Head, ReadError> {
        self.expect(Space::Soap, "Envelope")?;
        let mut header = None;
        loop {
            match self.significant()? {
                Token::Start(node) if is(&node, "Header") && header.is_none() => {
                    header = Some(self.subtree(node, &mut Keep, false)?);
                }
                Token::Closed(node) if is(&node, "Header") && header.is_none() => {
                    header = Some(node);
                }
                Token::Start(node) if is(&node, "Body") => break,
                Token::Start(node) | Token::Closed(node) => {
                    return Err(unexpected(&node).into());
                }
                _ => return Err(self.incomplete("Envelope").into()),
            }
        }
        match self.significant()? {
            Token::Start(operation) => Ok(Head { header, operation, closed: false }),
            Token::Closed(operation) => Ok(Head { header, operation, closed: true }),
            _ => Err(Fault::new("ErrorInvalidRequest", "The request is invalid.").into()),
        }
    }

    /// Reads the operation's content and the end of the envelope.
    ///
    /// # Errors
    /// As [`RequestReader::head`].
    pub(crate) fn body(
        &mut self,
        operation: Node,
        closed: bool,
        divert: Option<&mut dyn Divert>,
    ) -> Result<Node, ReadError> {
        let mut root = operation;
        if !closed {
            root = match divert {
                Some(divert) => self.subtree(root, divert, true)?,
                None => self.subtree(root, &mut Keep, false)?,
            };
        }
        for _ in ["Body", "Envelope"] {
            match self.significant()? {
                Token::End => {}
                Token::Start(node) | Token::Closed(node) => return Err(unexpected(&node).into()),
                _ => return Err(self.incomplete("Envelope").into()),
            }
        }
        match self.significant()? {
            Token::Over => Ok(root),
            _ => Err(self.malformed("data behind the end of the document").into()),
        }
    }

    /// Bytes read so far.
    pub(crate) fn received(&mut self) -> u64 {
        self.xml.get_mut().passed()
    }

    fn subtree(
        &mut self,
        root: Node,
        divert: &mut dyn Divert,
        diverting: bool,
    ) -> Result<Node, ReadError> {
        let mut open = vec![root];
        loop {
            let token = self.token()?;
            let Some(top) = open.last_mut() else {
                return Err(self.malformed("unbalanced tags").into());
            };
            match token {
                Token::Start(mut node) if diverting && node.name == "Data" => {
                    divert.begin(top);
                    self.content(divert)?;
                    let index =
                        divert.end().map_err(|violation| Fault::schema(node.place, violation))?;
                    node.diverted = Some(index);
                    top.children.push(node);
                }
                Token::Start(node) => {
                    if open.len() >= DEEPEST {
                        return Err(self.malformed("nested too deeply").into());
                    }
                    open.push(node);
                }
                Token::Closed(mut node) => {
                    if diverting && node.name == "Data" {
                        divert.begin(top);
                        node.diverted = Some(
                            divert
                                .end()
                                .map_err(|violation| Fault::schema(node.place, violation))?,
                        );
                    }
                    top.children.push(node);
                }
                Token::Text(text) => top.text.push_str(&text),
                Token::Nothing => {}
                Token::End => {
                    let Some(done) = open.pop() else {
                        return Err(self.malformed("unbalanced tags").into());
                    };
                    match open.last_mut() {
                        Some(parent) => parent.children.push(done),
                        None => return Ok(done),
                    }
                }
                Token::Over => return Err(self.incomplete(&top.name.clone()).into()),
            }
        }
    }

    /// The text of a `Data` element, piece by piece, up to its end tag.
    fn content(&mut self, divert: &mut dyn Divert) -> Result<(), ReadError> {
        loop {
            loop {
                let source = self.xml.get_mut();
                let available = source.fill_buf().map_err(ReadError::Body)?;
                if available.is_empty() {
                    break;
                }
                let end = memchr::memchr2(b'<', b'&', available);
                let count = end.unwrap_or(available.len());
                divert.push(&available[..count]);
                source.consume(count);
                if end.is_some() {
                    break;
                }
            }
            match self.token()? {
                Token::End => return Ok(()),
                Token::Text(text) => divert.push(text.as_bytes()),
                Token::Nothing => {}
                Token::Start(node) | Token::Closed(node) => return Err(unexpected(&node).into()),
                Token::Over => return Err(self.incomplete("Data").into()),
            }
        }
    }

    fn expect(&mut self, space: Space, name: &str) -> Result<(), ReadError> {
        match self.significant()? {
            Token::Start(node) if node.space == space && node.name == name => Ok(()),
            _ => Err(Fault::new("ErrorInvalidRequest", "The request is invalid.").into()),
        }
    }

    /// The next token that is not white space.
    fn significant(&mut self) -> Result<Token, ReadError> {
        loop {
            match self.token()? {
                Token::Nothing => {}
                Token::Text(text) if text.trim().is_empty() => {}
                Token::Text(_) => return Err(self.malformed("text between elements").into()),
                token => return Ok(token),
            }
        }
    }

    fn token(&mut self) -> Result<Token, ReadError> {
        self.buffer.clear();
        self.place = self.xml.get_mut().place();
        let place = Place { line: self.place.line, column: self.place.column + 1 };
        let event = self.xml.read_event_into(&mut self.buffer);
        let event = event.map_err(|error| broken(self.place, error))?;
        Ok(match event {
            Event::Start(start) => Token::Start(element(self.xml.resolver(), &start, place)?),
            Event::Empty(start) => Token::Closed(element(self.xml.resolver(), &start, place)?),
            Event::End(_) => Token::End,
            Event::Text(text) => Token::Text(text.xml10_content().into_owned()),
            Event::CData(text) => Token::Text(text.xml10_content().into_owned()),
            Event::GeneralRef(reference) => Token::Text(entity(&reference, self.place)?),
            Event::DocType(_) => {
                return Err(malformed(
                    self.place,
                    "For security reasons DTD is prohibited in this XML document.",
                )
                .into());
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => Token::Nothing,
            Event::Eof => Token::Over,
        })
    }

    fn malformed(&self, text: &str) -> Fault {
        malformed(self.place, text)
    }

    fn incomplete(&self, name: &str) -> Fault {
        malformed(self.place, &format!("Unexpected end of file: '{name}' is not closed."))
    }
}

impl Head {
    /// The parts, for [`RequestReader::body`].
    pub(crate) fn into_parts(self) -> (Option<Node>, Node, bool) {
        (self.header, self.operation, self.closed)
    }
}

fn is(node: &Node, name: &str) -> bool {
    node.space == Space::Soap && node.name == name
}

fn malformed(place: Place, text: &str) -> Fault {
    Fault::schema(place, text)
}

fn unexpected(node: &Node) -> Fault {
    Fault::schema(
        node.place,
        format!(
            "The element '{}' in namespace '{}' is not expected here.",
            node.name,
            node.space.uri()
        ),
    )
}

fn broken(place: Place, error: XmlError) -> ReadError {
    match error {
        XmlError::Io(error) => ReadError::Body(std::io::Error::new(error.kind(), error)),
        other => ReadError::Fault(malformed(place, &other.to_string())),
    }
}

fn entity(reference: &BytesRef<'_>, place: Place) -> Result<String, ReadError> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Ok(character.to_string());
    }
    let name = reference.xml10_content();
    let text = match name.as_ref() {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "quot" => "\"",
        "apos" => "'",
        other => {
            let text = format!("Reference to undeclared entity '{other}'.");
            return Err(malformed(place, &text).into());
        }
    };
    Ok(text.to_owned())
}

fn element(
    resolver: &quick_xml::name::NamespaceResolver,
    start: &BytesStart<'_>,
    place: Place,
) -> Result<Node, ReadError> {
    let (resolved, local) = resolver.resolve_element(start.name());
    let space = match resolved {
        ResolveResult::Bound(namespace) => Space::of(Some(namespace.0)),
        ResolveResult::Unbound => Space::Other,
        ResolveResult::Unknown(prefix) => {
            return Err(malformed(place, &format!("'{prefix:?}' is an undeclared prefix.")).into());
        }
    };
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| malformed(place, &error.to_string()))?;
        let name = attribute.key.0;
        if name == "xmlns" || name.contains(':') {
            continue;
        }
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| malformed(place, &error.to_string()))?;
        attributes.push((name.to_owned(), value.into_owned()));
    }
    Ok(Node {
        space,
        name: local.as_ref().to_owned(),
        attributes,
        children: Vec::new(),
        text: String::new(),
        place,
        diverted: None,
    })
}
