//! Every number we hold the service or ourselves to, with its source.
//!
//! Exchange Online publishes few of its limits; where it does not, the number is ours and the
//! comment says how it came about.

use std::time::Duration;

/// Items in one export request.
/// Source: Microsoft: "How to export items by using EWS in Exchange" advises at most 100.
pub const EXPORT_ITEMS: usize = 100;

/// Size of the items in one export request, and of one upload request after encoding.
///
/// Ours. A request is cut after about one minute of work (Microsoft: "EWS throttling in
/// Exchange"); at the 0.5 MB/s of a loaded back end 20 MB take 40 s.
pub const BATCH_BYTES: u64 = 20_000_000;

/// An item larger than this goes alone, and as a stream: half a batch, so that two such items
/// never share a request.
pub const ALONE_BYTES: u64 = BATCH_BYTES / 2;

/// Base64 text one batched export may take in memory. An item's export can be larger than its
/// listed size, so a batch may overshoot; what goes beyond is given back to be exported alone.
/// Ours: two full batches, with the third that base64 adds.
pub const EXPORT_MEMORY: usize = 64 * 1024 * 1024;

/// Changes in one page of `SyncFolderItems`.
/// Source: Microsoft: "MaxChangesReturned" allows 1 to 512.
pub const SYNC_PAGE: u16 = 512;

/// Entries in one page of `FindItem` or `FindFolder` without restriction.
/// Source: Microsoft: "EWS throttling in Exchange", `EWSFindCountLimit` = 1000.
pub const FIND_PAGE: u32 = 1000;

/// A folder that changed longer ago than this shows every later change by another time of change.
///
/// Ours. The time is told in whole seconds and set by several servers: one second for the first,
/// four for clocks that differ.
pub const SETTLES: Duration = Duration::from_secs(5);

/// A page that the service calls too large is halved down to this.
pub const FIND_PAGE_LEAST: u32 = 10;

/// Ids in one `GetItem`.
/// Source: Microsoft: "Mailbox synchronization and EWS in Exchange" advises batches near 10.
pub const GET_ITEMS: usize = 10;

/// Open requests per mailbox.
/// Source: Microsoft: "EWS throttling in Exchange" advises at most 10; the budget is 27.
pub const CONCURRENCY: usize = 10;

/// Whole time of a request with a small answer.
/// Source: Microsoft: "EWS throttling in Exchange": work is cut at about one minute. Doubled for
/// the way and the queue.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(120);

/// Longest silence while an answer is awaited or read. Large items take the service minutes to
/// prepare; ours: five minutes, the gateway time-out seen in front of Exchange.
pub const READ_TIMEOUT: Duration = Duration::from_secs(300);

/// Life a token must have left when an upload begins: the service checks it at the start and may
/// check it again at the end. Ours; tokens last 60 to 90 minutes.
pub const TOKEN_LEFT: Duration = Duration::from_secs(600);

/// Text of one element, except streamed data. Ids and names are below 1 KB.
pub(crate) const TEXT_BYTES: usize = 1024 * 1024;

/// Text of a sync state. They grow with the folder; the largest seen in the field are a few MB.
pub(crate) const SYNC_STATE_BYTES: usize = 16 * 1024 * 1024;

/// One subtree that is read whole: an item or folder with its properties.
pub(crate) const TREE_BYTES: usize = 2 * 1024 * 1024;

/// Depth of elements. The deepest answer we ask for has 12 levels.
pub(crate) const DEPTH: usize = 40;

/// Attributes of one element. The schema's longest list has 8.
pub(crate) const ATTRIBUTES: usize = 32;

/// Entries in one page before it is taken for a runaway answer: four of the largest pages.
pub(crate) const PAGE_ENTRIES: usize = 4 * FIND_PAGE as usize;

/// Bytes of one piece of a streamed item, at most.
pub const STREAM_CHUNK: usize = 64 * 1024;
