//! The task beside a consumer: hands back what was dropped, and gives the urgent lane up while
//! every slot is taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lapin::Acker;
use lapin::options::BasicNackOptions;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::settle::Slot;
use super::subscription::UrgentSlot;

/// How long every slot has to be taken: with slices shorter than this a slot is free soon anyway.
const FULL: Duration = Duration::from_millis(200);

/// What the task is told.
enum Note {
    /// A delivery that nobody answered.
    Dropped(Acker, Slot),
    /// The last free slot was taken; this is the urgent lane.
    Full(UrgentSlot),
}

/// The way to the task.
#[derive(Clone)]
pub(super) struct Returns(mpsc::UnboundedSender<Note>);

impl Returns {
    /// A new task's way and work. `given_out` counts the taken slots, of `slots` in all.
    pub(super) fn new(
        slots: usize,
        given_out: Arc<AtomicUsize>,
    ) -> (Self, impl Future<Output = ()>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(sender), run(receiver, slots, given_out))
    }

    /// Returns a delivery to its queue. With the consumer gone there is nothing to do: its
    /// channel returns everything.
    pub(super) fn hand_back(&self, acker: Acker, slot: Slot) {
        let _consumer_gone = self.0.send(Note::Dropped(acker, slot));
    }

    pub(super) fn full(&self, urgent: &UrgentSlot) {
        let _consumer_gone = self.0.send(Note::Full(urgent.clone()));
    }
}

async fn run(mut notes: mpsc::UnboundedReceiver<Note>, slots: usize, given_out: Arc<AtomicUsize>) {
    let mut full: Option<(Instant, UrgentSlot)> = None;
    loop {
        let due = full.as_ref().map(|(due, _)| *due);
        let waited = async {
            match due {
                Some(due) => sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            note = notes.recv() => match note {
                Some(Note::Dropped(acker, slot)) => {
                    requeue(&acker).await;
                    drop(slot);
                }
                Some(Note::Full(urgent)) => full = Some((Instant::now() + FULL, urgent)),
                None => return,
            },
            () = waited => if let Some((_, urgent)) = full.take() {
                give_up(&urgent, slots, &given_out).await;
            },
        }
    }
}

/// Gives up the urgent lane if every slot is still taken.
async fn give_up(slot: &UrgentSlot, slots: usize, given_out: &AtomicUsize) {
    let taken = {
        let mut urgent = slot.lock();
        // Under the lock: a consumer with a free slot looks here before it waits.
        if given_out.load(Ordering::SeqCst) < slots { None } else { urgent.take() }
    };
    let Some(urgent) = taken else {
        return;
    };
    match urgent.cancel().await {
        Ok(left) => {
            for delivery in left {
                requeue(&delivery.acker).await;
            }
        }
        Err(error) => tracing::debug!(%error, "the channel is gone"),
    }
}

/// Hands a delivery back.
pub(super) async fn requeue(acker: &Acker) {
    let options = BasicNackOptions { requeue: true, ..BasicNackOptions::default() };
    if let Err(error) = acker.nack(options).await {
        tracing::debug!(%error, "not handed back; the channel's end does it");
    }
}
