//! One internet message (RFC 5322) as an item.

use mail_parser::{GetHeader, HeaderName, Message, MessageParser};

use crate::mapi::{Item, Time, tags};

use super::{body, people};

/// Why a file is not a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("the file is empty")]
    Empty,
    #[error("the file has no message header")]
    NoHeader,
}

/// Headers of which a message has at least one.
const HEADERS: &[HeaderName<'_>] = &[
    HeaderName::From,
    HeaderName::Sender,
    HeaderName::To,
    HeaderName::Cc,
    HeaderName::Bcc,
    HeaderName::Subject,
    HeaderName::Date,
    HeaderName::MessageId,
    HeaderName::Received,
    HeaderName::MimeVersion,
    HeaderName::ContentType,
];

/// A message as a property bag.
///
/// # Errors
/// If the bytes are no message.
pub(crate) fn eml(bytes: &[u8]) -> Result<Item, Unreadable> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Unreadable::Empty);
    }
    let message = MessageParser::default().parse(bytes).ok_or(Unreadable::NoHeader)?;
    let mut item = message_item(&message, 0).ok_or(Unreadable::NoHeader)?;
    let header = bytes.get(..message.root_part().offset_body as usize).unwrap_or_default();
    item.props.set(tags::TRANSPORT_HEADERS, String::from_utf8_lossy(header).into_owned());
    Ok(item)
}

/// The item of a message that stands `depth` messages deep; `None` if it has no header.
pub(super) fn message_item(message: &Message<'_>, depth: usize) -> Option<Item> {
    let root = message.root_part();
    HEADERS.iter().find(|name| root.headers.header_value(name).is_some())?;
    let mut item = Item::of_class("IPM.Note");
    let draft = root.headers.header("X-Unsent").is_some();
    let flags = if draft { tags::FLAG_READ | tags::FLAG_UNSENT } else { tags::FLAG_READ };
    item.props.set(tags::MESSAGE_FLAGS, flags);
    envelope(&mut item, message);
    ranks(&mut item, message);
    people::set(&mut item, message);
    body::set(&mut item, message, depth);
    Some(item)
}

/// Subject, ids and dates.
fn envelope(item: &mut Item, message: &Message<'_>) {
    let subject = message.subject().unwrap_or_default();
    let topic = message.thread_name().unwrap_or(subject);
    let props = &mut item.props;
    props.set(tags::SUBJECT, subject);
    props.set(tags::NORMALIZED_SUBJECT, topic);
    props.set(tags::CONVERSATION_TOPIC, topic);
    if let Some(prefix) = subject.strip_suffix(topic).filter(|prefix| !prefix.is_empty()) {
        props.set(tags::SUBJECT_PREFIX, prefix);
    }
    if let Some(id) = message.message_id() {
        props.set(tags::INTERNET_MESSAGE_ID, format!("<{id}>"));
    }
    for (value, tag) in [
        (message.in_reply_to(), tags::IN_REPLY_TO),
        (message.references(), tags::INTERNET_REFERENCES),
    ] {
        if let Some(ids) = value.as_text_list().filter(|ids| !ids.is_empty()) {
            let ids: Vec<String> = ids.iter().map(|id| format!("<{id}>")).collect();
            props.set(tag, ids.join(" "));
        }
    }
    let sent = message.date().and_then(time);
    let received = message.received().and_then(|hop| hop.date()).as_ref().and_then(time);
    if let Some(sent) = sent {
        props.set(tags::SUBMIT_TIME, sent);
    }
    if let Some(delivered) = received.or(sent) {
        props.set(tags::DELIVERY_TIME, delivered);
    }
}

/// A date that exists and that Exchange can hold.
fn time(date: &mail_parser::DateTime) -> Option<Time> {
    let time = date.is_valid().then(|| Time::from_unix_seconds(date.to_timestamp()))?;
    (time.0 > 0).then_some(time)
}

/// Importance, sensitivity, wish for a receipt.
fn ranks(item: &mut Item, message: &Message<'_>) {
    let header = |name: &'static str| {
        message.header_raw(name).map(|text| text.trim().to_ascii_lowercase()).unwrap_or_default()
    };
    let (named, numbered) = (header("Importance"), header("X-Priority"));
    let importance = match (named.as_str(), numbered.chars().next()) {
        ("high", _) | ("", Some('1' | '2')) => 2,
        ("low", _) | ("", Some('4' | '5')) => 0,
        _ => 1,
    };
    let sensitivity = match header("Sensitivity").as_str() {
        "personal" => 1,
        "private" => 2,
        "company-confidential" => 3,
        _ => 0,
    };
    item.props.set(tags::IMPORTANCE, importance);
    item.props.set(tags::SENSITIVITY, sensitivity);
    let receipt = message.header_raw("Disposition-Notification-To").is_some();
    item.props.set(tags::READ_RECEIPT_REQUESTED, receipt);
}
