//! `longhaul errors`.

use super::args::{ErrorsArgs, Format, Global};
use super::failure::Failure;
use super::{connect, output};
use crate::api::Client;
use crate::api::views::ErrorParams;
use crate::engine::{ErrorPage, ErrorRow};

/// Errors asked for at a time.
const PAGE: usize = 500;

/// Lists what went wrong.
///
/// # Errors
///
/// [`Failure`].
pub(crate) async fn run(global: &Global, args: ErrorsArgs) -> Result<(), Failure> {
    let client = connect::client(global)?;
    let project = connect::project(&client, &args.project).await?;
    let page = collect(&client, &project, &args).await?;
    if global.output == Format::Json {
        return output::json(&page);
    }
    if page.rows.is_empty() {
        output::remark("no errors");
        return Ok(());
    }
    let mut table = output::table(&["Mailbox", "Folder", "Item", "Code", "What", "Next"]);
    for row in &page.rows {
        table.add_row([
            row.mailbox.clone(),
            row.folder.join("/"),
            item(row),
            row.code.to_string(),
            row.detail.clone(),
            row.next.clone(),
        ]);
    }
    output::data(output::lines(&table))?;
    if page.next.is_some() {
        output::remark(format!("there are more than {}; see them with --limit", args.limit));
    }
    Ok(())
}

/// The first `limit` errors; `next` tells whether there are more.
async fn collect(client: &Client, project: &str, args: &ErrorsArgs) -> Result<ErrorPage, Failure> {
    let mut params = ErrorParams {
        mailbox: args.mailbox.clone(),
        batch: args.batch.clone(),
        code: args.code.map(|code| code.to_string()),
        ..ErrorParams::default()
    };
    let mut all = ErrorPage::default();
    while all.rows.len() < args.limit {
        let wanted = (args.limit - all.rows.len()).min(PAGE);
        params.limit = u16::try_from(wanted).ok();
        let page = client.errors(project, &params).await?;
        all.rows.extend(page.rows);
        all.next.clone_from(&page.next);
        if page.next.is_none() {
            break;
        }
        params.after = page.next;
    }
    Ok(all)
}

/// An item by class, date and size: its id says nothing to people, and its subject stays hidden.
fn item(row: &ErrorRow) -> String {
    if row.item.is_none() {
        return String::new();
    }
    let mut parts = vec![row.class.clone().unwrap_or_else(|| "item".to_owned())];
    parts.extend(row.received.map(|at| at.to_string()));
    parts.extend(row.size.map(|size| size.to_string()));
    parts.join(", ")
}
