//! Sender and recipients.

use mail_parser::{Addr, Message};

use crate::mapi::{Item, Props, Tag, tags};

/// Sets who a message is from and whom it goes to.
pub(super) fn set(item: &mut Item, message: &Message<'_>) {
    let author = message.from().and_then(|from| from.iter().next());
    let sender = message.sender().and_then(|sender| sender.iter().next()).or(author);
    let sender_tags = [
        tags::SENDER_NAME,
        tags::SENDER_ADDRESS_TYPE,
        tags::SENDER_ADDRESS,
        tags::SENDER_SMTP_ADDRESS,
    ];
    let author_tags = [
        tags::SENT_REPRESENTING_NAME,
        tags::SENT_REPRESENTING_ADDRESS_TYPE,
        tags::SENT_REPRESENTING_ADDRESS,
        tags::SENT_REPRESENTING_SMTP_ADDRESS,
    ];
    for (person, tags) in [(sender, sender_tags), (author.or(sender), author_tags)] {
        if let Some(person) = person {
            address(&mut item.props, person, tags);
        }
    }
    for (kind, list, shown) in [
        (1, message.to(), tags::DISPLAY_TO),
        (2, message.cc(), tags::DISPLAY_CC),
        (3, message.bcc(), tags::DISPLAY_BCC),
    ] {
        let people: Vec<&Addr<'_>> = list.map(|list| list.iter().collect()).unwrap_or_default();
        let names: Vec<&str> = people.iter().map(|person| name(person)).collect();
        item.props.set(shown, names.join("; "));
        item.recipients.extend(people.iter().map(|person| recipient(person, kind)));
    }
    if let Some(reply) = message.reply_to() {
        let names: Vec<&str> = reply.iter().map(name).collect();
        item.props.set(tags::REPLY_RECIPIENT_NAMES, names.join("; "));
    }
}

fn name<'a>(person: &'a Addr<'_>) -> &'a str {
    person.name().or_else(|| person.address()).unwrap_or_default()
}

fn recipient(person: &Addr<'_>, kind: i32) -> Props {
    let mut props = Props::new().with(tags::RECIPIENT_TYPE, kind);
    let places = [tags::DISPLAY_NAME, tags::ADDRESS_TYPE, tags::EMAIL_ADDRESS, tags::SMTP_ADDRESS];
    address(&mut props, person, places);
    props.set(tags::RECIPIENT_DISPLAY_NAME, name(person));
    props
}

/// Name, address type, address and SMTP address, in these places.
fn address(props: &mut Props, person: &Addr<'_>, [shown, kind, address, smtp]: [Tag; 4]) {
    props.set(shown, name(person));
    if let Some(found) = person.address() {
        props.set(kind, "SMTP");
        props.set(address, found);
        props.set(smtp, found);
    }
}
