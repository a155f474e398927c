//! Running until someone says stop.

use longhaul_core::code;
use longhaul_worker::Signals;
use serde::Serialize;

use super::Running;
use crate::cli::{Failure, Format, remark};
use crate::settings::Settings;

/// What the server prints once it listens.
#[derive(Serialize)]
struct Ready<'a> {
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    admin: Option<String>,
    pid: u32,
}

/// Runs until SIGTERM or Ctrl-C, then stops in order. A second signal ends it at once.
///
/// # Errors
///
/// [`Failure`] if it cannot start, or a part of it breaks.
pub async fn run(settings: Settings, format: Format) -> Result<(), Failure> {
    longhaul_telemetry::start("longhaul", env!("CARGO_PKG_VERSION"));
    let mut signals = Signals::new()
        .map_err(|error| Failure::new(code::BUG, format!("signals cannot be received: {error}")))?;
    let data = settings.data.as_ref().map(|data| data.display().to_string());
    let mut running = tokio::select! {
        started = Running::start(settings) => started?,
        () = signals.next() => return Err(Failure::Interrupted),
    };
    let admin = running.admin().map(|address| address.to_string());
    let ready = Ready { url: running.url(), data, admin, pid: std::process::id() };
    match format {
        Format::Json => crate::cli::json_line(&ready)?,
        Format::Text => {
            match &ready.data {
                Some(data) => {
                    remark(format!("longhaul listens on {}; its data folder is {data}", ready.url));
                }
                None => remark(format!("longhaul listens on {}", ready.url)),
            }
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
