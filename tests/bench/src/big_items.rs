//! Large items pass through: how much more memory than idle does the process ever have?

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use clap::Args;
use longhaul_e2e::{Mailboxes, ProjectFile, Server, Simulator, assert_equal_sides, longhaul};

use crate::figure::Figure;
use crate::process::{peak, resident};

const MIB: f64 = 1024.0 * 1024.0;

/// The simulator refuses requests above what Exchange Server takes by default; tenants that move
/// 150 MB items have raised it.
const REQUEST_BYTES: &str = "400000000";

#[derive(Args)]
pub(crate) struct Options {
    /// Large items to copy
    #[arg(long, default_value_t = 6)]
    items: u32,
    /// Bytes of each
    #[arg(long, default_value_t = 150_000_000)]
    size: u64,
    /// Large items in flight at a time, at most
    #[arg(long, default_value_t = 1)]
    in_flight: u32,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let simulator = Simulator::start(&Mailboxes {
        count: 1,
        items: options.items,
        more: vec![
            "--profile".to_owned(),
            format!("bulk:{}", options.size),
            "--max-request-bytes".to_owned(),
            REQUEST_BYTES.to_owned(),
        ],
        ..Mailboxes::default()
    })?;
    let server = Server::start(folder.path(), &[])?;
    let mut project = ProjectFile::for_simulator(&simulator, folder.path())?;
    project.text += &format!("options:\n  mailbox_requests: {}\n", options.in_flight);
    project.write(folder.path())?;
    longhaul(folder.path(), &["project", "submit", "project.yaml"])?.success()?;

    let pid = server.pid();
    let idle = resident(pid)?;
    let (took, bytes) = copy(folder.path())?;
    let peak = peak(pid)?;
    assert_equal_sides(&simulator)?;

    let allowed = 64.0 * f64::from(options.in_flight);
    let above = (peak.saturating_sub(idle)) as f64 / MIB;
    let figure = |figure: &str, value: f64, unit, goal: String, holds| Figure {
        bench: "big-items",
        figure: figure.to_owned(),
        value,
        unit,
        goal,
        holds,
        valid: true,
    };
    let item = options.size as f64 / MIB;
    Ok(vec![
        figure("item size", item, "MiB", String::new(), true),
        figure("items in flight at most", options.in_flight.into(), "items", String::new(), true),
        figure("process idle", idle as f64 / MIB, "MiB", String::new(), true),
        figure("process peak", peak as f64 / MIB, "MiB", String::new(), true),
        figure("peak above idle", above, "MiB", format!("< {allowed} MiB"), above < allowed),
        figure("rate", bytes / MIB / took.as_secs_f64(), "MiB/s", String::new(), true),
    ])
}

/// Runs a full pass and says how long it took and what it copied.
fn copy(folder: &Path) -> anyhow::Result<(Duration, f64)> {
    let begun = Instant::now();
    longhaul(folder, &["pass", "start", "--kind", "full", "--wait"])?.success()?;
    let took = begun.elapsed();
    let status: serde_json::Value =
        longhaul(folder, &["status", "--output", "json"])?.success()?.json()?;
    let bytes = status["mailboxes"][0]["items"]["bytes_copied"].as_f64().context("bytes")?;
    ensure!(bytes > 0.0, "nothing was copied");
    Ok((took, bytes))
}
