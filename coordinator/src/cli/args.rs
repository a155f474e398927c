//! The command line.

mod passes;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use longhaul_core::{Code, Exit};
use longhaul_identity::{Secret, SecretRef};

pub(super) use self::passes::{BatchArgs, BatchCommand, Kind, PassCommand, StartArgs, SteerArgs};
use crate::engine::Selection;
use crate::settings::{ServeFlags, UpFlags};
use crate::verify::{Deep, ReportFormat};

/// Tenant-to-tenant mailbox migration with coexistence
#[derive(Debug, Parser)]
#[command(
    name = "longhaul",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    subcommand_required = true,
    after_help = Exit::help()
)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Args, Clone, Debug)]
pub struct Global {
    /// How to print
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub output: Format,
    /// Address of the server [default: from DIR/api.json]
    #[arg(long, global = true, value_name = "URL", env = "LONGHAUL_SERVER")]
    pub server: Option<String>,
    /// Token of the server's API, or where it stands: env:NAME or file:PATH [default: from
    /// DIR/api.json]
    #[arg(long, global = true, env = "LONGHAUL_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// Data folder of `longhaul up` [default: longhaul-data]
    #[arg(long, global = true, value_name = "DIR", env = "LONGHAUL_DATA")]
    pub data: Option<PathBuf>,
}

impl Global {
    /// The API's token, if one is given; an empty one is none. A reference is read, as it is in
    /// the settings file.
    ///
    /// # Errors
    ///
    /// [`SecretUnreadable`](longhaul_identity::Error::SecretUnreadable).
    pub fn token(&self) -> Result<Option<Secret>, longhaul_identity::Error> {
        let Some(token) = self.token.as_deref().filter(|token| !token.is_empty()) else {
            return Ok(None);
        };
        match token.parse::<SecretRef>() {
            Ok(reference) => reference.resolve().map(Some),
            Err(_) => Ok(Some(Secret::new(token.to_owned()))),
        }
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(|| PathBuf::from("longhaul-data"))
    }
}

/// How to print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: one document, or one per line while watching.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Copy mailboxes between two simulated tenants, then compare both sides
    #[cfg(feature = "demo")]
    Demo(crate::demo::Options),
    /// Run everything in one process: server, workers, queue and store
    Up(UpFlags),
    /// Run a coordinator of a fleet: queue and store are servers of their own
    Serve(ServeFlags),
    /// Check, submit and look at projects
    #[command(subcommand, arg_required_else_help = true)]
    Project(ProjectCommand),
    /// Put mailboxes into batches
    #[command(subcommand, arg_required_else_help = true)]
    Batch(BatchCommand),
    /// Start and steer passes
    #[command(subcommand, arg_required_else_help = true)]
    Pass(PassCommand),
    /// Show where a project, its passes and its mailboxes stand
    Status(StatusArgs),
    /// List what went wrong, with the next step
    Errors(ErrorsArgs),
    /// Look after jobs nobody works on any more
    #[command(subcommand, arg_required_else_help = true)]
    Jobs(JobsCommand),
    /// Compare source and destination, folder by folder
    Verify(VerifyArgs),
    /// Say why an item was copied, updated, skipped or failed, and where its copy is
    Explain(ExplainArgs),
    /// Say what an error code means and what to do
    ExplainCode {
        /// The code, such as LH-0101
        code: Code,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the OpenAPI document of the server's API
    Openapi,
}

/// Projects.
#[derive(Debug, Subcommand)]
pub enum ProjectCommand {
    /// Read a project file and report every mistake; asks neither server nor tenants
    Check {
        /// The project file, YAML or TOML
        file: PathBuf,
    },
    /// Submit a project file; both tenants are asked before anything is created
    Submit {
        /// The project file, YAML or TOML
        file: PathBuf,
    },
    /// List all projects
    List,
    /// Show a project and its mailboxes
    Show(ProjectArg),
    /// Stop every pass of a project; what was copied stays
    Stop(ProjectArg),
}

/// Jobs.
#[derive(Debug, Subcommand)]
pub enum JobsCommand {
    /// Jobs that were set aside: they failed in a way that trying again does not mend
    #[command(subcommand, arg_required_else_help = true)]
    Dead(DeadCommand),
}

