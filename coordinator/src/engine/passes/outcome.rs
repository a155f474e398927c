//! How a mailbox's pass ended.

use longhaul_core::Code;
use longhaul_core::code::{
    ACCESS_DENIED, EWS_FORBIDDEN, EWS_UNAUTHORISED, MAILBOX_FULL, MAILBOX_NOT_FOUND,
};
use longhaul_core::state::MailboxEvent;
use longhaul_store::records::PassKind;

use super::survey::{Parked, Survey};

/// Codes that speak of the whole mailbox: the first a mailbox's problem is looked for among.
const OF_THE_MAILBOX: [Code; 5] =
    [MAILBOX_FULL, EWS_FORBIDDEN, EWS_UNAUTHORISED, MAILBOX_NOT_FOUND, ACCESS_DENIED];

/// What ends a mailbox whose folders are all over, and the folder that explains a failure.
pub(super) fn outcome(kind: PassKind, survey: &Survey) -> (MailboxEvent, Option<&Parked>) {
    if let Some(parked) = weightiest(&survey.parked) {
        return (MailboxEvent::Fail, Some(parked));
    }
    if survey.failed > 0 {
        return (MailboxEvent::EndWithErrors, None);
    }
    let event = match kind {
        PassKind::PreStage { .. } => MailboxEvent::EndPreStage,
        PassKind::Full | PassKind::Retry => MailboxEvent::EndFull,
    };
    (event, None)
}

fn weightiest(parked: &[Parked]) -> Option<&Parked> {
    parked.iter().min_by_key(|parked| {
        let rank = OF_THE_MAILBOX.iter().position(|code| *code == parked.code);
        (rank.unwrap_or(OF_THE_MAILBOX.len()), parked.folder)
    })
}

/// The sentence of a mailbox that failed: the folder's, its place, and how many others there are.
pub(super) fn sentence(path: &[String], parked: &Parked, others: usize) -> String {
    let place = if path.is_empty() {
        "a folder".to_owned()
    } else {
        format!("folder {:?}", path.join("/"))
    };
    let more = match others {
        0 => String::new(),
        1 => "; one more folder was given up".to_owned(),
        others => format!("; {others} more folders were given up"),
    };
    format!("{place}: {}{more}", parked.detail)
}
