//! The envelope: MessagePack, with the version readable whatever the body holds.

use longhaul_core::Code;
use longhaul_core::code::{MESSAGE_UNREADABLE, MESSAGE_VERSION_UNKNOWN};
use serde::{Deserialize, Serialize};

use crate::FolderSlice;

/// The version this crate writes. Raised only for a change an older reader would misread.
pub const VERSION: u16 = 1;

/// Bytes a message may have: real ones have some 300.
pub const MAX_MESSAGE_BYTES: usize = 16 * 1024;

/// Levels a message may be nested; ours have four.
const MAX_DEPTH: usize = 32;

/// The only kind of job so far.
const FOLDER_SLICE: &str = "folder-slice";

#[derive(Serialize)]
struct Outgoing<'a> {
    v: u16,
    kind: &'static str,
    body: &'a FolderSlice,
}

/// What every version promises to have.
#[derive(Deserialize)]
struct Header {
    v: u16,
    kind: String,
}

#[derive(Deserialize)]
struct Incoming {
    body: FolderSlice,
}

/// A message this version cannot act on. Park it: never drop it, never crash on it.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Written by a newer longhaul, or of a kind this one does not know.
    #[error(
        "message of kind {kind:?}, version {version}: this worker knows {FOLDER_SLICE:?}, version {VERSION}"
    )]
    Unknown {
        /// The message's version.
        version: u16,
        /// The message's kind.
        kind: String,
    },
    /// Not a message of ours.
    #[error("message does not decode")]
    Unreadable(#[source] rmp_serde::decode::Error),
    /// Larger than any message of ours.
    #[error("message has {0} bytes, more than {MAX_MESSAGE_BYTES}")]
    TooLong(usize),
}

impl DecodeError {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::Unknown { .. } => MESSAGE_VERSION_UNKNOWN,
            Self::Unreadable(_) | Self::TooLong(_) => MESSAGE_UNREADABLE,
        }
    }
}

/// Writes a message.
///
/// # Errors
///
/// None for any value of the type; the encoder's error is passed on all the same.
pub fn encode(slice: &FolderSlice) -> Result<Vec<u8>, rmp_serde::encode::Error> {
    rmp_serde::to_vec_named(&Outgoing { v: VERSION, kind: FOLDER_SLICE, body: slice })
}

/// Reads a message.
///
/// # Errors
///
/// [`DecodeError`], whose code says why the message is to be parked.
pub fn decode(bytes: &[u8]) -> Result<FolderSlice, DecodeError> {
    if bytes.len() > MAX_MESSAGE_BYTES {
        return Err(DecodeError::TooLong(bytes.len()));
    }
    let header: Header = read(bytes)?;
    if header.v != VERSION || header.kind != FOLDER_SLICE {
        return Err(DecodeError::Unknown { version: header.v, kind: header.kind });
    }
    read::<Incoming>(bytes).map(|message| message.body)
}

/// Reads a value that is nested no deeper than [`MAX_DEPTH`]: what a message holds beside the
/// fields that are known is skipped, level by level, on the stack.
fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, DecodeError> {
    let mut reader = rmp_serde::Deserializer::from_read_ref(bytes);
    reader.set_max_depth(MAX_DEPTH);
    T::deserialize(&mut reader).map_err(DecodeError::Unreadable)
}

#[cfg(test)]
mod tests {
    use longhaul_core::{Epoch, Fence, FolderKey, MailboxId, PassId, ProjectId, SliceNo};
    use proptest::prelude::*;

    use super::*;
    use crate::TraceContext;

    /// Version 1 as the first release wrote it; this file never changes.
    const GOLDEN_V1: &[u8] = include_bytes!("../fixtures/folder-slice.v1.msgpack");

    fn golden() -> FolderSlice {
        FolderSlice {
            project: ProjectId::from_bytes([1; 16]),
            pass: PassId::from_bytes([2; 16]),
            mailbox: MailboxId::from_bytes([3; 16]),
            folder: FolderKey::from_bytes([4; 12]),
            epoch: Epoch(5),
            slice: SliceNo(6),
            attempt: 7,
            fence: Fence(8),
            ledger_len: 9,
            trace: Some(TraceContext {
                parent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned(),
                state: String::new(),
            }),
        }
    }

    #[test]
    fn the_first_releases_message_still_reads_and_is_still_written() {
        assert_eq!(decode(GOLDEN_V1).expect("golden message"), golden());
        assert_eq!(encode(&golden()).expect("encodes"), GOLDEN_V1);
    }

    #[test]
    fn a_message_nested_too_deep_is_refused_and_takes_no_stack() {
        // {"x": [[[…]]]}
        let nested = [&[0x81, 0xA1, b'x'][..], &[0x91; 15_000], &[0xC0]].concat();
        assert!(matches!(decode(&nested), Err(DecodeError::Unreadable(_))));
    }

    #[test]
    fn a_message_of_a_later_version_is_unknown_not_unreadable() {
        #[derive(Serialize)]
        struct Later {
            v: u16,
            kind: &'static str,
            body: [u8; 3],
        }
        let bytes = rmp_serde::to_vec_named(&Later { v: 2, kind: FOLDER_SLICE, body: [1, 2, 3] })
            .expect("encodes");
        let error = decode(&bytes).expect_err("newer");
        assert_eq!(error.code(), MESSAGE_VERSION_UNKNOWN);
    }

    #[test]
    fn a_field_added_later_is_ignored_by_this_reader() {
        #[derive(Serialize)]
        struct Wider<'a> {
            v: u16,
            kind: &'static str,
            body: &'a FolderSlice,
            added: u8,
        }
        let slice = golden();
        let bytes = rmp_serde::to_vec_named(&Wider {
            v: VERSION,
            kind: FOLDER_SLICE,
            body: &slice,
            added: 1,
        })
        .expect("encodes");
        assert_eq!(decode(&bytes).expect("reads"), slice);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_crash_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
            let _ = decode(&bytes);
        }

        #[test]
        fn a_cut_message_is_never_taken_for_a_whole_one(cut in 0..GOLDEN_V1.len()) {
            prop_assert!(decode(&GOLDEN_V1[..cut]).is_err());
        }
    }
}
