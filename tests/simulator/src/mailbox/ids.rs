//! Ids and change keys as the service spells them.
//!
//! An id is base64 of: format byte, kind byte 3, the length and text of the mailbox GUID, one byte
//! of instructions, the length and bytes of the entry id. Entry ids are those of MS-OXCDATA 2.2.4:
//! 46 bytes for a folder, 70 for a message, with the mailbox's provider uid, replica GUIDs and
//! six-byte counters. A format byte of 1 says that runs of equal bytes are shortened.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{FolderId, ItemId, Listed, Mailbox, Refusal};

const KIND_MAILBOX_GUID: u8 = 3;
const GUID_TEXT: usize = 36;
const FOLDER_ENTRY: usize = 46;
const ITEM_ENTRY: usize = 70;
const PLAIN: u8 = 0;
const SHORTENED: u8 = 1;

/// The parts of ids that are the same all over a mailbox.
#[derive(Debug, Clone)]
pub(super) struct Spelling {
    guid: String,
    provider: [u8; 16],
    replica: [u8; 16],
}

impl Spelling {
    pub(super) fn new(guid: Uuid) -> Self {
        let derive = |what: &str| {
            let hash = Sha256::new().chain_update(guid).chain_update(what).finalize();
            let mut bytes = [0; 16];
            bytes.copy_from_slice(&hash[..16]);
            bytes
        };
        Self { guid: guid.to_string(), provider: derive("provider"), replica: derive("replica") }
    }

    fn folder_entry(&self, folder: FolderId) -> Vec<u8> {
        let mut entry = vec![0; 4];
        entry.extend(self.provider);
        entry.extend([1, 0]);
        entry.extend(self.replica);
        entry.extend(counter(folder.0));
        entry.extend([0, 0]);
        entry
    }

    fn item_entry(&self, item: ItemId) -> Vec<u8> {
        let mut entry = vec![0; 4];
        entry.extend(self.provider);
        entry.extend([7, 0]);
        entry.extend(self.replica);
        entry.extend(counter(item.folder.0));
        entry.extend([0, 0]);
        entry.extend(self.replica);
        entry.extend(counter(item.number));
        entry.extend([0, 0]);
        entry
    }

    fn source_key(&self, number: u64) -> Vec<u8> {
        [&self.replica[..], &counter(number)].concat()
    }

    fn text(&self, format: u8, instructions: u8, entry: &[u8]) -> String {
        let mut body = vec![KIND_MAILBOX_GUID, GUID_TEXT as u8, 0];
        body.extend(self.guid.as_bytes());
        body.push(instructions);
        body.extend((entry.len() as u16).to_le_bytes());
        body.extend(entry);
        if format == SHORTENED {
            body = shorten(&body);
        }
        body.insert(0, format);
        STANDARD.encode(body)
    }

    /// The entry id inside an id of this mailbox. `None`: well-formed, but of another mailbox.
    fn entry(&self, text: &str, length: usize) -> Result<Option<Vec<u8>>, Refusal> {
        let bytes = STANDARD.decode(text).map_err(|_| Refusal::MalformedId)?;
        let body = match bytes.split_first() {
            Some((&PLAIN, body)) => body.to_vec(),
            Some((&SHORTENED, body)) => lengthen(body).ok_or(Refusal::MalformedId)?,
            _ => return Err(Refusal::MalformedId),
        };
        let head = 3 + GUID_TEXT + 3;
        let stated = (length as u16).to_le_bytes();
        if body.len() != head + length
            || body[..3] != [KIND_MAILBOX_GUID, GUID_TEXT as u8, 0]
            || body[head - 2..head] != stated
        {
            return Err(Refusal::MalformedId);
        }
        let ours = &body[3..3 + GUID_TEXT] == self.guid.as_bytes();
        Ok(ours.then(|| body[head..].to_vec()))
    }
}

/// Six bytes, most significant first.
fn counter(number: u64) -> [u8; 6] {
    let bytes = number.to_be_bytes();
    [bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]]
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Two equal bytes are followed by how many more of them there are.
fn shorten(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for run in bytes.chunk_by(|a, b| a == b) {
        for part in run.chunks(257) {
            out.push(part[0]);
            if part.len() > 1 {
                out.extend([part[0], (part.len() - 2) as u8]);
            }
        }
    }
    out
}

/// The reverse of [`shorten`]; `None` if a count is missing or the result is unreasonably long.
fn lengthen(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = bytes;
    while let [byte, after @ ..] = rest {
        out.push(*byte);
        rest = after;
        if rest.first() == Some(byte) {
            let count = rest.get(1)?;
            out.resize(out.len() + usize::from(*count) + 1, *byte);
            rest = &rest[2..];
        }
        if out.len() > 1024 {
            return None;
        }
    }
    Some(out)
}

