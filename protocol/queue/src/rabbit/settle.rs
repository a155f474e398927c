//! The answer to one delivery.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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

/// The way back for one delivery; dropping it without an answer returns the message.
pub(super) struct Answer {
    pub(super) broker: Arc<Broker>,
    pub(super) returns: Returns,
    /// Set when the consumer is gone, and with it the delivery.
    pub(super) gone: Arc<AtomicBool>,
    pub(super) id: DeadId,
    pub(super) lane: Lane,
    pub(super) body: Bytes,
    /// Taken by the answer. The permit is the slot that the delivery takes.
    pub(super) open: Option<(Acker, OwnedSemaphorePermit)>,
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
