//! `longhaul-worker`: a worker of its own, for a fleet.

use std::process::ExitCode;

mod program;

fn main() -> ExitCode {
    program::main().into()
}
