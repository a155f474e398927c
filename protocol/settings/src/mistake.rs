//! One mistake of a project file, and all of them.

use std::fmt;

use longhaul_core::{Code, code};
use serde::{Deserialize, Serialize};

/// Something wrong with a project: where, what, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mistake {
    /// Where it stands, if it was read from somewhere.
    #[serde(skip)]
    pub place: Option<Place>,
    /// The key, e.g. `source.client_id` or `mailboxes[3].batch`.
    pub key: String,
    /// The stable code.
    pub code: Code,
    /// What is wrong, as a fragment.
    pub text: String,
}

/// Where a value was read from. Ordered as an operator reads: file by file, line by line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A file, as the operator named it, and the line if it is known.
    File(String, Option<usize>),
    /// An environment variable.
    Variable(String),
    /// An option of the command line.
    Flag(String),
}

impl Mistake {
    /// A mistake at a key, without a place.
    #[must_use]
    pub fn new(key: impl Into<String>, code: Code, text: impl Into<String>) -> Self {
        Self { place: None, key: key.into(), code, text: text.into() }
    }

    /// The same at a place.
    #[must_use]
    pub fn at(self, place: Place) -> Self {
        Self { place: Some(place), ..self }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file, Some(line)) => write!(f, "{file}:{line}"),
            Self::File(file, None) => f.write_str(file),
            Self::Variable(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

/// One line: `project.yaml:12: source.client_id: LH-0102: not a GUID`.
impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        write!(f, "{}: {}", self.code, self.text)
    }
}

/// Every mistake of a project, at least one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .list.iter().map(Mistake::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Mistakes {
    /// The mistakes, in the order of their places.
    pub list: Vec<Mistake>,
}

impl Mistakes {
    /// One mistake.
    #[must_use]
    pub fn one(mistake: Mistake) -> Self {
        Self { list: vec![mistake] }
    }

    /// Those of `list`, in the order of their places.
    #[must_use]
    pub fn sorted(mut list: Vec<Mistake>) -> Self {
        list.sort_by(|a, b| (&a.place, &a.key).cmp(&(&b.place, &b.key)));
        Self { list }
    }

    /// The code that stands for all of them: that of the first.
    #[must_use]
    pub fn code(&self) -> Code {
        self.list.first().map_or(code::BAD_VALUE, |mistake| mistake.code)
    }
}
