//! Writing the ledger.

use longhaul_core::Bytes;

use super::Record;
use super::record::id_bytes;

/// Records to be written at one place of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// The committed length they were made for.
    pub at: u64,
    /// The records.
    pub bytes: Vec<u8>,
    /// How many they are.
    pub items: u64,
    /// The sum of their sizes.
    pub size: Bytes,
    /// The template, if these are the folder's first records.
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

    /// What to write for `records`.
    #[must_use]
    pub fn prepare(&self, records: &[Record]) -> Append {
        let mut bytes = Vec::with_capacity(records.len() * 32);
        let first = (self.template.is_empty())
            .then(|| records.first().map(|record| id_bytes(&record.destination).1))
            .flatten();
        let template = first.as_deref().unwrap_or(&self.template);
        for record in records {
            record.write(template, &mut bytes);
        }
        Append {
            at: self.len,
            bytes,
            items: records.len() as u64,
            size: records.iter().map(|record| record.size).sum(),
            template: first,
        }
    }

    /// Takes note that `append` is committed and the ledger has `len` bytes by now.
    pub fn committed(&mut self, append: &Append, len: u64) {
        self.len = len;
        if let Some(template) = &append.template {
            self.template.clone_from(template);
        }
    }
}
