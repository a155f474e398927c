//! Writing the ledger.

use super::id::IdForm;
use super::{Entry, Sums};

/// Entries to be written at one place of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// The committed length they were made for.
    pub at: u64,
    /// The entries.
    pub bytes: Vec<u8>,
    /// What they add up to.
    pub sums: Sums,
    /// The template, if these hold the folder's first id.
    pub template: Option<Vec<u8>>,
}

/// Makes [`Append`]s one after the other: what was committed before decides the next.
#[derive(Clone, Debug)]
pub struct Appender {
    len: u64,
    template: Vec<u8>,
}

impl Appender {
    /// For a ledger of `len` committed bytes with this template (both from its checkpoint).
    #[must_use]
    pub const fn new(len: u64, template: Vec<u8>) -> Self {
        Self { len, template }
    }

    /// What to write for `entries`.
    #[must_use]
    pub fn prepare(&self, entries: &[Entry]) -> Append {
        let mut bytes = Vec::with_capacity(entries.len() * 40);
        let id = |entry: &Entry| match entry {
            Entry::Stands(record) | Entry::Replaced { record, .. } => {
                Some(IdForm::of(&record.destination).1)
            }
            Entry::Left(_) | Entry::Back(_) | Entry::Gone { .. } => None,
        };
        let first = self.template.is_empty().then(|| entries.iter().find_map(id)).flatten();
        let template = first.as_deref().unwrap_or(&self.template);
        for entry in entries {
            entry.write(template, &mut bytes);
        }
        Append { at: self.len, bytes, sums: Sums::of(entries), template: first }
    }

    /// Takes note that `append` is committed and the ledger has `len` bytes by now.
    pub fn committed(&mut self, append: &Append, len: u64) {
        self.len = len;
        if let Some(template) = &append.template {
            self.template.clone_from(template);
        }
    }
}
