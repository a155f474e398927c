//! One entry, and how it is written.

use std::num::NonZeroU32;

use longhaul_core::{Bytes, ItemKey};

use super::id::{Difference, IdForm};
use super::{Corrupt, varint};

/// What an entry is; ids that are not canonical base64 have kinds of their own.
mod kind {
    pub(super) const STANDS: u8 = 3;
    pub(super) const STANDS_TEXT: u8 = 4;
    pub(super) const REPLACED: u8 = 5;
    pub(super) const REPLACED_TEXT: u8 = 6;
    pub(super) const LEFT: u8 = 7;
    pub(super) const BACK: u8 = 8;
    pub(super) const GONE: u8 = 9;
}

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
    /// What the copy is like as long as nobody changes it.
    pub seal: Seal,
}

/// How a copy was left: who finds it otherwise knows that somebody has changed it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seal {
    /// A digest of the copy's change key, as the destination gave it.
    pub change_key: Option<NonZeroU32>,
    /// A digest of the content, the read state left out.
    pub content: Option<NonZeroU32>,
}

/// One line of the ledger. Of several about one item the last counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// An item stands in the destination, and did not before.
    Stands(Record),
    /// What is known of an item that stands in the destination is another now.
    Replaced {
        /// What is known now.
        record: Record,
        /// The size that was known before.
        was: Bytes,
    },
    /// The item is no longer in its source folder. Its copy is held until it is known whether the
    /// item was moved or deleted.
    Left(ItemKey),
    /// An item that was held is in its source folder after all.
    Back(ItemKey),
    /// An item that was held is no longer the folder's: its copy was moved along, deleted, or
    /// left to the destination's user.
    Gone {
        /// The source item.
        key: ItemKey,
        /// The size that was known before.
        was: Bytes,
    },
}

impl From<Record> for Entry {
    fn from(record: Record) -> Self {
        Self::Stands(record)
    }
}

impl Entry {
    /// The source item.
    #[must_use]
    pub const fn key(&self) -> ItemKey {
        match self {
            Self::Stands(record) | Self::Replaced { record, .. } => record.key,
            Self::Left(key) | Self::Back(key) | Self::Gone { key, .. } => *key,
        }
    }

    /// The record it brings, if it brings one.
    #[must_use]
    pub fn into_record(self) -> Option<Record> {
        match self {
            Self::Stands(record) | Self::Replaced { record, .. } => Some(record),
            Self::Left(_) | Self::Back(_) | Self::Gone { .. } => None,
        }
    }

    /// Writes the entry, ids against `template`.
    pub(super) fn write(&self, template: &[u8], to: &mut Vec<u8>) {
        let (kind, record, was) = match self {
            Self::Stands(record) => ([kind::STANDS, kind::STANDS_TEXT], record, None),
            Self::Replaced { record, was } => {
                ([kind::REPLACED, kind::REPLACED_TEXT], record, Some(was))
            }
            Self::Left(key) => return mark(kind::LEFT, *key, to),
            Self::Back(key) => return mark(kind::BACK, *key, to),
            Self::Gone { key, was } => {
                mark(kind::GONE, *key, to);
                return varint::write(was.0, to);
            }
        };
        let (form, id) = IdForm::of(&record.destination);
        mark(kind[usize::from(form == IdForm::Text)], record.key, to);
        let Seal { change_key, content } = record.seal;
        for number in [record.version, written(change_key), written(content)] {
            to.extend_from_slice(&number.to_le_bytes());
        }
        varint::write(record.size.0, to);
        if let Some(was) = was {
            varint::write(was.0, to);
        }
        Difference::between(template, &id).write(to);
    }

    /// Reads an entry off the front of `from`; `None` if it is not complete.
    pub(super) fn read(template: &[u8], from: &mut &[u8]) -> Result<Option<Self>, Corrupt> {
        let mut rest = *from;
        let Some((head, after)) = rest.split_first_chunk::<{ 1 + ItemKey::LEN }>() else {
            return Ok(None);
        };
        rest = after;
        let kind = head[0];
        let mut key = [0; ItemKey::LEN];
        key.copy_from_slice(&head[1..]);
        let key = ItemKey::from_bytes(key);
        let entry = match kind {
            kind::LEFT => Some(Self::Left(key)),
            kind::BACK => Some(Self::Back(key)),
            kind::GONE => varint::read(&mut rest).map(|was| Self::Gone { key, was: Bytes(was) }),
            kind::STANDS | kind::STANDS_TEXT | kind::REPLACED | kind::REPLACED_TEXT => {
                read_record(template, kind, key, &mut rest)?
            }
            _ => return Err(Corrupt),
        };
        if entry.is_some() {
            *from = rest;
        }
        Ok(entry)
    }
}

fn mark(kind: u8, key: ItemKey, to: &mut Vec<u8>) {
    to.push(kind);
    to.extend_from_slice(key.as_bytes());
}

fn read_record(
    template: &[u8],
    kind: u8,
    key: ItemKey,
    rest: &mut &[u8],
) -> Result<Option<Entry>, Corrupt> {
    let is_new = matches!(kind, kind::STANDS | kind::STANDS_TEXT);
    let Some((fixed, after)) = rest.split_first_chunk::<12>() else {
        return Ok(None);
    };
    *rest = after;
    let number =
        |at: usize| u32::from_le_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]]);
    let seal = Seal { change_key: NonZeroU32::new(number(4)), content: NonZeroU32::new(number(8)) };
    let Some(size) = varint::read(rest) else {
        return Ok(None);
    };
    let was = if is_new { Some(0) } else { varint::read(rest) };
    let Some(was) = was else {
        return Ok(None);
    };
    let Some(id) = Difference::read(template, rest)? else {
        return Ok(None);
    };
    let form = match kind {
        kind::STANDS | kind::REPLACED => IdForm::Base64,
        _ => IdForm::Text,
    };
    let destination = form.text(id)?;
    let record = Record { key, version: number(0), size: Bytes(size), destination, seal };
    Ok(Some(match is_new {
        true => Entry::Stands(record),
        false => Entry::Replaced { record, was: Bytes(was) },
    }))
}

/// A digest as it is written; an unknown one is 0.
fn written(digest: Option<NonZeroU32>) -> u32 {
    digest.map_or(0, NonZeroU32::get)
}
