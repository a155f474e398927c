//! Printing: data to standard output, everything else to standard error.

use std::io::{self, BufRead, IsTerminal, Write};

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use serde::Serialize;

use super::failure::Failure;

/// One line below the header: a row is a line, so that people and `grep` can read it.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// Prints a text and a line end as data.
///
/// # Errors
///
/// [`Failure`] if standard output cannot be written.
pub(crate) fn data(text: impl std::fmt::Display) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// Prints one JSON document as data, readable for people.
///
/// # Errors
///
/// As [`data`].
pub(crate) fn json(document: &impl Serialize) -> Result<(), Failure> {
    data(serde_json::to_string_pretty(document)?)
}

/// Prints one JSON document on one line as data.
///
/// # Errors
///
/// As [`data`].
pub(crate) fn json_line(document: &impl Serialize) -> Result<(), Failure> {
    data(serde_json::to_string(document)?)
}

/// Prints a remark for people.
pub(crate) fn remark(text: impl std::fmt::Display) {
    // Nobody reads it: nothing is lost.
    drop(writeln!(io::stderr(), "{text}"));
}

/// A line from standard input.
///
/// # Errors
///
/// [`Failure`] if it cannot be read.
pub(crate) async fn answer() -> Result<String, Failure> {
    // On a thread of its own, so that Ctrl-C is heard meanwhile.
    let read = tokio::task::spawn_blocking(|| {
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer).map(|_| answer)
    });
    Ok(read.await.map_err(io::Error::other)??)
}

/// Whether people look at standard output.
#[must_use]
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// An empty table that fits the screen; without a screen, lines are as long as they need to be.
#[must_use]
pub(crate) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(STYLE).set_header(header);
    let arrangement = match is_terminal() {
        true => ContentArrangement::Dynamic,
        false => ContentArrangement::Disabled,
    };
    table.set_content_arrangement(arrangement);
    table
}

/// Sets the columns of numbers to the right.
pub(crate) fn numbers(table: &mut Table, columns: &[usize]) {
    for index in columns {
        if let Some(column) = table.column_mut(*index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// A table without trailing spaces, as lines.
#[must_use]
pub(crate) fn lines(table: &Table) -> String {
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// A name as people write it: `PreStaged` becomes `pre-staged`.
#[must_use]
pub(crate) fn words(name: impl std::fmt::Debug) -> String {
    let mut words = String::new();
    for c in format!("{name:?}").chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push('-');
        }
        words.extend(c.to_lowercase());
    }
    words
}

/// A text that fits into so many characters; what is left out is its middle.
pub(crate) fn shortened(text: &str, longest: usize) -> String {
    let count = text.chars().count();
    if count <= longest {
        return text.to_owned();
    }
    let front = longest / 2;
    let back = longest - front - 1;
    let start: String = text.chars().take(front).collect();
    let end: String = text.chars().skip(count - back).collect();
    format!("{start}…{end}")
}

#[cfg(test)]
mod tests {
    use longhaul_core::state::MailboxState;

    use super::*;

    #[test]
    fn a_long_path_keeps_its_ends() {
        assert_eq!(shortened("Inbox/a", 7), "Inbox/a");
        assert_eq!(shortened("Inbox/über/alles/2026", 9), "Inbo…2026");
    }

    #[test]
    fn states_are_written_in_words() {
        assert_eq!(words(MailboxState::CompletedWithErrors), "completed-with-errors");
        assert_eq!(words(MailboxState::Failed), "failed");
    }
}
