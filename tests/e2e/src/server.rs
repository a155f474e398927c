//! `longhaul up`, as a process that tests stop and kill.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::programs::{program, wait_for_end, wait_until};

/// Long enough for a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running `longhaul up`.
#[derive(Debug)]
pub struct Server {
    process: Child,
    folder: PathBuf,
}

/// What tests set on the server beside its defaults.
pub type Settings<'a> = &'a [(&'a str, &'a str)];

impl Server {
    /// Starts it with its data in `folder` and waits until it answers.
    ///
    /// # Errors
    ///
    /// If it does not come up; its log is in the message.
    pub fn start(folder: &Path, settings: Settings<'_>) -> anyhow::Result<Self> {
        let data = folder.join("longhaul-data");
        let api = data.join("api.json");
        let _ = std::fs::remove_file(&api);
        let log = File::options().create(true).append(true).open(folder.join("up.log"))?;
        let process = Command::new(program("longhaul")?)
            .args(["up", "--listen", "127.0.0.1:0"])
            .envs(settings.iter().copied())
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("start longhaul up")?;
        let mut server = Self { process, folder: folder.to_owned() };
        wait_until("longhaul up answers", PATIENCE, || {
            if let Some(status) = server.process.try_wait()? {
                bail!("longhaul up ended with {status}:\n{}", server.log());
            }
            Ok(api.exists().then_some(()))
        })?;
        Ok(server)
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Ends it at once, as a power cut would.
    ///
    /// # Errors
    ///
    /// If it cannot be signalled.
    pub fn kill(mut self) -> anyhow::Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    /// Asks it to stop (SIGTERM) and waits until it has.
    ///
    /// # Errors
    ///
    /// If it does not end within `patience`.
    pub fn stop(mut self, patience: Duration) -> anyhow::Result<ExitStatus> {
        let pid = Pid::from_raw(i32::try_from(self.process.id())?);
        kill(pid, Signal::SIGTERM)?;
        wait_for_end(&mut self.process, patience)
    }

    /// What it logged.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("up.log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
