//! What copying costs: `bench copy`, or `bench copy cpu memory --scheme https`.
//!
//! Simulator, coordinator, workers, RabbitMQ, Redis and the floor are processes of their own, and
//! each figure is measured on a fresh set of them. The figures:
//!
//! - `cpu`: processor time per GiB of content with 75 KB items, against a [pump](crate::floor)
//!   that moves as many bytes in as many requests over as many connections, right after, on the
//!   same machine. The pump talks to a server that serves and takes bytes and has no other work,
//!   and the content it uploads is ready in memory: nothing is parsed, decoded, checked, encoded
//!   or noted. The comparison says something only if the pump alone is twice as fast as we are;
//!   else something besides us was measured, and the figure is not valid.
//! - `items`: items of 4 KB per second, against a bare loop over the same simulator that exports,
//!   pastes and uploads with as many requests at a time, and reads its list before the clock
//!   starts.
//! - `memory`: the most memory a worker ever has, with items of 150 MB and with a folder of a
//!   million items, above its bytes-in-flight budget.
//! - `growth`: how much more four workers copy than one, from a simulator that answers 100 ms late.
//! - `idle`: how long slots wait for a job while there is work, of their time, by the workers' own
//!   metrics. The jobs are the shortest there are (empty folders, at a simulator that answers 200 ms
//!   late); the figure is valid if at least 500 of them end a second.
//!
//! Answers are not compressed: how much they shrink is the content's affair, and the pump would
//! not have to unpack them.

mod cpu;
mod fleet;
mod growth;
mod idle;
mod items;
mod memory;
mod metrics;
mod traffic;

use clap::{Args, ValueEnum};

use crate::figure::Figure;
use fleet::Scheme;

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Name {
    Cpu,
    Items,
    Memory,
    Growth,
    Idle,
}

#[derive(Args)]
pub(crate) struct Options {
    /// What to measure; everything if nothing is named
    figures: Vec<Name>,
    /// How the services are reached; both if not given. Memory, growth and idle slots are measured
    /// over HTTPS unless HTTP is asked for
    #[arg(long)]
    scheme: Option<Scheme>,
    /// Small sizes, to see that it works: the figures say nothing, and none is judged
    #[arg(long)]
    pub(crate) quick: bool,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let all = Name::value_variants();
    let names = if options.figures.is_empty() { all } else { &options.figures };
    let (schemes, one) = match options.scheme {
        None => (vec![Scheme::Http, Scheme::Https], Scheme::Https),
        Some(scheme) => (vec![scheme], scheme),
    };
    let quick = options.quick;
    let mut figures = Vec::new();
    for name in names {
        match name {
            Name::Cpu => {
                for scheme in &schemes {
                    figures.extend(cpu::run(*scheme, quick)?);
                }
            }
            Name::Items => {
                for scheme in &schemes {
                    figures.extend(items::run(*scheme, quick)?);
                }
            }
            Name::Memory => figures.extend(memory::run(one, quick)?),
            Name::Growth => figures.extend(growth::run(one, quick)?),
            Name::Idle => figures.extend(idle::run(one, quick)?),
        }
    }
    Ok(figures)
}

/// A figure with a goal.
fn judged(
    figure: String,
    value: f64,
    unit: &'static str,
    goal: String,
    holds: bool,
    valid: bool,
) -> Figure {
    Figure { bench: "copy", figure, value, unit, goal, holds, valid }
}

/// A figure that only informs.
fn informs(figure: String, value: f64, unit: &'static str) -> Figure {
    judged(figure, value, unit, String::new(), true, true)
}
