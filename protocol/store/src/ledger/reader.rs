//! Reading the ledger, piece by piece.

use super::Entry;

/// A ledger that does not decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ledger entry does not decode")]
pub struct Corrupt;

/// Turns a ledger's bytes back into entries; pieces may end anywhere.
#[derive(Debug)]
pub struct Reader {
    template: Vec<u8>,
    rest: Vec<u8>,
}

impl Reader {
    /// A reader for a ledger with this template.
    #[must_use]
    pub const fn new(template: Vec<u8>) -> Self {
        Self { template, rest: Vec::new() }
    }

    /// The entries that are complete with `piece`.
    ///
    /// # Errors
    ///
    /// [`Corrupt`] for bytes no version of longhaul has written.
    pub fn push(&mut self, piece: &[u8]) -> Result<Vec<Entry>, Corrupt> {
        self.rest.extend_from_slice(piece);
        let mut at = self.rest.as_slice();
        let mut entries = Vec::new();
        while let Some(entry) = Entry::read(&self.template, &mut at)? {
            entries.push(entry);
        }
        let left = at.len();
        self.rest.drain(..self.rest.len() - left);
        Ok(entries)
    }

    /// Ends the ledger.
    ///
    /// # Errors
    ///
    /// [`Corrupt`] if it ends within an entry.
    pub fn finish(self) -> Result<(), Corrupt> {
        if self.rest.is_empty() { Ok(()) } else { Err(Corrupt) }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use longhaul_core::{Bytes, ItemKey};
    use proptest::prelude::*;

    use super::*;
    use crate::ledger::{Appender, Record, Seal, Sums};

    fn record(id: &str, size: u64) -> Record {
        let digest = |salt| NonZeroU32::new(size as u32 * salt);
        Record {
            key: ItemKey::of(id),
            version: size as u32,
            size: Bytes(size),
            destination: id.into(),
            seal: Seal { change_key: digest(3), content: digest(5) },
        }
    }

    /// Each kind of entry in turn.
    fn entry(id: &str, n: u64) -> Entry {
        let (record, was) = (record(id, n * 997), Bytes(n));
        match n % 5 {
            0 => Entry::Stands(record),
            1 => Entry::Replaced { record, was },
            2 => Entry::Left(record.key),
            3 => Entry::Back(record.key),
            _ => Entry::Gone { key: record.key, was },
        }
    }

    proptest! {
        #[test]
        fn every_ledger_reads_back_however_it_is_cut(
            ids in prop::collection::vec("[A-Za-z0-9+/]{0,60}={0,2}|[ -~]{0,40}", 1..40),
            batch in 1_usize..10,
            piece in 1_usize..50,
        ) {
            let entries: Vec<_> = ids.iter().zip(0..).map(|(id, n)| entry(id, n)).collect();
            let mut appender = Appender::new(0, Vec::new());
            let (mut log, mut template) = (Vec::new(), Vec::new());
            for batch in entries.chunks(batch) {
                let append = appender.prepare(batch);
                prop_assert_eq!(append.at, log.len() as u64);
                prop_assert_eq!(append.sums, Sums::of(batch));
                log.extend_from_slice(&append.bytes);
                template = append.template.clone().unwrap_or(template);
                appender.committed(&append, log.len() as u64);
            }
            let mut reader = Reader::new(template);
            let mut read = Vec::new();
            for piece in log.chunks(piece) {
                read.extend(reader.push(piece).expect("own bytes"));
            }
            prop_assert_eq!(read, entries);
            prop_assert_eq!(reader.finish(), Ok(()));
        }

        #[test]
        fn arbitrary_bytes_never_crash_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Reader::new(b"template".to_vec()).push(&bytes);
        }
    }

    #[test]
    fn ids_of_one_folder_take_few_bytes() {
        use base64::Engine as _;
        let id = |n: u32| {
            let mut bytes = vec![7_u8; 120];
            bytes[110..114].copy_from_slice(&n.to_be_bytes());
            base64::engine::general_purpose::STANDARD.encode(bytes)
        };
        let records: Vec<_> = (0..1000).map(|n| record(&id(n), 75_000).into()).collect();
        let append = Appender::new(0, Vec::new()).prepare(&records);
        assert!(append.bytes.len() <= 38 * records.len(), "{} bytes", append.bytes.len());
    }
}
