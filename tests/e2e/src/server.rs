//! `longhaul up`, as a process that tests stop and kill.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use anyhow::bail;

use crate::Process;
use crate::programs::{program, wait_until};

/// Long enough for a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running `longhaul up`.
#[derive(Debug)]
pub struct Server {
    process: Process,
}

/// What tests set on a program beside its defaults.
pub type Settings<'a> = &'a [(&'a str, &'a str)];

impl Server {
    /// Starts it with its data in `folder` and waits until it answers.
    ///
    /// # Errors
    ///
    /// If it does not come up; its log is in the message.
    pub fn start(folder: &Path, settings: Settings<'_>) -> anyhow::Result<Self> {
        let api: PathBuf = folder.join("longhaul-data").join("api.json");
        let _ = std::fs::remove_file(&api);
        let mut command = Command::new(program("longhaul")?);
        command
            .args(["up", "--listen", "127.0.0.1:0"])
            .envs(settings.iter().copied())
            .current_dir(folder);
        let mut process = Process::start(command, &folder.join("up.log"))?;
        wait_until("longhaul up answers", PATIENCE, || {
            if let Some(status) = process.ended()? {
                bail!("longhaul up ended with {status}:\n{}", process.log());
            }
            Ok(api.exists().then_some(()))
        })?;
        Ok(Self { process })
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Ends it at once, as a power cut would.
    ///
    /// # Errors
    ///
    /// If it cannot be signalled.
    pub fn kill(self) -> anyhow::Result<()> {
        self.process.kill()
    }

    /// Asks it to stop (SIGTERM) and waits until it has.
    ///
    /// # Errors
    ///
    /// If it does not end within `patience`.
    pub fn stop(self, patience: Duration) -> anyhow::Result<ExitStatus> {
        self.process.stop(patience)
    }

    /// What it logged.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.log()
    }
}
