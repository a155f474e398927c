//! The worker's loop.

use std::sync::Arc;

use longhaul_queue::{Delivery, Queue};
use longhaul_store::Store;
use longhaul_telemetry::metrics;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::endpoints::Endpoints;
use crate::job::{Copying, Jobs};
use crate::stop::Stop;
use crate::{Error, Options, Slots};

/// A worker, ready to run.
#[derive(Debug)]
pub struct Worker {
    queue: Arc<dyn Queue>,
    jobs: Arc<Jobs<Copying>>,
    slots: Arc<Semaphore>,
    at_work: Slots,
    options: Options,
}

impl Worker {
    /// A worker on this queue and store.
    #[must_use]
    pub fn new(
        options: Options,
        store: Arc<dyn Store>,
        queue: Arc<dyn Queue>,
        endpoints: Arc<Endpoints>,
    ) -> Self {
        let slots = Arc::new(Semaphore::new(options.slots.max(1).into()));
        let shared = Arc::new(options.clone());
        let work = Copying::new(Arc::clone(&store), endpoints, Arc::clone(&shared));
        let jobs = Jobs::new(store, Arc::clone(&queue), shared, work);
        Self { queue, jobs: Arc::new(jobs), slots, at_work: Slots::default(), options }
    }

    /// Shows since when its slots are at work, also while it runs.
    #[must_use]
    pub fn slots(&self) -> Slots {
        self.at_work.clone()
    }

    /// Takes jobs until `shutdown`, then stops in this order: take no more, and return what was
    /// delivered and not begun; let slices run to their next commit and give their leases back.
    /// It takes the grace time at most: from half of it on, uploads without an answer are left in
    /// doubt, for the next owner to settle.
    ///
    /// Cancelling it is a crash: safe for every mailbox, slow for the next owner.
    ///
    /// # Errors
    ///
    /// [`Error::Queue`] if the queue refuses to be consumed or is closed.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), Error> {
        let mut consumer = self.queue.consume(self.options.slots.max(1)).await?;
        let slots = metrics().slots.open(self.options.slots.max(1));
        let mut running = JoinSet::new();
        let stop = Stop::new(shutdown.clone());
        let result = loop {
            while running.try_join_next().is_some() {}
            let next = async {
                // A free slot first, then a delivery: what is delivered is worked on at once.
                let slot = Arc::clone(&self.slots).acquire_owned().await;
                consumer.next().await.map(|delivery| (slot, delivery))
            };
            let (slot, delivery): (_, Delivery) = tokio::select! {
                biased;
                () = shutdown.cancelled() => break Ok(()),
                next = next => match next {
                    Ok(next) => next,
                    Err(longhaul_queue::Error::Closed) if shutdown.is_cancelled() => break Ok(()),
                    Err(error @ longhaul_queue::Error::Closed) => break Err(error.into()),
                    Err(error) => {
                        tracing::warn!(%error, "queue trouble; going on");
                        continue;
                    }
                },
            };
            let (jobs, stop) = (Arc::clone(&self.jobs), stop.clone());
            let busy = (metrics().slots.busy(), self.at_work.begin());
            running.spawn(async move {
                jobs.handle(delivery, &stop).await;
                drop((busy, slot));
            });
        };
        drop(slots);
        stop.soon.cancel();
        let half = self.options.grace / 2;
        let taking_no_more = async {
            match timeout(half, consumer.stop()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "jobs not handed on; they are in the end"),
                Err(_) => tracing::warn!("jobs not handed on in time; they are in the end"),
            }
        };
        let ending = async {
            if timeout(half, all_ended(&mut running)).await.is_err() {
                // The other half is for writing down what is known.
                stop.now.cancel();
                if timeout(half, all_ended(&mut running)).await.is_err() {
                    tracing::warn!("slices did not end in the grace time; their leases run out");
                }
            }
        };
        tokio::join!(taking_no_more, ending);
        running.shutdown().await;
        result
    }
}

async fn all_ended(running: &mut JoinSet<()>) {
    while running.join_next().await.is_some() {}
}
