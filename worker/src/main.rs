//! `longhaul-worker`: a worker of its own, for a fleet.

use std::process::ExitCode;

mod program;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    program::main().into()
}
