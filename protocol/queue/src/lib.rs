//! The job queue: a doorbell, not the truth.
//!
//! What a backend promises is little, because RabbitMQ promises little: a confirmed message is
//! delivered at least once, in no order, and again if its consumer is gone before it answers.
//! Everything that must happen once is made so by the store (`longhaul-store`).
//!
//! [`Embedded`] keeps messages in the process's memory; when the process ends they are gone, and
//! the coordinator publishes again what the store says is outstanding. [`Rabbit`] is the queue of
//! a fleet, on RabbitMQ. [`open()`] chooses by URL.

mod dead;
mod delay;
mod embedded;
mod error;
mod measured;
mod open;
mod queue;
mod rabbit;

#[cfg(feature = "conformance")]
pub mod conformance;

pub use dead::{DeadFate, DeadId, DeadLetter};
pub use delay::Rung;
pub use embedded::Embedded;
pub use error::Error;
pub use open::{Options, open};
pub use queue::{Consumer, Delivery, Health, Lane, Queue, Settle};
pub use rabbit::Rabbit;
