//! On which line of a file each key stands.
//!
//! The crate `config` keeps no lines, so the text is read a second time by parsers that do. This
//! also finds syntax errors and keys that are set twice, with their lines.

use std::collections::HashMap;

use longhaul_core::code;
use toml_edit::{Document, Item, TableLike, Value};
use yaml_rust2::Event;
use yaml_rust2::parser::{MarkedEventReceiver, Parser};
use yaml_rust2::scanner::Marker;

use super::Mistake;

/// Lines, counted from 1, by key path (`source.client_id`, `mailboxes[3].batch`).
#[derive(Debug, Default)]
pub(crate) struct Lines(HashMap<String, usize>);

/// A mistake of syntax and its line.
pub(crate) type SyntaxError = (Option<usize>, Mistake);

impl Lines {
    /// The line of a key, or of the nearest key around it.
    pub(crate) fn of(&self, path: &str) -> Option<usize> {
        let mut path = path;
        loop {
            if let Some(line) = self.0.get(path) {
                return Some(*line);
            }
            path = &path[..path.rfind(['.', '['])?];
        }
    }

    /// Reads a YAML text. Keys that are set twice are all reported.
    pub(crate) fn of_yaml(text: &str) -> Result<Self, Vec<SyntaxError>> {
        let mut reader = YamlReader::default();
        if let Err(error) = Parser::new_from_str(text).load(&mut reader, true) {
            let text = format!("not valid YAML: {}", error.info());
            let mistake = Mistake::new("", code::FILE_UNREADABLE, text);
            return Err(vec![(Some(error.marker().line()), mistake)]);
        }
        if reader.repeated.is_empty() { Ok(reader.lines) } else { Err(reader.repeated) }
    }

    /// Reads a TOML text.
    pub(crate) fn of_toml(text: &str) -> Result<Self, Vec<SyntaxError>> {
        let document = Document::parse(text).map_err(|error| {
            let line = error.span().map(|span| line_at(text, span.start));
            let reason = error.message().lines().collect::<Vec<_>>().join("; ");
            let reason = format!("not valid TOML: {reason}");
            vec![(line, Mistake::new("", code::FILE_UNREADABLE, reason))]
        })?;
        let mut lines = Self::default();
        lines.toml_table(text, "", document.as_table());
        Ok(lines)
    }

    fn toml_table(&mut self, text: &str, path: &str, table: &dyn TableLike) {
        for (name, item) in table.iter() {
            let path = join(path, name);
            if let Some(span) = table.key(name).and_then(toml_edit::Key::span) {
                self.0.insert(path.clone(), line_at(text, span.start));
            }
            self.toml_item(text, &path, item);
        }
    }

    fn toml_item(&mut self, text: &str, path: &str, item: &Item) {
        if let Some(table) = item.as_table_like() {
            self.toml_table(text, path, table);
        } else if let Some(tables) = item.as_array_of_tables() {
            for (index, table) in tables.iter().enumerate() {
                let path = format!("{path}[{index}]");
                if let Some(span) = table.span() {
                    self.0.insert(path.clone(), line_at(text, span.start));
                }
                self.toml_table(text, &path, table);
            }
        } else if let Some(array) = item.as_array() {
            for (index, value) in array.iter().enumerate() {
                self.toml_value(text, &format!("{path}[{index}]"), value);
            }
        }
    }

    fn toml_value(&mut self, text: &str, path: &str, value: &Value) {
        if let Some(span) = value.span() {
            self.0.insert(path.to_owned(), line_at(text, span.start));
        }
        if let Some(table) = value.as_inline_table() {
            self.toml_table(text, path, table);
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// Follows the events of a YAML text and notes the line of each key and list element.
#[derive(Default)]
struct YamlReader {
    lines: Lines,
    repeated: Vec<SyntaxError>,
    open: Vec<Open>,
}

/// A collection whose end has not come yet.
struct Open {
    path: String,
    next: Next,
}

enum Next {
    /// A key of a mapping.
    Key,
    /// The value of this key of a mapping.
    Value(String),
    /// An element of a sequence.
    Element(usize),
}

impl YamlReader {
    /// Takes the beginning of a node; `scalar` is its text if it has one. Returns its path, or
    /// `None` if it is a key.
    fn node(&mut self, line: usize, scalar: Option<&str>) -> Option<String> {
        let Some(open) = self.open.last_mut() else {
            return Some(String::new());
        };
        match &mut open.next {
            Next::Key => {
                let name = scalar.unwrap_or_default();
                let path = join(&open.path, name);
                if let Some(first) = self.lines.0.insert(path.clone(), line) {
                    let text = format!("this key is set twice, first on line {first}");
                    let mistake = Mistake::new(path.clone(), code::BAD_VALUE, text);
                    self.repeated.push((Some(line), mistake));
                }
                open.next = Next::Value(path);
                None
            }
            Next::Value(path) => {
                let path = std::mem::take(path);
                open.next = Next::Key;
                Some(path)
            }
            Next::Element(index) => {
                let path = format!("{}[{index}]", open.path);
                *index += 1;
                self.lines.0.insert(path.clone(), line);
                Some(path)
            }
        }
    }
}

impl MarkedEventReceiver for YamlReader {
    fn on_event(&mut self, event: Event, marker: Marker) {
        let line = marker.line();
        match event {
            Event::Scalar(text, ..) => {
                self.node(line, Some(&text));
            }
            Event::Alias(_) => {
                self.node(line, None);
            }
            Event::MappingStart(..) => {
                let path = self.node(line, None).unwrap_or_default();
                self.open.push(Open { path, next: Next::Key });
            }
            Event::SequenceStart(..) => {
                let path = self.node(line, None).unwrap_or_default();
                self.open.push(Open { path, next: Next::Element(0) });
            }
            Event::MappingEnd | Event::SequenceEnd => {
                self.open.pop();
            }
            _ => {}
        }
    }
}
