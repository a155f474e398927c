//! `longhaul-worker`: a worker of its own, for a fleet.
//!
//! A fleet needs a queue and a store that several processes can reach. This version brings the
//! embedded ones only, which live inside `longhaul up`; the program reads its settings, says which
//! of them it cannot serve, and ends with exit code 3.

use std::process::ExitCode;

use clap::Parser;
use longhaul_core::code::BAD_VALUE;

/// A copy worker. Scale it to any number.
#[derive(Debug, Parser)]
#[command(version, about, long_about = None)]
struct Arguments {
    /// Where jobs come from, e.g. amqp://broker.contoso.com
    #[arg(long, env = "LONGHAUL_QUEUE_URL", hide_env_values = true)]
    queue_url: String,
    /// Where checkpoints are kept, e.g. redis://store.contoso.com
    #[arg(long, env = "LONGHAUL_STORE_URL", hide_env_values = true)]
    store_url: String,
}

/// Exit code for settings that cannot be served, as in `longhaul`.
const BAD_INPUT: u8 = 3;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    for (name, url) in [("queue URL", &arguments.queue_url), ("store URL", &arguments.store_url)] {
        // The URL may hold a password: only its scheme is shown.
        let scheme = url.split_once("://").map_or("no scheme", |(scheme, _)| scheme);
        eprintln!("error[{BAD_VALUE}]: {name} with {scheme}: this version has no such backend");
    }
    eprintln!("next: run `longhaul up --workers N`, which has its workers inside");
    ExitCode::from(BAD_INPUT)
}
