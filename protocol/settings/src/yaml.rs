//! The lines of a YAML text, and the refusal of what would make its reading boundless.
//!
//! The crate `config` reads YAML recursively and copies what an alias stands for. A few hundred
//! bytes of aliases would fill the memory, and deep nesting the stack, so neither gets that far:
//! this reads event by event, without recursion, and stops at the first of either.

use longhaul_core::code;
use yaml_rust2::Event;
use yaml_rust2::parser::Parser;

use super::Mistake;
use super::lines::{Lines, SyntaxError, child, element};

/// How deep collections may be nested. The files need three levels; the rest leaves room.
const MAX_DEPTH: usize = 32;

const ALIAS: &str = "YAML aliases (`*name`) are not accepted; write the value out";

/// Reads a YAML text. Keys that are set twice are all reported.
pub(super) fn lines(text: &str) -> Result<Lines, Vec<SyntaxError>> {
    let refused =
        |line, text: String| vec![(Some(line), Mistake::new("", code::FILE_UNREADABLE, text))];
    let mut parser = Parser::new_from_str(text);
    let mut reader = YamlReader::default();
    loop {
        let (event, marker) = parser.next_token().map_err(|error| {
            refused(error.marker().line(), format!("not valid YAML: {}", error.info()))
        })?;
        let line = marker.line();
        match event {
            Event::StreamEnd => break,
            Event::Alias(_) => return Err(refused(line, ALIAS.to_owned())),
            event => reader.event(&event, line),
        }
        if reader.open.len() > MAX_DEPTH {
            let text = format!("nested more than {MAX_DEPTH} levels deep");
            return Err(refused(line, text));
        }
    }
    if reader.repeated.is_empty() { Ok(reader.lines) } else { Err(reader.repeated) }
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
    /// `None` if nothing in it is noted: it is a key, or its path is too long.
    path: Option<String>,
    next: Next,
}

enum Next {
    /// A key of a mapping.
    Key,
    /// The value of the key with this path.
    Value(Option<String>),
    /// An element of a sequence.
    Element(usize),
}

impl YamlReader {
    fn event(&mut self, event: &Event, line: usize) {
        match event {
            Event::Scalar(text, ..) => {
                self.node(line, Some(text));
            }
            Event::MappingStart(..) => {
                let path = self.node(line, None);
                self.open.push(Open { path, next: Next::Key });
            }
            Event::SequenceStart(..) => {
                let path = self.node(line, None);
                self.open.push(Open { path, next: Next::Element(0) });
            }
            Event::MappingEnd | Event::SequenceEnd => {
                self.open.pop();
            }
            _ => {}
        }
    }

    /// Takes the beginning of a node; `scalar` is its text if it has one. Returns its path, or
    /// `None` if nothing in it is noted.
    fn node(&mut self, line: usize, scalar: Option<&str>) -> Option<String> {
        let Some(open) = self.open.last_mut() else {
            return Some(String::new());
        };
        match &mut open.next {
            Next::Key => {
                let path = open.path.as_ref().zip(scalar).and_then(|(path, key)| child(path, key));
                if let Some(path) = &path
                    && let Some(first) = self.lines.note(path, line)
                {
                    let text = format!("this key is set twice, first on line {first}");
                    let mistake = Mistake::new(path, code::BAD_VALUE, text);
                    self.repeated.push((Some(line), mistake));
                }
                open.next = Next::Value(path);
                None
            }
            Next::Value(path) => {
                let path = path.take();
                open.next = Next::Key;
                path
            }
            Next::Element(index) => {
                let path = open.path.as_ref().and_then(|path| element(path, *index))?;
                *index += 1;
                self.lines.note(&path, line);
                Some(path)
            }
        }
    }
}
