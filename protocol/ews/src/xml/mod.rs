//! XML as EWS uses it: a streaming reader with hard bounds, and a writer that escapes everything.
//!
//! Names are matched by namespace, never by prefix. Document types and entities are refused, and
//! depth, attributes, texts and subtrees are bounded, so a hostile or broken answer costs a fixed
//! amount of memory.

mod capped;
mod document;
mod element;
mod error;
mod names;
mod reference;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use capped::Source;
pub(crate) use document::{Document, Start};
pub(crate) use element::Element;
pub(crate) use error::Error;
pub(crate) use names::{MESSAGES, Ns};
pub(crate) use write::Xml;
