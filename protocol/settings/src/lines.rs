//! On which line of a file each key stands.
//!
//! The crate `config` keeps no lines, so the text is read a second time by parsers that do. This
//! also finds syntax errors and keys that are set twice, with their lines.

use std::collections::HashMap;

use longhaul_core::code;
use toml_edit::{Document, Item, TableLike, Value};

use super::{Mistake, yaml};

/// Lines of longer paths are not kept: with long keys around many others, the paths would be far
/// larger than the file. The keys that are known make paths of less than 100 bytes.
const MAX_PATH: usize = 256;

/// Lines, counted from 1, by key path (`source.client_id`, `mailboxes[3].batch`).
#[derive(Debug, Default)]
pub struct Lines(HashMap<String, usize>);

/// A mistake of syntax and its line.
pub(crate) type SyntaxError = (Option<usize>, Mistake);

impl Lines {
    /// The line of a key, or of the nearest key around it.
    #[must_use]
    pub fn of(&self, path: &str) -> Option<usize> {
        let mut path = path;
        if path.len() > MAX_PATH {
            path = around(&path[..path.floor_char_boundary(MAX_PATH)])?;
        }
        loop {
            if let Some(line) = self.0.get(path) {
                return Some(*line);
            }
            path = around(path)?;
        }
    }

    /// Keeps the line of a path. Returns the one it had before.
    pub(super) fn note(&mut self, path: &str, line: usize) -> Option<usize> {
        self.0.insert(path.to_owned(), line)
    }

    /// Reads a YAML text. Keys that are set twice are all reported.
    pub(crate) fn of_yaml(text: &str) -> Result<Self, Vec<SyntaxError>> {
        yaml::lines(text)
    }

    /// Reads a TOML text. The parser itself bounds how deep it may be nested.
    pub(crate) fn of_toml(text: &str) -> Result<Self, Vec<SyntaxError>> {
        let starts = Starts::of(text);
        let document = Document::parse(text).map_err(|error| {
            let line = error.span().map(|span| starts.line_at(span.start));
            let reason = error.message().lines().collect::<Vec<_>>().join("; ");
            let reason = format!("not valid TOML: {reason}");
            vec![(line, Mistake::new("", code::FILE_UNREADABLE, reason))]
        })?;
        let mut lines = Self::default();
        lines.toml_table(&starts, "", document.as_table());
        Ok(lines)
    }

    fn toml_table(&mut self, starts: &Starts, path: &str, table: &dyn TableLike) {
        for (name, item) in table.iter() {
            let Some(path) = child(path, name) else {
                continue;
            };
            if let Some(span) = table.key(name).and_then(toml_edit::Key::span) {
                self.note(&path, starts.line_at(span.start));
            }
            self.toml_item(starts, &path, item);
        }
    }

    fn toml_item(&mut self, starts: &Starts, path: &str, item: &Item) {
        if let Some(table) = item.as_table_like() {
            self.toml_table(starts, path, table);
        } else if let Some(tables) = item.as_array_of_tables() {
            for (index, table) in tables.iter().enumerate() {
                let Some(path) = element(path, index) else {
                    return;
                };
                if let Some(span) = table.span() {
                    self.note(&path, starts.line_at(span.start));
                }
                self.toml_table(starts, &path, table);
            }
        } else if let Some(array) = item.as_array() {
            for (index, value) in array.iter().enumerate() {
                let Some(path) = element(path, index) else {
                    return;
                };
                self.toml_value(starts, &path, value);
            }
        }
    }

    fn toml_value(&mut self, starts: &Starts, path: &str, value: &Value) {
        if let Some(span) = value.span() {
            self.note(path, starts.line_at(span.start));
        }
        if let Some(table) = value.as_inline_table() {
            self.toml_table(starts, path, table);
        }
    }
}

/// The path of what stands around a path.
fn around(path: &str) -> Option<&str> {
    path.rfind(['.', '[']).map(|end| &path[..end])
}

/// The path of a key in a table, unless it is too long to be kept.
pub(super) fn child(path: &str, name: &str) -> Option<String> {
    if path.len() + name.len() > MAX_PATH {
        return None;
    }
    Some(if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") })
}

/// The path of an element of a list, unless it is too long to be kept.
pub(super) fn element(path: &str, index: usize) -> Option<String> {
    (path.len() <= MAX_PATH).then(|| format!("{path}[{index}]"))
}

/// Where the lines of a text begin.
struct Starts(Vec<usize>);

impl Starts {
    fn of(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self(std::iter::once(0).chain(ends.map(|(end, _)| end + 1)).collect())
    }

    /// The line of a byte, counted from 1.
    fn line_at(&self, offset: usize) -> usize {
        self.0.partition_point(|start| *start <= offset)
    }
}
