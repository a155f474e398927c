//! Benchmarks on the real programs: `cargo run --release -p bench -- NAME`.
//!
//! Each prints a table, or with `--json` one line per figure. Build the programs first:
//! `cargo build --release --workspace --bins`.

mod big_items;
mod copy;
mod figure;
mod floor;
mod noop;
mod process;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Measures what longhaul costs, on the real programs")]
struct Arguments {
    #[command(subcommand)]
    bench: Bench,
    /// One JSON line per figure
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Bench {
    /// Memory of the process while large items pass through it
    BigItems(big_items::Options),
    /// What copying costs beside a floor: processor, rate, memory, growth, idle slots
    Copy(copy::Options),
    /// Requests of a full pass over mailboxes that have not changed
    Noop(noop::Options),
    /// The programs that others are compared with
    #[command(subcommand, hide = true)]
    Floor(floor::Role),
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let (figures, judged) = match arguments.bench {
        Bench::BigItems(options) => (big_items::run(&options)?, true),
        Bench::Copy(options) => (copy::run(&options)?, !options.quick),
        Bench::Noop(options) => (noop::run(&options)?, true),
        Bench::Floor(role) => return floor::run(role),
    };
    figure::print(&figures, arguments.json)?;
    if judged {
        anyhow::ensure!(figures.iter().all(|figure| figure.valid), "a run says nothing");
        anyhow::ensure!(figures.iter().all(|figure| figure.holds), "a goal is not met");
    }
    Ok(())
}
