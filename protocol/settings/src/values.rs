//! Reading single values out of the tree, with what can be wrong with each.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use config::{Value, ValueKind};
use longhaul_core::{Code, code};
use longhaul_identity::SecretRef;

use super::file::{MAX_CERTIFICATE, check_secret, read_string};
use super::lines::Lines;
use super::{Mistake, Place};

/// Keys that show someone means to sign in as a user (B-03).
const BASIC_AUTH_KEYS: [&str; 5] = ["username", "user", "password", "app_password", "apppassword"];
const BASIC_AUTH: &str = "user names and passwords are not accepted: Exchange Online has switched \
     basic authentication off; register an application and set `client_id` with \
     `client_secret` or `certificate`";

/// The entries of a table that were not taken out yet.
pub type Table = BTreeMap<String, Value>;

/// Reads one file's tree and collects the mistakes. Every value is looked at, whatever is wrong
/// with the others; a value that cannot be used is reported once.
#[derive(Debug)]
pub struct Reader<'a> {
    /// The file as the operator named it.
    pub file: &'a str,
    /// Where relative paths begin; absolute.
    pub folder: &'a Path,
    /// The lines of its keys.
    pub lines: &'a Lines,
    /// What was wrong so far.
    pub mistakes: Vec<Mistake>,
    /// Where the keys stand that do not stand in the file under their own name.
    pub places: HashMap<String, Place>,
    /// What the environment's overrides begin with.
    pub prefix: &'static str,
}

impl<'a> Reader<'a> {
    /// A reader of the file called `file`, whose relative paths begin at `folder`.
    #[must_use]
    pub fn new(file: &'a str, folder: &'a Path, lines: &'a Lines, prefix: &'static str) -> Self {
        Self { file, folder, lines, mistakes: Vec::new(), places: HashMap::new(), prefix }
    }

    /// A secret's reference; a file's path becomes absolute.
    pub fn secret(&mut self, table: &mut Table, path: &str, key: &str) -> Option<SecretRef> {
        let text = self.text(table, path, key)?;
        match text.parse::<SecretRef>() {
            Ok(SecretRef::File(file)) => {
                let whole = self.folder.join(&file);
                if let Err(error) = check_secret(&whole) {
                    let text = format!("{} cannot be a secret: {error}", file.display());
                    self.report(&join(path, key), code::FILE_UNREADABLE, &text);
                }
                Some(SecretRef::File(whole))
            }
            Ok(reference) => Some(reference),
            // The text is not repeated: it may be the secret itself.
            Err(error) => {
                self.bad(&join(path, key), &error.to_string());
                None
            }
        }
    }

    /// The content of the file a key names.
    pub fn pem(&mut self, table: &mut Table, path: &str, key: &str) -> Option<String> {
        let file = PathBuf::from(self.text(table, path, key)?);
        match read_string(&self.folder.join(&file), MAX_CERTIFICATE) {
            Ok(pem) => Some(pem),
            Err(error) => {
                let text = format!("{} cannot be read: {error}", file.display());
                self.report(&join(path, key), code::FILE_UNREADABLE, &text);
                None
            }
        }
    }

    /// A text that must be there; reported if it is not, and empty then.
    pub fn required(&mut self, table: &mut Table, path: &str, key: &str) -> String {
        let whole = join(path, key);
        let known = table.get(key).is_some_and(|value| value.kind != ValueKind::Nil);
        // Without its table, the table is what is missing.
        let reported = !path.is_empty() && self.mistakes.iter().any(|mistake| mistake.key == path);
        if !known && !reported {
            self.report(&whole, code::MISSING_KEY, "missing");
        }
        self.text(table, path, key).unwrap_or_default()
    }

    /// A text, if the key is set.
    pub fn text(&mut self, table: &mut Table, path: &str, key: &str) -> Option<String> {
        let value = self.take(table, path, key)?;
        let kind = match value.kind {
            ValueKind::String(text) => return Some(text),
            ValueKind::Nil => return None,
            ValueKind::Table(_) => "a table",
            ValueKind::Array(_) => "a list",
            ValueKind::Boolean(_) => "`true` or `false`; put it in quotes",
            _ => "a number; put it in quotes",
        };
        self.bad(&join(path, key), &format!("text is expected, this is {kind}"));
        None
    }

    /// The entries of a table, those with unknown keys reported and left out.
    pub fn table(&mut self, path: &str, value: Value, known: &[&str]) -> Option<Table> {
        match value.kind {
            ValueKind::Table(table) => {
                Some(self.known_keys(path, table.into_iter().collect(), known, &[]))
            }
            ValueKind::Nil => Some(Table::new()),
            _ => {
                self.bad(path, &format!("not a table with {}", listed(known)));
                None
            }
        }
    }

    /// The entries of `table` whose names are `known` or, in any case, among `aliases`; the others
    /// are reported.
    pub fn known_keys(
        &mut self,
        path: &str,
        table: Table,
        known: &[&str],
        aliases: &[&str],
    ) -> Table {
        let is_alias = |name: &str| aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name));
        let (table, unknown): (Table, Table) = table
            .into_iter()
            .partition(|(name, _)| known.contains(&name.as_str()) || is_alias(name));
        for (name, value) in unknown {
            let whole = join(path, &name);
            self.note_origin(&whole, &value);
            if BASIC_AUTH_KEYS.contains(&name.to_lowercase().as_str()) {
                self.report(&whole, code::BASIC_AUTH_REFUSED, BASIC_AUTH);
            } else {
                let text = unknown_key(&name, known);
                self.report(&whole, code::UNKNOWN_KEY, &text);
            }
        }
        table
    }

    /// Takes a value out of its table and remembers where it was read.
    pub fn take(&mut self, table: &mut Table, path: &str, key: &str) -> Option<Value> {
        let value = table.remove(key)?;
        self.note_origin(&join(path, key), &value);
        Some(value)
    }

    /// Only values from the environment have an origin: the file is handed over as text.
    fn note_origin(&mut self, path: &str, value: &Value) {
        if value.origin().is_some() {
            let name = format!("{}{}", self.prefix, path.replace('.', "__")).to_uppercase();
            self.places.insert(path.to_owned(), Place::Variable(name));
        }
    }

    /// Notes that the value of a key cannot be used.
    pub fn bad(&mut self, key: &str, text: &str) {
        self.report(key, code::BAD_VALUE, text);
    }

    /// Notes what is wrong with a key.
    pub fn report(&mut self, key: &str, code: Code, text: &str) {
        let place = self.place(key);
        self.mistakes.push(Mistake::new(key, code, text).at(place));
    }

    /// Where a key stands, or should stand.
    #[must_use]
    pub fn place(&self, key: &str) -> Place {
        let in_file = || Place::File(self.file.to_owned(), self.lines.of(key));
        self.places.get(key).cloned().unwrap_or_else(in_file)
    }
}

/// Says that a key is unknown, and which one may be meant.
#[must_use]
pub fn unknown_key(name: &str, known: &[&str]) -> String {
    match nearest(name, known) {
        Some(near) => format!("unknown key; is `{near}` meant?"),
        None => format!("unknown key; known here: {}", listed(known)),
    }
}

/// The known name that is like `name`, if one is.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let name = name.to_lowercase().replace('-', "_");
    known
        .iter()
        .map(|known| (strsim::jaro_winkler(&name, known), *known))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
