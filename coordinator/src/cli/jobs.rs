//! `longhaul jobs`.

use std::io::{self, IsTerminal};

use longhaul_core::{Clock, SystemClock, Timestamp, code};

use super::args::{DeadArgs, DeadCommand, Format, Global, JobsCommand};
use super::failure::Failure;
use super::{connect, output};
use crate::api::Client;
use crate::engine::{DeadJob, DeadOutcome, DeadSelection};

/// What one types to drop jobs.
const DROP: &str = "drop";

/// Carries out a command about jobs.
///
/// # Errors
///
/// [`Failure`].
pub(crate) async fn run(global: &Global, command: JobsCommand) -> Result<(), Failure> {
    let JobsCommand::Dead(command) = command;
    let client = connect::client(global)?;
    match command {
        DeadCommand::List { limit } => list(global, &client, limit).await,
        DeadCommand::Retry(args) => {
            let outcome = client.retry_dead(&selection(&args)?).await?;
            tell(global, "put back into the queue", &outcome)
        }
        DeadCommand::Drop { which, yes } => {
            let selection = selection(&which)?;
            confirm(&selection, yes).await?;
            tell(global, "dropped", &client.drop_dead(&selection).await?)
        }
    }
}

async fn list(global: &Global, client: &Client, limit: u16) -> Result<(), Failure> {
    let jobs = client.dead_jobs(limit).await?;
    if global.output == Format::Json {
        return output::json(&jobs);
    }
    if jobs.is_empty() {
        output::remark("no dead jobs");
        return Ok(());
    }
    let header = ["Job", "Reason", "Age", "Mailbox", "Folder", "Pass", "Slice", "Next"];
    let mut table = output::table(&header);
    let now = SystemClock.now();
    for job in &jobs {
        table.add_row(row(job, now));
    }
    output::data(output::lines(&table))?;
    if jobs.len() == usize::from(limit) {
        output::remark("there may be more; see them with --limit");
    }
    output::remark("next: longhaul jobs dead retry ID, or `--all`");
    Ok(())
}

fn row(job: &DeadJob, now: Timestamp) -> [String; 8] {
    let age = job.since.map(|since| super::status::left(now.since(since).as_secs()));
    let about = job.about.as_ref();
    let text = |text: Option<String>| text.unwrap_or_default();
    [
        job.id.clone(),
        job.reason.to_string(),
        text(age),
        text(about.and_then(|about| about.mailbox.clone())),
        text(about.map(|about| about.folder.join("/"))),
        text(
            about.and_then(|about| {
                Some(format!("{} of {}", about.pass?, about.project.as_deref()?))
            }),
        ),
        text(about.map(|about| about.slice.to_string())),
        job.next.clone(),
    ]
}

fn selection(args: &DeadArgs) -> Result<DeadSelection, Failure> {
    match (args.all, args.ids.is_empty()) {
        (true, _) => Ok(DeadSelection::All),
        (false, false) => Ok(DeadSelection::Ids(args.ids.clone())),
        (false, true) => {
            let next = "name jobs by their ids from `longhaul jobs dead list`, or give `--all`";
            Err(Failure::with_next(code::BAD_VALUE, "no job is named", next))
        }
    }
}

/// Asks before something is dropped.
async fn confirm(selection: &DeadSelection, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    let refused = || {
        let text = "dropping was not confirmed; nothing was dropped";
        Failure::with_next(code::NOT_CONFIRMED, text, "confirm it with `--yes`")
    };
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Err(refused());
    }
    let what = match selection {
        DeadSelection::All => "all dead jobs".to_owned(),
        DeadSelection::Ids(ids) => format!("{} dead jobs", ids.len()),
    };
    output::remark(format!(
        "This drops {what} for good; what they were to copy is copied only if a pass runs that \
         still needs them.\nType `{DROP}` to go on:"
    ));
    match output::answer().await?.trim() == DROP {
        true => Ok(()),
        false => Err(refused()),
    }
}

fn tell(global: &Global, what: &str, outcome: &DeadOutcome) -> Result<(), Failure> {
    match global.output {
        Format::Json => output::json(outcome)?,
        Format::Text => {
            let jobs = if outcome.done == 1 { "job is" } else { "jobs are" };
            output::data(format!("{} dead {jobs} {what}", outcome.done))?;
        }
    }
    if !outcome.over.is_empty() {
        let text = format!("no pass works on their folders any more: {}", outcome.over.join(", "));
        let next = "drop them with `longhaul jobs dead drop`; a new pass takes the folders up";
        return Err(Failure::with_next(code::WRONG_STATE, text, next));
    }
    if outcome.missing.is_empty() {
        return Ok(());
    }
    let text = format!("no dead job, or no longer: {}", outcome.missing.join(", "));
    Err(Failure::with_next(
        code::NOT_FOUND,
        text,
        "`longhaul jobs dead list` shows those there are",
    ))
}
