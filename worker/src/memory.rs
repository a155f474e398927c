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
    _limit: Held<()>,
}

impl Memory {
    /// A budget of `limit`, at least one unit.
    pub(crate) fn new(limit: Bytes) -> Self {
        let all = u32::try_from(limit.0 / UNIT).unwrap_or(u32::MAX).max(1);
        let limit = metrics().content_limit.hold(u64::from(all) * UNIT, ());
        Self { units: Semaphore::new(all as usize), all, _limit: limit }
    }

    /// Waits until `wanted` fits. What is larger than the whole budget waits for all of it, so
    /// that it is never stuck and never beside anything else. Cancel safe.
    pub(crate) async fn reserve(&self, wanted: Bytes) -> Option<Reserved<'_>> {
        let units = u32::try_from(wanted.0.div_ceil(UNIT)).unwrap_or(u32::MAX).clamp(1, self.all);
        // The semaphore is never closed.
        let permit = self.units.acquire_many(units).await.ok()?;
        let held = metrics().content_in_flight.hold(u64::from(units) * UNIT, ());
        Some(Reserved { _permit: permit, _held: held })
    }
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
    async fn more_than_the_budget_waits_for_all_of_it_and_goes_alone() {
        let memory = Memory::new(Bytes::mib(1));
        let huge = memory.reserve(Bytes::mib(100)).await.expect("open");
        assert!(memory.units.try_acquire().is_err());
        drop(huge);
        assert_eq!(memory.units.available_permits(), memory.all as usize);
    }
}
