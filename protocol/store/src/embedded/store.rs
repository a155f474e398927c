//! Opening, and the handle.

use std::path::Path;
use std::sync::Arc;

use longhaul_core::Clock;
use redb::Database;
use redb::backends::InMemoryBackend;

use super::access::Access;
use super::tables::Tables;
use super::{file, tables};
use crate::{Error, Guard, Health, Store};

/// The store of a single machine. Clones are handles of the same store.
///
/// Dropping the last handle waits for what is being written and closes the file.
#[derive(Clone, Debug)]
pub struct Embedded {
    pub(super) access: Arc<Access>,
    pub(super) clock: Arc<dyn Clock>,
    guard: Option<Guard>,
}

impl Embedded {
    /// Opens the store in `folder`, or makes one; leases of earlier processes are broken.
    /// `clock` is the store's clock. Blocks while it reads, so call it before serving.
    ///
    /// # Errors
    ///
    /// [`Error::InUse`] if another process has it open; [`Error::NotWritable`];
    /// [`Error::Format`] if another version of longhaul wrote it; [`Error::Backend`].
    pub fn open(folder: &Path, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        Self::with(file::open(folder)?, clock)
    }

    /// A store that is gone with its last handle, for tests and trials.
    ///
    /// # Errors
    ///
    /// [`Error::Backend`].
    pub fn in_memory(clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let database = Database::builder()
            .create_with_backend(InMemoryBackend::new())
            .map_err(tables::failed("open"))?;
        Self::with(database, clock)
    }

    fn with(database: Database, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        tables::prepare(&database)?;
        Ok(Self { access: Arc::new(Access::new(database)), clock, guard: None })
    }

    /// Carries `step` out in a transaction of the writer, if this handle's guard stands.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        step: impl FnOnce(&mut Tables<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let guard = self.guard.clone();
        self.access
            .write(move |tables| {
                if let Some(guard) = guard {
                    tables.check(guard)?;
                }
                step(tables)
            })
            .await
    }
}

impl Store for Embedded {
    fn guarded(&self, guard: Guard) -> Arc<dyn Store> {
        Arc::new(Self { guard: Some(guard), ..self.clone() })
    }

    /// Always up: a file that cannot be written fails its calls, and only those.
    fn health(&self) -> Health {
        Health::Up
    }
}
