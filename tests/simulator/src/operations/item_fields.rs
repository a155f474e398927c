//! The fields every item has, in the schema's order ([ED item.md]).

use std::io::Result;

use crate::mapi::{Key, PropertyName, Props, Time, Value, sets, tags};

use super::folder_view::effective_rights;
use super::item_view::{Detail, ItemView};
use super::messages::Xml;
use super::shape::{Base, BodyType, Shape};
use super::values::{base64, boolean, time};

/// Fields of the `Default` shape.
const DEFAULT: &[&str] =
    &["Subject", "Sensitivity", "Size", "Importance", "HasAttachments", "DateTimeSent"];

/// Writes id, common fields and MAPI properties.
pub(super) fn write(xml: &mut Xml, view: &ItemView, shape: &Shape, detail: Detail) -> Result<()> {
    let item = &view.record.item;
    let props = &item.props;
    let full = detail == Detail::Full;
    let asks = |name: &str| match shape.base {
        Base::All => true,
        Base::Default => DEFAULT.contains(&name) || shape.names(&format!("item:{name}")),
        Base::IdOnly => shape.names(&format!("item:{name}")),
    };
    view.write_id(xml)?;
    if let Some((id, key)) = &view.parent {
        xml.empty("t:ParentFolderId", &[("Id", id), ("ChangeKey", key)])?;
    }
    if asks("ItemClass") {
        xml.element("t:ItemClass", &[], item.class())?;
    }
    if asks("Subject")
        && let Some(subject) = props.text(tags::SUBJECT)
    {
        xml.element("t:Subject", &[], subject)?;
    }
    if asks("Sensitivity") {
        let level = ["Normal", "Personal", "Private", "Confidential"];
        xml.element("t:Sensitivity", &[], level[choice(props, tags::SENSITIVITY, level.len(), 0)])?;
    }
    if full && (asks("Body") || (shape.base == Base::Default)) {
        body(xml, "t:Body", props, shape.body)?;
    }
    moment(xml, asks("DateTimeReceived"), "t:DateTimeReceived", props.time(tags::DELIVERY_TIME))?;
    if asks("Size") {
        let size = i32::try_from(view.record.listed.facts.size).unwrap_or(i32::MAX);
        xml.element("t:Size", &[], &size.to_string())?;
    }
    if asks("Categories")
        && let Some(Value::Texts(list)) = props.get(categories())
        && !list.is_empty()
    {
        xml.start("t:Categories", &[])?;
        for category in list {
            xml.element("t:String", &[], category)?;
        }
        xml.end("t:Categories")?;
    }
    if asks("Importance") {
        let level = ["Low", "Normal", "High"];
        xml.element("t:Importance", &[], level[choice(props, tags::IMPORTANCE, level.len(), 1)])?;
    }
    if asks("InReplyTo")
        && let Some(text) = props.text(tags::IN_REPLY_TO)
    {
        xml.element("t:InReplyTo", &[], text)?;
    }
    if asks("IsDraft") {
        let flags = props.integer(tags::MESSAGE_FLAGS).unwrap_or_default();
        let draft = flags & i64::from(tags::FLAG_UNSENT) != 0;
        xml.element("t:IsDraft", &[], boolean(draft))?;
    }
    moment(xml, asks("DateTimeSent"), "t:DateTimeSent", props.time(tags::SUBMIT_TIME))?;
    moment(xml, asks("DateTimeCreated"), "t:DateTimeCreated", Some(view.record.created))?;
    for (name, tag) in [
        ("DisplayCc", tags::DISPLAY_CC),
        ("DisplayTo", tags::DISPLAY_TO),
        ("DisplayBcc", tags::DISPLAY_BCC),
    ] {
        if asks(name)
            && let Some(text) = props.text(tag)
        {
            xml.element(&format!("t:{name}"), &[], text)?;
        }
    }
    if asks("HasAttachments") {
        xml.element("t:HasAttachments", &[], boolean(!item.attachments.is_empty()))?;
    }
    view.write_extended(xml, shape)?;
    if asks("EffectiveRights") {
        effective_rights(xml)?;
    }
    if asks("LastModifiedName")
        && let Some(text) = props.text(tags::LAST_MODIFIER_NAME)
    {
        xml.element("t:LastModifiedName", &[], text)?;
    }
    moment(xml, asks("LastModifiedTime"), "t:LastModifiedTime", Some(view.record.modified))?;
    if asks("IsAssociated") {
        xml.element("t:IsAssociated", &[], boolean(view.record.listed.associated))?;
    }
    if asks("ConversationId")
        && let Some(id) = props.get(tags::CONVERSATION_ID).and_then(Value::as_content)
    {
        xml.empty("t:ConversationId", &[("Id", &base64(id.to_bytes()))])?;
    }
    if asks("Flag") {
        let status = ["NotFlagged", "Complete", "Flagged"];
        xml.start("t:Flag", &[])?;
        xml.element(
            "t:FlagStatus",
            &[],
            status[choice(props, tags::FLAG_STATUS, status.len(), 0)],
        )?;
        xml.end("t:Flag")?;
    }
    if full && shape.names("item:TextBody") {
        body(xml, "t:TextBody", props, BodyType::Text)?;
    }
    Ok(())
}

/// The property of the categories.
pub(super) fn categories() -> Key {
    Key::Named(PropertyName::text(sets::PUBLIC_STRINGS, "Keywords"))
}

/// A moment if it is asked for and there.
pub(super) fn moment(xml: &mut Xml, asked: bool, name: &str, value: Option<Time>) -> Result<()> {
    match value {
        Some(value) if asked => xml.element(name, &[], &time(value)),
        _ => Ok(()),
    }
}

/// An enumeration by number, in bounds.
pub(super) fn choice(props: &Props, tag: crate::mapi::Tag, count: usize, other: usize) -> usize {
    let number = props.integer(tag).and_then(|number| usize::try_from(number).ok());
    number.filter(|number| *number < count).unwrap_or(other)
}

fn body(xml: &mut Xml, element: &str, props: &Props, wanted: BodyType) -> Result<()> {
    let html = props.get(tags::HTML).and_then(Value::as_content);
    let html = html.map(|content| String::from_utf8_lossy(&content.to_bytes()).into_owned());
    let text = props.text(tags::BODY);
    match (html, text, wanted) {
        (Some(html), _, BodyType::Best | BodyType::Html) => {
            xml.element(element, &[("BodyType", "HTML")], &html)
        }
        (_, Some(text), _) => xml.element(element, &[("BodyType", "Text")], text),
        (Some(html), None, BodyType::Text) => xml.element(element, &[("BodyType", "Text")], &html),
        (None, None, _) => xml.element(element, &[("BodyType", "Text")], ""),
    }
}
