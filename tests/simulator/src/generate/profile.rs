//! What kind of mailbox, and how much of it.

use super::random::Random;

/// How big bulk items are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sizes {
    /// All of this many bytes, or the smallest possible if that is more.
    Fixed(u64),
    /// From a sixteenth to thirty-two times the median, most near it.
    Around(u64),
}

impl Sizes {
    /// Bytes of an item.
    pub(super) fn of(self, seed: u64, index: u64) -> u64 {
        match self {
            Self::Fixed(bytes) => bytes,
            Self::Around(median) => {
                let mut random = Random::of(seed, &[0x512E, index]);
                let doublings = (random.next() & 0xFF).count_ones();
                let low = (median << doublings) >> 4;
                low + random.below(low.max(1))
            }
        }
    }
}

/// Recipe of a mailbox's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Profile {
    pub(crate) seed: u64,
    /// Items of all kinds in folders of all kinds; about this many, at least one of each kind
    /// unless zero.
    pub(crate) varied: u64,
    /// Attachments from which the biggest varied items are made, in bytes.
    pub(crate) big_attachment: u64,
    /// Plain items made by arithmetic.
    pub(crate) bulk: u64,
    pub(crate) bulk_sizes: Sizes,
    /// Folders the bulk items are spread over; 1 is the inbox.
    pub(crate) bulk_folders: u64,
}

impl Profile {
    /// A profile by name, with about so many items:
    ///
    /// - `small`: all kinds, nothing above 300 KB;
    /// - `demo`: all kinds, attachments up to 5 MB;
    /// - `huge`: all kinds with an attachment of 150 MB, and bulk items up to the number;
    /// - `bulk`: items of 20 KB in the inbox.
    pub(crate) fn named(name: &str, items: u64, seed: u64) -> Option<Self> {
        let base = Self {
            seed,
            varied: items,
            big_attachment: 300 << 10,
            bulk: 0,
            bulk_sizes: Sizes::Around(20 << 10),
            bulk_folders: 1,
        };
        match name {
            "small" => Some(base),
            "demo" => Some(Self {
                big_attachment: 5 << 20,
                ..base
            }),
            "huge" => {
                let varied = items.min(500);
                // Below the 150 MB an administrator can allow, with room for the item around it.
                let big_attachment = 149 << 20;
                let (bulk, bulk_folders) = (items - varied, 20);
                Some(Self {
                    varied,
                    big_attachment,
                    bulk,
                    bulk_folders,
                    ..base
                })
            }
            "bulk" => Some(Self::bulk(items, Sizes::Fixed(20 << 10), 1, seed)),
            _ => None,
        }
    }

    /// Only bulk items: so many, of this size, over so many folders.
    pub(crate) fn bulk(items: u64, sizes: Sizes, folders: u64, seed: u64) -> Self {
        Self {
            seed,
            varied: 0,
            big_attachment: 0,
            bulk: items,
            bulk_sizes: sizes,
            bulk_folders: folders.max(1),
        }
    }
}
