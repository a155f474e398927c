//! Running a command of `longhaul` to its end.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use serde::de::DeserializeOwned;

use crate::program;

/// A command that has ended.
#[derive(Debug)]
pub struct Finished {
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to stdout.
    pub stdout: String,
    /// What it wrote to stderr.
    pub stderr: String,
}

/// Runs `longhaul` with these arguments in `folder`, its output not on a terminal.
///
/// # Errors
///
/// If it cannot be started.
pub fn longhaul(folder: &Path, arguments: &[&str]) -> anyhow::Result<Finished> {
    let output = Command::new(program("longhaul")?)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .context("start longhaul")?;
    Ok(Finished {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout)?,
        stderr: String::from_utf8(output.stderr)?,
    })
}

impl Finished {
    /// Insists on exit code 0.
    ///
    /// # Errors
    ///
    /// Whatever it printed, if it is not.
    pub fn success(self) -> anyhow::Result<Self> {
        ensure!(
            self.code == Some(0),
            "exit code {:?}\n{}\n{}",
            self.code,
            self.stdout,
            self.stderr
        );
        Ok(self)
    }

    /// Its standard output as one JSON document.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn json<T: DeserializeOwned>(&self) -> anyhow::Result<T> {
        serde_json::from_str(&self.stdout).with_context(|| format!("not JSON: {}", self.stdout))
    }
}
