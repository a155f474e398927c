//! `longhaul-worker`: a worker of its own, for a fleet.

use std::process::ExitCode;

mod program;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    program::main().into()
}
