//! Files an operator writes: YAML or TOML with overrides from the environment.
//!
//! The crate `config` merges file and environment; this module adds what it lacks: lines, unknown
//! keys, and every mistake at once. Reading has no side effect.

mod lines;
mod mistake;
mod tree;
mod values;

pub(crate) use lines::Lines;
pub use mistake::{Mistake, Mistakes, Place};
pub(crate) use tree::{Tree, folder_of, read_text};
pub(crate) use values::{Reader, Table, unknown_key};
