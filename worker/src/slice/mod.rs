//! A slice: a bounded amount of work on one folder, under one lease.
//!
//! ```text
//! survey ─▶ enumerate ─▶ batches ─▶ export ─▶ check ─▶ intent ─▶ upload ─▶ commit
//! ```
//!
//! Guarantee: an item is uploaded only under an intent and recorded in the same step that clears
//! it, so that whatever happens in between can be told afterwards. A slice holds nothing that is
//! needed after it: the next one begins from the store.

mod batch;
mod committer;
mod copy;
mod enumerate;
mod error;
mod export;
mod folder;
mod group;
mod held;
mod index;
mod item;
mod keys;
mod large;
mod lease;
mod ledger;
mod look;
mod moving;
mod reading;
mod reconcile;
mod run;
mod sorting;
mod survey;
mod sweep;
mod update;
mod upload;
mod verdict;

#[cfg(test)]
pub(crate) use committer::{Committer, Outcome};
pub(crate) use error::Halt;
pub(crate) use folder::{Folder, Peer};
pub(crate) use lease::Keeper;
pub(crate) use run::{Ending, run};
