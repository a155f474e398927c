//! Bodies and attachments: every part of a message goes to one place.

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use crate::mapi::{Attachment, Content, Item, tags};

use super::eml::message_item;

/// Messages deeper inside one another are kept as files.
const DEEPEST: usize = 16;

/// Sets bodies and attachments.
pub(super) fn set(item: &mut Item, message: &Message<'_>, depth: usize) {
    let mut plain = Vec::new();
    let mut html = Vec::new();
    for (number, part) in (0..).zip(&message.parts) {
        let place = match &part.body {
            PartType::Multipart(_) => continue,
            PartType::Text(text) if message.text_body.contains(&number) => Ok((&mut plain, text)),
            PartType::Html(text) if message.html_body.contains(&number) => Ok((&mut html, text)),
            _ => Err(part),
        };
        match place {
            Ok((body, text)) => body.push(text.as_ref()),
            Err(part) => item.attachments.push(attachment(part, depth)),
        }
    }
    let props = &mut item.props;
    if !plain.is_empty() {
        props.set(tags::BODY, plain.join("\r\n"));
    }
    props.set(tags::NATIVE_BODY, if html.is_empty() { 1 } else { 3 });
    if !html.is_empty() {
        props.set(tags::HTML, html.join("\r\n").into_bytes());
        // The parser hands text on as UTF-8, whatever it was in the file.
        props.set(tags::INTERNET_CODE_PAGE, 65001);
    }
    if !item.attachments.is_empty() {
        let flags = item.props.integer(tags::MESSAGE_FLAGS).unwrap_or_default() as i32;
        item.props.set(tags::MESSAGE_FLAGS, flags | tags::FLAG_HAS_ATTACHMENT);
    }
}

fn attachment(part: &MessagePart<'_>, depth: usize) -> Attachment {
    let mut attachment = match &part.body {
        PartType::Message(inside) if depth < DEEPEST => match message_item(inside, depth + 1) {
            Some(item) => {
                let name = item.props.text(tags::SUBJECT).unwrap_or_default().to_owned();
                Attachment::message(&name, item)
            }
            None => file(part, inside.raw_message.to_vec()),
        },
        PartType::Message(inside) => file(part, inside.raw_message.to_vec()),
        _ => file(part, part.contents().to_vec()),
    };
    let props = &mut attachment.props;
    if let Some(id) = part.content_id() {
        props.set(tags::ATTACH_CONTENT_ID, id);
        // Shown in the body.
        props.set(tags::ATTACH_FLAGS, 4);
    }
    if let Some(location) = part.content_location() {
        props.set(tags::ATTACH_CONTENT_LOCATION, location);
    }
    if let Some(kind) = part.content_type() {
        let mime = match &kind.c_subtype {
            Some(subtype) => format!("{}/{subtype}", kind.c_type),
            None => kind.c_type.to_string(),
        };
        props.set(tags::ATTACH_MIME_TAG, mime);
    }
    attachment
}

fn file(part: &MessagePart<'_>, bytes: Vec<u8>) -> Attachment {
    let name = part.attachment_name().unwrap_or("unnamed");
    let mut attachment = Attachment::file(name, Content::from(bytes));
    if let Some((stem, extension)) = name.rsplit_once('.')
        && !stem.is_empty()
    {
        attachment.props.set(tags::ATTACH_EXTENSION, format!(".{extension}"));
    }
    attachment
}
