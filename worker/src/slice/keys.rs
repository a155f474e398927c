//! The keys of a folder's items and the version of each, sixteen bytes together: a folder may have
//! millions.

use std::collections::HashMap;

use longhaul_core::{Bytes, ItemKey};

/// New keys are kept apart until there are so many, or a 32nd of the others.
const FEW: usize = 16 * 1024;

/// Versions by key; it only grows.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    sorted: Vec<Pair>,
    recent: HashMap<ItemKey, u32>,
}

type Pair = (ItemKey, u32);

impl Keys {
    /// What so many keys take in memory, those kept apart included.
    pub(crate) fn memory(keys: u64) -> Bytes {
        let apart = (keys / 32).max(FEW as u64).min(keys);
        // A hash map keeps up to twice as many places as keys, of a byte more each.
        Bytes((keys + 4 * apart) * size_of::<Pair>() as u64)
    }

    /// Makes room for `more` keys.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.sorted.reserve_exact(more);
    }

    /// The version of `key`, if it is there.
    pub(crate) fn get(&self, key: &ItemKey) -> Option<u32> {
        let recent = self.recent.get(key).copied();
        recent.or_else(|| self.place(key).map(|at| self.sorted[at].1))
    }

    pub(crate) fn contains(&self, key: &ItemKey) -> bool {
        self.get(key).is_some()
    }

    fn place(&self, key: &ItemKey) -> Option<usize> {
        self.sorted.binary_search_by_key(key, |(other, _)| *other).ok()
    }

    /// All keys, in no order.
    pub(crate) fn keys(&self) -> impl Iterator<Item = ItemKey> {
        self.sorted.iter().map(|(key, _)| *key).chain(self.recent.keys().copied())
    }

    /// Sets the version of `key`.
    pub(crate) fn insert(&mut self, key: ItemKey, version: u32) {
        if let Some(at) = self.place(&key) {
            self.sorted[at].1 = version;
            return;
        }
        self.recent.insert(key, version);
        if self.recent.len() >= FEW.max(self.sorted.len() / 32) {
            self.merge();
        }
    }

    /// Puts the recent keys in their places among the others, from the end, without a copy.
    fn merge(&mut self) {
        let mut new: Vec<_> = self.recent.drain().collect();
        new.sort_unstable();
        let (mut old, mut place) = (self.sorted.len(), self.sorted.len() + new.len());
        if self.sorted.capacity() < place {
            self.sorted.reserve_exact(new.len());
        }
        self.sorted.extend_from_slice(&new);
        while let Some(last) = new.last() {
            place -= 1;
            if old > 0 && self.sorted[old - 1].0 > last.0 {
                old -= 1;
                self.sorted[place] = self.sorted[old];
            } else {
                self.sorted[place] = *last;
                new.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u64) -> ItemKey {
        let mut bytes = [0; ItemKey::LEN];
        // Spread as digests are, and all different.
        bytes[..8].copy_from_slice(&n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
        ItemKey::from_bytes(bytes)
    }

    #[test]
    fn every_key_that_was_inserted_is_found_and_no_other() {
        let mut keys = Keys::default();
        let count = 3 * FEW as u64 + 5;
        for (n, version) in (0..count).map(|n| (n, 0)).chain((0..count).map(|n| (n, n as u32))) {
            keys.insert(key(2 * n), version);
        }
        assert!(keys.sorted.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(keys.keys().count(), count as usize);
        assert!((0..count).all(|n| keys.get(&key(2 * n)) == Some(n as u32)));
        assert_eq!(keys.sorted.len() + keys.recent.len(), count as usize);
        assert!((0..count).all(|n| keys.contains(&key(2 * n)) && !keys.contains(&key(2 * n + 1))));
    }

    #[test]
    fn a_million_keys_take_what_they_are_said_to_take() {
        let mut keys = Keys::default();
        (0..1_000_000).for_each(|n| keys.insert(key(n), 0));
        let held = keys.sorted.capacity() + keys.recent.capacity() * 8 / 7 * 17 / 16;
        let held = (held * size_of::<Pair>()) as u64;
        let said = Keys::memory(1_000_000);
        assert!(held <= said.0, "{held} bytes held, {said:?} said");
        assert!(said < Bytes::mib(20), "{said:?}");
    }
}
