//! Reading a project file with its environment overrides.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use config::{Config, Environment, File, FileFormat, Source};
use longhaul_core::code;

use super::lines::{Lines, SyntaxError};
use super::values::Reader;
use super::{Mistake, Mistakes, Place, Spec};

/// What an override begins with: `LONGHAUL_PROJECT__SOURCE__CLIENT_ID` sets `source.client_id`.
pub const ENV_PREFIX: &str = "LONGHAUL_PROJECT";

/// Reads and checks the project file at `path`, with the overrides among `env`.
///
/// Relative paths in it are meant from its folder; in the result they are absolute. Nothing but
/// files is read, and no secret.
///
/// # Errors
///
/// [`Mistakes`]: all of them, in the order of their places.
pub fn load(
    path: &Path,
    env: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Spec, Mistakes> {
    let file = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| {
        let mistake = Mistake::new(
            "",
            code::FILE_UNREADABLE,
            format!("cannot be read: {error}"),
        );
        Mistakes::one(mistake.at(Place::File(file.clone(), None)))
    })?;
    let folder = std::path::absolute(path)
        .ok()
        .and_then(|path| path.parent().map(Path::to_owned))
        .unwrap_or_else(|| PathBuf::from("/"));
    load_text(&file, &text, &folder, env)
}

/// Like [`load`], with the text in hand: `file` is its name, `folder` where its relative paths
/// begin.
///
/// # Errors
///
/// As [`load`].
pub fn load_text(
    file: &str,
    text: &str,
    folder: &Path,
    env: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Spec, Mistakes> {
    let in_file = |line| Place::File(file.to_owned(), line);
    let unreadable = |text: String| {
        Mistakes::one(Mistake::new("", code::FILE_UNREADABLE, text).at(in_file(None)))
    };
    let placed = |errors: Vec<SyntaxError>| Mistakes {
        list: errors
            .into_iter()
            .map(|(line, mistake)| mistake.at(in_file(line)))
            .collect(),
    };
    let (format, lines) = match Path::new(file)
        .extension()
        .and_then(|ending| ending.to_str())
    {
        Some("yaml" | "yml") => (FileFormat::Yaml, Lines::of_yaml(text).map_err(placed)?),
        Some("toml") => (FileFormat::Toml, Lines::of_toml(text).map_err(placed)?),
        _ => {
            return Err(unreadable(
                "its name ends neither in .yaml, .yml nor .toml".to_owned(),
            ));
        }
    };
    let tree = Config::builder()
        .add_source(File::from_str(text, format))
        .add_source(overrides(env)?)
        .build()
        .and_then(|config| config.collect())
        .map_err(|error| unreadable(error.to_string()))?;

    let mut reader = Reader::new(file, folder, &lines);
    let spec = reader.project(tree.into_iter().collect());
    finish(reader, spec)
}

/// The overrides as a source for `config`.
fn overrides(env: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Environment, Mistakes> {
    let mut values = HashMap::new();
    let mut list = Vec::new();
    for (name, value) in env {
        let Some(name) = name.to_str().filter(|name| name.starts_with(ENV_PREFIX)) else {
            continue;
        };
        match value.into_string() {
            Ok(value) => {
                values.insert(name.to_owned(), value);
            }
            Err(_) => list.push(
                Mistake::new(
                    "",
                    code::BAD_VALUE,
                    "the variable's value is not valid UTF-8",
                )
                .at(Place::Variable(name.to_owned())),
            ),
        }
    }
    if list.is_empty() {
        let environment = Environment::with_prefix(ENV_PREFIX).separator("__");
        Ok(environment.source(Some(values.into_iter().collect())))
    } else {
        Err(Mistakes { list })
    }
}

/// Adds what is wrong with the values to what is wrong with the shape.
fn finish(reader: Reader<'_>, spec: Spec) -> Result<Spec, Mistakes> {
    let places = &reader.mailbox_places;
    let name_of = |index: usize| {
        places
            .get(index)
            .map_or_else(|| format!("mailboxes[{index}]"), |place| format!("{place}"))
    };
    let mut mistakes = Vec::new();
    for mistake in spec.check_naming(name_of) {
        let known = |reported: &Mistake| covers(&reported.key, &mistake.key);
        let explained = mistake.key == "mailboxes" && reader.mailboxes_unread;
        if !explained && !reader.mistakes.iter().any(known) {
            mistakes.push(reader.located(mistake));
        }
    }
    mistakes.extend(reader.mistakes);
    if mistakes.is_empty() {
        return Ok(spec);
    }
    mistakes.sort_by(|a, b| (&a.place, &a.key).cmp(&(&b.place, &b.key)));
    Err(Mistakes { list: mistakes })
}

/// Whether a mistake reported at `reported` explains one at `key`.
fn covers(reported: &str, key: &str) -> bool {
    let is_credential = |rest: &str| matches!(rest, ".client_secret" | ".certificate");
    match (key.strip_prefix(reported), reported.strip_prefix(key)) {
        (Some(rest), _) if !reported.is_empty() => rest.is_empty() || rest.starts_with(['.', '[']),
        // "No credential" stands at the endpoint; a credential that cannot be read explains it.
        (_, Some(rest)) => is_credential(rest),
        _ => false,
    }
}
