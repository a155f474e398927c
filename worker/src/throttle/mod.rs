//! Waiting: how long, for whom, and when to take other work instead.
//!
//! A [`Lane`] gates the requests to one mailbox on one side. The service's hint blocks the lane,
//! and only it: every slot that works for the mailbox obeys, nobody else waits. A wait longer
//! than some seconds is handed back, so that the job can be deferred and the slot do other work.

mod lane;
mod lanes;

pub(crate) use lane::{CallError, Lane, Tries};
pub(crate) use lanes::Lanes;
pub(crate) use longhaul_core::Ladder;
