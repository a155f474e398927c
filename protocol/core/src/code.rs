//! Stable error codes. Each has a page that says what it means and what to do.
//!
//! A code is printed with its error (`LH-0101`), never changes its meaning and is never used
//! again. Its page lives in `protocol/core/codes/` and is compiled in, so a code without a page
//! does not build. `longhaul explain-code LH-0101` prints the page.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A stable error code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(u16);

/// One row of [`CATALOGUE`].
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The code.
    pub code: Code,
    /// Its page, in Markdown.
    pub page: &'static str,
}

macro_rules! catalogue {
    ($($number:literal $name:ident: $doc:literal;)*) => {
        $(
            #[doc = $doc]
            pub const $name: Code = Code(parse($number));
        )*

        /// Every code, in ascending order, with its page.
        pub const CATALOGUE: &[Entry] = &[
            $(Entry { code: $name, page: include_str!(concat!("../../codes/LH-", $number, ".md")) },)*
        ];
    };
}

/// Reads the four digits of a code at compile time.
const fn parse(digits: &str) -> u16 {
    let digits = digits.as_bytes();
    assert!(digits.len() == 4, "a code has four digits");
    let mut number = 0;
    let mut at = 0;
    while at < 4 {
        assert!(digits[at].is_ascii_digit(), "a code has four digits");
        number = number * 10 + (digits[at] - b'0') as u16;
        at += 1;
    }
    number
}

mod catalogue;
pub use catalogue::*;

impl Code {
    /// The page of this code, if this version of longhaul knows it.
    #[must_use]
    pub fn page(self) -> Option<&'static str> {
        CATALOGUE.iter().find(|entry| entry.code == self).map(|entry| entry.page)
    }

    /// Whether it says that a copy was left alone because the destination's user has changed or
    /// deleted it (B-56): something to be listed, and nothing that another try would mend.
    #[must_use]
    pub fn is_conflict(self) -> bool {
        matches!(self, COPY_CHANGED | COPY_GONE)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LH-{:04}", self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is not a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a code looks like LH-0101")]
pub struct CodeError;

impl FromStr for Code {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let digits = text.strip_prefix("LH-").unwrap_or(text);
        if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(CodeError);
        }
        digits.parse().map(Self).map_err(|_| CodeError)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_back_from_its_text_and_from_its_json() {
        let json = serde_json::to_string(&UNKNOWN_KEY).expect("serialises");
        assert_eq!(json, "\"LH-0101\"");
        assert_eq!(serde_json::from_str::<Code>(&json).expect("own text"), UNKNOWN_KEY);
        assert_eq!("LH-12".parse::<Code>(), Err(CodeError));
    }

    #[test]
    fn every_page_begins_with_its_code_and_says_what_to_do() {
        for entry in CATALOGUE {
            let heading = format!("# {}: ", entry.code);
            assert!(
                entry.page.starts_with(&heading),
                "{} does not begin with its code",
                entry.code
            );
            assert!(entry.page.contains("\n## What to do\n"), "{} gives no advice", entry.code);
        }
    }

    #[test]
    fn codes_are_listed_once_and_in_order() {
        assert!(CATALOGUE.windows(2).all(|pair| pair[0].code < pair[1].code));
    }
}
