//! Small programs that tests start and kill.

use std::path::Path;
use std::process::Command;

/// The example `name` of the package whose test this is.
///
/// # Panics
///
/// If it is not built: `cargo test` does it, unless it is told to build a single test.
#[must_use]
pub fn example(name: &str) -> Command {
    let test = std::env::current_exe().unwrap_or_default();
    // A test is target/debug/deps/test-0123.
    let built = test.ancestors().nth(2).unwrap_or_else(|| Path::new("."));
    let program = built.join("examples").join(name);
    assert!(program.exists(), "{} is not built: run `cargo build --examples`", program.display());
    Command::new(program)
}
