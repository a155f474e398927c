//! A verification as files: for people to read, for spreadsheets and for programs.
//!
//! [`write()`] puts them into a folder: one HTML page that needs nothing else, tables as CSV, the
//! whole as JSON. Names of folders and items come from mailboxes: the page escapes them, and the
//! tables keep spreadsheets from taking them for formulas. What is listed is bounded by the
//! report itself ([`FolderReport::LIST`](super::FolderReport::LIST)) and on the page by
//! [`html::FOLDERS`]; the rest is counted.

mod findings;
mod html;
mod tables;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::Verification;

/// A form a report is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum ReportFormat {
    /// Tables: `folders.csv`, `items.csv`, `not-copied.csv`.
    Csv,
    /// Everything: `verification.json`.
    Json,
    /// One page for people: `verification.html`.
    Html,
}

/// Writes the report on a project into `folder`, which is made if need be; files of an earlier
/// report are replaced. Returns what was written.
///
/// # Errors
///
/// [`io::Error`] with the file it is about; what was written before it stays.
pub(crate) fn write(
    verification: &Verification,
    project: &str,
    folder: &Path,
    formats: &[ReportFormat],
) -> io::Result<Vec<PathBuf>> {
    fs::create_dir_all(folder).map_err(|error| named(folder, &error))?;
    let mut written = Vec::new();
    let mut file = |name: &str, fill: &dyn Fn(&mut dyn Write) -> io::Result<()>| {
        let path = folder.join(name);
        replace(&path, fill).map_err(|error| named(&path, &error))?;
        written.push(path);
        Ok::<_, io::Error>(())
    };
    for format in formats {
        match format {
            ReportFormat::Json => file("verification.json", &|to| {
                serde_json::to_writer_pretty(&mut *to, verification)?;
                to.write_all(b"\n")
            })?,
            ReportFormat::Html => {
                file("verification.html", &|to| html::write(verification, project, to))?;
            }
            ReportFormat::Csv => {
                file("folders.csv", &|to| tables::folders(verification, to))?;
                file("items.csv", &|to| tables::items(verification, to))?;
                file("not-copied.csv", &|to| tables::not_copied(verification, to))?;
            }
        }
    }
    Ok(written)
}

/// Writes beside the file first, so that a report that cannot be finished leaves the last one.
fn replace(path: &Path, fill: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let mut to = BufWriter::new(File::create(&new)?);
    fill(&mut to)?;
    to.into_inner()?.sync_all()?;
    fs::rename(&new, path)
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
