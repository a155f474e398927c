//! `longhaul batch`.

use std::collections::BTreeMap;

use super::args::{BatchArgs, BatchCommand, Format, Global, ProjectArg};
use super::failure::Failure;
use super::{connect, output};
use crate::engine::SetBatch;

/// Carries out a command about batches.
///
/// # Errors
///
/// [`Failure`].
pub(crate) async fn run(global: &Global, command: BatchCommand) -> Result<(), Failure> {
    match command {
        BatchCommand::List(project) => list(global, &project).await,
        BatchCommand::Set { name, of } => set(global, &of, Some(name)).await,
        BatchCommand::Clear(of) => set(global, &of, None).await,
    }
}

async fn list(global: &Global, project: &ProjectArg) -> Result<(), Failure> {
    let client = connect::client(global)?;
    let project = connect::project(&client, project).await?;
    let mut batches: BTreeMap<Option<String>, u64> = BTreeMap::new();
    for mailbox in client.project(&project).await?.mailboxes {
        *batches.entry(mailbox.batch).or_default() += 1;
    }
    if global.output == Format::Json {
        let rows = batches.iter().map(
            |(batch, mailboxes)| serde_json::json!({ "batch": batch, "mailboxes": mailboxes }),
        );
        return output::json(&rows.collect::<Vec<_>>());
    }
    let mut table = output::table(&["Batch", "Mailboxes"]);
    for (batch, mailboxes) in &batches {
        let name = batch.clone().unwrap_or_else(|| "(none)".to_owned());
        table.add_row([name, mailboxes.to_string()]);
    }
    output::numbers(&mut table, &[1]);
    output::data(output::lines(&table))
}

async fn set(global: &Global, of: &BatchArgs, batch: Option<String>) -> Result<(), Failure> {
    let client = connect::client(global)?;
    let project = connect::project(&client, &of.project).await?;
    let set = SetBatch { batch, selection: of.selection.selection() };
    let mailboxes = client.set_batch(&project, &set).await?;
    match (global.output, &set.batch) {
        (Format::Json, _) => output::json(&mailboxes),
        (Format::Text, Some(name)) => {
            output::data(format!("batch {name}: {} mailboxes put into it", mailboxes.len()))
        }
        (Format::Text, None) => {
            output::data(format!("{} mailboxes are in no batch", mailboxes.len()))
        }
    }
}
