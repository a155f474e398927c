//! Finding and waiting for the programs under test.

use std::path::PathBuf;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

/// The program `name`, built by `cargo build --workspace --bins`.
///
/// # Errors
///
/// If it is not there.
pub fn program(name: &str) -> anyhow::Result<PathBuf> {
    let test = std::env::current_exe().context("own executable")?;
    // A test is target/debug/deps/test-0123, a benchmark target/release/bench.
    let folders = test.ancestors().skip(1).take(2);
    let program = folders.map(|folder| folder.join(name)).find(|program| program.exists());
    program.with_context(|| format!("{name} is not built: run `cargo build --workspace --bins`"))
}

/// Waits until `look` finds something.
///
/// # Errors
///
/// If it does not within `patience`, or `look` fails.
pub fn wait_until<T>(
    what: &str,
    patience: Duration,
    mut look: impl FnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let begun = Instant::now();
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if begun.elapsed() > patience {
            bail!("{what}: not within {patience:?}");
        }
        #[expect(clippy::disallowed_methods, reason = "polls a process that cannot notify us")]
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits for a process to end.
pub(crate) fn wait_for_end(child: &mut Child, patience: Duration) -> anyhow::Result<ExitStatus> {
    wait_until("the process ends", patience, || Ok(child.try_wait()?))
}
