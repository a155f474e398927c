//! What is where in Redis.
//!
//! | Key | Type | Holds |
//! |---|---|---|
//! | `p:{mailbox}:heads` | hash | folder → revision, then checkpoint without the parts below |
//! | `p:{mailbox}:<folder>:state` | string | the sync state of its position |
//! | `p:{mailbox}:<folder>:intents` | hash | batch → items of its intent |
//! | `p:{mailbox}:<folder>:failures` | hash | item → failure |
//! | `p:{mailbox}:<folder>:failed` | sorted set | items of `failures`, in the order of their keys |
//! | `p:{mailbox}:<folder>:ledger` | string | the ledger; only its committed length counts |
//! | `p:{records}:bodies` | hash | record → version, then body |
//! | `p:{records}:index` | sorted set | keys of `bodies`, in their order |
//! | `p:{records}:mark` | string | format and generation id |
//!
//! `p` is the prefix; values are MessagePack with field names. The braces are Redis's hash tags:
//! all keys of a mailbox fall into one slot.

use longhaul_core::{FolderRef, MailboxId};

/// The names of everything below a prefix.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    prefix: String,
    /// Format and generation id.
    pub(super) mark: String,
    /// Records by their keys.
    pub(super) bodies: String,
    /// The keys of records in order.
    pub(super) index: String,
}

impl Keys {
    pub(super) fn new(prefix: &str) -> Self {
        let record = |name| format!("{prefix}:{{records}}:{name}");
        Self {
            prefix: prefix.to_owned(),
            mark: record("mark"),
            bodies: record("bodies"),
            index: record("index"),
        }
    }

    /// The checkpoints of a mailbox.
    pub(super) fn heads(&self, mailbox: MailboxId) -> String {
        format!("{}:{{{mailbox}}}:heads", self.prefix)
    }

    pub(super) fn folder(&self, folder: FolderRef) -> FolderKeys {
        let FolderRef { mailbox, folder: field } = folder;
        let part = |name| format!("{}:{{{mailbox}}}:{field}:{name}", self.prefix);
        FolderKeys {
            heads: self.heads(mailbox),
            field: field.to_string(),
            state: part("state"),
            intents: part("intents"),
            failures: part("failures"),
            failed: part("failed"),
            ledger: part("ledger"),
        }
    }
}

/// Where a folder's parts are.
#[derive(Debug)]
pub(super) struct FolderKeys {
    pub(super) heads: String,
    /// The folder's field in `heads`.
    pub(super) field: String,
    pub(super) state: String,
    pub(super) intents: String,
    pub(super) failures: String,
    pub(super) failed: String,
    pub(super) ledger: String,
}
