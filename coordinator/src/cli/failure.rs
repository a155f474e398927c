//! Errors as an operator sees them: what, where, and the next step.

use std::io::{self, Write};

use longhaul_core::{Code, Exit, advice, code};
use serde::Serialize;

use super::args::Format;
use crate::engine::Refusal;
use crate::project::Mistakes;

/// Why a command ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Something is wrong: the operator is told.
    Error(Report),
    /// The operator pressed Ctrl-C, or asked for a stop.
    Interrupted,
    /// Whoever read our output is gone; nobody is left to be told.
    OutputClosed,
}

/// What is wrong, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The stable code.
    pub code: Code,
    /// One sentence with the place.
    pub text: String,
    /// What to do next.
    pub next: String,
    /// Every reason, one line each.
    pub reasons: Vec<String>,
}

impl Failure {
    /// A failure with the advice that belongs to its code.
    #[must_use]
    pub fn new(code: Code, text: impl Into<String>) -> Self {
        Self::with_next(code, text, advice(code))
    }

    /// A failure with advice of its own.
    #[must_use]
    pub fn with_next(code: Code, text: impl Into<String>, next: impl Into<String>) -> Self {
        Self::Error(Report { code, text: text.into(), next: next.into(), reasons: Vec::new() })
    }

    /// How the program ends.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Error(report) => Exit::of(report.code),
            Self::Interrupted => Exit::Interrupted,
            Self::OutputClosed => Exit::Done,
        }
    }

    /// Tells the operator, on the error stream.
    pub fn print(&self, format: Format) {
        let Self::Error(report) = self else { return };
        let text = match format {
            Format::Text => report.to_string(),
            Format::Json => serde_json::json!({ "error": report }).to_string(),
        };
        // If nobody reads errors there is nobody to tell.
        drop(writeln!(io::stderr(), "{text}"));
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for reason in &self.reasons {
            writeln!(f, "{reason}")?;
        }
        write!(f, "error[{}]: {}", self.code, self.text)?;
        if !self.next.is_empty() {
            write!(f, "\nnext: {}", self.next)?;
        }
        Ok(())
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        // One reason is mostly what the sentence says already.
        let several = refusal.details.len() > 1;
        let reasons = refusal
            .details
            .iter()
            .filter(|detail| several || !refusal.text.contains(&detail.text))
            .map(|detail| match detail.text.starts_with(&detail.place) {
                true => format!("{}: {}", detail.code, detail.text),
                false => format!("{}: {}: {}", detail.place, detail.code, detail.text),
            })
            .collect();
        let Refusal { code, text, next, .. } = refusal;
        Self::Error(Report { code, text, next, reasons })
    }
}

impl From<Mistakes> for Failure {
    fn from(mistakes: Mistakes) -> Self {
        let text = match mistakes.list.len() {
            1 => "one mistake".to_owned(),
            count => format!("{count} mistakes"),
        };
        Self::Error(Report {
            code: mistakes.code(),
            text: format!("{text}; nothing was done"),
            next: "correct the places above, then run the command again".to_owned(),
            reasons: mistakes.list.iter().map(ToString::to_string).collect(),
        })
    }
}

impl From<longhaul_identity::Error> for Failure {
    fn from(error: longhaul_identity::Error) -> Self {
        let cause =
            std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        Self::new(error.code(), format!("{error}{cause}"))
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::OutputClosed,
            _ => Self::new(code::BUG, format!("the output cannot be written: {error}")),
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        match error.io_error_kind() {
            Some(kind) => io::Error::from(kind).into(),
            None => Self::new(code::BUG, format!("the output cannot be written: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Detail, RefusalKind};

    #[test]
    fn an_error_is_a_sentence_and_a_next_step() {
        let failure = Failure::with_next(code::ADDRESS_TAKEN, "port 7300 is in use", "choose one");
        let Failure::Error(report) = &failure else { panic!("an error") };
        assert_eq!(report.to_string(), "error[LH-0204]: port 7300 is in use\nnext: choose one");
        assert_eq!(failure.exit(), Exit::Local);
    }

    #[test]
    fn several_reasons_stand_above_the_sentence() {
        let details = vec![
            Detail::new(code::MAILBOX_NOT_FOUND, "source mailbox a@b.test", "no such mailbox"),
            Detail::new(
                code::EWS_FORBIDDEN,
                "destination tenant",
                "destination tenant: EWS is off",
            ),
        ];
        let refusal = Refusal {
            next: "mend it".to_owned(),
            ..Refusal::new(RefusalKind::Refused, code::MAILBOX_NOT_FOUND, "2 problems")
        };
        let Failure::Error(report) = Failure::from(refusal.with(details)) else {
            panic!("an error")
        };
        let expected = "source mailbox a@b.test: LH-0404: no such mailbox\n\
             LH-0402: destination tenant: EWS is off\n\
             error[LH-0404]: 2 problems\n\
             next: mend it";
        assert_eq!(report.to_string(), expected);
    }

    #[test]
    fn a_closed_output_is_no_error() {
        let failure = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!(failure.exit(), Exit::Done);
    }
}
