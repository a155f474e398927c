//! Content in memory, bounded over all slots of the process.

use longhaul_core::Bytes;
use longhaul_telemetry::{Held, metrics};
use tokio::sync::{Semaphore, SemaphorePermit};

/// What a permit counts.
const UNIT: u64 = 64 * 1024;

/// The bytes-in-flight budget.
#[derive(Debug)]
pub(crate) struct Memory {
    units: Semaphore,
    all: u32,
    /// What indexes may take of the units. They are held while content is waited for, so content
    /// has to find room beside them whatever they take.
    for_indexes: Semaphore,
    _limit: Held<()>,
}

impl Memory {
    /// A budget of `limit`, at least one unit.
    pub(crate) fn new(limit: Bytes) -> Self {
        let all = u32::try_from(limit.0 / UNIT).unwrap_or(u32::MAX).max(1);
        let limit = metrics().content_limit.hold(u64::from(all) * UNIT, ());
        let for_indexes = Semaphore::new((all / 2) as usize);
        Self { units: Semaphore::new(all as usize), all, for_indexes, _limit: limit }
    }

    /// Waits until content of `wanted` fits. What is larger than half of the budget waits for
    /// half of it, so that it is never stuck. Cancel safe.
    pub(crate) async fn reserve(&self, wanted: Bytes) -> Option<Reserved<'_>> {
        self.hold(units(wanted).clamp(1, self.all - self.all / 2)).await
    }

    /// Waits until a folder's index of `wanted` fits; likewise. To be asked for before content.
    pub(crate) async fn reserve_index(&self, wanted: Bytes) -> Option<ReservedIndex<'_>> {
        let units = units(wanted).min(self.all / 2);
        let share = self.for_indexes.acquire_many(units).await.ok()?;
        Some(ReservedIndex { _room: self.hold(units).await?, _share: share })
    }

    async fn hold(&self, units: u32) -> Option<Reserved<'_>> {
        // The semaphore is never closed.
        let permit = self.units.acquire_many(units).await.ok()?;
        let held = metrics().content_in_flight.hold(u64::from(units) * UNIT, ());
        Some(Reserved { _permit: permit, _held: held })
    }
}

fn units(wanted: Bytes) -> u32 {
    u32::try_from(wanted.0.div_ceil(UNIT)).unwrap_or(u32::MAX)
}

/// Room for an index, until this is dropped.
#[derive(Debug)]
pub(crate) struct ReservedIndex<'a> {
    _room: Reserved<'a>,
    _share: SemaphorePermit<'a>,
}

/// Room for content, until this is dropped.
#[derive(Debug)]
pub(crate) struct Reserved<'a> {
    _permit: SemaphorePermit<'a>,
    _held: Held<()>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_larger_than_its_half_waits_for_the_half_and_comes_through() {
        let memory = Memory::new(Bytes::mib(1));
        let huge = memory.reserve(Bytes::mib(100)).await.expect("open");
        assert_eq!(memory.units.available_permits(), memory.all as usize / 2);
        drop(huge);
        assert_eq!(memory.units.available_permits(), memory.all as usize);
    }

    #[tokio::test(start_paused = true)]
    async fn content_finds_room_beside_indexes_that_take_all_they_may() {
        let memory = Memory::new(Bytes::mib(1));
        let index = memory.reserve_index(Bytes::mib(100)).await.expect("open");
        drop(memory.reserve(Bytes::mib(100)).await.expect("beside the index"));
        let second = memory.reserve_index(Bytes(1));
        let second = tokio::time::timeout(std::time::Duration::from_secs(1), second).await;
        second.expect_err("it waits for the first index");
        drop(index);
        memory.reserve_index(Bytes(1)).await.expect("open");
    }
}
