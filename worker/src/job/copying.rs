//! What a worker does with a folder that it was granted: copy it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt as _;
use longhaul_core::code::JOB_PANICKED;
use longhaul_jobs::FolderSlice;
use longhaul_store::Store;
use longhaul_store::folder::Held;
use tokio::time::Instant;

use super::Control;
use super::handle::{Done, Work};
use super::prepare::{Prepared, Unprepared};
use crate::endpoints::Endpoints;
use crate::memory::Memory;
use crate::slice::{Ending, Folder, Halt, Keeper, run};
use crate::stop::Stop;
use crate::{Error, Options};

/// Copies a slice of the folder.
#[derive(Debug)]
pub(crate) struct Copying {
    pub(super) store: Arc<dyn Store>,
    pub(super) endpoints: Arc<Endpoints>,
    options: Arc<Options>,
    memory: Arc<Memory>,
}

impl Copying {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        endpoints: Arc<Endpoints>,
        options: Arc<Options>,
    ) -> Self {
        let memory = Arc::new(Memory::new(options.bytes_in_flight));
        Self { store, endpoints, options, memory }
    }

    fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }
}

impl Work for Copying {
    /// Works on the folder, with a heartbeat beside it.
    async fn slice(
        &self,
        job: &FolderSlice,
        held: &Held,
        asked: Instant,
        stop: &Stop,
    ) -> Result<Done, Error> {
        let control = Control::new(self.store(), job.project, job.pass);
        let keeper = Arc::new(Keeper::new(self.store(), held.lease, self.options.lease, asked));
        let early =
            |halt| Ending { halt: Some(halt), more: false, progressed: false, fingerprint: None };
        let Prepared { source, destination, deletions } = match self.prepare(job).await {
            Ok(prepared) => prepared,
            Err(Unprepared::Store(error)) => {
                // The message comes again soon and must not find the folder taken.
                if let Err(error) = keeper.release().await {
                    tracing::debug!(%error, "lease not given back; it runs out");
                }
                return Err(error.into());
            }
            Err(Unprepared::Unusable { code, detail }) => {
                let ending = early(Halt::Park { code, detail });
                return Ok(Done { begun: asked, ending, keeper, position: None });
            }
        };
        let folder = Folder::new(
            source,
            destination,
            &held.checkpoint,
            self.store(),
            Arc::clone(&keeper),
            Arc::clone(&self.memory),
            Arc::clone(&self.options),
            stop.clone(),
            deletions,
        );
        // A panic fails the slice, never the worker.
        let course = AssertUnwindSafe(run(&folder, &held.checkpoint, &control)).catch_unwind();
        let mut ending = tokio::select! {
            ending = course => ending.unwrap_or_else(|_panic| early(panicked())),
            () = keeper.heartbeat() => early(Halt::Lost),
        };
        if keeper.lost().is_cancelled() {
            ending.halt = Some(Halt::Lost);
        }
        let position = folder.committer.unsaved();
        Ok(Done { begun: asked, ending, keeper, position })
    }
}

fn panicked() -> Halt {
    tracing::error!(code = %JOB_PANICKED, "slice panicked");
    Halt::Trouble { code: JOB_PANICKED, detail: "the slice panicked".to_owned() }
}
