//! Sync states: opaque text that carries all the service knows of a client.
//!
//! Base64 of gzip, as the service's own begin (`H4sI`). Bound to the mailbox, to what is synced
//! and to the mailbox's sync generation; anything else is refused.

use std::io::{Read, Write};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{Mailbox, Refusal};

const VERSION: u8 = 1;
/// Most bytes a state may unpack to: far more than one of a million folders.
const LARGEST: u64 = 64 << 20;

#[derive(Debug, Serialize, Deserialize)]
struct Envelope<T> {
    version: u8,
    /// What kind of state.
    kind: u8,
    mailbox: Uuid,
    generation: u64,
    body: T,
}

/// A body of a state, with the number that tells its kind from the others.
pub(super) trait Body: Serialize + DeserializeOwned {
    const KIND: u8;
}

impl Mailbox {
    pub(super) fn write_state<T: Body>(&self, body: T) -> String {
        let envelope = Envelope {
            version: VERSION,
            kind: T::KIND,
            mailbox: self.options.guid,
            generation: self.sync_generation,
            body,
        };
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        // Neither packing plain data nor writing to a Vec can fail.
        let packed = rmp_serde::to_vec(&envelope).unwrap_or_default();
        let written = gzip.write_all(&packed).and_then(|()| gzip.finish());
        STANDARD.encode(written.unwrap_or_default())
    }

    pub(super) fn read_state<T: Body>(&self, text: &str) -> Result<T, Refusal> {
        let open = || -> Option<Envelope<T>> {
            let bytes = STANDARD.decode(text).ok()?;
            let mut packed = Vec::new();
            GzDecoder::new(&bytes[..]).take(LARGEST).read_to_end(&mut packed).ok()?;
            rmp_serde::from_slice(&packed).ok()
        };
        let envelope = open().ok_or(Refusal::InvalidSyncState)?;
        let ours = envelope.version == VERSION
            && envelope.kind == T::KIND
            && envelope.mailbox == self.options.guid
            && envelope.generation == self.sync_generation;
        if ours { Ok(envelope.body) } else { Err(Refusal::InvalidSyncState) }
    }

    /// Makes every sync state given out so far invalid, as a move of the mailbox can.
    pub(crate) fn invalidate_sync_states(&mut self) {
        self.sync_generation += 1;
    }
}
