//! Settings given on the command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use longhaul_core::Bytes;

use super::{duration, size};

/// Settings given on the command line: they win over file and environment.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Settings file, YAML or TOML
    #[arg(long, value_name = "FILE", env = "LONGHAUL_CONFIG")]
    pub config: Option<PathBuf>,
    /// Address the API listens on; port 0 takes a free one [default: 127.0.0.1:7300]
    #[arg(long, value_name = "HOST:PORT")]
    pub listen: Option<String>,
    /// Workers in this process [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub workers: Option<u16>,
    /// Folders each worker copies at a time [default: 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub slots: Option<u16>,
    /// Content each worker holds in memory at a time [default: 256MiB]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub bytes_in_flight: Option<Bytes>,
    /// How long a stop may take [default: 30s]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub grace: Option<Duration>,
}
