//! Files an operator writes: YAML or TOML with overrides from the environment.
//!
//! The crate `config` merges file and environment; this crate adds what it lacks: lines, unknown
//! keys, and every mistake at once. Reading has no side effect, and is bounded in time and memory
//! whatever the operator names.

mod file;
mod lines;
mod mistake;
mod parse;
mod tree;
mod values;
mod yaml;

pub use file::{MAX_CSV, read_bytes};
pub use lines::Lines;
pub use mistake::{Mistake, Mistakes, Place};
pub use parse::{cutoff, duration, size};
pub use tree::{Tree, folder_of, read_text};
pub use values::{Reader, Table, unknown_key};
