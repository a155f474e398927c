//! The words the tables are written in.

use crate::soap::names::Space;

/// What an element may hold.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(super) attributes: &'static [Attribute],
    pub(super) content: Content,
}

/// Content of an element.
#[derive(Debug)]
pub(super) enum Content {
    /// Neither text nor elements.
    Empty,
    /// Elements in this order.
    Sequence(&'static [Particle]),
    /// Text.
    Text(Simple),
    /// Taken by the upload stream, which checks that it is base64.
    Diverted,
    /// Fields of an item or folder: these names in this order, each at most
    /// once, `ExtendedProperty` any number of times.
    Fields(&'static [&'static [&'static str]]),
    /// Not looked into.
    Anything,
}

/// One place in a sequence: any of these elements, so many times.
#[derive(Debug)]
pub(super) struct Particle {
    pub(super) of: &'static [Element],
    pub(super) least: usize,
    pub(super) most: usize,
}

/// An element's name and kind.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) space: Space,
    pub(super) name: &'static str,
    pub(super) kind: &'static Kind,
}

/// An attribute in no namespace.
#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) value: Simple,
}

/// Text values.
#[derive(Debug)]
pub(super) enum Simple {
    Text,
    NotEmpty,
    Boolean,
    /// A whole number in these bounds.
    Number(i64, i64),
    Guid,
    /// A property id, decimal or `0x` and hexadecimal.
    PropertyTag,
    /// A field of an item or folder.
    FieldUri,
    /// A distinguished folder id.
    Distinguished,
    /// One of these; the first word is the schema's name of the type.
    One(&'static str, &'static [&'static str]),
}

/// Most elements of "any number".
pub(super) const MANY: usize = usize::MAX;
/// Bounds of `xs:int`.
pub(super) const INT: Simple = Simple::Number(i32::MIN as i64, i32::MAX as i64);

/// Exactly once.
pub(super) const fn one(of: &'static [Element]) -> Particle {
    Particle { of, least: 1, most: 1 }
}

/// At most once.
pub(super) const fn maybe(of: &'static [Element]) -> Particle {
    Particle { of, least: 0, most: 1 }
}

/// At least once.
pub(super) const fn some(of: &'static [Element]) -> Particle {
    Particle { of, least: 1, most: MANY }
}

/// Any number.
pub(super) const fn any(of: &'static [Element]) -> Particle {
    Particle { of, least: 0, most: MANY }
}

/// An element of the types namespace.
pub(super) const fn t(name: &'static str, kind: &'static Kind) -> Element {
    Element { space: Space::Types, name, kind }
}

/// An element of the messages namespace.
pub(super) const fn m(name: &'static str, kind: &'static Kind) -> Element {
    Element { space: Space::Messages, name, kind }
}

/// A required attribute.
pub(super) const fn required(name: &'static str, value: Simple) -> Attribute {
    Attribute { name, required: true, value }
}

/// An attribute that may be left out.
pub(super) const fn optional(name: &'static str, value: Simple) -> Attribute {
    Attribute { name, required: false, value }
}

/// Elements only.
pub(super) const fn sequence(particles: &'static [Particle]) -> Kind {
    Kind { attributes: &[], content: Content::Sequence(particles) }
}

/// Attributes only.
pub(super) const fn attributes(attributes: &'static [Attribute]) -> Kind {
    Kind { attributes, content: Content::Empty }
}

/// Text only.
pub(super) const fn simple(value: Simple) -> Kind {
    Kind { attributes: &[], content: Content::Text(value) }
}

pub(super) static TEXT: Kind = simple(Simple::Text);
pub(super) static BOOLEAN: Kind = simple(Simple::Boolean);
pub(super) static NUMBER: Kind = simple(INT);
pub(super) static ANYTHING: Kind = Kind { attributes: &[], content: Content::Anything };
