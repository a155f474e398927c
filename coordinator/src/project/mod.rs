//! Project files: what an operator writes, read, checked and turned into records.
//!
//! [`load()`] reads a YAML or TOML file with its environment overrides and reports *every* mistake
//! at once, each with file, line, key and code. [`Spec`] is the result: it is what the API takes,
//! and the API checks it again with [`Spec::check`], so that no client can get past the rules.
//! Reading creates nothing, neither here nor in a tenant.

mod check;
mod load;
mod mailboxes;
mod read;
mod spec;
#[cfg(test)]
mod tests;

pub use load::{ENV_PREFIX, load, load_text};
pub use longhaul_settings::{Mistake, Mistakes, Place};
pub use spec::{CONFIRM, Endpoint, Options, Pair, Spec};
