//! What the service's refusal of one item means.

use std::time::Duration;

use longhaul_core::code::THROTTLED;
use longhaul_ews::{Class, Executed, ItemError};

use super::error::{Halt, beyond_the_item};

/// Which way the item was going.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Out of the source.
    Export,
    /// Into the destination.
    Upload,
}

/// What follows for the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is no longer in the source.
    Gone,
    /// The service asks to wait; nothing is wrong with the item.
    Throttled { hint: Option<Duration> },
    /// Another try may help.
    Again { hint: Option<Duration> },
    /// The item may have been stored.
    InDoubt,
    /// It does not work.
    Never,
}

/// What a refusal means.
///
/// # Errors
///
/// What it means for the folder or the mailbox, if it is about more than the item.
pub(super) fn verdict(error: &ItemError, way: Way) -> Result<Verdict, Halt> {
    // Some codes do not say whether the item was stored, and neither does success without an id.
    if way == Way::Upload && error.executed() == Executed::Unknown {
        return Ok(Verdict::InDoubt);
    }
    if let Some(halt) = beyond_the_item(error) {
        return Err(halt);
    }
    let hint = error.hint();
    Ok(match error.class() {
        Class::Vanished if way == Way::Export => Verdict::Gone,
        Class::Backoff if error.code() == THROTTLED => Verdict::Throttled { hint },
        Class::Backoff | Class::RetryItem => Verdict::Again { hint },
        _ => Verdict::Never,
    })
}

/// Whether a refused request may be one item's fault, so that asking for less can help. A request
/// that is called malformed is: the others of its kind went through.
pub(super) const fn is_about_items(class: Class) -> bool {
    matches!(class, Class::RetryItem | Class::SkipItem | Class::Vanished | Class::Bug)
}
