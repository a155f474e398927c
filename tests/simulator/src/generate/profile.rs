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
    /// - `demo` or `demo:BYTES`: all kinds, the biggest attachment of 5 MB or so many bytes;
    /// - `huge` or `huge:BYTES`: all kinds, the biggest attachment of 149 MB or so many bytes, and
    ///   bulk items up to the number;
    /// - `bulk`, `bulk:BYTES` or `bulk:BYTES:FOLDERS`: items of 20 KB or so many bytes, in the
    ///   inbox or spread over so many folders.
    pub(crate) fn named(name: &str, items: u64, seed: u64) -> Option<Self> {
        let mut words = name.split(':');
        let name = words.next()?;
        let numbers = words.map(|word| word.parse().ok().filter(|number| *number > 0));
        let numbers: Vec<u64> = numbers.collect::<Option<_>>()?;
        let base = Self {
            seed,
            varied: items,
            big_attachment: 300 << 10,
            bulk: 0,
            bulk_sizes: Sizes::Around(20 << 10),
            bulk_folders: 1,
        };
        match (name, numbers.as_slice()) {
            ("small", []) => Some(base),
            ("demo", []) => Some(Self { big_attachment: 5 << 20, ..base }),
            ("demo", [bytes]) => Some(Self { big_attachment: *bytes, ..base }),
            // Below the 150 MB an administrator can allow, with room for the item around it.
            ("huge", []) => Some(base.huge(149 << 20)),
            ("huge", [bytes]) => Some(base.huge(*bytes)),
            ("bulk", []) => Some(base.bulk(20 << 10, 1)),
            ("bulk", [bytes]) => Some(base.bulk(*bytes, 1)),
            ("bulk", [bytes, folders]) => Some(base.bulk(*bytes, *folders)),
            _ => None,
        }
    }

    fn huge(self, big_attachment: u64) -> Self {
        let varied = self.varied.min(500);
        Self { varied, big_attachment, bulk: self.varied - varied, bulk_folders: 20, ..self }
    }

    fn bulk(self, bytes: u64, bulk_folders: u64) -> Self {
        let bulk_sizes = Sizes::Fixed(bytes);
        Self { varied: 0, bulk: self.varied, bulk_sizes, bulk_folders, ..self }
    }
}
