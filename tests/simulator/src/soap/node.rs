//! A read request element.

use super::names::Space;
use super::position::Place;

/// One element with its attributes, its text and its children.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) space: Space,
    /// Local name, case kept: names are case sensitive at the service.
    pub(crate) name: String,
    /// Attributes in no namespace; those of `xsi`, `xml` and SOAP are dropped.
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Node>,
    /// All text of the element, entities resolved.
    pub(crate) text: String,
    /// Where the element's name stands.
    pub(crate) place: Place,
    /// Set for `Data` elements: which diverted content this was.
    pub(crate) diverted: Option<usize>,
}

impl Node {
    /// The node itself, an empty one of the same name left behind.
    pub(crate) fn take(&mut self) -> Self {
        Self {
            space: self.space,
            name: self.name.clone(),
            attributes: std::mem::take(&mut self.attributes),
            children: std::mem::take(&mut self.children),
            text: std::mem::take(&mut self.text),
            place: self.place,
            diverted: self.diverted,
        }
    }

    /// Value of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// First child of that local name.
    pub(crate) fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children of a child, an empty slice if it is not there.
    pub(crate) fn children_of(&self, name: &str) -> &[Node] {
        self.child(name).map_or(&[], |child| child.children.as_slice())
    }

    /// Trimmed text of a child.
    pub(crate) fn child_text(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim())
    }

    /// A Boolean attribute; absent is `false`.
    pub(crate) fn flag(&self, name: &str) -> bool {
        matches!(self.attribute(name).map(str::trim), Some("true" | "1"))
    }

    /// The attribute as a number.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.attribute(name).and_then(|value| value.trim().parse().ok())
    }
}
