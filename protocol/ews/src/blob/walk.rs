//! Walks the FastTransfer stream of one message, token by token, from pieces of any size.
//!
//! ```text
//! stream     = propList [separator] *recipient [separator] *attachment
//! recipient  = StartRecip propList EndToRecip
//! attachment = NewAttach number propList [StartEmbed stream EndEmbed] EndAttach
//! property   = u16 type, u16 id, [id >= 0x8000: set, kind, number or name], value
//! ```
//! Source: \[MS-OXCFXICS\] section 2.2.4.3.

use super::Error;
use super::tag::{
    ATTACH_NUMBER, Form, Marker, SEPARATOR_ATTACHMENTS, SEPARATOR_RECIPIENTS, Tag, Token, UTF16,
    code_page, form,
};

/// A part of a message that has properties of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Recipient,
    Attachment,
    /// The message inside an attachment.
    Embedded,
}

/// Name of a named property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Number { set: [u8; 16], lid: u32 },
    Text { set: [u8; 16], name: String },
}

/// What looks at the tokens as they pass.
pub(crate) trait Visitor {
    fn enter(&mut self, part: Part);
    fn leave(&mut self);
    /// A property begins; `None` if it is not a named one.
    fn property(&mut self, tag: Tag, name: Option<Name>);
    /// One value of the property begins, of so many bytes.
    fn value(&mut self, length: usize);
    fn bytes(&mut self, bytes: &[u8]);
    /// The property is complete.
    fn end(&mut self);
}

/// Messages nested deeper than any client shows; beyond it the stream is not followed.
const DEPTH: usize = 64;
/// A property name has at most 254 characters.
/// Source: \[MS-OXPROPS\] section 1.3.
const NAME_UNITS: usize = 255;
/// Bounds that tell a list of strings from one string (see [`Form::MaybeMany`]): two UTF-16
/// characters read as a length are far beyond this.
const MAYBE_LENGTH: usize = 0x0F_FFFF;

/// The walk through one stream.
#[derive(Debug)]
pub(crate) struct Walk {
    state: State,
    /// Bytes of a fixed part read so far.
    gathered: Vec<u8>,
    tag: Tag,
    set: [u8; 16],
    name: Vec<u16>,
    open: Vec<Part>,
    /// An attachment's number has to come next.
    number_next: bool,
    opaque: bool,
    attachments_separated: bool,
    tokens: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Tag,
    Separator,
    /// Set (16 bytes) and kind (1 byte) of a name.
    NameHead,
    NameNumber,
    NameText,
    /// Length of a value, of which `more` follow.
    Length {
        more: u32,
    },
    Count,
    Value {
        left: usize,
        more: u32,
    },
}

impl Walk {
    pub(crate) fn new() -> Self {
        Self {
            state: State::Tag,
            gathered: Vec::with_capacity(17),
            tag: Tag { id: 0, kind: 0 },
            set: [0; 16],
            name: Vec::new(),
            open: Vec::new(),
            number_next: false,
            opaque: false,
            attachments_separated: false,
            tokens: false,
        }
    }

    /// Whether a type was met that cannot be measured, so that the rest was not looked at.
    pub(crate) fn is_opaque(&self) -> bool {
        self.opaque
    }

    /// Whether the message's own second separator has passed.
    pub(crate) fn has_attachment_separator(&self) -> bool {
        self.attachments_separated
    }

    /// Takes the next bytes of the stream.
    pub(crate) fn push(
        &mut self,
        mut bytes: &[u8],
        visitor: &mut impl Visitor,
    ) -> Result<(), Error> {
        while !bytes.is_empty() && !self.opaque {
            if let State::Value { left, more } = self.state {
                let (value, rest) = bytes.split_at(bytes.len().min(left));
                visitor.bytes(value);
                bytes = rest;
                self.state = State::Value { left: left - value.len(), more };
                self.settle(visitor);
                continue;
            }
            let wanted = self.wanted() - self.gathered.len();
            let (part, rest) = bytes.split_at(bytes.len().min(wanted));
            self.gathered.extend_from_slice(part);
            bytes = rest;
            if self.gathered.len() == self.wanted() {
                self.step(visitor)?;
                self.gathered.clear();
                self.settle(visitor);
            }
        }
        Ok(())
    }

    /// Ends the stream.
    pub(crate) fn finish(&self) -> Result<(), Error> {
        if self.opaque {
            return Ok(());
        }
        if !self.tokens {
            return Err(Error::Truncated("its stream is empty"));
        }
        if self.state != State::Tag || !self.gathered.is_empty() {
            return Err(Error::Truncated("its stream stops within a property"));
        }
        if !self.open.is_empty() {
            return Err(Error::Truncated("its stream stops within a recipient or attachment"));
        }
        Ok(())
    }

    /// Bytes the state needs before it can go on.
    fn wanted(&self) -> usize {
        match self.state {
            State::NameHead => 17,
            State::NameText => 2,
            State::Value { .. } => 0,
            _ => 4,
        }
    }

