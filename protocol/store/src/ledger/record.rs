//! One record, and how it is written.

use longhaul_core::{Bytes, ItemKey};

use super::varint;

/// An item stands in the destination.
const COPIED_ID: u8 = 1;
/// Likewise, its id is text that is not canonical base64.
const COPIED_TEXT: u8 = 2;

/// Longest destination id; the service's have some 200 bytes.
const MAX_ID: u64 = 4096;

/// An item that stands in the destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The source item.
    pub key: ItemKey,
    /// A digest of the source's change key when it was copied.
    pub version: u32,
    /// Its size, as the source states it.
    pub size: Bytes,
    /// Its id in the destination.
    pub destination: String,
}

/// A ledger that does not decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ledger record does not decode")]
pub struct Corrupt;

impl Record {
    /// Writes the record against `template`.
    pub(super) fn write(&self, template: &[u8], to: &mut Vec<u8>) {
        let (kind, id) = id_bytes(&self.destination);
        let head = template.iter().zip(&id).take_while(|(a, b)| a == b).count();
        let longest_tail = template.len().min(id.len()) - head;
        let tail = template
            .iter()
            .rev()
            .zip(id.iter().rev())
            .take(longest_tail)
            .take_while(|(a, b)| a == b)
            .count();
        let own = &id[head..id.len() - tail];
        to.push(kind);
        to.extend_from_slice(self.key.as_bytes());
        to.extend_from_slice(&self.version.to_le_bytes());
        varint::write(self.size.0, to);
        varint::write(head as u64, to);
        varint::write(tail as u64, to);
        varint::write(own.len() as u64, to);
        to.extend_from_slice(own);
    }

    /// Reads a record off the front of `from`; `None` if it is not complete.
    pub(super) fn read(template: &[u8], from: &mut &[u8]) -> Result<Option<Self>, Corrupt> {
        let mut rest = *from;
        let Some((fixed, after)) = rest.split_first_chunk::<{ 1 + ItemKey::LEN + 4 }>() else {
            return Ok(None);
        };
        rest = after;
        let (kind, key, version) = split_fixed(fixed);
        let lengths = (
            varint::read(&mut rest),
            varint::read(&mut rest),
            varint::read(&mut rest),
            varint::read(&mut rest),
        );
        let (Some(size), Some(head), Some(tail), Some(own)) = lengths else {
            return Ok(None);
        };
        if head.max(tail).max(own) > MAX_ID || head + tail > template.len() as u64 {
            return Err(Corrupt);
        }
        let (head, tail, own) = (head as usize, tail as usize, own as usize);
        let Some((own, rest)) = rest.split_at_checked(own) else {
            return Ok(None);
        };
        let id = [&template[..head], own, &template[template.len() - tail..]].concat();
        let destination = id_text(kind, &id)?;
        *from = rest;
        Ok(Some(Self { key, version, size: Bytes(size), destination }))
    }
}

/// The bytes an id stands for; those of a folder's ids are alike.
pub(super) fn id_bytes(id: &str) -> (u8, Vec<u8>) {
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::STANDARD;
    match engine.decode(id) {
        Ok(bytes) if engine.encode(&bytes) == id => (COPIED_ID, bytes),
        _ => (COPIED_TEXT, id.as_bytes().to_vec()),
    }
}

fn id_text(kind: u8, id: &[u8]) -> Result<String, Corrupt> {
    use base64::Engine as _;
    match kind {
        COPIED_ID => Ok(base64::engine::general_purpose::STANDARD.encode(id)),
        COPIED_TEXT => String::from_utf8(id.to_vec()).map_err(|_| Corrupt),
        _ => Err(Corrupt),
    }
}

fn split_fixed(fixed: &[u8; 1 + ItemKey::LEN + 4]) -> (u8, ItemKey, u32) {
    let mut key = [0; ItemKey::LEN];
    key.copy_from_slice(&fixed[1..=ItemKey::LEN]);
    let mut version = [0; 4];
    version.copy_from_slice(&fixed[1 + ItemKey::LEN..]);
    (fixed[0], ItemKey::from_bytes(key), u32::from_le_bytes(version))
}
