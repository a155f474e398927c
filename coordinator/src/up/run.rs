//! Running until someone says stop.

use std::io;

use longhaul_core::code;
use serde::Serialize;

use super::Running;
use crate::cli::{Failure, Format, remark};
use crate::settings::Settings;

/// What `up` prints once it listens.
#[derive(Serialize)]
struct Ready<'a> {
    url: &'a str,
    data: String,
    pid: u32,
}

/// Runs until SIGTERM or Ctrl-C, then stops in order. A second signal ends it at once.
///
/// # Errors
///
/// [`Failure`] if it cannot start, or a part of it breaks.
pub async fn run(settings: Settings, format: Format) -> Result<(), Failure> {
    let mut signals = Signals::new()
        .map_err(|error| Failure::new(code::BUG, format!("signals cannot be received: {error}")))?;
    let data = settings.data.display().to_string();
    let mut running = Running::start(settings).await?;
    let ready = Ready { url: running.url(), data, pid: std::process::id() };
    match format {
        Format::Json => crate::cli::json_line(&ready)?,
        Format::Text => {
            remark(format!("longhaul listens on {}; its data folder is {}", ready.url, ready.data));
            remark("next, in another terminal: longhaul project submit FILE");
        }
    }
    let broken = tokio::select! {
        () = signals.next() => None,
        broken = running.broken() => Some(broken),
    };
    if broken.is_none() {
        remark("stopping: running folders end at their next commit (once more to end at once)");
    }
    tokio::select! {
        _ = running.stop() => {}
        () = signals.next() => return Err(Failure::Interrupted),
    }
    match broken {
        Some(broken) => Err(broken.into()),
        None => Ok(()),
    }
}

/// The signals that ask to stop.
pub(crate) struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    /// From now on the signals no longer end the process.
    pub(crate) fn new() -> io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Waits for the next one. Cancel safe.
    pub(crate) async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        #[cfg(not(unix))]
        drop(tokio::signal::ctrl_c().await);
    }
}
