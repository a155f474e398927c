//! Files an operator writes: YAML or TOML with overrides from the environment.
//!
//! The crate `config` merges file and environment; this module adds what it lacks: lines, unknown
//! keys, and every mistake at once. Reading has no side effect, and is bounded in time and memory
//! whatever the operator names.

mod file;
mod lines;
mod mistake;
mod tree;
mod values;
mod yaml;

pub(crate) use file::{MAX_CSV, read_bytes};
pub(crate) use lines::Lines;
pub use mistake::{Mistake, Mistakes, Place};
pub(crate) use tree::{Tree, folder_of, read_text};
pub(crate) use values::{Reader, Table, unknown_key};
