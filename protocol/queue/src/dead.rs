//! Messages set aside.

use std::fmt;
use std::str::FromStr;

use bytes::Bytes;
use longhaul_core::{Code, Timestamp};
use uuid::Uuid;

use crate::Lane;

/// Names a dead letter. It stays the same however often one looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeadId(pub(crate) Uuid);

impl fmt::Display for DeadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for DeadId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// What is to become of a dead letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeadFate {
    /// The message takes its place, ready on the letter's lane. Callers that count attempts in
    /// the message begin anew in it.
    Retry(Bytes),
    /// It is gone for good.
    Drop,
}

/// A message nobody works on until an operator decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its name for [`settle_dead`](crate::Queue::settle_dead).
    pub id: DeadId,
    /// The lane it was on.
    pub lane: Lane,
    /// The message.
    pub body: Bytes,
    /// Why it was set aside: what [`park`](crate::Delivery::park) was told, or the broker's
    /// reason (`DELIVERED_TOO_OFTEN`, `SET_ASIDE_BY_BROKER`).
    pub reason: Code,
    /// When it was set aside, if that is known.
    pub since: Option<Timestamp>,
}
