//! From a file's text and the environment to one tree of values.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use config::{Config, Environment, File, FileFormat, Source};
use longhaul_core::code;

use super::file::{MAX_KEY_FILE, read_string};
use super::lines::{Lines, SyntaxError};
use super::{Mistake, Mistakes, Place, Table};

/// The values of a file with its overrides, and where they stand in the file.
#[derive(Debug)]
pub struct Tree {
    /// The entries of the root.
    pub root: Table,
    /// Where they stand.
    pub lines: Lines,
}

/// Reads a file whose path is the name the operator gave.
///
/// # Errors
///
/// [`Mistakes`] if it cannot be read, is too large or is not text.
pub fn read_text(path: &Path) -> Result<String, Mistakes> {
    read_string(path, MAX_KEY_FILE).map_err(|error| {
        let text = format!("cannot be read: {error}");
        let mistake = Mistake::new("", code::FILE_UNREADABLE, text);
        Mistakes::one(mistake.at(Place::File(path.display().to_string(), None)))
    })
}

/// The absolute folder of a file: where relative paths in it begin.
#[must_use]
pub fn folder_of(path: &Path) -> PathBuf {
    std::path::absolute(path)
        .ok()
        .and_then(|path| path.parent().map(Path::to_owned))
        .unwrap_or_else(|| PathBuf::from("/"))
}

impl Tree {
    /// Parses `text`, the content of `file`, and lays the overrides among `env` over it: those
    /// that begin with `prefix`.
    ///
    /// # Errors
    ///
    /// [`Mistakes`] of syntax.
    pub fn read(
        file: &str,
        text: &str,
        prefix: &str,
        env: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Mistakes> {
        // Some editors write a byte order mark, which would become part of the first key.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let in_file = |line| Place::File(file.to_owned(), line);
        let unreadable = |text: String| {
            Mistakes::one(Mistake::new("", code::FILE_UNREADABLE, text).at(in_file(None)))
        };
        let placed = |errors: Vec<SyntaxError>| Mistakes {
            list: errors.into_iter().map(|(line, mistake)| mistake.at(in_file(line))).collect(),
        };
        let ending = Path::new(file).extension().and_then(|ending| ending.to_str());
        let (format, lines) = match ending {
            Some("yaml" | "yml") => (FileFormat::Yaml, Lines::of_yaml(text).map_err(placed)?),
            Some("toml") => (FileFormat::Toml, Lines::of_toml(text).map_err(placed)?),
            _ => {
                let text = "its name ends neither in .yaml, .yml nor .toml";
                return Err(unreadable(text.to_owned()));
            }
        };
        let values = Config::builder()
            .add_source(File::from_str(text, format))
            .add_source(overrides(prefix, env)?)
            .build()
            .and_then(|config| config.collect())
            .map_err(|error| unreadable(error.to_string()))?;
        Ok(Self { root: values.into_iter().collect(), lines })
    }
}

/// The overrides as a source for `config`.
fn overrides(
    prefix: &str,
    env: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Environment, Mistakes> {
    let mut values = HashMap::new();
    let mut list = Vec::new();
    for (name, value) in env {
        let Some(name) = name.to_str().filter(|name| name.starts_with(prefix)) else {
            continue;
        };
        match value.into_string() {
            Ok(value) => {
                values.insert(name.to_owned(), value);
            }
            Err(_) => {
                let text = "the variable's value is not valid UTF-8";
                let mistake = Mistake::new("", code::BAD_VALUE, text);
                list.push(mistake.at(Place::Variable(name.to_owned())));
            }
        }
    }
    if !list.is_empty() {
        return Err(Mistakes { list });
    }
    let environment = Environment::with_prefix(prefix).prefix_separator("").separator("__");
    Ok(environment.source(Some(values.into_iter().collect())))
}
