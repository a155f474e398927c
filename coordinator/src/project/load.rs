//! Reading a project file with its environment overrides.

use std::ffi::OsString;
use std::path::Path;

use longhaul_settings::{Tree, folder_of, read_text};

use super::read::ProjectReader;
use super::{Mistake, Mistakes, Spec};

/// What an override begins with: `LONGHAUL_PROJECT__SOURCE__CLIENT_ID` sets `source.client_id`.
pub const ENV_PREFIX: &str = "LONGHAUL_PROJECT__";

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
    let text = read_text(path)?;
    load_text(&path.display().to_string(), &text, &folder_of(path), env)
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
    let tree = Tree::read(file, text, ENV_PREFIX, env)?;
    let mut reader = ProjectReader::new(file, folder, &tree.lines);
    let spec = reader.project(tree.root);
    finish(reader, spec)
}

/// Adds what is wrong with the values to what is wrong with the shape.
fn finish(reader: ProjectReader<'_>, spec: Spec) -> Result<Spec, Mistakes> {
    let places = &reader.mailbox_places;
    let name_of = |index: usize| {
        places.get(index).map_or_else(|| format!("mailboxes[{index}]"), |place| format!("{place}"))
    };
    let mut mistakes = Vec::new();
    for mistake in spec.check_naming(name_of) {
        let known = |reported: &Mistake| covers(&reported.key, &mistake.key);
        let explained = mistake.key == "mailboxes" && reader.mailboxes_unread;
        if !explained && !reader.keys.mistakes.iter().any(known) {
            mistakes.push(reader.located(mistake));
        }
    }
    mistakes.extend(reader.keys.mistakes);
    if mistakes.is_empty() {
        return Ok(spec);
    }
    Err(Mistakes::sorted(mistakes))
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
