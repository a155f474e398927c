//! The worker: a stateless consumer of folder jobs.
//!
//! permit (slot, bytes in flight) → delivery → lease → slice → acknowledgement. It holds nothing
//! between slices; scale it to any number, kill it at any time.

mod endpoints;
mod error;
mod fingerprint;
mod health;
mod job;
mod membership;
mod memory;
mod options;
mod service;
mod signals;
mod slice;
mod slots;
mod stop;
mod throttle;

pub use endpoints::{EndpointError, Endpoints};
pub use error::Error;
pub use fingerprint::fingerprint;
pub use health::probes;
pub use membership::Membership;
pub use options::Options;
pub use service::Worker;
pub use signals::Signals;
pub use slots::Slots;
