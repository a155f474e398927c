//! Who leads: of several coordinators on one store, one runs the engine.
//!
//! The leader holds a lease in the store, on the store's clock, and renews it by heartbeat. What
//! it writes is guarded by the record of its term, which changes with the leader only: a leader
//! that stood still, and wakes up after another was elected, can write nothing. An orderly stop
//! gives the lease back; after a crash it runs out.
//!
//! [`Election`] wins and holds the lead; [`Replica`] runs the engine while it leads, and tells
//! the API its [`Role`].

mod election;
mod replica;
mod role;
#[cfg(test)]
mod tests;

pub use election::{Election, Term};
pub use replica::Replica;
pub use role::{Leader, Role};
