//! The store of a fleet: one Redis server, or Valkey.
//!
//! The rules of a step stand in one place, the pure functions of `folder::steps`. A call reads what
//! the step needs together with the server's time, takes the step here, and hands what changed to
//! one script, which writes all of it if the folder still has the revision that was read, and
//! nothing otherwise; then the call begins again. Revisions are random, so a folder that went back
//! to an older copy is never mistaken for the one that was read, and a call whose reply was lost
//! finds out by its own revision whether it was carried out.
//! `protocol/decisions/0002` says why not scripts with the rules in them.
//!
//! What was answered for is on the server's disk: opening refuses a server that answers earlier
//! ([`Unfit`]). It fails with [`Error::Away`](crate::Error::Away) while the server does not answer;
//! the connection comes back by itself.

mod checkpoints;
mod client;
mod documents;
mod fit;
mod folder;
mod keys;
mod link;
mod mark;
mod page;
mod reply;
mod revision;
mod step;
mod store;
mod turns;
mod write;

pub use fit::Unfit;
pub use store::Redis;
