//! `longhaul pass start --dry-run`: what a pass would do.

use longhaul_core::{Bytes, code};
use longhaul_store::records::PassKind;

use super::args::{Format, SelectionArgs};
use super::failure::Failure;
use super::output;
use super::status::is_selected;
use super::verify::not_copied;
use crate::api::Client;
use crate::api::views::ForecastParams;
use crate::verify::Forecast;

/// Says what the pass would do, mailbox by mailbox.
///
/// # Errors
///
/// [`Failure`] if no mailbox is meant, or one cannot be looked at.
pub(crate) async fn run(
    client: &Client,
    format: Format,
    project: &str,
    kind: PassKind,
    selection: &SelectionArgs,
) -> Result<(), Failure> {
    let cutoff = match kind {
        PassKind::PreStage { cutoff } => Some(cutoff),
        PassKind::Full => None,
        PassKind::Retry => {
            let text = "a retry of errors has no dry run";
            let next = "`longhaul errors` lists what it would try again";
            return Err(Failure::with_next(code::BAD_VALUE, text, next));
        }
    };
    let mut mailboxes = client.status(project).await?.mailboxes;
    mailboxes.retain(|mailbox| is_selected(mailbox, selection));
    if mailboxes.is_empty() {
        return Err(Failure::new(code::NOT_FOUND, "the project has no such mailbox"));
    }
    let mut forecasts = Vec::with_capacity(mailboxes.len());
    for mailbox in mailboxes {
        let params = ForecastParams { mailbox: mailbox.id.to_string(), cutoff };
        let forecast = client.forecast(project, &params).await?;
        if format == Format::Text {
            output::data(render(&forecast))?;
        }
        forecasts.push(forecast);
    }
    if format == Format::Json {
        return output::json(&forecasts);
    }
    let items: u64 = forecasts.iter().map(|forecast| forecast.items).sum();
    let bytes: Bytes = forecasts.iter().map(|forecast| forecast.bytes).sum();
    output::data(format!(
        "{} mailboxes, {items} items ({bytes}) would be copied; nothing was changed",
        forecasts.len(),
    ))?;
    output::remark("this version changes no directory object, licence or forwarder");
    Ok(())
}

fn render(forecast: &Forecast) -> String {
    let Forecast { source, destination, items, bytes, retried, copied, .. } = forecast;
    let mut lines = vec![format!(
        "{source} → {destination}: {items} items ({bytes}) would be copied, {retried} of them \
         tried again; {copied} are copied already"
    )];
    lines.push(format!("  {} folders, {} would be created", forecast.folders, forecast.created));
    lines.extend(forecast.creates.iter().map(|path| format!("  create {}", path.join("/"))));
    let more = forecast.created.saturating_sub(forecast.creates.len() as u64);
    if more > 0 {
        lines.push(format!("  and {more} more"));
    }
    let left = forecast.not_copied.iter();
    lines.extend(left.map(|left| format!("  stays behind: {}", not_copied(left))));
    lines.join("\n")
}
