//! What will happen during one call.

use std::time::Duration;

use crate::soap::fault::Fault;

use super::rule::{Action, When};

/// All that fired for one call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    actions: Vec<Action>,
}

/// Instead of the work.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Early {
    Fault(Fault),
    Status { status: u16, retry_after: Option<u64> },
    ErrorPage,
    Html,
    Reset,
}

/// Instead of the answer, the work being done.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Late {
    Fault(Fault),
    Status { status: u16, retry_after: Option<u64> },
    Reset,
}

/// For one item of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ItemFault {
    /// Code and text of the error to answer.
    pub(crate) error: Option<(String, String)>,
    /// Do the work before answering the error.
    pub(crate) executed: bool,
    pub(crate) stops_batch: bool,
    pub(crate) without_content: bool,
    pub(crate) vanished: bool,
    pub(crate) data: Option<DataFault>,
}

/// For exported data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DataFault {
    Marker { whole: bool },
    Short,
    CutBase64,
}

impl Plan {
    pub(super) fn new(actions: Vec<Action>) -> Self {
        Self { actions }
    }

    /// How long to wait first.
    pub(crate) fn latency(&self) -> Duration {
        let milliseconds = self.actions.iter().map(|action| match action {
            Action::Latency { milliseconds } => *milliseconds,
            _ => 0,
        });
        Duration::from_millis(milliseconds.sum())
    }

    /// What happens instead of the work.
    pub(crate) fn early(&self) -> Option<Early> {
        self.actions.iter().find_map(|action| match action {
            Action::Fault { when: When::Before, .. } => fault(action).map(Early::Fault),
            Action::Status { status, retry_after, when: When::Before } => {
                Some(Early::Status { status: *status, retry_after: *retry_after })
            }
            Action::ErrorPage => Some(Early::ErrorPage),
            Action::Html => Some(Early::Html),
            Action::Reset { when: When::Before } => Some(Early::Reset),
            _ => None,
        })
    }

    /// What happens instead of the answer.
    pub(crate) fn late(&self) -> Option<Late> {
        self.actions.iter().find_map(|action| match action {
            Action::Fault { when: When::After, .. } => fault(action).map(Late::Fault),
            Action::Status { status, retry_after, when: When::After } => {
                Some(Late::Status { status: *status, retry_after: *retry_after })
            }
            Action::Reset { when: When::After } => Some(Late::Reset),
            _ => None,
        })
    }

    /// Whether the answers of the batch are turned by one place.
    pub(crate) fn wrong_positions(&self) -> bool {
        self.actions.contains(&Action::WrongPositions)
    }

    /// What happens to the item at a place of a batch.
    pub(crate) fn item(&self, index: usize) -> ItemFault {
        let mut item = ItemFault::default();
        let here = |position: &Option<usize>| position.is_none_or(|position| position == index);
        for action in &self.actions {
            match action {
                Action::ItemError { code, text, position, executed, stops_batch }
                    if here(position) =>
                {
                    let text = text.clone().unwrap_or_else(|| injected(code));
                    item.error = Some((code.clone(), text));
                    item.executed = *executed;
                    item.stops_batch = *stops_batch;
                }
                Action::WithoutContent { position } if here(position) => {
                    item.without_content = true;
                }
                Action::Vanished { position } if here(position) => item.vanished = true,
                Action::TruncationMarker { position, whole } if here(position) => {
                    item.data = Some(DataFault::Marker { whole: *whole });
                }
                Action::ShortBlob { position } if here(position) => {
                    item.data = Some(DataFault::Short);
                }
                Action::CutBase64 { position } if here(position) => {
                    item.data = Some(DataFault::CutBase64);
                }
                _ => {}
            }
        }
        item
    }
}

fn fault(action: &Action) -> Option<Fault> {
    let Action::Fault { code, text, back_off_milliseconds, .. } = action else {
        return None;
    };
    let mut fault = match (code.as_str(), back_off_milliseconds) {
        ("ErrorServerBusy", Some(pause)) => Fault::busy(*pause),
        (_, Some(pause)) => Fault::new(code, injected(code)).with("BackOffMilliseconds", pause),
        (_, None) => Fault::new(code, injected(code)),
    };
    if let Some(text) = text {
        fault.text.clone_from(text);
    }
    Some(fault)
}

fn injected(code: &str) -> String {
    match code {
        "ErrorServerBusy" => "The server cannot service this request right now. Try again later.",
        "ErrorItemNotFound" => "The specified object was not found in the store.",
        "ErrorQuotaExceeded" => "Mailbox has exceeded maximum mailbox size.",
        "ErrorInternalServerError" => "An internal server error occurred. The operation failed.",
        "ErrorTimeoutExpired" => "The request timed out.",
        _ => "The operation failed.",
    }
    .to_owned()
}
