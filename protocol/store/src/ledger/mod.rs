//! The ledger: which source items stand in the destination, and where.
//!
//! One packed log per folder. An entry is never changed; the log only grows, only the length in
//! the checkpoint counts, and of several entries about one item the last one does. Destination ids
//! of one folder differ in a few bytes, so each is written as its difference from the folder's
//! template (its first id): an entry takes some 35 bytes instead of 200.
//!
//! ```text
//! entry  = kind u8 · key 12 B · [version u32le · change key u32le · content u32le · size varint]
//!        · [size before varint] · [id]
//! id     = shared head varint · shared tail varint · own length varint · own bytes
//! ```
//!
//! (CP-2) An item is in the ledger if and only if its destination id is known.

mod append;
mod id;
mod reader;
mod record;
mod sums;
mod varint;

pub use append::{Append, Appender};
pub use reader::{Corrupt, Reader};
pub use record::{Entry, Record, Seal};
pub use sums::Sums;
