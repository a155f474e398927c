//! A process group that cannot outlive the test process.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

/// A program and everything it started. Dropped, it is killed; if the test process ends without
/// dropping it, a watchdog kills it and removes its folder.
#[derive(Debug)]
pub(crate) struct Group {
    leader: Child,
    watchdog: Child,
}

impl Group {
    /// Starts `command` in a group of its own, with its files in `folder`.
    pub(crate) fn start(mut command: Command, folder: &Path) -> anyhow::Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let leader = command
            .process_group(0)
            // What it drops when it crashes goes there too.
            .current_dir(folder)
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        // The pipe to the watchdog closes when this process ends, however it ends.
        let watchdog = Command::new("sh")
            .args(["-c", "read -r _; kill -9 \"-$1\"; rm -rf \"$2\"", "watchdog"])
            .arg(leader.id().to_string())
            .arg(folder)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start the watchdog")?;
        Ok(Self { leader, watchdog })
    }

    /// Whether the program has ended.
    pub(crate) fn ended(&mut self) -> anyhow::Result<bool> {
        Ok(self.leader.try_wait()?.is_some())
    }

    /// Sends a signal to the whole group.
    pub(crate) fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let group = Pid::from_raw(i32::try_from(self.leader.id())?);
        killpg(group, signal).with_context(|| format!("{signal} to a group"))
    }

    /// Asks the program to end and waits for it.
    pub(crate) fn stop(&mut self, patience: Duration) -> anyhow::Result<()> {
        self.signal(Signal::SIGTERM)?;
        until("the node stops", patience, || Ok(self.ended()?.then_some(())))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // The watchdog first: afterwards the number of the group may be somebody else's.
        let _ended = self.watchdog.kill();
        let _status = self.watchdog.wait();
        let _gone = self.signal(Signal::SIGKILL);
        let _status = self.leader.wait();
    }
}

/// Looks again and again until `look` finds something.
pub(crate) fn until<T>(
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
