//! Mail: bodies of three kinds, flags, categories, drafts, attachments, messages in messages.

use bytes::BufMut;

use crate::mapi::{
    Attachment, Content, Item, Name, PropertyName, Props, Style, Time, Value, sets, tags,
};

use super::{
    random::Random,
    words::{Person, capital, escaped, phrase, text, word},
};

/// Categories of an item (Microsoft: MS-OXPROPS PidNameKeywords).
pub(super) fn categories() -> PropertyName {
    PropertyName { set: sets::PUBLIC_STRINGS, name: Name::Text("Keywords".to_owned()) }
}

/// What every kind of item has: class, subject, dates, search key, some flags.
pub(super) fn base(random: &mut Random, class: &str, subject: &str, time: Time) -> Item {
    let mut item = Item::of_class(class);
    item.set_read(!random.once_in(4));
    let props = &mut item.props;
    props.set(tags::SUBJECT, subject);
    props.set(tags::NORMALIZED_SUBJECT, subject);
    props.set(tags::CREATION_TIME, time);
    props.set(tags::LAST_MODIFICATION_TIME, time.plus(90 * Time::SECOND));
    props.set(tags::SEARCH_KEY, random.bytes(16));
    props.set(tags::IMPORTANCE, random.below(3) as i32);
    props.set(tags::SENSITIVITY, if random.once_in(10) { 2 } else { 0 });
    props.set(tags::MESSAGE_LOCALE, 0x0409);
    if random.once_in(4) {
        let mut names = vec![capital(random), "Blau & Grün".to_owned()];
        names.truncate(1 + random.below(2) as usize);
        props.set(categories(), Value::Texts(names));
    }
    if random.once_in(5) {
        let own = PropertyName::text(sets::PUBLIC_STRINGS, "x-longhaul-sample");
        props.set(own, phrase(random, 3));
    }
    item
}

/// A message as it was received.
pub(super) fn received(random: &mut Random, time: Time) -> Item {
    let reply = random.once_in(3);
    let topic = phrase(random, 3);
    let subject = if reply { format!("RE: {topic}") } else { topic.clone() };
    let mut item = base(random, "IPM.Note", &subject, time);
    let sender = Person::any(random);
    address(&mut item.props, &sender, random);
    let props = &mut item.props;
    props.set(tags::NORMALIZED_SUBJECT, topic.as_str());
    props.set(tags::CONVERSATION_TOPIC, topic);
    props.set(tags::DELIVERY_TIME, time);
    props.set(tags::SUBMIT_TIME, time.plus(-20 * Time::SECOND));
    let id = format!("<{:016x}@north.example>", random.next());
    props.set(tags::INTERNET_MESSAGE_ID, id.as_str());
    props.set(tags::CONVERSATION_INDEX, conversation_index(random, time));
    if reply {
        props.set(tags::SUBJECT_PREFIX, "RE: ");
        props.set(tags::IN_REPLY_TO, format!("<{:016x}@south.example>", random.next()));
        props.set(tags::ICON_INDEX, 261);
    }
    let from = format!("\"{}\" <{}>", sender.name(), sender.address);
    let headers = format!("From: {from}\r\nMessage-ID: {id}\r\nX-Sample: yes\r\n\r\n");
    props.set(tags::TRANSPORT_HEADERS, headers);
    if random.once_in(6) {
        props.set(tags::FLAG_STATUS, 2);
        props.set(tags::FOLLOWUP_ICON, 6);
        props.set(PropertyName::lid(sets::COMMON, 0x8530), "Follow up");
    }
    recipients(&mut item, random);
    body(&mut item, random);
    if random.once_in(4) {
        file(&mut item, random);
    }
    item
}

/// A message as it was sent.
pub(super) fn sent(random: &mut Random, time: Time) -> Item {
    let mut item = received(random, time);
    item.set_read(true);
    item
}

/// A message that is still being written.
pub(super) fn draft(random: &mut Random, time: Time) -> Item {
    let subject = phrase(random, 2);
    let mut item = base(random, "IPM.Note", &subject, time);
    item.props.set(tags::MESSAGE_FLAGS, tags::FLAG_UNSENT | tags::FLAG_READ);
    recipients(&mut item, random);
    body(&mut item, random);
    item
}

/// A message with a message inside, which has another inside.
pub(super) fn forwarded(random: &mut Random, time: Time) -> Item {
    let innermost = inner(received(random, time.plus(-2 * Time::DAY)));
    let mut middle = inner(received(random, time.plus(-Time::DAY)));
    middle.attachments.push(Attachment::message("innermost 🛷", innermost));
    let mut item = received(random, time);
    item.attachments.push(Attachment::message("forwarded", middle));
    let flags = item.props.integer(tags::MESSAGE_FLAGS).unwrap_or_default() as i32;
    item.props.set(tags::MESSAGE_FLAGS, flags | tags::FLAG_HAS_ATTACHMENT);
    item
}

/// An item as it is inside another: without the service's own dates.
pub(super) fn inner(mut item: Item) -> Item {
    item.props.remove(tags::CREATION_TIME);
    item.props.remove(tags::LAST_MODIFICATION_TIME);
    item
}

/// A message with an attachment of this many bytes.
pub(super) fn heavy(random: &mut Random, time: Time, bytes: u64) -> Item {
    let mut item = received(random, time);
    let data = Content::generated(Style::Data, random.next(), bytes);
    item.attachments.push(Attachment::file("heavy load.bin", data));
    item
}

