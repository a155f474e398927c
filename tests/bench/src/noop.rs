//! What a full pass costs the source if nothing has changed: `bench noop`.
//!
//! A first full pass copies what there is, a second one finds nothing to do. Requests are counted
//! by the simulator, whose mailboxes have one root each.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use clap::Args;
use longhaul_e2e::{Mailboxes, ProjectFile, Server, Simulator, longhaul, wait_until};
use serde_json::Value;

use crate::figure::Figure;

/// What changed less long ago is looked at once more: the simulator has only just made its folders.
const SETTLES: Duration = Duration::from_secs(6);

#[derive(Args)]
pub(crate) struct Options {
    /// Mailboxes
    #[arg(long, default_value_t = 1000)]
    mailboxes: u32,
    /// Folders of each, besides those that every mailbox has
    #[arg(long, default_value_t = 200)]
    folders: u32,
    /// Items of each mailbox
    #[arg(long, default_value_t = 20)]
    items: u32,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let simulator = Simulator::start(&Mailboxes {
        count: options.mailboxes,
        items: options.items,
        tls: false,
        more: vec!["--profile".to_owned(), format!("bulk:2000:{}", options.folders)],
        ..Mailboxes::default()
    })?;
    let made = Instant::now();
    let _server = Server::start(folder.path(), &[])?;
    ProjectFile::for_simulator(&simulator, folder.path())?.write(folder.path())?;
    longhaul(folder.path(), &["project", "submit", "project.yaml"])?.success()?;
    wait_until("the folders have settled", 2 * SETTLES, || {
        Ok((made.elapsed() >= SETTLES).then_some(()))
    })?;

    let pass = || -> anyhow::Result<Duration> {
        let begun = Instant::now();
        longhaul(folder.path(), &["pass", "start", "--kind", "full", "--wait"])?.success()?;
        Ok(begun.elapsed())
    };
    let first = pass()?;
    let before = source_requests(&simulator)?;
    let second = pass()?;
    let requests = source_requests(&simulator)? - before;

    let status: Value =
        longhaul(folder.path(), &["status", "--output", "json"])?.success()?.json()?;
    let mut folders = 0;
    for mailbox in status["mailboxes"].as_array().context("mailboxes")? {
        let count = |name: &str| mailbox["folders"][name].as_u64().context("a number");
        ensure!(mailbox["items"]["copied"] == options.items, "not all was copied: {mailbox}");
        ensure!(count("unchanged")? == count("total")?, "a folder was worked on: {mailbox}");
        folders += count("total")?;
    }
    let roots = u64::from(options.mailboxes);
    let informs = |figure: &str, value: f64, unit| Figure {
        bench: "noop",
        figure: figure.to_owned(),
        value,
        unit,
        goal: String::new(),
        holds: true,
        valid: true,
    };
    Ok(vec![
        informs("folders", folders as f64, "folders"),
        informs("first pass", first.as_secs_f64(), "s"),
        informs("second pass", second.as_secs_f64(), "s"),
        Figure {
            goal: format!("= {roots}, mailboxes × roots"),
            holds: requests == roots,
            ..informs("requests to the source", requests as f64, "requests")
        },
    ])
}

/// Requests to the mailboxes of the source so far.
fn source_requests(simulator: &Simulator) -> anyhow::Result<u64> {
    let counters = simulator.look("counters")?;
    let calls = counters["calls"].as_array().context("calls")?;
    let at_source =
        |call: &&Value| call["mailbox"].as_str().is_some_and(|at| at.ends_with("@source.test"));
    calls.iter().filter(at_source).map(|call| call["calls"].as_u64().context("a number")).sum()
}
