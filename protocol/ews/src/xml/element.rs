//! A small subtree held in memory: one item, folder or error detail.

use super::{Ns, Start};

/// An element with its text and children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) start: Start,
    /// Its own text, without that of its children.
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    pub(crate) fn new(start: Start) -> Self {
        Self { start, text: String::new(), children: Vec::new() }
    }

    pub(crate) fn name(&self) -> &str {
        &self.start.name
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.start.attribute(name)
    }

    /// First child of that name in the types namespace.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.start.is(Ns::Types, name))
    }

    /// Text of the first child of that name.
    pub(crate) fn child_text(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }
}
