//! The folder map: which destination folder each source folder is copied into.
//!
//! [`Tree`] is what one side looks like, [`plan()`] the pure decision, [`prepare()`]
//! carries it out.
//!
//! Rules of the decision, in this order:
//!
//! 1. A folder that was mapped before keeps its counterpart as long as that exists, wherever its
//!    user has moved it and whatever they call it. What the source's user has renamed or moved
//!    since [follows](follow).
//! 2. Well-known folders are matched by role, never by their (localised) name.
//! 3. Any other folder is matched by parent and name (case does not count), if the classes fit and
//!    the destination folder has no role and no other source folder.
//! 4. What remains is created. A name that is taken gets a number: `Projects (2)`. So two source
//!    folders whose names differ in case only never end in one folder, and mail is never put
//!    where its class would hide it.
//!
//! Search folders and folders that hold a service's own data are left out, with their subfolders.

mod classes;
mod follow;
mod names;
mod plan;
mod prepare;
mod quick;
mod read;
#[cfg(test)]
mod tests;
mod tree;

pub(crate) use plan::{Parent, Plan, Target, plan};
pub(super) use prepare::{Begun, prepare};
pub(crate) use read::{read_root, read_tree};
pub(crate) use tree::{Node, Tree};
