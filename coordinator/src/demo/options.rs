//! What can be chosen about the demonstration.

use std::path::PathBuf;

use clap::Args;

/// What can be chosen about the demonstration.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Mailboxes to copy
    #[arg(long, value_name = "N", default_value_t = 2,
          value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub mailboxes: u32,
    /// Items in each mailbox, more or less
    #[arg(long, value_name = "N", default_value_t = 300, conflicts_with = "seed_dir")]
    pub items: u64,
    /// Seed that the mailboxes are made from; the same seed makes the same mailboxes
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "seed_dir")]
    pub seed: u64,
    /// Copy the .eml files of this folder and its subfolders instead, as one mailbox
    #[arg(long, value_name = "DIR", conflicts_with = "mailboxes")]
    pub seed_dir: Option<PathBuf>,
    /// Keep the data folder with the project file, and say where it is
    #[arg(long)]
    pub keep: bool,
}
