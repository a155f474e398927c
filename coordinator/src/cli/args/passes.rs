//! What commands about passes and batches take.

use clap::{Args, Subcommand, ValueEnum};

use super::{ProjectArg, SelectionArgs};

/// Batches.
#[derive(Debug, Subcommand)]
pub enum BatchCommand {
    /// List the batches with the number of their mailboxes
    List(ProjectArg),
    /// Put mailboxes into a batch; they leave the one they were in
    Set {
        /// Name of the batch
        name: String,
        /// Which mailboxes, of which project
        #[command(flatten)]
        of: BatchArgs,
    },
    /// Take mailboxes out of their batches
    Clear(BatchArgs),
}

/// Mailboxes that change their batch.
#[derive(Args, Clone, Debug)]
#[group(id = "which", required = true, args = ["mailbox", "batch", "all"])]
pub struct BatchArgs {
    /// Which project
    #[command(flatten)]
    pub project: ProjectArg,
    /// Which mailboxes
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// All mailboxes of the project
    #[arg(long, conflicts_with_all = ["mailbox", "batch"])]
    pub all: bool,
}

/// Passes.
#[derive(Debug, Subcommand)]
pub enum PassCommand {
    /// Start a pass
    Start(StartArgs),
    /// Pause a pass: running folders end at their next commit
    Pause(SteerArgs),
    /// Resume a paused pass
    Resume(SteerArgs),
    /// Stop a pass for good; what was copied stays
    Stop(SteerArgs),
}

/// A pass to start.
#[derive(Args, Clone, Debug)]
pub struct StartArgs {
    /// Which project
    #[command(flatten)]
    pub project: ProjectArg,
    /// Which mailboxes
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// What to copy
    #[arg(long, value_enum)]
    pub kind: Kind,
    /// Pre-stage only: copy mail older than this, `90d` or a date [default: 90d]
    #[arg(long, value_name = "DATE|DAYS")]
    pub cutoff: Option<String>,
    /// Take the mailboxes up at this time, with its zone: `2026-12-01T22:00[Europe/Berlin]`
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// Items of a mailbox that may fail before it is given up [default: the project's]
    #[arg(long, value_name = "N")]
    pub error_budget: Option<u64>,
    /// Only say what the pass would do; nothing is changed
    #[arg(long, conflicts_with_all = ["wait", "at", "error_budget"])]
    pub dry_run: bool,
    /// Wait until the pass is over, and show how it goes
    #[arg(long)]
    pub wait: bool,
}

/// Kinds of passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Everything that is still missing.
    Full,
    /// Mail older than a cut-off; everything else whole.
    PreStage,
    /// Only items that failed; folders that were not finished are left to the pass itself.
    RetryErrors,
}

/// A pass to steer.
#[derive(Args, Clone, Debug)]
pub struct SteerArgs {
    /// Number of the pass; may be left out if only one fits
    pub number: Option<u32>,
    /// Which project
    #[command(flatten)]
    pub project: ProjectArg,
}
