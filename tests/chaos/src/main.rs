//! `cargo run --release -p chaos -- --seed N --minutes M`: a fleet copies while everything around
//! it fails, and at the end nothing may be lost, doubled or touched that was not ours.
//!
//! Everything is real but the service: two coordinators, four workers, RabbitMQ and Redis are
//! processes of their own, and broker, store and service are reached through proxies. A seed draws
//! what fails, and when ([`plan`]); users of both sides go on working meanwhile ([`users`]). At the
//! end the trouble stops, passes run until they have nothing to do any more, and both sides are held
//! against each other and against a model of what the users did ([`judge`]).
//!
//! Exit code 0 only if the run was clean. A seed repeats the plan, not the moment in which each
//! program is hit: a failure that does not come again was real all the same.

mod arguments;
mod blows;
mod build;
mod ending;
mod judge;
mod metrics;
mod passes;
mod plan;
mod run;
mod shared;
mod stage;
mod users;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match run::run(&arguments::Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chaos: {error:#}");
            ExitCode::FAILURE
        }
    }
}
