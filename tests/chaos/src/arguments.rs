//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// A fleet copies while everything around it fails; at the end nothing may be lost or doubled
#[derive(Clone, Debug, Parser)]
pub(crate) struct Arguments {
    /// Draws the mailboxes, what fails and when, and what users do; a random one if not given
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// How long things fail; the passes that come after take as long as they take
    #[arg(long, default_value_t = 5.0)]
    pub(crate) minutes: f64,
    /// Mailbox pairs
    #[arg(long, default_value_t = 10)]
    pub(crate) mailboxes: u32,
    /// Items of each source mailbox at the beginning, about
    #[arg(long, default_value_t = 3000)]
    pub(crate) items: u32,
    /// Also put older copies of the store back
    #[arg(long)]
    pub(crate) restore: bool,
    /// Only these kinds of blows, by a part of their names; for looking into a failure
    #[arg(long, value_name = "PART")]
    pub(crate) only: Vec<String>,
    /// Folder for the logs, which is kept; otherwise one that is kept if the run is not clean
    #[arg(long, value_name = "DIR")]
    pub(crate) logs: Option<PathBuf>,
    /// Do not build the programs first
    #[arg(long)]
    pub(crate) no_build: bool,
    /// Only print the plan
    #[arg(long)]
    pub(crate) dry_run: bool,
}

impl Arguments {
    /// How long things fail.
    pub(crate) fn time(&self) -> Duration {
        Duration::from_secs_f64(self.minutes.max(0.0) * 60.0)
    }
}
