//! One item as canonical JSON.

use serde_json::{Map, Value as Json, json};

use crate::mailbox::renewed::is_renewed;
use crate::mapi::{Attachment, Content, Item, Key, Name, Props, Value};

/// Texts and bytes longer than this are told by hash and length.
const LONG: usize = 256;

/// How generated content is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// By the hash of its bytes, like any other.
    Hashed,
    /// By its recipe: quick, and as good between mailboxes of this program, where equal generated
    /// bytes are always stored as the recipe.
    Recipes,
}

/// An item with all properties but the renewed ones; keys in order.
pub(super) fn item(item: &Item, associated: bool, detail: Detail) -> Json {
    let mut json = object(item, detail);
    json["associated"] = json!(associated);
    json
}

fn object(item: &Item, detail: Detail) -> Json {
    let recipients: Vec<Json> = item.recipients.iter().map(|row| bag(row, detail)).collect();
    let attachments: Vec<Json> =
        item.attachments.iter().map(|attachment| attached(attachment, detail)).collect();
    json!({
        "class": item.class(),
        "properties": bag(&item.props, detail),
        "recipients": recipients,
        "attachments": attachments,
    })
}

fn attached(attachment: &Attachment, detail: Detail) -> Json {
    let embedded = attachment.embedded.as_ref().map(|embedded| object(embedded, detail));
    json!({ "properties": bag(&attachment.props, detail), "embedded": embedded })
}

fn bag(props: &Props, detail: Detail) -> Json {
    let kept = props.iter().filter(|(key, _)| !is_renewed(key));
    let pairs = kept.map(|(key, found)| (name(key, found), value(found, detail)));
    Json::Object(pairs.collect::<Map<_, _>>())
}

/// `0x0037001F`, or `{set}/0x00008503/000B`, or `{set}/Keywords/101F`.
fn name(key: &Key, value: &Value) -> String {
    let kind = value.kind();
    match key {
        Key::Id(id) => format!("0x{id:04X}{kind:04X}"),
        Key::Named(named) => match &named.name {
            Name::Lid(lid) => format!("{{{}}}/0x{lid:08X}/{kind:04X}", named.set),
            Name::Text(text) => format!("{{{}}}/{text}/{kind:04X}", named.set),
        },
    }
}

fn value(value: &Value, detail: Detail) -> Json {
    match value {
        Value::I16(number) => json!(number),
        Value::I32(number) => json!(number),
        Value::I64(number) | Value::Currency(number) => json!(number),
        Value::F32(number) => json!(format!("{:08x}", number.to_bits())),
        Value::F64(number) | Value::AppTime(number) => json!(format!("{:016x}", number.to_bits())),
        Value::Bool(flag) => json!(flag),
        Value::Time(time) => json!(time.0),
        Value::Guid(guid) => json!(guid),
        Value::Text(text) => string(text),
        Value::Coded(_, bytes) => content(&Content::Inline(bytes.clone()), detail),
        Value::Binary(found) | Value::Object(found) => content(found, detail),
        Value::I16s(list) => json!(list),
        Value::I32s(list) => json!(list),
        Value::I64s(list) | Value::Currencies(list) => json!(list),
        Value::F32s(list) => {
            list.iter().map(|number| format!("{:08x}", number.to_bits())).collect()
        }
        Value::F64s(list) | Value::AppTimes(list) => {
            list.iter().map(|number| format!("{:016x}", number.to_bits())).collect()
        }
        Value::Times(list) => list.iter().map(|time| time.0).collect(),
        Value::Guids(list) => json!(list),
        Value::Texts(list) => list.iter().map(|text| string(text)).collect(),
        Value::CodedList(_, list) | Value::Binaries(list) => {
            list.iter().map(|bytes| content(&Content::Inline(bytes.clone()), detail)).collect()
        }
    }
}

fn string(text: &str) -> Json {
    if text.len() <= LONG {
        return json!(text);
    }
    hashed(&Content::from(text.as_bytes().to_vec()))
}

fn content(content: &Content, detail: Detail) -> Json {
    match content {
        Content::Inline(bytes) if bytes.len() <= LONG => json!(hex(bytes)),
        Content::Generated(recipe) if detail == Detail::Recipes => json!(format!("{recipe:?}")),
        _ => hashed(content),
    }
}

fn hashed(content: &Content) -> Json {
    json!({ "sha256": hex(&content.sha256()), "bytes": content.len() })
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
