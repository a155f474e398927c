//! The service's response codes and what each means for us.
//!
//! Source: Microsoft: "ResponseCode (EWS)", and for the throttling codes "EWS throttling in
//! Exchange". A code that is not listed may pass: its item is tried again, then recorded.

use longhaul_core::{Code, code};

use super::{Class, Executed};

/// Class, stable code, and whether a call that failed so may have been carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) class: Class,
    pub(crate) code: Code,
    pub(crate) executed: Executed,
}

/// The verdict on a response code.
pub(crate) fn verdict(response_code: &str) -> Verdict {
    use Executed::{No, Unknown};
    let (class, code, executed) = match response_code {
        // Refused at the door.
        "ErrorServerBusy" | "ErrorExceededConnectionCount" | "ErrorTooManyObjectsOpened" => {
            (Class::Backoff, code::THROTTLED, No)
        }
        "ErrorTimeoutExpired"
        | "ErrorConnectionFailed"
        | "ErrorADUnavailable"
        | "ErrorNotEnoughMemory"
        | "ErrorInsufficientResources"
        | "ErrorInternalServerTransientError"
        | "ErrorMailboxStoreUnavailable"
        | "ErrorMailboxFailover" => (Class::Backoff, code::SERVICE_UNAVAILABLE, Unknown),
        "ErrorMailboxMoveInProgress" => (Class::StopMailbox, code::SERVICE_UNAVAILABLE, Unknown),
        "ErrorInternalServerError" => (Class::RetryItem, code::SERVICE_FAILED, Unknown),
        "ErrorBatchProcessingStopped" => (Class::RetryItem, code::SERVICE_UNAVAILABLE, No),
        "ErrorItemNotFound" => (Class::Vanished, code::ITEM_GONE, No),
        "ErrorFolderNotFound" | "ErrorSyncFolderNotFound" | "ErrorParentFolderNotFound" => {
            (Class::Rescan, code::FOLDER_GONE, No)
        }
        "ErrorFolderExists" => (Class::Exists, code::FOLDER_EXISTS, No),
        "ErrorItemSave" | "ErrorItemCorrupt" | "ErrorCorruptData" | "ErrorMimeContentInvalid" => {
            (Class::RetryItem, code::ITEM_REFUSED, No)
        }
        "ErrorMessageSizeExceeded" => (Class::SkipItem, code::TOO_LARGE, No),
        "ErrorQuotaExceeded" | "ErrorQuotaExceededOnDelete" => {
            (Class::StopMailbox, code::MAILBOX_FULL, No)
        }
        // Find operations halve their page themselves before they give this back.
        "ErrorDataSizeLimitExceeded" | "ErrorExceededFindCountLimit" => {
            (Class::RetryItem, code::TOO_LARGE, No)
        }
        "ErrorIrresolvableConflict"
        | "ErrorStaleObject"
        | "ErrorChangeKeyRequired"
        | "ErrorInvalidChangeKey" => (Class::RetryItem, code::ITEM_CHANGED, No),
        "ErrorInvalidSyncStateData" => (Class::Resync, code::SYNC_STATE_INVALID, No),
        "ErrorAccessDenied"
        | "ErrorImpersonateUserDenied"
        | "ErrorImpersonationDenied"
        | "ErrorImpersonationFailed" => (Class::Fatal, code::ACCESS_DENIED, No),
        "ErrorNonExistentMailbox" => (Class::StopMailbox, code::MAILBOX_NOT_FOUND, No),
        "ErrorArchiveMailboxNotEnabled" => (Class::SkipItem, code::NO_ARCHIVE, No),
        "ErrorInvalidServerVersion"
        | "ErrorIncorrectSchemaVersion"
        | "ErrorInvalidSchemaVersionForMailboxVersion"
        | "ErrorSchemaValidation"
        | "ErrorInvalidRequest"
        | "ErrorInvalidIdMalformed"
        | "ErrorInvalidIdEmpty"
        | "ErrorInvalidOperation" => (Class::Bug, code::REQUEST_REFUSED, No),
        _ => (Class::RetryItem, code::UNKNOWN_SERVICE_ERROR, Unknown),
    };
    Verdict { class, code, executed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_at_the_door_was_not_carried_out() {
        for code in ["ErrorServerBusy", "ErrorExceededConnectionCount", "ErrorSchemaValidation"] {
            assert_eq!(verdict(code).executed, Executed::No, "{code}");
        }
    }

    #[test]
    fn a_code_from_the_future_is_tried_again_and_then_recorded() {
        let verdict = verdict("ErrorOfTheYear2030");
        assert_eq!(verdict.class, Class::RetryItem);
        assert_eq!(verdict.executed, Executed::Unknown);
    }
}
