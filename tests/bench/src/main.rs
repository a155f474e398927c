//! Benchmarks on the real programs: `cargo run --release -p bench -- NAME`.
//!
//! Each prints a table, or with `--json` one line per figure. Build the programs first:
//! `cargo build --release --workspace --bins`.

mod big_items;
mod figure;
mod memory;

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
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let figures = match arguments.bench {
        Bench::BigItems(options) => big_items::run(&options)?,
    };
    figure::print(&figures, arguments.json)?;
    anyhow::ensure!(figures.iter().all(|figure| figure.holds), "a goal is not met");
    Ok(())
}
