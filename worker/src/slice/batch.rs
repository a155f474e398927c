//! Which items go together in one request.

use std::collections::VecDeque;

use longhaul_core::Bytes;
use longhaul_ews::limits::{ALONE_BYTES, BATCH_BYTES, EXPORT_ITEMS};

use super::item::Item;

/// Items that are exported and uploaded together.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) items: Vec<Item>,
    pub(crate) size: Bytes,
}

impl Batch {
    /// The one item that has to be streamed, or the batch as it is.
    pub(crate) fn into_large(mut self) -> Result<Item, Self> {
        match self.items.as_slice() {
            [item] if item.size.0 > ALONE_BYTES => Ok(self.items.remove(0)),
            _ => Err(self),
        }
    }
}

/// Cuts a page's items into batches by count and bytes, in the order they are listed. A large
/// item goes alone, and so does one that `goes_alone` names.
pub(crate) fn cut(items: Vec<Item>, goes_alone: impl Fn(&Item) -> bool) -> VecDeque<Batch> {
    let mut batches = VecDeque::new();
    let mut open = Batch { items: Vec::new(), size: Bytes(0) };
    for item in items {
        if item.size.0 > ALONE_BYTES || goes_alone(&item) {
            batches.push_back(Batch { size: item.size, items: vec![item] });
            continue;
        }
        let full = open.items.len() == EXPORT_ITEMS || open.size.0 + item.size.0 > BATCH_BYTES;
        if full {
            batches.push_back(std::mem::replace(
                &mut open,
                Batch { items: Vec::new(), size: Bytes(0) },
            ));
        }
        open.size += item.size;
        open.items.push(item);
    }
    if !open.items.is_empty() {
        batches.push_back(open);
    }
    batches
}

#[cfg(test)]
mod tests {
    use longhaul_core::ItemKey;
    use longhaul_ews::ItemId;
    use proptest::prelude::*;

    use super::*;
    use crate::slice::item::Aim;

    fn items(sizes: &[u64]) -> Vec<Item> {
        let item = |(n, size): (usize, &u64)| Item {
            key: ItemKey::of(&n.to_string()),
            id: ItemId { id: n.to_string(), change_key: None },
            class: "IPM.Note".to_owned(),
            size: Bytes(*size),
            received: None,
            associated: false,
            aim: Aim::New,
            content: None,
            read: None,
        };
        sizes.iter().enumerate().map(item).collect()
    }

    proptest! {
        #[test]
        fn every_item_is_in_one_batch_and_no_batch_is_over_its_limits(
            sizes in prop::collection::vec(0_u64..30_000_000, 0..400),
        ) {
            let batches = cut(items(&sizes), |_| false);
            let mut seen: Vec<_> = batches.iter().flat_map(|b| b.items.iter().map(|i| i.key)).collect();
            prop_assert_eq!(seen.len(), sizes.len());
            seen.sort();
            seen.dedup();
            prop_assert_eq!(seen.len(), sizes.len());
            for batch in &batches {
                prop_assert!(!batch.items.is_empty() && batch.items.len() <= EXPORT_ITEMS);
                prop_assert!(batch.size.0 <= BATCH_BYTES || batch.items.len() == 1);
                let large = batch.items.iter().any(|item| item.size.0 > ALONE_BYTES);
                prop_assert_eq!(large, batch.items.len() == 1 && batch.size.0 > ALONE_BYTES);
            }
        }
    }
}