    fn step(&mut self, visitor: &mut impl Visitor) -> Result<(), Error> {
        match self.state {
            State::Tag => self.token(visitor),
            State::Separator => {
                let what = self.number();
                if !matches!(what, SEPARATOR_RECIPIENTS | SEPARATOR_ATTACHMENTS) {
                    return Err(Error::Broken("a separator names an unknown part"));
                }
                if self.open.is_empty() && what == SEPARATOR_ATTACHMENTS {
                    self.attachments_separated = true;
                }
                self.state = State::Tag;
                Ok(())
            }
            State::NameHead => {
                self.set.copy_from_slice(&self.gathered[..16]);
                self.state = match self.gathered[16] {
                    0 => State::NameNumber,
                    1 => State::NameText,
                    _ => return Err(Error::Broken("a property's name is of an unknown kind")),
                };
                self.name.clear();
                Ok(())
            }
            State::NameNumber => {
                let name = Name::Number { set: self.set, lid: self.number() };
                self.begin(Some(name), visitor);
                Ok(())
            }
            State::NameText => {
                match u16::from_le_bytes([self.gathered[0], self.gathered[1]]) {
                    0 => {
                        let name = String::from_utf16_lossy(&self.name);
                        self.begin(Some(Name::Text { set: self.set, name }), visitor);
                    }
                    _ if self.name.len() == NAME_UNITS => {
                        return Err(Error::Broken("a property's name has no end"));
                    }
                    unit => self.name.push(unit),
                }
                Ok(())
            }
            State::Count => {
                let count = self.number();
                match form(self.tag.kind) {
                    Form::ManyFixed(length) => self.values(count, usize::from(length), visitor),
                    _ => self.state = State::Length { more: count },
                }
                Ok(())
            }
            State::Length { more } => self.length(more, visitor),
            State::Value { .. } => Ok(()),
        }
    }

    fn length(&mut self, more: u32, visitor: &mut impl Visitor) -> Result<(), Error> {
        let length = self.number() as usize;
        let odd = code_page(self.tag.kind) == Some(UTF16) && !length.is_multiple_of(2);
        if form(self.tag.kind) == Form::MaybeMany && (odd || length > MAYBE_LENGTH) {
            self.opaque = true;
            return Ok(());
        }
        if odd {
            return Err(Error::Broken("a text of two-byte characters has an odd length"));
        }
        visitor.value(length);
        self.state = State::Value { left: length, more: more.saturating_sub(1) };
        Ok(())
    }

    fn token(&mut self, visitor: &mut impl Visitor) -> Result<(), Error> {
        self.tokens = true;
        let mut bytes = [0; 4];
        bytes.copy_from_slice(&self.gathered);
        let tag = Tag::read(bytes);
        if self.number_next && tag != ATTACH_NUMBER {
            return Err(Error::Broken("an attachment does not begin with its number"));
        }
        self.number_next = false;
        match tag.token() {
            Token::Marker(marker) => self.marker(marker, visitor),
            Token::Foreign => Err(Error::Broken("a marker does not belong into an item")),
            Token::Separator => {
                self.state = State::Separator;
                Ok(())
            }
            Token::Property => {
                self.tag = tag;
                if tag.is_named() {
                    self.state = State::NameHead;
                } else {
                    self.begin(None, visitor);
                }
                Ok(())
            }
        }
    }

    fn marker(&mut self, marker: Marker, visitor: &mut impl Visitor) -> Result<(), Error> {
        let inside = self.open.last().copied();
        let enters = match (marker, inside) {
            (Marker::StartRecipient, None | Some(Part::Embedded)) => Some(Part::Recipient),
            (Marker::NewAttachment, None | Some(Part::Embedded)) => {
                self.number_next = true;
                Some(Part::Attachment)
            }
            (Marker::StartEmbedded, Some(Part::Attachment)) => Some(Part::Embedded),
            (Marker::EndRecipient, Some(Part::Recipient))
            | (Marker::EndAttachment, Some(Part::Attachment))
            | (Marker::EndEmbedded, Some(Part::Embedded)) => None,
            _ => return Err(Error::Broken("its markers do not pair")),
        };
        match enters {
            Some(_) if self.open.len() == DEPTH => self.opaque = true,
            Some(part) => {
                self.open.push(part);
                visitor.enter(part);
            }
            None => {
                self.open.pop();
                visitor.leave();
            }
        }
        Ok(())
    }

    /// The tag (and name) of a property is read: its value comes.
    fn begin(&mut self, name: Option<Name>, visitor: &mut impl Visitor) {
        let form = form(self.tag.kind);
        if form == Form::Unknown {
            self.opaque = true;
            return;
        }
        visitor.property(self.tag, name);
        match form {
            Form::Fixed(length) => self.values(1, usize::from(length), visitor),
            Form::Variable => self.state = State::Length { more: 1 },
            _ => self.state = State::Count,
        }
    }

    /// `count` values of `length` bytes each come.
    fn values(&mut self, count: u32, length: usize, visitor: &mut impl Visitor) {
        if count > 0 {
            visitor.value(length);
        }
        let left = if count > 0 { length } else { 0 };
        self.state = State::Value { left, more: count.saturating_sub(1) };
    }

    /// Passes from values that are complete to what follows them.
    fn settle(&mut self, visitor: &mut impl Visitor) {
        match self.state {
            State::Value { left: 0, more: 0 } | State::Length { more: 0 } => {
                visitor.end();
                self.state = State::Tag;
            }
            State::Value { left: 0, more } => match form(self.tag.kind) {
                Form::ManyFixed(length) => self.values(more, usize::from(length), visitor),
                _ => self.state = State::Length { more },
            },
            _ => {}
        }
    }

    fn number(&self) -> u32 {
        self.gathered.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte))
    }
}
