//! `longhaul explain`: what became of one item.

use super::args::{ExplainArgs, Format, Global};
use super::failure::Failure;
use super::{connect, output};
use crate::api::views::ItemParams;
use crate::verify::{Explanation, Seen};

/// Says what became of an item.
///
/// # Errors
///
/// [`Failure`].
pub(crate) async fn run(global: &Global, args: ExplainArgs) -> Result<(), Failure> {
    let client = connect::client(global)?;
    let project = connect::project(&client, &args.project).await?;
    let params = ItemParams { mailbox: args.mailbox, item: args.item };
    let explanation = client.explain(&project, &params).await?;
    match global.output {
        Format::Json => output::json(&explanation),
        Format::Text => output::data(render(&explanation)),
    }
}

fn render(explanation: &Explanation) -> String {
    let Explanation { mailbox, destination, standing, why, next, folder, .. } = explanation;
    let mut lines = vec![format!("{}: {why}", output::words(standing))];
    lines.push(format!("mailbox: {mailbox} → {destination}"));
    if !folder.is_empty() {
        lines.push(format!("folder: {}", folder.join("/")));
    }
    lines.extend(explanation.source.as_ref().map(|seen| side("source", seen)));
    lines.extend(explanation.copy.as_ref().map(|seen| side("destination", seen)));
    if let Some(failure) = &explanation.failure {
        let pass = failure.pass.map(|pass| format!(" by pass {pass}")).unwrap_or_default();
        lines.push(format!(
            "failure: {} {}, tried {} times{pass}, last at {}",
            failure.code, failure.detail, failure.attempts, failure.at
        ));
    }
    if !next.is_empty() {
        lines.push(format!("next: {next}"));
    }
    lines.join("\n")
}

fn side(name: &str, seen: &Seen) -> String {
    let mut line = format!("{name}: {}", seen.id);
    if !seen.there {
        line.push_str(", not there");
        return line;
    }
    let folder = seen.folder.as_ref().map(|path| format!("in {}", path.join("/")));
    let parts = [
        folder,
        seen.class.clone(),
        seen.size.map(|size| size.to_string()),
        seen.received.map(|date| format!("of {date}")),
        seen.modified.map(|date| format!("changed {date}")),
        seen.subject.as_ref().map(|subject| format!("{subject:?}")),
    ];
    for part in parts.into_iter().flatten() {
        line.push_str(", ");
        line.push_str(&part);
    }
    line
}
