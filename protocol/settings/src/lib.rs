//! Files an operator writes: YAML or TOML with overrides from the environment; and the settings
//! that coordinator and workers share.
//!
//! [`load`] reads a settings file, then variables, then flags; the later one wins. [`Reader`] and
//! [`Tree`] read any file of keys.
//!
//! The crate `config` merges file and environment; this crate adds what it lacks: lines, unknown
//! keys, and every mistake at once. Reading has no side effect, and is bounded in time and memory
//! whatever the operator names.

mod backend;
mod common;
mod file;
mod flags;
mod lines;
mod mistake;
mod open;
mod parse;
#[cfg(test)]
mod tests;
mod tree;
mod typed;
mod values;
mod yaml;

pub use backend::{Backend, BackendUrl, Kind};
pub use common::{Common, ENV_PREFIX, load};
pub use file::{MAX_CSV, read_bytes};
pub use flags::Flags;
pub use lines::Lines;
pub use mistake::{Mistake, Mistakes, Place};
pub use parse::{address, cutoff, duration, size, within};
pub use tree::{Tree, folder_of, read_text};
pub use values::{Reader, Table, unknown_key};
