//! The program `longhaul`.

use std::process::ExitCode;

fn main() -> ExitCode {
    longhaul::cli::main().into()
}
