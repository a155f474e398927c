//! Settings given on the command line: they win over file and environment.

use clap::Args;
use longhaul_core::Bytes;
use longhaul_settings::{Flags, address, size};

use super::load::web_address;

/// Flags of `longhaul up`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct UpFlags {
    /// What coordinator and workers share.
    #[command(flatten)]
    pub common: Flags,
    /// Address the API listens on; port 0 takes a free one [default: 127.0.0.1:7300]
    #[arg(long, value_name = "HOST:PORT", value_parser = address)]
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
}

/// Flags of `longhaul serve`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct ServeFlags {
    /// What coordinator and workers share.
    #[command(flatten)]
    pub common: Flags,
    /// Address the API listens on; port 0 takes a free one [default: 127.0.0.1:7300]
    #[arg(long, value_name = "HOST:PORT", value_parser = address)]
    pub listen: Option<String>,
    /// Where the other coordinators reach this one [default: the address it listens on]
    #[arg(long, value_name = "URL", value_parser = web_address)]
    pub advertise: Option<String>,
}
