//! The answer to one delivery.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use lapin::Acker;
use lapin::options::BasicAckOptions;
use longhaul_core::Code;
use tokio::sync::OwnedSemaphorePermit;

use super::dead;
use super::queue::Broker;
use super::refusal;
use super::returns::Returns;
use crate::queue::Settle;
use crate::{DeadId, Error, Lane};

/// A taken slot of a consumer; dropping it frees the slot.
pub(super) struct Slot {
    _permit: OwnedSemaphorePermit,
    given_out: Arc<AtomicUsize>,
    /// The urgent lane's credit, which the broker gives back on settling.
    credit: Option<Arc<AtomicI64>>,
}

impl Slot {
    pub(super) fn take(
        permit: OwnedSemaphorePermit,
        given_out: Arc<AtomicUsize>,
        credit: Option<Arc<AtomicI64>>,
    ) -> Self {
        given_out.fetch_add(1, Ordering::SeqCst);
        if let Some(credit) = &credit {
            credit.fetch_sub(1, Ordering::SeqCst);
        }
        Self { _permit: permit, given_out, credit }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.given_out.fetch_sub(1, Ordering::SeqCst);
        if let Some(credit) = &self.credit {
            credit.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// The way back for one delivery; dropping it without an answer returns the message.
pub(super) struct Answer {
    pub(super) broker: Arc<Broker>,
    pub(super) returns: Returns,
    /// Set when the consumer is gone, and with it the delivery.
    pub(super) gone: Arc<AtomicBool>,
    pub(super) id: DeadId,
    pub(super) lane: Lane,
    pub(super) body: Bytes,
    /// Taken by the answer.
    pub(super) open: Option<(Acker, Slot)>,
}

/// The delivery went back to the queue before it was answered.
#[derive(Debug, thiserror::Error)]
#[error("its channel is gone and the message was returned")]
struct Returned;

impl Answer {
    async fn done(mut self: Box<Self>, action: &'static str) -> Result<(), Error> {
        let returned = || Error::Backend { action, source: Box::new(Returned) };
        let (acker, _slot) = self.open.take().ok_or_else(returned)?;
        if self.gone.load(Ordering::SeqCst) {
            return Err(returned());
        }
        match acker.ack(BasicAckOptions::default()).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(returned()),
            Err(error) => Err(refusal::of_call(action, error)),
        }
    }
}

#[async_trait]
impl Settle for Answer {
    async fn ack(self: Box<Self>) -> Result<(), Error> {
        self.done("acknowledge").await
    }

    /// First there, then gone: a crash in between sets it aside twice under one name.
    async fn park(self: Box<Self>, reason: Code) -> Result<(), Error> {
        dead::bury(&self.broker, self.lane, self.id, &self.body, reason).await?;
        self.done("park").await
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if let Some((acker, slot)) = self.open.take() {
            self.returns.hand_back(acker, slot);
        }
    }
}
