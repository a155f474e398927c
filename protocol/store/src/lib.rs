//! The store: the truth about every project, pass and folder.
//!
//! Two traits, one per kind of truth:
//!
//! - [`Checkpoints`]: what was copied. Leases with fences, intents, atomic commits, ledgers.
//!   Each call is one atomic step of the backend (a script in Redis, a transaction on disk):
//!   it validates everything first, then writes, so that a refused call has written nothing.
//! - [`Documents`]: everything else, as versioned records with compare-and-set.
//!
//! The guarantees that tests and production count by name are in [`invariants`].

mod checkpoints;
mod documents;
mod embedded;
mod error;
pub mod folder;
mod guard;
pub mod invariants;
pub mod ledger;
mod measured;
mod open;
pub mod records;
mod redis;
mod store;
mod wrapped;

#[cfg(feature = "conformance")]
pub mod conformance;

pub use checkpoints::Checkpoints;
pub use documents::{Document, Documents, Expect, Version};
pub use embedded::Embedded;
pub use error::Error;
pub use guard::Guard;
pub use open::{Options, open};
pub use redis::{Redis, Unfit};
pub use store::{Health, Store};
pub use wrapped::{Around, Wrapped};
