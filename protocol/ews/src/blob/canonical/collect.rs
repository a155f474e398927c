//! Gathers one digest per property, and compares two such gatherings.

use std::collections::BTreeMap;
use std::fmt;

use super::renewed::{RENEWED, RENEWED_IN_ATTACHMENT, RENEWED_IN_RECIPIENT};
use super::value::{Value, ValueDigest};
use crate::blob::check::{Facts, Pipe};
use crate::blob::tag::Tag;
use crate::blob::walk::{Name, Part, Visitor};
use crate::blob::{Error, Report};

/// The properties of an item, by path, as digests. Holds no content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    properties: BTreeMap<String, ValueDigest>,
    report: Report,
}

impl Canonical {
    /// Paths of the item's properties, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.properties.keys().map(String::as_str)
    }

    /// What the check found.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }
}

/// Paths of the properties that only one of the two has, or that differ; empty if the two mean
/// the same. If one of the items could not be followed to its end, `opaque` is among them.
#[must_use]
pub fn diff(a: &Canonical, b: &Canonical) -> Vec<String> {
    let mut paths: Vec<String> = a
        .properties
        .iter()
        .filter(|(path, digest)| b.properties.get(*path) != Some(digest))
        .map(|(path, _)| path.clone())
        .chain(b.properties.keys().filter(|path| !a.properties.contains_key(*path)).cloned())
        .collect();
    if a.report.opaque || b.report.opaque {
        paths.push("opaque".to_owned());
    }
    paths.sort();
    paths
}

/// Checks an item and gathers its properties as it passes.
#[derive(Debug)]
pub struct Collector {
    pipe: Pipe,
    seen: Seen,
}

impl Collector {
    /// A collector at the start of an item.
    #[must_use]
    pub fn new() -> Self {
        Self { pipe: Pipe::new(), seen: Seen::default() }
    }

    /// Takes the item's next bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Broken`] as soon as the item breaks the format.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.pipe.push(bytes, &mut self.seen)
    }

    /// Ends the item.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`] if the item is not complete.
    pub fn finish(self) -> Result<Canonical, Error> {
        let report = self.pipe.finish(self.seen.facts)?;
        Ok(Canonical { properties: self.seen.properties, report })
    }
}

impl Default for Collector {
    fn default() -> Self {
        Self::new()
    }
}

#[derive(Debug, Default)]
struct Seen {
    facts: Facts,
    properties: BTreeMap<String, ValueDigest>,
    /// The parts that are open, outermost first.
    open: Vec<Level>,
    /// Recipients and attachments of the message itself.
    top: Counts,
    current: Option<(String, Value)>,
}

#[derive(Debug)]
struct Level {
    part: Part,
    prefix: String,
    counts: Counts,
}

#[derive(Debug, Default)]
struct Counts {
    recipients: usize,
    attachments: usize,
}

impl Seen {
    fn skips(&self, tag: Tag) -> bool {
        if RENEWED.contains(&tag.id) {
            return true;
        }
        match self.open.last().map(|level| level.part) {
            Some(Part::Attachment) => RENEWED_IN_ATTACHMENT.contains(&tag.id),
            Some(Part::Recipient) => RENEWED_IN_RECIPIENT.contains(&tag.id),
            _ => false,
        }
    }
}

impl Visitor for Seen {
    fn enter(&mut self, part: Part) {
        self.facts.enter(part);
        let (mut prefix, counts) = match self.open.last_mut() {
            Some(level) => (level.prefix.clone(), &mut level.counts),
            None => (String::new(), &mut self.top),
        };
        let next = |count: &mut usize| {
            *count += 1;
            *count - 1
        };
        prefix.push_str(&match part {
            Part::Recipient => format!("recipient[{}]/", next(&mut counts.recipients)),
            Part::Attachment => format!("attachment[{}]/", next(&mut counts.attachments)),
            Part::Embedded => "message/".to_owned(),
        });
        // The part itself counts, so that one without properties of interest is not lost.
        self.properties.insert(prefix.trim_end_matches('/').to_owned(), ValueDigest::default());
        self.open.push(Level { part, prefix, counts: Counts::default() });
    }

    fn leave(&mut self) {
        self.facts.leave();
        self.open.pop();
    }

    fn property(&mut self, tag: Tag, name: Option<Name>) {
        if !self.skips(tag) {
            let prefix = self.open.last().map_or("", |level| level.prefix.as_str());
            let path = match &name {
                Some(name) => format!("{prefix}{name}"),
                None => format!("{prefix}0x{:04X}", tag.id),
            };
            self.current = Some((path, Value::new(tag)));
        }
        self.facts.property(tag, name);
    }

    fn value(&mut self, length: usize) {
        self.facts.value(length);
        if let Some((_, value)) = &mut self.current {
            value.begin(length);
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.facts.bytes(bytes);
        if let Some((_, value)) = &mut self.current {
            value.bytes(bytes);
        }
    }

    fn end(&mut self) {
        self.facts.end();
        let Some((mut path, value)) = self.current.take() else {
            return;
        };
        // A property that stands twice is kept twice.
        while self.properties.contains_key(&path) {
            path.push('+');
        }
        self.properties.insert(path, value.finish());
    }
}

/// `{set}/name` or `{set}/0x8501`.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Number { set, .. } | Self::Text { set, .. }) = self;
        write!(f, "{{{}}}/", uuid::Uuid::from_bytes_le(*set))?;
        match self {
            Self::Number { lid, .. } => write!(f, "0x{lid:04X}"),
            Self::Text { name, .. } => f.write_str(name),
        }
    }
}
