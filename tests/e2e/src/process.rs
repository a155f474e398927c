//! A program of ours as a process that tests stop, kill and hold up.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::de::DeserializeOwned;

use crate::programs::wait_for_end;

/// A running program; it ends with this value.
#[derive(Debug)]
pub struct Process {
    child: Child,
    log: PathBuf,
    /// Kept open: a program that prints must not meet a closed pipe.
    stdout: Option<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts it, with what it writes to stderr appended to the file `log`.
    ///
    /// # Errors
    ///
    /// If it cannot be started.
    pub fn start(mut command: Command, log: &Path) -> anyhow::Result<Self> {
        let file = File::options().create(true).append(true).open(log)?;
        let program = command.get_program().to_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .with_context(|| format!("start {}", program.display()))?;
        let stdout = child.stdout.take().map(BufReader::new);
        Ok(Self { child, log: log.to_owned(), stdout })
    }

    /// The JSON line it prints once it is ready; waits for it.
    ///
    /// # Errors
    ///
    /// If it ends instead, or prints something else; its log is in the message.
    pub fn ready<T: DeserializeOwned>(&mut self) -> anyhow::Result<T> {
        let mut line = String::new();
        self.stdout.as_mut().context("its output")?.read_line(&mut line)?;
        ensure!(!line.is_empty(), "it ended before it was ready:\n{}", self.log());
        serde_json::from_str(&line).with_context(|| format!("not a line of JSON: {line}"))
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    ///
    /// If it cannot be asked.
    pub fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Ends it at once, as a power cut would.
    ///
    /// # Errors
    ///
    /// If it cannot be signalled.
    pub fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to stop (SIGTERM) and waits until it has.
    ///
    /// # Errors
    ///
    /// If it does not end within `patience`.
    pub fn stop(mut self, patience: Duration) -> anyhow::Result<ExitStatus> {
        self.terminate()?;
        wait_for_end(&mut self.child, patience)
    }

    /// Asks it to stop (SIGTERM).
    ///
    /// # Errors
    ///
    /// If it cannot be signalled.
    pub fn terminate(&self) -> anyhow::Result<()> {
        self.signal(Signal::SIGTERM)
    }

    /// Holds it up where it is (SIGSTOP).
    ///
    /// # Errors
    ///
    /// If it cannot be signalled.
    pub fn suspend(&self) -> anyhow::Result<()> {
        self.signal(Signal::SIGSTOP)
    }

    /// Lets it go on (SIGCONT).
    ///
    /// # Errors
    ///
    /// If it cannot be signalled.
    pub fn resume(&self) -> anyhow::Result<()> {
        self.signal(Signal::SIGCONT)
    }

    /// What it logged.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        Ok(kill(Pid::from_raw(i32::try_from(self.child.id())?), signal)?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
