//! The ledger: which source items stand in the destination, and where.
//!
//! One packed log per folder. A record is never changed; the log only grows, and only the length
//! in the checkpoint counts. Destination ids of one folder differ in a few bytes, so each is
//! written as its difference from the folder's template (its first id): a record takes some
//! 25 bytes instead of 200.
//!
//! ```text
//! record = kind u8 · key 12 B · version u32le · size varint · shared head varint
//!        · shared tail varint · own length varint · own bytes
//! ```
//!
//! (CP-2) An item is in the ledger if and only if its destination id is known.

mod append;
mod reader;
mod record;
mod varint;

pub use append::{Append, Appender};
pub use reader::Reader;
pub use record::{Corrupt, Record};
