//! One rule, as the control API takes it.

use serde::{Deserialize, Serialize};

/// When to fire, and what.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    /// Name of an EWS operation, `Token` for the token endpoint; absent means any EWS operation.
    #[serde(default)]
    pub(crate) operation: Option<String>,
    /// Address of the mailbox; absent means any.
    #[serde(default)]
    pub(crate) mailbox: Option<String>,
    /// Fires at this matching call only, counted from 1.
    #[serde(default)]
    pub(crate) nth: Option<u64>,
    /// Fires at every so-manieth matching call.
    #[serde(default)]
    pub(crate) every: Option<u64>,
    /// Fires by chance, 0 to 1.
    #[serde(default)]
    pub(crate) probability: Option<f64>,
    /// Seed of the chance.
    #[serde(default)]
    pub(crate) seed: u64,
    /// Fires at most so often.
    #[serde(default)]
    pub(crate) times: Option<u64>,
    pub(crate) action: Action,
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Action {
    /// A SOAP fault.
    Fault {
        code: String,
        #[serde(default)]
        text: Option<String>,
        #[serde(default)]
        back_off_milliseconds: Option<u64>,
        #[serde(default)]
        when: When,
    },
    /// A per-item error.
    ItemError {
        code: String,
        #[serde(default)]
        text: Option<String>,
        /// Place in the batch from 0; absent means every item.
        #[serde(default)]
        position: Option<usize>,
        /// The item is executed all the same.
        #[serde(default)]
        executed: bool,
        /// The items after it are answered with `ErrorBatchProcessingStopped`.
        #[serde(default)]
        stops_batch: bool,
    },
    /// An HTTP status without a SOAP body.
    Status {
        status: u16,
        /// `Retry-After`, seconds.
        #[serde(default)]
        retry_after: Option<u64>,
        #[serde(default)]
        when: When,
    },
    /// 302 to the front end's error page.
    ErrorPage,
    /// 500 with an HTML page.
    Html,
    /// The connection is cut without an answer.
    Reset {
        #[serde(default)]
        when: When,
    },
    /// A pause before the work.
    Latency { milliseconds: u64 },
    /// Exported data is cut and ends with the service's truncation marker.
    TruncationMarker {
        #[serde(default)]
        position: Option<usize>,
        /// The whole answer ends there, tags unclosed.
        #[serde(default)]
        whole: bool,
    },
    /// Exported data ends at a record border, one record early.
    ShortBlob {
        #[serde(default)]
        position: Option<usize>,
    },
    /// Exported data is no base64 any more: the last character is lost.
    CutBase64 {
        #[serde(default)]
        position: Option<usize>,
    },
    /// Answers stand at the wrong positions of the batch.
    WrongPositions,
    /// Success without Data or ItemId.
    WithoutContent {
        #[serde(default)]
        position: Option<usize>,
    },
    /// The item is deleted for good right before the operation looks at it.
    Vanished {
        #[serde(default)]
        position: Option<usize>,
    },
    /// Token endpoint only: the certificate is not known yet (700027).
    Rotation,
}

/// Whether the work is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum When {
    #[default]
    Before,
    After,
}
