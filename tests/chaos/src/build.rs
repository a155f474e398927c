//! Building the programs that a run starts, in the profile of this one.

use std::process::Command;

use anyhow::{Context as _, ensure};

/// Builds them with the cargo that runs this program, else with the one on the path.
///
/// # Errors
///
/// If cargo fails.
pub(crate) fn programs() -> anyhow::Result<()> {
    let own = std::env::current_exe().context("own executable")?;
    let is_release = own.parent().is_some_and(|folder| folder.ends_with("release"));
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--workspace", "--bins"])
        .args(is_release.then_some("--release"))
        .current_dir(root)
        .status()
        .context("start cargo")?;
    ensure!(status.success(), "the programs do not build");
    Ok(())
}
