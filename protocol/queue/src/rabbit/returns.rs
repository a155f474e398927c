//! The task beside a consumer: hands back what was dropped.

use lapin::Acker;
use lapin::options::BasicNackOptions;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

/// The way to the task.
#[derive(Clone)]
pub(super) struct Returns(mpsc::UnboundedSender<(Acker, OwnedSemaphorePermit)>);

impl Returns {
    /// A new task's way and work.
    pub(super) fn new() -> (Self, impl Future<Output = ()>) {
        let (sender, mut dropped) = mpsc::unbounded_channel();
        let work = async move {
            while let Some((acker, slot)) = dropped.recv().await {
                requeue(&acker).await;
                drop(slot);
            }
        };
        (Self(sender), work)
    }

    /// Returns a delivery to its queue and frees its slot. With the consumer gone there is nothing
    /// to do: its channel returns everything.
    pub(super) fn hand_back(&self, acker: Acker, slot: OwnedSemaphorePermit) {
        let _consumer_gone = self.0.send((acker, slot));
    }
}

/// Hands a delivery back.
pub(super) async fn requeue(acker: &Acker) {
    let options = BasicNackOptions { requeue: true, ..BasicNackOptions::default() };
    if let Err(error) = acker.nack(options).await {
        tracing::debug!(%error, "not handed back; the channel's end does it");
    }
}
