//! The embedded store keeps every promise, in memory and on disk with restarts.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use longhaul_core::{ManualClock, Timestamp};
use longhaul_store::conformance::Setup;
use longhaul_store::{Embedded, Store};
use tempfile::TempDir;

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(Timestamp(1_750_000_000_000)))
}

mod in_memory {
    use super::*;

    struct InMemory {
        store: Embedded,
        clock: Arc<ManualClock>,
    }

    #[async_trait]
    impl Setup for InMemory {
        fn store(&self) -> Arc<dyn Store> {
            Arc::new(self.store.clone())
        }

        async fn pass(&self, time: Duration) {
            self.clock.advance(time);
        }
    }

    async fn setup() -> InMemory {
        let clock = clock();
        InMemory { store: Embedded::in_memory(clock.clone()).expect("opens"), clock }
    }

    longhaul_store::conformance!(
        #[tokio::test(start_paused = true)]
        setup
    );
}

mod on_disk {
    use super::*;

    struct OnDisk {
        folder: TempDir,
        store: Mutex<Option<Embedded>>,
        clock: Arc<ManualClock>,
    }

    #[async_trait]
    impl Setup for OnDisk {
        fn store(&self) -> Arc<dyn Store> {
            Arc::new(self.store.lock().expect("no test panicked here").clone().expect("open"))
        }

        async fn pass(&self, time: Duration) {
            self.clock.advance(time);
        }

        async fn restart(&self) -> bool {
            let mut store = self.store.lock().expect("no test panicked here");
            *store = None;
            let opened = Embedded::open(self.folder.path(), self.clock.clone());
            *store = Some(opened.expect("opens at once"));
            true
        }
    }

    async fn setup() -> OnDisk {
        let (folder, clock) = (tempfile::tempdir().expect("a folder"), clock());
        let store = Embedded::open(folder.path(), clock.clone()).expect("opens");
        OnDisk { folder, store: Mutex::new(Some(store)), clock }
    }

    longhaul_store::conformance!(
        #[tokio::test]
        setup
    );
}
