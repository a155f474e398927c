//! `longhaul pass`.

use longhaul_core::state::MailboxState;
use longhaul_core::{Clock, SystemClock, Timestamp, code};
use longhaul_store::records::PassKind;

use super::args::{Format, Global, Kind, PassCommand, StartArgs, SteerArgs};
use super::failure::Failure;
use super::start_time::start_time;
use super::watch::{self, Until};
use super::{connect, dry_run, output};
use crate::api::Client;
use crate::engine::{MailboxStatus, PassStatus, ProjectStatus, StartPass};

/// What a pre-stage copies if nothing is said (B-51).
const DEFAULT_CUTOFF: &str = "90d";

/// Carries out a command about passes.
///
/// # Errors
///
/// [`Failure`].
pub(crate) async fn run(global: &Global, command: PassCommand) -> Result<(), Failure> {
    match command {
        PassCommand::Start(args) => start(global, args).await,
        PassCommand::Pause(args) => steer(global, &args, "pause").await,
        PassCommand::Resume(args) => steer(global, &args, "resume").await,
        PassCommand::Stop(args) => steer(global, &args, "stop").await,
    }
}

async fn start(global: &Global, args: StartArgs) -> Result<(), Failure> {
    let kind = kind(args.kind, args.cutoff.as_deref())?;
    let at = args.at.as_deref().map(at).transpose()?;
    let client = connect::client(global)?;
    let project = connect::project(&client, &args.project).await?;
    if args.dry_run {
        return dry_run::run(&client, global.output, &project, kind, &args.selection).await;
    }
    let selection = args.selection.selection();
    let start = StartPass { kind, selection, at, error_budget: args.error_budget };
    let pass = client.start_pass(&project, &start).await?;
    match global.output {
        Format::Json if !args.wait => output::json(&pass)?,
        Format::Json => {}
        Format::Text => output::data(format!("{} of {project} is started", describe(&pass)))?,
    }
    if args.wait {
        return wait(&client, global.output, &project, pass.number).await;
    }
    output::remark("next: longhaul status --watch");
    Ok(())
}

/// When a pass is to take its mailboxes up.
fn at(text: &str) -> Result<Timestamp, Failure> {
    start_time(text).map_err(|wrong| {
        let next = "for example `--at 2026-12-01T22:00[Europe/Berlin]`";
        Failure::with_next(code::BAD_VALUE, format!("--at {text}: {wrong}"), next)
    })
}

/// What a pass is to copy.
fn kind(kind: Kind, cutoff: Option<&str>) -> Result<PassKind, Failure> {
    match (kind, cutoff) {
        (Kind::Full, None) => Ok(PassKind::Full),
        (Kind::RetryErrors, None) => Ok(PassKind::Retry),
        (Kind::Full | Kind::RetryErrors, Some(_)) => {
            let text = match kind {
                Kind::RetryErrors => "a retry has no cut-off",
                Kind::Full | Kind::PreStage => "a full pass has no cut-off",
            };
            Err(Failure::with_next(code::BAD_VALUE, text, "leave `--cutoff` out"))
        }
        (Kind::PreStage, cutoff) => {
            let text = cutoff.unwrap_or(DEFAULT_CUTOFF);
            let cutoff = longhaul_settings::cutoff(text, SystemClock.now()).map_err(|wrong| {
                let next = "for example `--cutoff 90d`";
                Failure::with_next(code::BAD_VALUE, format!("--cutoff {text}: {wrong}"), next)
            })?;
            Ok(PassKind::PreStage { cutoff })
        }
    }
}

/// Shows a pass until it is over, and says how it ended.
///
/// # Errors
///
/// [`Failure`] with LH-0209 if it did not end clean.
pub(crate) async fn wait(
    client: &Client,
    format: Format,
    project: &str,
    number: u32,
) -> Result<(), Failure> {
    let status =
        watch::run(client, format, project, &Default::default(), Until::Over(number)).await?;
    let verdict = verdict(&status, number);
    if format == Format::Text {
        output::data(super::status::table(&status, |mailbox| mailbox.pass == Some(number)))?;
    }
    verdict
}

/// Whether a pass that is over ended clean.
fn verdict(status: &ProjectStatus, number: u32) -> Result<(), Failure> {
    let name = &status.name;
    let troubled = |mailbox: &&MailboxStatus| {
        mailbox.pass == Some(number)
            && !matches!(mailbox.state, MailboxState::PreStaged | MailboxState::Completed)
    };
    let troubled: Vec<_> = status.mailboxes.iter().filter(troubled).collect();
    if troubled.is_empty() {
        return Ok(());
    }
    let failed = |mailbox: &&&MailboxStatus| mailbox.state == MailboxState::Failed;
    let text = format!(
        "pass {number} of {name} is over: of its mailboxes {} failed, {} ended with errors or \
         early",
        troubled.iter().filter(failed).count(),
        troubled.len() - troubled.iter().filter(failed).count(),
    );
    let next = "`longhaul errors` lists what went wrong; start the pass again once it is mended";
    Err(Failure::with_next(code::PASS_FAILED, text, next))
}

async fn steer(global: &Global, args: &SteerArgs, action: &str) -> Result<(), Failure> {
    let client = connect::client(global)?;
    let project = connect::project(&client, &args.project).await?;
    let pass = client.steer_pass(&project, args.number, action).await?;
    match global.output {
        Format::Json => output::json(&pass),
        Format::Text => {
            output::data(format!("{} of {project}: {}", describe(&pass), output::words(pass.state)))
        }
    }
}

/// A pass in a few words.
#[must_use]
pub(crate) fn describe(pass: &PassStatus) -> String {
    let starts = pass.starts.map(|at| format!(", from {at}")).unwrap_or_default();
    match pass.kind {
        PassKind::Full => format!("pass {} (full{starts})", pass.number),
        PassKind::Retry => format!("pass {} (retry of errors{starts})", pass.number),
        PassKind::PreStage { cutoff } => {
            let date: String = cutoff.to_string().chars().take("2026-01-31".len()).collect();
            format!("pass {} (pre-stage, mail before {date}{starts})", pass.number)
        }
    }
}