/// Sets who a message is from.
pub(super) fn address(props: &mut Props, person: &Person, random: &mut Random) {
    // Senders of the own organisation are known by their directory name.
    let (kind, address) = match random.once_in(5) {
        true => {
            let name = person.family.to_uppercase();
            ("EX", format!("/O=LONGHAUL/OU=SAMPLE/CN=RECIPIENTS/CN={name}"))
        }
        false => ("SMTP", person.address.clone()),
    };
    for [name, kind_tag, address_tag, smtp] in [
        [
            tags::SENDER_NAME,
            tags::SENDER_ADDRESS_TYPE,
            tags::SENDER_ADDRESS,
            tags::SENDER_SMTP_ADDRESS,
        ],
        [
            tags::SENT_REPRESENTING_NAME,
            tags::SENT_REPRESENTING_ADDRESS_TYPE,
            tags::SENT_REPRESENTING_ADDRESS,
            tags::SENT_REPRESENTING_SMTP_ADDRESS,
        ],
    ] {
        props.set(name, person.name());
        props.set(kind_tag, kind);
        props.set(address_tag, address.as_str());
        props.set(smtp, person.address.as_str());
    }
}

/// One to four recipients, and the lines that show them.
pub(super) fn recipients(item: &mut Item, random: &mut Random) {
    let mut lines = [(1, tags::DISPLAY_TO), (2, tags::DISPLAY_CC), (3, tags::DISPLAY_BCC)]
        .map(|(kind, tag)| (kind, tag, Vec::new()));
    for number in 0..1 + random.below(4) {
        let person = Person::any(random);
        let line = if number == 0 { 0 } else { random.below(3) as usize };
        lines[line].2.push(person.name());
        item.recipients.push(recipient(&person, lines[line].0));
    }
    for (_, tag, names) in lines {
        item.props.set(tag, names.join("; "));
    }
}

/// A recipient: 1 to, 2 cc, 3 bcc.
pub(super) fn recipient(person: &Person, kind: i32) -> Props {
    Props::new()
        .with(tags::RECIPIENT_TYPE, kind)
        .with(tags::DISPLAY_NAME, person.name())
        .with(tags::ADDRESS_TYPE, "SMTP")
        .with(tags::EMAIL_ADDRESS, person.address.as_str())
        .with(tags::SMTP_ADDRESS, person.address.as_str())
        .with(tags::RECIPIENT_DISPLAY_NAME, person.name())
        .with(tags::RECIPIENT_FLAGS, 1)
}

/// A body as plain text, HTML or RTF.
pub(super) fn body(item: &mut Item, random: &mut Random) {
    let paragraphs = 1 + random.below(4);
    let plain = text(random, paragraphs);
    let props = &mut item.props;
    props.set(tags::INTERNET_CODE_PAGE, 65001);
    match random.below(3) {
        0 => {
            props.set(tags::NATIVE_BODY, 1);
            props.set(tags::BODY, plain);
        }
        1 => {
            let paragraphs = escaped(&plain).replace("\r\n\r\n", "</p>\r\n<p>");
            let html = format!("<html><body><p>{paragraphs}</p></body></html>");
            props.set(tags::NATIVE_BODY, 3);
            props.set(tags::HTML, html.into_bytes());
        }
        _ => {
            props.set(tags::NATIVE_BODY, 2);
            props.set(tags::RTF_COMPRESSED, rtf(&plain));
        }
    }
}

/// A text as RTF in the container of MS-OXRTFCP 2.1.3.1, stored without compression.
pub(super) fn rtf(text: &str) -> Vec<u8> {
    let mut rtf = String::from("{\\rtf1\\ansi\\fbidis\\uc0 ");
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(b'\r') => {}
            Ok(b'\n') => rtf.push_str("\\par "),
            Ok(byte @ (b'\\' | b'{' | b'}')) => rtf.extend(['\\', char::from(byte)]),
            Ok(byte) if byte.is_ascii() => rtf.push(char::from(byte)),
            _ => rtf.push_str(&format!("\\u{} ", unit.cast_signed())),
        }
    }
    rtf.push('}');
    let mut out = Vec::new();
    out.put_u32_le(rtf.len() as u32 + 12);
    out.put_u32_le(rtf.len() as u32);
    out.put_slice(b"MELA");
    out.put_u32_le(0);
    out.put_slice(rtf.as_bytes());
    out
}

/// A small attachment, now and then one that the body shows.
pub(super) fn file(item: &mut Item, random: &mut Random) {
    let name = format!("{}.pdf", word(random).replace(['<', '"', '&'], "_"));
    let length = 200 + random.below(20_000);
    let data = Content::generated(Style::Data, random.next(), length);
    let mut attachment = Attachment::file(&name, data);
    attachment.props.set(tags::ATTACH_EXTENSION, ".pdf");
    attachment.props.set(tags::ATTACH_MIME_TAG, "application/pdf");
    if random.once_in(3) {
        attachment
            .props
            .set(tags::ATTACH_CONTENT_ID, format!("{:08x}@parts.example", random.below(1 << 32)));
        attachment.props.set(tags::ATTACH_FLAGS, 4);
    }
    item.attachments.push(attachment);
    let flags = item.props.integer(tags::MESSAGE_FLAGS).unwrap_or_default() as i32;
    item.props.set(tags::MESSAGE_FLAGS, flags | tags::FLAG_HAS_ATTACHMENT);
}

/// Header of a conversation (Microsoft: MS-OXOMSG 2.2.1.3).
fn conversation_index(random: &mut Random, time: Time) -> Vec<u8> {
    let mut index = vec![1];
    index.extend(&time.0.to_be_bytes()[..5]);
    index.extend(random.bytes(16));
    index
}
