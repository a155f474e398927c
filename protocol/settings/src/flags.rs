//! Settings of both programs on the command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::{address, duration};

/// Settings given on the command line: they win over file and environment.
#[derive(Args, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// Settings file, YAML or TOML
    #[arg(long, value_name = "FILE", env = "LONGHAUL_CONFIG")]
    pub config: Option<PathBuf>,
    /// Where the job queue is: `embedded`, amqp://… or amqps://…, or where that is written:
    /// env:NAME or file:PATH
    #[arg(long, value_name = "URL")]
    pub queue_url: Option<String>,
    /// Where the store is: `embedded`, redis://… or rediss://…, or where that is written
    #[arg(long, value_name = "URL")]
    pub store_url: Option<String>,
    /// Address of the admin port with /live, /ready and /metrics [default: none]
    #[arg(long, value_name = "HOST:PORT", value_parser = address)]
    pub admin: Option<String>,
    /// How long a stop may take [default: 30s]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub grace: Option<Duration>,
}

/// The URLs may hold passwords.
impl std::fmt::Debug for Flags {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Flags").field("config", &self.config).finish_non_exhaustive()
    }
}