/// First bytes of a change key: what kind of object it is the key of.
fn object_type(class: &str) -> u8 {
    const TYPES: &[(&str, u8)] = &[
        ("IPM.Schedule.Meeting", 10),
        ("IPM.Appointment", 15),
        ("IPM.Contact", 17),
        ("IPM.DistList", 18),
        ("IPM.Task", 19),
        ("IPM.StickyNote", 21),
        ("IPM.Post", 22),
    ];
    TYPES.iter().find(|(prefix, _)| class.starts_with(prefix)).map_or(9, |(_, number)| *number)
}

const REPLICA_KEY: u8 = 22;

impl Mailbox {
    /// A folder's id: `AQMk…` for well-known folders, `AAMk…` for the others.
    pub(crate) fn folder_id_text(&self, folder: FolderId) -> String {
        let known = self.folders.get(&folder).is_some_and(|folder| folder.distinguished.is_some());
        let format = if known { SHORTENED } else { PLAIN };
        self.spelling.text(format, 1, &self.spelling.folder_entry(folder))
    }

    /// An item's id, `AAMk…`.
    pub(crate) fn item_id_text(&self, item: ItemId) -> String {
        self.spelling.text(PLAIN, 0, &self.spelling.item_entry(item))
    }

    /// The same id in its other spelling: answers need not spell an id as the request did.
    pub(crate) fn item_id_respelt(&self, item: ItemId) -> String {
        self.spelling.text(SHORTENED, 0, &self.spelling.item_entry(item))
    }

    /// The folder of an id, in either spelling. It may since have been deleted.
    ///
    /// # Errors
    /// `MalformedId`, or `FolderNotFound` for an id of another mailbox.
    pub(crate) fn parse_folder_id(&self, text: &str) -> Result<FolderId, Refusal> {
        let entry = self.spelling.entry(text, FOLDER_ENTRY)?.ok_or(Refusal::FolderNotFound)?;
        let id = FolderId(number(&entry[38..44]));
        if entry != self.spelling.folder_entry(id) {
            return Err(Refusal::FolderNotFound);
        }
        Ok(id)
    }

    /// The item of an id, in either spelling. It may since have been deleted or moved.
    ///
    /// # Errors
    /// `MalformedId`, or `ItemNotFound` for an id of another mailbox.
    pub(crate) fn parse_item_id(&self, text: &str) -> Result<ItemId, Refusal> {
        let entry = self.spelling.entry(text, ITEM_ENTRY)?.ok_or(Refusal::ItemNotFound)?;
        let folder = FolderId(number(&entry[38..44]));
        let id = ItemId { folder, number: number(&entry[62..68]) };
        if entry != self.spelling.item_entry(id) {
            return Err(Refusal::ItemNotFound);
        }
        Ok(id)
    }

    /// A folder's change key, `AQAAA…`.
    ///
    /// # Errors
    /// `FolderNotFound`.
    pub(crate) fn folder_change_key(&self, folder: FolderId) -> Result<String, Refusal> {
        let stored = self.stored_folder(folder)?;
        let kind = match stored.class.as_str() {
            class if class.starts_with("IPF.Appointment") => 2,
            class if class.starts_with("IPF.Contact") => 3,
            class if class.starts_with("IPF.Task") => 4,
            _ => 1,
        };
        Ok(self.change_key(kind, stored.change))
    }

    /// An item's change key: `CQAAA…` for mail, `DwAAA…` for appointments and so on.
    pub(crate) fn item_change_key(&self, item: &Listed, class: &str) -> String {
        self.change_key(object_type(class), item.change)
    }

    fn change_key(&self, kind: u8, change: u64) -> String {
        let mut key = vec![kind, 0, 0, 0, REPLICA_KEY, 0, 0, 0];
        key.extend(self.spelling.source_key(change));
        STANDARD.encode(key)
    }

    /// The change number of a change key, to compare with [`Listed::change`].
    ///
    /// # Errors
    /// `MalformedChangeKey`.
    pub(crate) fn parse_change_key(&self, text: &str) -> Result<u64, Refusal> {
        let key = STANDARD.decode(text).map_err(|_| Refusal::MalformedChangeKey)?;
        let well_formed = key.len() == 8 + usize::from(REPLICA_KEY)
            && key[1..8] == [0, 0, 0, REPLICA_KEY, 0, 0, 0]
            && key[8..24] == self.spelling.replica;
        if well_formed { Ok(number(&key[24..])) } else { Err(Refusal::MalformedChangeKey) }
    }

    /// Property `0x0FFF` of a folder.
    pub(crate) fn folder_entry_id(&self, folder: FolderId) -> Vec<u8> {
        self.spelling.folder_entry(folder)
    }

    /// Property `0x0FFF` of an item.
    pub(crate) fn item_entry_id(&self, item: ItemId) -> Vec<u8> {
        self.spelling.item_entry(item)
    }

    /// A source key (`0x65E0`) or change key property (`0x65E2`): replica GUID and counter.
    pub(super) fn replica_key(&self, number: u64) -> Vec<u8> {
        self.spelling.source_key(number)
    }
}
