//! Restrictions: which items or folders FindItem and FindFolder answer
//! ([ED restriction.md]).

use std::cmp::Ordering;

use crate::mailbox::{FolderInfo, Mailbox, Record};
use crate::mapi::{Key, Tag, Value, kind, tags};
use crate::soap::node::Node;

use super::call::ItemError;
use super::item_fields::categories;
use super::shape::Field;
use super::values;

const UNSUPPORTED: ItemError = ItemError::new(
    "ErrorUnsupportedPathForQuery",
    "The property can not be used with this type of restriction.",
);

/// Whether an item satisfies a restriction.
pub(super) fn item_matches(
    mailbox: &Mailbox,
    record: &Record,
    node: &Node,
) -> Result<bool, ItemError> {
    matches(node, &|field| {
        let (key, _) = property_of(field)?;
        Ok(mailbox.item_property(record, &key))
    })
}

/// Whether a folder satisfies a restriction.
pub(super) fn folder_matches(
    mailbox: &Mailbox,
    folder: &FolderInfo,
    node: &Node,
) -> Result<bool, ItemError> {
    matches(node, &|field| {
        let (key, kind) = property_of(field)?;
        match key {
            Key::Id(id) => Ok(mailbox.folder_property(folder, Tag::new(id, kind))),
            Key::Named(_) => Err(UNSUPPORTED),
        }
    })
}

type Lookup<'a> = dyn Fn(&Field) -> Result<Option<Value>, ItemError> + 'a;

fn matches(node: &Node, lookup: &Lookup<'_>) -> Result<bool, ItemError> {
    let all = |wanted: bool| {
        for child in &node.children {
            if matches(child, lookup)? != wanted {
                return Ok(!wanted);
            }
        }
        Ok(wanted)
    };
    match node.name.as_str() {
        "And" => all(true),
        "Or" => all(false),
        "Not" => match node.children.first() {
            Some(child) => Ok(!matches(child, lookup)?),
            None => Err(UNSUPPORTED),
        },
        "Exists" => Ok(lookup(&first(node)?)?.is_some()),
        "Contains" => contains(node, lookup),
        "IsEqualTo" => Ok(compare(node, lookup)? == Some(Ordering::Equal)),
        "IsNotEqualTo" => Ok(compare(node, lookup)? != Some(Ordering::Equal)),
        "IsGreaterThan" => Ok(compare(node, lookup)? == Some(Ordering::Greater)),
        "IsLessThan" => Ok(compare(node, lookup)? == Some(Ordering::Less)),
        "IsGreaterThanOrEqualTo" => Ok(compare(node, lookup)?.is_some_and(Ordering::is_ge)),
        "IsLessThanOrEqualTo" => Ok(compare(node, lookup)?.is_some_and(Ordering::is_le)),
        _ => Err(UNSUPPORTED),
    }
}

fn first(node: &Node) -> Result<Field, ItemError> {
    node.children.first().map_or(Err(UNSUPPORTED), Field::parse)
}

fn compare(node: &Node, lookup: &Lookup<'_>) -> Result<Option<Ordering>, ItemError> {
    let field = first(node)?;
    let (_, kind) = property_of(&field)?;
    let Some(value) = lookup(&field)? else {
        return Ok(None);
    };
    let constant = node
        .child("FieldURIOrConstant")
        .and_then(|node| node.child("Constant"))
        .and_then(|constant| constant.attribute("Value"))
        .ok_or(UNSUPPORTED)?;
    let constant = values::parse(constant, kind).ok_or(ItemError::new(
        "ErrorInvalidValueForProperty",
        "The specified value is invalid for property.",
    ))?;
    Ok(order(&value, &constant))
}

/// Texts compare without regard to case, as the store does.
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    if let (Some(left), Some(right)) = (left.as_integer(), right.as_integer()) {
        return Some(left.cmp(&right));
    }
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => {
            Some(left.to_lowercase().cmp(&right.to_lowercase()))
        }
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Time(left), Value::Time(right)) => {
            let seconds = |time: &crate::mapi::Time| time.0.div_euclid(crate::mapi::Time::SECOND);
            Some(seconds(left).cmp(&seconds(right)))
        }
        (Value::F64(left), Value::F64(right)) => left.partial_cmp(right),
        (Value::Guid(left), Value::Guid(right)) => Some(left.cmp(right)),
        (Value::Binary(left), Value::Binary(right)) => Some(left.to_bytes().cmp(&right.to_bytes())),
        _ => None,
    }
}

fn contains(node: &Node, lookup: &Lookup<'_>) -> Result<bool, ItemError> {
    let value = lookup(&first(node)?)?;
    let Some(text) = value.as_ref().and_then(Value::as_text).map(str::to_lowercase) else {
        return Ok(false);
    };
    let constant = node.child("Constant").and_then(|constant| constant.attribute("Value"));
    let wanted = constant.unwrap_or_default().to_lowercase();
    Ok(match node.attribute("ContainmentMode") {
        Some("FullString") => text == wanted,
        Some("Prefixed" | "PrefixOnWords") => text.starts_with(&wanted),
        _ => text.contains(&wanted),
    })
}

/// The property behind a field, with its type.
pub(super) fn property_of(field: &Field) -> Result<(Key, u16), ItemError> {
    let uri = match field {
        Field::Extended(extended) => return Ok((extended.key.clone(), extended.kind)),
        Field::Indexed(..) => return Err(UNSUPPORTED),
        Field::Uri(uri) => uri,
    };
    let tag = match uri.as_str() {
        "folder:DisplayName" => tags::DISPLAY_NAME,
        "folder:FolderClass" => tags::CONTAINER_CLASS,
        "folder:TotalCount" => tags::CONTENT_COUNT,
        "folder:UnreadCount" => tags::CONTENT_UNREAD,
        "item:Subject" => tags::SUBJECT,
        "item:ItemClass" => tags::MESSAGE_CLASS,
        "item:DateTimeReceived" => tags::DELIVERY_TIME,
        "item:DateTimeSent" => tags::SUBMIT_TIME,
        "item:DateTimeCreated" => tags::CREATION_TIME,
        "item:LastModifiedTime" => tags::LAST_MODIFICATION_TIME,
        "item:Size" => tags::MESSAGE_SIZE,
        "item:HasAttachments" => tags::HAS_ATTACHMENTS,
        "item:InReplyTo" => tags::IN_REPLY_TO,
        "message:InternetMessageId" => tags::INTERNET_MESSAGE_ID,
        "message:ConversationTopic" => tags::CONVERSATION_TOPIC,
        "item:Categories" => return Ok((categories(), kind::TEXT)),
        _ => return Err(UNSUPPORTED),
    };
    Ok((Key::from(tag), tag.kind()))
}
