//! An item as a row of pieces that make up its stream.

use std::collections::BTreeMap;

use bytes::{BufMut, Bytes};

use crate::mapi::{Attachment, Content, Item, Key, Name, PropertyName, Props, Value, kind, tags};

use super::layout::marker;

/// The stream of an item: small values joined, big ones by reference.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pub(super) list: Vec<Content>,
    pub(super) len: u64,
    open: Vec<u8>,
}

/// Inline values from this length on are shared instead of copied.
const SHARED: usize = 4096;

impl Pieces {
    /// The pieces of an item's stream.
    pub(super) fn of(item: &Item) -> Self {
        let mut names = BTreeMap::new();
        collect_names(item, &mut names);
        for (id, number) in names.values_mut().zip(0x8001_u16..) {
            *id = number;
        }
        let mut pieces = Self::default();
        pieces.message(item, &names);
        pieces.close();
        pieces
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.len += self.open.len() as u64;
            self.list.push(Content::from(std::mem::take(&mut self.open)));
        }
    }

    fn message(&mut self, item: &Item, names: &BTreeMap<&PropertyName, u16>) {
        for (key, value) in item.props.iter() {
            self.property(key, value, names);
        }
        self.delete(tags::MESSAGE_RECIPIENTS.0);
        for (row, recipient) in item.recipients.iter().enumerate() {
            self.open.put_u32_le(marker::START_RECIP);
            self.property(&tags::ROW_ID.into(), &Value::I32(row as i32), names);
            self.rest(recipient, tags::ROW_ID.id(), names);
            self.open.put_u32_le(marker::END_RECIP);
        }
        self.delete(tags::MESSAGE_ATTACHMENTS.0);
        for (number, attachment) in item.attachments.iter().enumerate() {
            self.attachment(number, attachment, names);
        }
    }

    fn attachment(
        &mut self,
        number: usize,
        attachment: &Attachment,
        names: &BTreeMap<&PropertyName, u16>,
    ) {
        self.open.put_u32_le(marker::NEW_ATTACH);
        self.property(&tags::ATTACH_NUMBER.into(), &Value::I32(number as i32), names);
        self.rest(&attachment.props, tags::ATTACH_NUMBER.id(), names);
        if let Some(embedded) = &attachment.embedded {
            self.open.put_u32_le(marker::START_EMBED);
            self.message(embedded, names);
            self.open.put_u32_le(marker::END_EMBED);
        }
        self.open.put_u32_le(marker::END_ATTACH);
    }

    /// Properties without the one that the position stands for.
    fn rest(&mut self, props: &Props, without: u16, names: &BTreeMap<&PropertyName, u16>) {
        for (key, value) in props.iter().filter(|(key, _)| **key != Key::Id(without)) {
            self.property(key, value, names);
        }
    }

    fn delete(&mut self, tag: u32) {
        self.open.put_u32_le(marker::DELETE);
        self.open.put_u32_le(tag);
    }

    fn property(&mut self, key: &Key, value: &Value, names: &BTreeMap<&PropertyName, u16>) {
        let kind = match value.kind() {
            kind::TEXT => kind::TEXT_1200,
            kind => kind,
        };
        self.open.put_u16_le(kind);
        match key {
            Key::Id(id) => self.open.put_u16_le(*id),
            Key::Named(name) => {
                self.open.put_u16_le(names.get(name).copied().unwrap_or(u16::MAX));
                self.open.put_slice(&name.set.to_bytes_le());
                match &name.name {
                    Name::Lid(lid) => {
                        self.open.put_u8(0);
                        self.open.put_u32_le(*lid);
                    }
                    Name::Text(text) => {
                        self.open.put_u8(1);
                        self.open.put_slice(&utf16(text));
                    }
                }
            }
        }
        self.value(value);
    }

    fn value(&mut self, value: &Value) {
        let out = &mut self.open;
        match value {
            Value::I16(number) => out.put_i16_le(*number),
            Value::I32(number) => out.put_i32_le(*number),
            Value::F32(number) => out.put_f32_le(*number),
            Value::F64(number) | Value::AppTime(number) => out.put_f64_le(*number),
            Value::Currency(number) | Value::I64(number) => out.put_i64_le(*number),
            Value::Bool(flag) => out.put_u16_le(u16::from(*flag)),
            Value::Time(time) => out.put_i64_le(time.0),
            Value::Guid(guid) => out.put_slice(&guid.to_bytes_le()),
            Value::Text(text) => sized(out, &utf16(text)),
            Value::Coded(_, bytes) => sized(out, bytes),
            Value::Binary(content) | Value::Object(content) => self.content(content),
            Value::I16s(list) => many(out, list, |out, number| out.put_i16_le(*number)),
            Value::I32s(list) => many(out, list, |out, number| out.put_i32_le(*number)),
            Value::F32s(list) => many(out, list, |out, number| out.put_f32_le(*number)),
            Value::F64s(list) | Value::AppTimes(list) => {
                many(out, list, |out, number| out.put_f64_le(*number));
            }
            Value::Currencies(list) | Value::I64s(list) => {
                many(out, list, |out, number| out.put_i64_le(*number));
            }
            Value::Times(list) => many(out, list, |out, time| out.put_i64_le(time.0)),
            Value::Guids(list) => many(out, list, |out, guid| out.put_slice(&guid.to_bytes_le())),
            Value::Texts(list) => many(out, list, |out, text| sized(out, &utf16(text))),
            Value::CodedList(_, list) | Value::Binaries(list) => {
                many(out, list, |out, bytes| sized(out, bytes));
            }
        }
    }

    fn content(&mut self, content: &Content) {
        self.open.put_u32_le(content.len() as u32);
        match content {
            Content::Inline(bytes) if bytes.len() < SHARED => self.open.put_slice(bytes),
            _ => {
                self.close();
                self.len += content.len();
                self.list.push(content.clone());
            }
        }
    }
}

fn many<T>(out: &mut Vec<u8>, list: &[T], mut put: impl FnMut(&mut Vec<u8>, &T)) {
    out.put_u32_le(list.len() as u32);
    for value in list {
        put(out, value);
    }
}

fn sized(out: &mut Vec<u8>, bytes: &[u8]) {
    out.put_u32_le(bytes.len() as u32);
    out.put_slice(bytes);
}

/// UTF-16LE with its terminator.
fn utf16(text: &str) -> Bytes {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

/// Every named property of an item and of what is inside it.
fn collect_names<'a>(item: &'a Item, names: &mut BTreeMap<&'a PropertyName, u16>) {
    let attached = item.attachments.iter().map(|attachment| &attachment.props);
    let bags = [&item.props].into_iter().chain(&item.recipients).chain(attached);
    for (key, _) in bags.flat_map(Props::iter) {
        if let Key::Named(name) = key {
            names.insert(name, 0);
        }
    }
    for embedded in item.attachments.iter().filter_map(|attachment| attachment.embedded.as_ref()) {
        collect_names(embedded, names);
    }
}
