//! The store of a single machine: one redb file.
//!
//! A call that changes something is a step in a transaction. Steps that arrive while a
//! transaction is being written go into the next one together, so a hundred writers cost few
//! flushes; each step validates before it writes, so one that is refused leaves the others alone.
//! The answer is given only once the transaction is on disk. Reads see the last transaction and
//! wait for nobody.
//!
//! It fails if the file cannot be written or read. What was answered for survives a kill and, as
//! far as the disk keeps its word, a power cut. Opening is exclusive, so every lease found then
//! is of a process that is gone, and is broken.

mod access;
mod checkpoints;
mod documents;
mod file;
mod outcome;
mod store;
mod tables;
mod writer;

pub use store::Embedded;
