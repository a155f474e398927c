//! From the command line to an exit code.

use clap::{CommandFactory, Parser};
use longhaul_core::{Code, Exit, code};
use longhaul_telemetry::{LogFormat, start_log};

use super::args::{Cli, Command, Format, Global};
use super::failure::Failure;
use super::{batch, errors, explain, jobs, output, pass, project, status, verify};
use crate::{api, serve, settings};

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
            start_log("info", LogFormat::Auto);
            let data = global.data.as_deref();
            let token = global.token()?;
            let settings = settings::load_up(&flags, data, token, std::env::vars_os())?;
            serve::run(settings, global.output).await
        }
        Command::Serve(flags) => {
            start_log("info", LogFormat::Auto);
            let token = global.token()?;
            let settings = settings::load_serve(&flags, token, std::env::vars_os())?;
            serve::run(settings, global.output).await
        }
        #[cfg(feature = "demo")]
        Command::Demo(options) => {
            start_log("warn", LogFormat::Auto);
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
        Command::Up(_) | Command::Serve(_) => Ok(()),
        Command::Project(command) => project::run(global, command).await,
        Command::Batch(command) => batch::run(global, command).await,
        Command::Pass(command) => pass::run(global, command).await,
        Command::Status(args) => status::run(global, args).await,
        Command::Errors(args) => errors::run(global, args).await,
        Command::Jobs(command) => jobs::run(global, command).await,
        Command::Verify(args) => verify::run(global, args).await,
        Command::Explain(args) => explain::run(global, args).await,
        Command::ExplainCode { code } => explain_code(global.output, code),
        Command::Completions { shell } => completions(shell),
        Command::Openapi => output::json(&api::openapi()),
    }
}

fn explain_code(format: Format, code: Code) -> Result<(), Failure> {
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
