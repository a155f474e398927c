//! Every label and every value it can have.

use longhaul_core::Side;
use longhaul_core::state::{MailboxState, PassState};

use crate::Label;

/// An enumeration that is a label.
macro_rules! label {
    (
        $(#[doc = $doc:literal])+
        $name:ident $key:literal {
            $($(#[doc = $value_doc:literal])+ $variant:ident $value:literal,)+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[doc = $value_doc])+ $variant,)+
        }

        impl_label! { $name $key { $($variant $value,)+ } }
    };
}

/// An enumeration of another crate as a label.
macro_rules! impl_label {
    ($name:ident $key:literal { $($variant:ident $value:literal,)+ }) => {
        impl Label for $name {
            const KEY: &'static str = $key;
            const ALL: &'static [Self] = &[$(Self::$variant,)+];

            fn value(self) -> &'static str {
                match self {
                    $(Self::$variant => $value,)+
                }
            }
        }
    };
}

impl_label! { Side "side" { Source "source", Destination "destination", } }

impl_label! {
    PassState "state" {
        Running "running",
        Paused "paused",
        Stopped "stopped",
        Ended "ended",
    }
}

impl_label! {
    MailboxState "state" {
        Discovered "discovered",
        Matched "matched",
        NeedsConfirmation "needs-confirmation",
        Preparing "preparing",
        Copying "copying",
        PreStaged "pre-staged",
        Completed "completed",
        CompletedWithErrors "completed-with-errors",
        Failed "failed",
        Scheduled "scheduled",
        Paused "paused",
        Stopped "stopped",
    }
}

label! {
    /// What became of an item.
    ItemOutcome "outcome" {
        /// It stands in the destination.
        Copied "copied",
        /// It was recorded as failed, with its code.
        Failed "failed",
        /// It was gone before it could be read.
        Vanished "vanished",
        /// A change was carried over to its copy.
        Updated "updated",
        /// It is no longer the folder's: moved along, deleted, or left to the destination's user.
        Removed "removed",
    }
}

label! {
    /// How a slice ended.
    SliceEnd "end" {
        /// The folder is worked through.
        Done "done",
        /// It has done its share; the next one goes on.
        Continued "continued",
        /// The service asked to stay away.
        Throttled "throttled",
        /// An earlier upload may still take effect.
        Settling "settling",
        /// It did not work and is tried again.
        Retried "retried",
        /// The folder is given up for this pass.
        Parked "parked",
        /// The sync state was refused: the folder is listed anew.
        Resynced "resynced",
        /// The lease was lost.
        Lost "lost",
    }
}

label! {
    /// What a slot does.
    SlotState "state" {
        /// It works on a job.
        Busy "busy",
        /// It waits for one.
        Idle "idle",
    }
}

label! {
    /// An operation of the service; what is not listed counts as `other`.
    Operation "operation" {
        /// CreateFolder.
        CreateFolder "CreateFolder",
        /// DeleteItem.
        DeleteItem "DeleteItem",
        /// ExportItems.
        ExportItems "ExportItems",
        /// FindFolder.
        FindFolder "FindFolder",
        /// FindItem.
        FindItem "FindItem",
        /// GetFolder.
        GetFolder "GetFolder",
        /// GetItem.
        GetItem "GetItem",
        /// MoveItem.
        MoveItem "MoveItem",
        /// SyncFolderHierarchy.
        SyncFolderHierarchy "SyncFolderHierarchy",
        /// SyncFolderItems.
        SyncFolderItems "SyncFolderItems",
        /// UpdateItem.
        UpdateItem "UpdateItem",
        /// UploadItems.
        UploadItems "UploadItems",
        /// Any other.
        Other "other",
    }
}

impl Operation {
    /// The operation of that name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self::ALL.iter().copied().find(|known| known.value() == name).unwrap_or(Self::Other)
    }
}

label! {
    /// How a request to the service ended.
    RequestOutcome "outcome" {
        /// An answer came; single items in it may still have been refused.
        Answered "answered",
        /// The service asked to back off.
        Throttled "throttled",
        /// The service or the way to it was in trouble.
        Unavailable "unavailable",
        /// The service refused the request.
        Refused "refused",
        /// We gave it up.
        Abandoned "abandoned",
    }
}

label! {
    /// What was found out about an item whose upload was not answered.
    Settlement "result" {
        /// It stands in the destination and was taken into the ledger.
        Adopted "adopted",
        /// It does not stand there.
        Absent "absent",
        /// It cannot be told.
        Ambiguous "ambiguous",
    }
}

label! {
    /// A named invariant.
    Invariant "invariant" {
        /// Within an epoch a checkpoint never moves backwards.
        Cp1 "CP-1",
        /// An item is in the ledger if and only if its destination id is known.
        Cp2 "CP-2",
        /// No upload without an intent of the current fence and before its deadline.
        Cp3 "CP-3",
        /// A stale owner cannot commit.
        Cp4 "CP-4",
        /// No budget is exceeded.
        Cp5 "CP-5",
        /// Source content is never written.
        Cp6 "CP-6",
    }
}

label! {
    /// A call of the store; records are put, got, listed and removed, the rest is about folders.
    StoreCall "call" {
        /// Its clock.
        Now "now",
        /// Begins a pass with a folder.
        Begin "begin",
        /// A folder's checkpoint.
        Checkpoint "checkpoint",
        /// The checkpoints of a mailbox.
        Overview "overview",
        /// Asks for a lease.
        Claim "claim",
        /// Lengthens one.
        Renew "renew",
        /// Gives one back.
        Release "release",
        /// Notes an upload to come.
        Intend "intend",
        /// Writes a batch's outcome.
        Commit "commit",
        /// Ends a slice.
        EndSlice "end_slice",
        /// Notes that a message is published.
        MarkPublished "mark_published",
        /// Ends a pass for a folder.
        Cancel "cancel",
        /// Takes a folder up again.
        Reopen "reopen",
        /// Reads from a ledger.
        Ledger "ledger",
        /// Lists failed items.
        Failures "failures",
        /// Reads a record.
        Get "get",
        /// Writes one.
        Put "put",
        /// Removes one.
        Remove "remove",
        /// Lists records.
        List "list",
    }
}

label! {
    /// How a call of the store ended.
    StoreOutcome "outcome" {
        /// It was carried out.
        Done "done",
        /// It was refused: another owner, another version, no such thing.
        Refused "refused",
        /// The store failed.
        Failed "failed",
    }
}

label! {
    /// How a publication ended.
    PublishOutcome "outcome" {
        /// The queue answers for the message.
        Confirmed "confirmed",
        /// It does not; the message may have been taken all the same.
        Failed "failed",
    }
}

label! {
    /// How a delivery was answered.
    Answer "answer" {
        /// Acknowledged.
        Acknowledged "acknowledged",
        /// Set aside, with a reason.
        Parked "parked",
        /// Not at all: it comes again.
        Returned "returned",
    }
}

label! {
    /// Whether a message was delivered before, as far as the queue knows.
    Redelivered "redelivered" {
        /// For the first time.
        No "no",
        /// Once more.
        Yes "yes",
    }
}

label! {
    /// Whether the queue can be used.
    QueueState "state" {
        /// It can.
        Up "up",
        /// The broker delivers and takes nothing.
        Blocked "blocked",
        /// There is no connection.
        Down "down",
    }
}

label! {
    /// Whether the store answers.
    StoreState "state" {
        /// It does.
        Up "up",
        /// It does not.
        Down "down",
    }
}
