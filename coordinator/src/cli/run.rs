//! From the command line to an exit code.

use std::io::{self, IsTerminal};

use clap::{CommandFactory, Parser};
use longhaul_core::{Code, Exit, code};
use longhaul_identity::Secret;
use tracing_subscriber::EnvFilter;

use super::args::{Cli, Command, Format, Global};
use super::failure::Failure;
use super::{errors, output, pass, project, status, verify};
use crate::{api, settings, up};

/// Reads the command line, carries the command out and says how it ended.
#[must_use]
pub fn main() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to standard output and are no error.
            drop(error.print());
            return if error.use_stderr() { Exit::Usage } else { Exit::Done };
        }
    };
    let format = cli.global.output;
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            let text = format!("the program cannot start its threads: {error}");
            let failure = Failure::new(code::BUG, text);
            failure.print(format);
            return failure.exit();
        }
    };
    let result = runtime.block_on(run(cli));
    // What still runs was cut off on purpose: a second signal, a prompt nobody answers.
    runtime.shutdown_background();
    match result {
        Ok(()) => Exit::Done,
        Err(failure) => {
            failure.print(format);
            failure.exit()
        }
    }
}

async fn run(cli: Cli) -> Result<(), Failure> {
    let Cli { global, command } = cli;
    match command {
        // These stop in order when they are interrupted.
        Command::Up(flags) => {
            start_log("info");
            let data = global.data.as_deref();
            let token = global.token().map(|token| Secret::new(token.to_owned()));
            let settings = settings::load(&flags, data, token, std::env::vars_os())?;
            up::run(settings, global.output).await
        }
        #[cfg(feature = "demo")]
        Command::Demo(options) => {
            start_log("warn");
            crate::demo::run(options, global.output).await
        }
        command => tokio::select! {
            result = ask(&global, command) => result,
            _ = tokio::signal::ctrl_c() => Err(Failure::Interrupted),
        },
    }
}

async fn ask(global: &Global, command: Command) -> Result<(), Failure> {
    match command {
        #[cfg(feature = "demo")]
        Command::Demo(_) => Ok(()),
        Command::Up(_) => Ok(()),
        Command::Project(command) => project::run(global, command).await,
        Command::Pass(command) => pass::run(global, command).await,
        Command::Status(args) => status::run(global, args).await,
        Command::Errors(args) => errors::run(global, args).await,
        Command::Verify(args) => verify::run(global, args).await,
        Command::ExplainCode { code } => explain(global.output, code),
        Command::Completions { shell } => completions(shell),
        Command::Openapi => output::json(&api::openapi()),
    }
}

fn explain(format: Format, code: Code) -> Result<(), Failure> {
    let page = code.page().ok_or_else(|| {
        let text = format!("this version has no code {code}");
        Failure::with_next(code::NOT_FOUND, text, "check the number, or use a newer longhaul")
    })?;
    match format {
        Format::Json => output::json(&serde_json::json!({
            "code": code,
            "exit": Exit::of(code) as u8,
            "page": page,
        })),
        Format::Text => output::data(page.trim_end()),
    }
}

fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "longhaul", &mut script);
    output::data(String::from_utf8_lossy(&script).trim_end())
}

/// Logs to standard error: for people on a terminal, as JSON elsewhere. `LONGHAUL_LOG` filters.
fn start_log(default: &str) {
    let filter =
        EnvFilter::try_from_env("LONGHAUL_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // A second start is a test's: the first one's log serves.
    drop(match io::stderr().is_terminal() {
        true => builder.with_target(false).try_init(),
        false => builder.json().with_ansi(false).try_init(),
    });
}
