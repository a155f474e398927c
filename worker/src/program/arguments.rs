//! The command line.

use clap::{Parser, ValueEnum};
use longhaul_core::{Bytes, Exit};
use longhaul_settings::{Common, Flags, Mistakes, size};
use longhaul_telemetry::LogFormat;

/// A copy worker of a longhaul fleet. Scale it to any number
#[derive(Clone, Debug, Parser)]
#[command(name = "longhaul-worker", version, after_help = Exit::help())]
pub(super) struct Arguments {
    /// What coordinator and workers share.
    #[command(flatten)]
    pub(super) common: Flags,
    /// Folders it copies at a time [default: 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    slots: Option<u16>,
    /// Content it holds in memory at a time [default: 256MiB]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    bytes_in_flight: Option<Bytes>,
    /// What the log on standard error looks like
    #[arg(long, value_name = "FORMAT", env = "LONGHAUL_LOG_FORMAT", default_value = "auto")]
    pub(super) log_format: LogFormat,
    /// How to print
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) output: Format,
}

/// How to print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: a document once it works.
    Json,
}

impl Arguments {
    /// The settings from file, environment and flags.
    pub(super) fn settings(&self) -> Result<Common, Mistakes> {
        let (mut common, ()) =
            longhaul_settings::load(&self.common, std::env::vars_os(), |reader, _, common| {
                common.require_fleet(reader);
            })?;
        common.slots = self.slots.unwrap_or(common.slots);
        common.bytes_in_flight = self.bytes_in_flight.unwrap_or(common.bytes_in_flight);
        Ok(common)
    }
}
