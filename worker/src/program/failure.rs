//! Why the program ended early, as an operator reads it.

use longhaul_core::code::BAD_VALUE;
use longhaul_core::{Code, Exit, advice};
use longhaul_settings::Mistakes;

/// Why it ended.
#[derive(Debug)]
pub(super) enum Failure {
    /// Settings are wrong.
    Settings(Mistakes),
    /// Something else is.
    Error { code: Code, text: String },
    /// A second signal came.
    Interrupted,
}

impl Failure {
    pub(super) fn new(code: Code, error: &dyn std::error::Error) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            let next = error.to_string();
            if !text.ends_with(&next) {
                text = format!("{text}: {next}");
            }
            cause = error.source();
        }
        Self::Error { code, text }
    }

    /// How the program ends.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Settings(mistakes) => {
                Exit::of(mistakes.list.first().map_or(BAD_VALUE, |first| first.code))
            }
            Self::Error { code, .. } => Exit::of(*code),
            Self::Interrupted => Exit::Interrupted,
        }
    }

    /// Tells the operator, on the error stream.
    pub(super) fn print(&self) {
        match self {
            Self::Settings(mistakes) => eprintln!(
                "{mistakes}\nerror[{}]: {} wrong in the settings; nothing was done\nnext: correct \
                 the places above, then start it again",
                mistakes.code(),
                match mistakes.list.len() {
                    1 => "one value is".to_owned(),
                    count => format!("{count} values are"),
                },
            ),
            Self::Error { code, text } => {
                eprintln!("error[{code}]: {text}\nnext: {}", advice(*code));
            }
            Self::Interrupted => {}
        }
    }
}

macro_rules! from {
    ($($error:ty),*) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::new(error.code(), &error)
            }
        }
    )*};
}

from!(longhaul_queue::Error, longhaul_store::Error, longhaul_telemetry::Error);
from!(longhaul_worker::Error);

impl From<Mistakes> for Failure {
    fn from(mistakes: Mistakes) -> Self {
        Self::Settings(mistakes)
    }
}
