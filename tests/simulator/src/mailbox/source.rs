//! Items that exist by arithmetic: made when somebody looks.

use crate::fasttransfer;
use crate::mapi::{Item, Time, tags};

use super::renewed;

/// What lists and counts need of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Bytes, as property `0x0E08` tells them: the length of the export stream without the
    /// properties that an import renews.
    pub(crate) size: u64,
    pub(crate) read: bool,
    /// Delivery time, else submit time, else creation time.
    pub(crate) received: Time,
}

impl Facts {
    /// The facts of an item that is stripped of renewed properties.
    pub(crate) fn of(item: &Item, created: Time) -> Self {
        let delivered = item.props.time(tags::DELIVERY_TIME);
        let received = delivered.or_else(|| item.props.time(tags::SUBMIT_TIME));
        Self {
            size: fasttransfer::stream_length(item),
            read: item.is_read(),
            received: received.unwrap_or(created),
        }
    }
}

/// Sums over a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Totals {
    pub(crate) unread: u64,
    pub(crate) bytes: u64,
}

/// A numbered row of items made on demand, always the same.
pub(crate) trait ItemSource: Send + Sync + std::fmt::Debug {
    /// How many items; never changes.
    fn count(&self) -> u64;

    /// The item of a number below [`ItemSource::count`], creation and modification time included.
    fn item(&self, index: u64) -> Item;

    /// The facts of that item; sources of many items answer without making it.
    fn facts(&self, index: u64) -> Facts {
        let mut item = self.item(index);
        let (created, _) = renewed::strip(&mut item);
        Facts::of(&item, created.unwrap_or_default())
    }

    /// Sums over all items; sources of many items answer without making them.
    fn totals(&self) -> Totals {
        (0..self.count()).map(|index| self.facts(index)).fold(Totals::default(), |sum, facts| {
            Totals { unread: sum.unread + u64::from(!facts.read), bytes: sum.bytes + facts.size }
        })
    }
}