/// Dead jobs.
#[derive(Debug, Subcommand)]
pub enum DeadCommand {
    /// List them with mailbox, folder, pass, reason and age
    List {
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: u16,
    },
    /// Put them back into the queue; their attempts count from zero
    Retry(DeadArgs),
    /// Drop them for good; a pass that still needs one publishes it again
    Drop {
        /// Which ones
        #[command(flatten)]
        which: DeadArgs,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// Which dead jobs.
#[derive(Args, Clone, Debug, Default)]
pub struct DeadArgs {
    /// Their ids, from `longhaul jobs dead list`
    #[arg(value_name = "ID", conflicts_with = "all")]
    pub ids: Vec<String>,
    /// All of them
    #[arg(long)]
    pub all: bool,
}

/// Which project.
#[derive(Args, Clone, Debug, Default)]
pub struct ProjectArg {
    /// Name or id of the project; may be left out if there is only one
    #[arg(long, value_name = "NAME")]
    pub project: Option<String>,
}

/// Which mailboxes.
#[derive(Args, Clone, Debug, Default)]
pub struct SelectionArgs {
    /// Only this mailbox, by either address; can be repeated
    #[arg(long, value_name = "ADDR", conflicts_with = "batch")]
    pub mailbox: Vec<String>,
    /// Only the mailboxes of this batch
    #[arg(long, value_name = "NAME")]
    pub batch: Option<String>,
}

impl SelectionArgs {
    /// As the engine takes it.
    #[must_use]
    pub fn selection(&self) -> Selection {
        match &self.batch {
            Some(batch) => Selection::Batch(batch.clone()),
            None if self.mailbox.is_empty() => Selection::All,
            None => Selection::Mailboxes(self.mailbox.clone()),
        }
    }
}

/// What to show.
#[derive(Args, Clone, Debug)]
pub struct StatusArgs {
    /// Which project
    #[command(flatten)]
    pub project: ProjectArg,
    /// Which mailboxes
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Keep showing until no pass runs any more
    #[arg(long)]
    pub watch: bool,
}

/// Which errors.
#[derive(Args, Clone, Debug)]
pub struct ErrorsArgs {
    /// Which project
    #[command(flatten)]
    pub project: ProjectArg,
    /// Only this mailbox, by either address
    #[arg(long, value_name = "ADDR", conflicts_with = "batch")]
    pub mailbox: Option<String>,
    /// Only the mailboxes of this batch
    #[arg(long, value_name = "NAME")]
    pub batch: Option<String>,
    /// Only errors with this code
    #[arg(long, value_name = "CODE")]
    pub code: Option<Code>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub limit: usize,
}

/// How to compare.
#[derive(Args, Clone, Debug)]
pub struct VerifyArgs {
    /// Which project
    #[command(flatten)]
    pub project: ProjectArg,
    /// Which mailboxes
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// How many items to compare property by property
    #[arg(long, value_enum, default_value_t = DeepArg::None)]
    pub deep: DeepArg,
    /// Also write the report as files; several with commas
    #[arg(long, value_enum, value_delimiter = ',', value_name = "FORMAT")]
    pub report: Vec<ReportFormat>,
    /// The folder they are written into
    #[arg(long, value_name = "DIR", default_value = ".", requires = "report")]
    pub to: PathBuf,
}

/// Which item.
#[derive(Args, Clone, Debug)]
pub struct ExplainArgs {
    /// The mailbox, by either address
    pub mailbox: String,
    /// The item's id at the source or in the destination
    pub item: String,
    /// Which project
    #[command(flatten)]
    pub project: ProjectArg,
}

/// How many items to compare property by property.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DeepArg {
    /// None: counts and pairing only.
    None,
    /// Some of each folder.
    Sample,
    /// All.
    All,
}

impl From<DeepArg> for Deep {
    fn from(deep: DeepArg) -> Self {
        match deep {
            DeepArg::None => Self::None,
            DeepArg::Sample => Self::Sample,
            DeepArg::All => Self::All,
        }
    }
}
